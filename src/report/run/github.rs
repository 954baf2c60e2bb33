//! `--format github`: workflow commands of GitHub Actions. A step shows ten errors and passes over the rest without a word, so what is beyond
//! is said in a notice, and told as plain lines of the log.

use std::io::{self, Write};

use super::document::RunDocument;
use crate::report::github::{escape_data, escape_property};
use crate::report::words::counted;

/// So many annotations of one kind are shown for a step.
const SHOWN: usize = 10;

/// Writes one command a line.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    if let Some(error) = &run.error {
        writeln!(out, "::error title=clnrm run::{}", escape_data(error))?;
    }
    let room = SHOWN - usize::from(run.error.is_some());
    let failures: Vec<_> =
        run.tests.iter().flat_map(|test| test.told_failures().into_iter().map(move |it| (test, it))).collect();
    for (number, (test, told)) in failures.iter().enumerate() {
        let failure = told.failure;
        let place = &failure.place;
        let whose = told.scenario.map_or(&test.id, |scenario| &scenario.id);
        let mut message = format!("{}: {}", place.shown(), failure.message);
        if number >= room {
            writeln!(out, "{}", message.replace(['\n', '\r'], " "))?;
            continue;
        }
        let help = failure.help.as_ref().map(|help| format!("help: {help}"));
        for more in [failure.detail.clone(), help, told.and_more()].into_iter().flatten() {
            message += &format!("\n{more}");
        }
        let title = escape_property(&format!("{whose} ({})", failure.code));
        let (start, end) = (place.start, place.end);
        write!(out, "::error title={title},file={},line={}", escape_property(&place.path), start.line)?;
        // The runner refuses columns of places that span several lines.
        match start.line == end.line {
            true => write!(out, ",col={},endLine={},endColumn={}", start.column, end.line, end.column)?,
            false => write!(out, ",endLine={}", end.line)?,
        }
        writeln!(out, "::{}", escape_data(&message))?;
    }
    if let Some(more) = failures.len().checked_sub(room).filter(|more| *more > 0) {
        let more = counted(more, "more failure");
        let text = format!(
            "GitHub shows {SHOWN} errors of a step: {more} in its log, and all of them with `--report sarif=FILE`"
        );
        writeln!(out, "::notice title=clnrm run::{}", escape_data(&text))?;
    }
    for test in run.tests.iter().filter(|test| test.outcome == "flaky").take(SHOWN) {
        let place = format!("file={}", escape_property(&test.path));
        writeln!(
            out,
            "::warning title={} is flaky,{place}::it failed first, and passed when it ran again",
            escape_property(&test.id)
        )?;
    }
    Ok(())
}
