//! What rules look at.

use crate::config::{ShapeProblem, SyntaxError, TestConfig};
use crate::template::{FileSpan, Problem, ProblemKind, ReadingMode, SourceMap};
use crate::text::Span;

use super::Severity;

/// One parsed test, as far as the mistakes in it allow.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The parsed text.
    pub text: &'a str,
    /// The typed model.
    pub config: &'a TestConfig,
    /// Mistakes in the TOML.
    pub syntax: &'a [SyntaxError],
    /// Differences between the file and the format.
    pub shape: &'a [ShapeProblem],
    /// Mistakes in the template.
    pub template: &'a [Problem],
    /// How the document is read. In mode `InString` an expression that can't be evaluated leaves a valid test behind.
    pub mode: ReadingMode,
    /// From the parsed text back to the template; `None` where nothing had to be rendered.
    pub source_map: Option<&'a SourceMap>,
}

impl Subject<'_> {
    /// How bad an expression that can't be evaluated is at worst: in a file that is TOML as it stands the string around it
    /// just stays as it is, and the test runs.
    pub fn worst_of_expressions(&self) -> Severity {
        match self.mode {
            ReadingMode::InString => Severity::Warning,
            ReadingMode::Plain | ReadingMode::Rendered => Severity::Error,
        }
    }

    /// Whether the parsed text is all there: only then does the absence of a block mean that its author left it out. A
    /// text that is no TOML, or a template with mistakes, may have lost any block.
    pub fn is_whole(&self) -> bool {
        !self.syntax.iter().any(|error| error.kind.hides_content())
            && (self.mode != ReadingMode::Rendered || !self.template.iter().any(loses_text))
    }

    /// The filter that gives what stands at `at` in a template an empty default. In a file that is TOML as it stands its quotes must
    /// not end the string around.
    pub(super) fn empty_default(&self, at: FileSpan) -> &'static str {
        let before = self.text.get(..at.span.start).filter(|_| self.mode == ReadingMode::InString);
        let line = before.and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        if line.contains('\'') { " | default(value=``)" } else { " | default(value='')" }
    }

    /// Whether the author spelled the text at `span` out, rather than having it computed by an expression.
    pub fn is_written_out(&self, span: Span) -> bool {
        let Some(map) = self.source_map else { return true };
        span.slice(self.text).is_some_and(|text| map.is_spelled_out(span, text))
    }
}

/// Whether a mistake in a template leaves a hole in the rendered text.
fn loses_text(problem: &Problem) -> bool {
    !problem.kind.is_remark() && problem.kind != ProblemKind::IncompleteExpression
}
