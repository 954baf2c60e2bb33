//! The verdicts on the spans of a run: which expectations hold, which do not, and why; each at the author's line.

mod human;
mod json;
mod junit;
mod sarif;

use std::io::{self, Write};

use super::words::counted;
use super::{Source, Style};
use crate::analysis::{Analysis, Related};
use crate::expectation::explain::{Explainer, Explanation};
use crate::expectation::told::told_by;
use crate::expectation::{ExpectationTree, Judgement, Note, Outcome, Reception, Verdict};
use crate::template::SourceFile;
use crate::text::Span;
use crate::trace::Trace;

/// A judged test.
#[derive(Clone, Debug)]
pub struct VerdictReport {
    /// The path of the test, as it is shown.
    pub path: String,
    /// The document (index 0) and the other files that places point into, by file.
    pub sources: Vec<Source>,
    /// What came out for the whole.
    pub judgement: Judgement,
    /// What came out for each constraint, in the order of the test.
    pub constraints: Vec<JudgedConstraint>,
    /// What the test says but nothing judges: path, place in the document, and why.
    pub unjudged: Vec<(String, Span, String)>,
    /// What was wrong with the sources of the spans.
    pub problems: Vec<String>,
    /// How it looks on a terminal.
    pub style: Style,
}

/// One constraint and what came out.
#[derive(Clone, Debug)]
pub struct JudgedConstraint {
    /// Its path, such as `expect.span[0].attrs.all."http.method"`.
    pub path: String,
    /// What came out.
    pub verdict: Verdict,
    /// Why it does not hold, where it does not.
    pub explanation: Option<Explanation>,
    /// The same in at most twelve lines.
    pub text: Option<String>,
    /// What weakens the verdict.
    pub notes: Vec<Note>,
    /// Its place in the document.
    pub span: Span,
    /// The macro lines, calls and rounds that led there.
    pub related: Vec<Related>,
    /// The constraint that tells already why this one does not hold, by its index.
    pub told_by: Option<usize>,
}

/// How verdicts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum VerdictFormat {
    /// For people: each failure with its lines and an explanation
    Human,
    /// One JSON object; see docs/clnrm.md
    Json,
    /// JUnit XML, one test case a constraint
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl VerdictReport {
    /// What came of judging a trace by a test. `display` names the files of its render as the user should see them; what they say must have
    /// been rendered to what the tree was built of.
    pub fn of(
        analysis: &Analysis,
        display: impl Fn(&SourceFile) -> String,
        (tree, trace): (&ExpectationTree, &Trace),
        (reception, judgement): (&Reception, Judgement),
    ) -> Self {
        let explainer = Explainer::new(tree, trace, reception, &judgement);
        let located = analysis.locate(tree.constraints.iter().map(|constraint| constraint.span));
        let constraints = tree.constraints.iter().zip(located).zip(&judgement.verdicts).enumerate();
        let constraints = constraints.map(|(index, ((constraint, located), verdict))| JudgedConstraint {
            path: constraint.path.to_string(),
            verdict: verdict.verdict.clone(),
            explanation: explainer.explain(index),
            text: explainer.text(index),
            notes: verdict.notes.clone(),
            span: located.span,
            related: located.related,
            told_by: told_by(tree, &judgement, index),
        });
        let constraints = constraints.collect();
        let unjudged = analysis.locate(tree.unjudged.iter().map(|unjudged| unjudged.span));
        let unjudged = tree.unjudged.iter().zip(unjudged);
        let unjudged = unjudged.map(|(it, located)| (it.path.to_string(), located.span, it.why.clone())).collect();
        let sources = analysis.files.iter().enumerate().map(|(index, file)| {
            let built_in = index > 0 && file.path.is_none();
            Source::new(display(file), built_in, file.text.clone())
        });
        let sources: Vec<Source> = sources.collect();
        Self {
            path: sources.first().map(|document| document.path.clone()).unwrap_or_default(),
            sources,
            constraints,
            unjudged,
            problems: Vec::new(),
            judgement,
            style: Style::default(),
        }
    }

    /// Writes the report in this format.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, format: VerdictFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            VerdictFormat::Human => self.write_human(out),
            VerdictFormat::Json => self.write_json(out),
            VerdictFormat::Junit => self.write_junit(out),
            VerdictFormat::Sarif => self.write_sarif(out),
        }
    }

    /// Whether the test is green.
    pub fn passed(&self) -> bool {
        self.judgement.passed()
    }

    /// The constraints that do not hold.
    fn failures(&self) -> impl Iterator<Item = &JudgedConstraint> {
        self.constraints.iter().filter(|constraint| !constraint.verdict.holds())
    }

    /// The outcome in one line.
    fn summary(&self) -> String {
        let judgement = &self.judgement;
        let received = format!("{}, {}", counted(judgement.spans, "span"), judgement.completeness);
        let all = self.constraints.len();
        match judgement.outcome {
            Outcome::Pass => format!("pass: {} in `{}` ({received})", hold(all, all), self.path),
            Outcome::Fail => format!("fail: {} in `{}` ({received})", hold(judgement.holding(), all), self.path),
            Outcome::NothingExpected => {
                format!("fail: `{}` expects nothing, so nothing was judged ({received})", self.path)
            }
        }
    }
}

/// How many of how many constraints hold.
fn hold(holding: usize, all: usize) -> String {
    match (holding, all) {
        (1, 1) => "the only constraint holds".to_owned(),
        (0, 1) => "the only constraint does not hold".to_owned(),
        (holding, all) if holding == all => format!("all {all} constraints hold"),
        (holding, all) if holding + 1 == all => format!("1 of {all} constraints does not hold"),
        (holding, all) => format!("{} of {all} constraints do not hold", all - holding),
    }
}

impl JudgedConstraint {
    /// What is wrong, in one line; empty where it holds.
    fn message(&self) -> &str {
        self.explanation.as_ref().map_or("", |explanation| explanation.message.as_str())
    }

    /// The table of its key, such as `expect.span`.
    fn table(&self) -> String {
        let parts: Vec<&str> = self.path.split(['.', '[']).take(2).collect();
        parts.join(".")
    }
}
