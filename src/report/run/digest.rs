//! `--format digest`: one line a test, `SHAPE FULL ID`; `-` where no spans were judged. Equal lines, equal behaviour.

use std::io::{self, Write};

use super::document::RunDocument;

/// Writes one line a test.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    for test in &run.tests {
        match &test.digests {
            Some(digests) => writeln!(out, "{} {}  {}", digests.shape, digests.full, test.id)?,
            None => writeln!(out, "- -  {}", test.id)?,
        }
    }
    Ok(())
}
