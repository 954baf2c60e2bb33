//! Writing to the terminal: colours, width, and pipes that break.

use std::fs;
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

/// Writes a file as a whole or not at all, with its folders. A link stays a link.
///
/// # Errors
/// Those of the file system.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        // What is no file (a terminal, a pipe) can't be replaced.
        Ok(metadata) if !metadata.is_file() => return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes),
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".clnrm-report.").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The name of the unfinished file is nobody's business.
    let mut file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    file.persist(&path).map(drop).map_err(|failed| failed.error)
}

/// Writes `bytes` to standard error. There is nobody to tell if that fails.
pub fn write_stderr(bytes: &[u8]) {
    let _ = io::stderr().write_all(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_with_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.json");
        write_file(&path, b"1").unwrap();
        write_file(&path, b"2").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        let error = write_file(folder.path(), b"3").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_file(&file, b"1").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_file(&link, b"2").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"2");
    }
}
