//! What is to be read of the test that is chosen: what is wrong with it, how its scenarios ended, what does not hold, and its spans.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::rows::Row;
use crate::cli::watch::view::Known;
use crate::executor::{Judged, NotRun, Outcome as RunOutcome, Redaction, TestResult};
use crate::expectation::explain::Explainer;
use crate::report::run::{RunLines, TestDocument};
use crate::report::{Format, Outcome, Report, Style};
use crate::trace::SpanIndex;
use crate::trace::waterfall::{self, Layout, LayoutOptions, TextOptions};
use crate::validation::Severity;

/// What is to be read, in lines without colours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// Scenarios, failures and findings; of a test that can't run, what is in the way first.
    pub text: Vec<String>,
    /// The spans of the last run.
    pub waterfall: Vec<String>,
}

impl Details {
    /// Of a test, for columns of this width. `no_run`: why the last run did not take place.
    pub fn of(
        row: &Row<'_>,
        known: Known<'_>,
        redaction: &Redaction,
        no_run: Option<&str>,
        base: &Path,
        width: u16,
    ) -> Self {
        let style = Style { width: usize::from(width), quiet: true, ..Style::default() };
        let findings = findings(row, style);
        let mut text = Vec::new();
        let results: Vec<&Arc<TestResult>> = known.verdicts.of(row.path).collect();
        let lines = RunLines::new(Style { quiet: false, ..style });
        for result in &results {
            for scenario in &result.scenarios {
                text.extend(lines.scenario(scenario).into_bytes());
                text.push(b'\n');
            }
            // A vector takes everything.
            let _ = lines.test(&TestDocument::new(result, redaction, base), &mut text);
        }
        let is_unrun = results.iter().any(|result| result.outcome == RunOutcome::NotRun(NotRun::NoEngine));
        if let Some(why) = no_run.filter(|_| is_unrun) {
            text.extend_from_slice(format!("\n{why}\n").as_bytes());
        }
        match results.is_empty() {
            true => text = findings,
            false => text.extend(findings),
        }
        if text.is_empty() {
            text.extend_from_slice(b"nothing is wrong with it");
        }
        let judged = results.iter().filter_map(|result| result.judged.as_ref()).filter(|it| !it.trace.is_empty());
        let waterfall: String = judged.map(|judged| drawn(judged, usize::from(width))).collect();
        let text = plain(&String::from_utf8_lossy(&text));
        let text = text.iter().flat_map(|line| wrapped(line, usize::from(width))).collect();
        Self { text, waterfall: plain(&redaction.cover(&waterfall)) }
    }
}

/// The findings that a verdict may hang on: what is only worth knowing is for `clnrm validate`.
fn findings(row: &Row<'_>, style: Style) -> Vec<u8> {
    let mut file = row.looked.checked.clone();
    if let Outcome::Checked(checked) = &mut file.outcome {
        checked.diagnostics.retain(|found| found.severity <= Severity::Warning);
    }
    let mut text = Vec::new();
    // A vector takes everything.
    let _ = Report { files: vec![file], strict: false, timing: None, style }.write(Format::Human, &mut text);
    text
}

/// The spans, those highlighted by which the test fails.
fn drawn(judged: &Judged, width: usize) -> String {
    let Judged { tree, trace, reception, judgement } = judged;
    let explainer = Explainer::new(tree, trace, reception, judgement);
    let mut highlighted: BTreeMap<SpanIndex, String> = BTreeMap::new();
    for explanation in judgement.failures().filter_map(|index| explainer.explain(index)) {
        for related in &explanation.related {
            highlighted.entry(related.span).or_insert_with(|| explanation.message.clone());
        }
    }
    let layout = Layout::new(trace, LayoutOptions { highlighted, ..LayoutOptions::default() });
    waterfall::text(&layout, &TextOptions { width, ..TextOptions::default() })
}

/// Lines without anything that a terminal would obey.
fn plain(text: &str) -> Vec<String> {
    let is_harmless = |c: &char| !c.is_control();
    text.lines().map(|line| line.replace('\t', "    ").chars().filter(is_harmless).collect()).collect()
}

/// The line in as many as the width asks for, each below where its words begin.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let words = line.trim_start();
    let indent = " ".repeat(line.len() - words.len());
    let options = textwrap::Options::new(width).initial_indent(&indent).subsequent_indent(&indent);
    textwrap::wrap(words, options).into_iter().map(String::from).collect()
}
