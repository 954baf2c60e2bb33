//! Verdicts as JUnit XML: one test case for each constraint, with the file and line of its key.

use std::io::{self, Write};

use super::{JudgedConstraint, VerdictReport};
use crate::expectation::{Outcome, Verdict};
use crate::report::junit::escape;

impl VerdictReport {
    pub(super) fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let is_undecided = |constraint: &&JudgedConstraint| matches!(constraint.verdict, Verdict::Undecided(_));
        let undecided = self.constraints.iter().filter(is_undecided).count();
        let failed = self.failures().count() - undecided;
        // A test that expects nothing is a case of its own: an empty suite would be green.
        let empty = usize::from(self.judgement.outcome == Outcome::NothingExpected);
        let counts = format!(
            "tests=\"{}\" failures=\"{failed}\" errors=\"{}\"",
            self.constraints.len() + empty,
            undecided + empty
        );
        let path = escape(&self.path);
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites name=\"clnrm\" {counts}>")?;
        writeln!(out, "  <testsuite name=\"{path}\" {counts} skipped=\"0\">")?;
        if empty > 0 {
            let message = escape("the test expects nothing, so nothing was judged").into_owned();
            writeln!(out, "    <testcase name=\"expect\" classname=\"{path}\">")?;
            writeln!(out, "      <error type=\"nothing-expected\" message=\"{message}\"/>\n    </testcase>")?;
        }
        for constraint in &self.constraints {
            self.write_case(constraint, out)?;
        }
        writeln!(out, "  </testsuite>\n</testsuites>")
    }

    fn write_case(&self, constraint: &JudgedConstraint, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "    <testcase name=\"{}\" classname=\"{}\"", escape(&constraint.path), escape(&self.path))?;
        let (element, kind) = match constraint.verdict {
            Verdict::Holds => return writeln!(out, "/>"),
            Verdict::Fails => ("failure", "fail"),
            Verdict::Undecided(_) => ("error", "undecided"),
        };
        let place = self.sources.first().map(|document| document.position(constraint.span.start));
        let place = place.map(|place| format!("{}:{}:{}: ", self.path, place.line, place.column)).unwrap_or_default();
        let text = format!("{place}{}", constraint.text.as_deref().unwrap_or_default());
        let (message, text) = (escape(constraint.message()), escape(&text));
        writeln!(out, ">\n      <{element} type=\"{kind}\" message=\"{message}\">{text}</{element}>\n    </testcase>")
    }
}
