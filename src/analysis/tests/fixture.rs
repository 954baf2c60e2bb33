//! Fixtures: the text of a test, and under a line, what is found there.
//!
//! ```text
//! image = "{{ imge }}"
//!             ^^^^ undefined-variable
//! ```
//!
//! A line that starts with `^` (after blanks) is no text. Its carets stand under the characters of a finding on the text
//! line above, its words are the code of the rule, and behind `:` optionally the start of the message. Every error and
//! warning must be marked, and nothing else.

use std::fmt::Write as _;

use crate::analysis::{Analysis, AnalysisOptions, Analyzer};
use crate::template::SourceFile;
use crate::template::library::MemoryLoader;
use crate::validation::Severity;

/// The document of a text.
pub fn document(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), path: None, text: text.into() }
}

/// The analysis of a text with all defaults.
pub fn analyze(text: &str) -> Analysis {
    let loader = MemoryLoader::default();
    Analyzer::default().analyze_with(&document("test.clnrm.toml", text), &AnalysisOptions::default(), &loader)
}

/// Checks that exactly what is marked is found. Yields the analysis for further questions.
pub fn check(fixture: &str) -> Analysis {
    let text = text_of(fixture);
    let analysis = analyze(&text);
    assert_eq!(marked(&text, &analysis, &wanted_messages(fixture)), fixture.trim_start_matches('\n'));
    analysis
}

/// The fixture without its markers.
pub fn text_of(fixture: &str) -> String {
    fixture.trim_start_matches('\n').split_inclusive('\n').filter(|line| !is_marker(line)).collect()
}

fn is_marker(line: &str) -> bool {
    line.trim_start().starts_with('^')
}

/// The message starts that a fixture asks for, so that an answer repeats as much of each message as was asked.
fn wanted_messages(fixture: &str) -> Vec<&str> {
    fixture.lines().filter(|line| is_marker(line)).filter_map(|line| line.split_once(": ").map(|(_, it)| it)).collect()
}

/// The text with a marker for everything that was found.
fn marked(text: &str, analysis: &Analysis, wanted: &[&str]) -> String {
    let mut marked = String::new();
    let mut offset = 0;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        marked.push_str(line);
        let end = offset + line.len();
        let is_last = index + 1 == lines.len();
        for it in &analysis.diagnostics {
            let here = (offset..end).contains(&it.span.start) || is_last && it.span.start >= end;
            if !here || it.severity > Severity::Warning {
                continue;
            }
            let before = text[offset..it.span.start.max(offset)].chars().count();
            let width = text[it.span.range()].lines().next().unwrap_or_default().chars().count().max(1);
            let _ = write!(marked, "{}{} {}", " ".repeat(before), "^".repeat(width), it.rule.code);
            if let Some(message) = wanted.iter().find(|message| it.message.starts_with(**message)) {
                let _ = write!(marked, ": {message}");
            }
            marked.push('\n');
        }
        offset = end;
    }
    marked
}
