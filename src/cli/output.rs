//! Writing to the terminal: colours, width, and pipes that break.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;

use anstream::{AutoStream, ColorChoice};

use super::input::InputOptions;
use crate::report::Style;

/// The program that runs; told to people before what went wrong.
static PROGRAM: OnceLock<&str> = OnceLock::new();

/// Says which program of the package this process is. The first word counts.
pub fn set_program(name: &'static str) {
    PROGRAM.get_or_init(|| name);
}

/// Tells on standard error what went wrong, after the name of the program.
pub fn complain(message: &str) {
    let program = PROGRAM.get().unwrap_or(&"clnrm-lsp");
    write_stderr(format!("{program}: {message}\n").as_bytes());
}

/// What `--color` means for a stream: with `auto`, terminals get colours unless `NO_COLOR` and the like say otherwise.
pub fn color(choice: clap::ColorChoice, stream: &(impl IsTerminal + anstream::stream::RawStream)) -> bool {
    match choice {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

/// How a report on `stream` looks.
pub fn style(
    choice: clap::ColorChoice,
    stream: &(impl IsTerminal + anstream::stream::RawStream),
    input: &InputOptions,
) -> Style {
    Style { color: color(choice, stream), width: width(), quiet: input.quiet, ..Style::default() }
}

/// Columns of the terminal on standard output; 120 elsewhere, so that files do not depend on windows.
pub fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(120, |(width, _)| usize::from(width.0))
}

/// Writes `bytes` to standard output. A reader that went away is no error.
pub fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = AutoStream::new(io::stdout(), ColorChoice::Always).lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes `bytes` to a file, creating or replacing it.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    File::create(path)?.write_all(bytes)
}

/// Writes `bytes` to standard error. There is nobody to tell if that fails.
pub fn write_stderr(bytes: &[u8]) {
    let _ = io::stderr().write_all(bytes);
}
