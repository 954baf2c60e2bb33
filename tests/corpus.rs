//! Acceptance on real files: those of an earlier implementation, with the verdict that a human gave each.
//!
//! They are no part of this project. Where they are not there (`CLNRM_CORPUS`, else `../shared/corpus` beside the
//! project), the test says so and passes.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clnrm_lsp::analysis::{Analysis, AnalysisOptions, Analyzer};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::text::Span;
use clnrm_lsp::validation::Severity;

/// The lines (from 1) on which the named defect of each rejected file may be reported.
const DEFECTS: &[(&str, &[usize])] = &[
    ("examples/case-studies/redteam-otlp-env.clnrm.toml.tera", &[244, 246]),
    ("examples/clnrm-case-study/tests/ai-character-interaction.clnrm.toml", &[22]),
    ("examples/templates/matrix-expansion.clnrm.toml", &[25]),
    ("examples/toml-config/complete-toml-demo.toml", &[161]),
    ("tests/fake_green_detection/clnrm_otel_full_surface.clnrm.toml", &[7]),
    ("tests/fuzz/corpus/fuzz_toml_parser/edge_empty_name.toml", &[2]),
    ("tests/fuzz/corpus/fuzz_toml_parser/malformed_duplicate_keys.toml", &[3]),
    ("tests/fuzz/corpus/fuzz_toml_parser/malformed_unclosed_bracket.toml", &[1]),
    ("tests/rosetta-stone/env-vars-rosetta.clnrm.toml", &[42]),
];

/// What is allowed per file: 50 ms as shipped; unoptimised code and a busy machine get more.
const TIME_LIMIT: Duration =
    if cfg!(debug_assertions) { Duration::from_millis(1500) } else { Duration::from_millis(50) };

#[test]
fn every_file_is_judged_as_a_human_judged_it() {
    let Some(corpus) = corpus() else { return };
    let expectations = fs::read_to_string(corpus.join("expectations.tsv")).unwrap();
    let analyzer = Analyzer::default();
    let mut complaints = Vec::new();
    for line in expectations.lines().skip(1) {
        let mut columns = line.split('\t');
        let (path, verdict) = (columns.next().unwrap(), columns.next().unwrap());
        let document = read(&corpus, path);
        let started = Instant::now();
        let analysis = analyzer.analyze(&document, &AnalysisOptions::default());
        let time = started.elapsed();
        let errors = errors(&analysis);
        let lines: Vec<usize> = errors.iter().map(|(span, _)| line_of(&document.text, *span)).collect();
        match verdict {
            "accept" if !errors.is_empty() => complaints.push(format!("{path}: accepted by a human, but {errors:?}")),
            "reject" => {
                let expected = defects(path);
                if !lines.iter().any(|line| expected.contains(line)) {
                    complaints.push(format!("{path}: no error on any line of {expected:?}, but on {lines:?}"));
                }
            }
            _ => {}
        }
        if time > TIME_LIMIT {
            complaints.push(format!("{path}: took {time:?}"));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("CLNRM_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if corpus.join("expectations.tsv").is_file() {
        return Some(corpus);
    }
    println!("skipped: no corpus at {}", corpus.display());
    None
}

fn read(corpus: &Path, name: &str) -> SourceFile {
    let path = corpus.join(name);
    let text = fs::read_to_string(&path).unwrap();
    SourceFile { name: name.to_owned(), path: Some(path), text: text.into() }
}

fn errors(analysis: &Analysis) -> Vec<(Span, String)> {
    let errors = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| (diagnostic.span, format!("{}: {}", diagnostic.rule.code, diagnostic.message))).collect()
}

fn defects(path: &str) -> &'static [usize] {
    DEFECTS.iter().find(|(name, _)| *name == path).map_or(&[], |(_, lines)| lines)
}

fn line_of(text: &str, span: Span) -> usize {
    text[..span.start].matches('\n').count() + 1
}
