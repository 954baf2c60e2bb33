//! Where the log of a failed program ends, among the files that a scenario left.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Logs longer than this, in bytes, are not read: which line of them is the last is not counted then.
const LARGEST: u64 = 8 << 20;

/// The file that ends with what a failure shows of a log, and the number of that last line, from 0. `None` where that is not certain.
///
/// `path` is that of the failure: `scenario[0].steps[1].expected_exit_code` is about the files that begin with `02-`.
pub fn end(folder: &Path, path: &str, shown: &str) -> Option<(PathBuf, u32)> {
    let last = shown.trim_end().lines().last()?;
    let entries = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = entries.filter(|file| is_log(file) && ends_with(file, last)).collect();
    files.sort();
    let name = |file: &PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let step = step(path).map(|step| format!("{:02}-", step + 1));
    // Of a step that was tried several times the last one counts.
    let own = files.iter().rev().find(|file| step.as_ref().is_some_and(|step| name(file).starts_with(step.as_str())));
    let file = match (own, files.as_slice()) {
        (Some(own), _) => own,
        (None, [only]) => only,
        _ => return None,
    };
    let lines = fs::read(file).ok()?.trim_ascii_end().iter().filter(|&&byte| byte == b'\n').count();
    Some((file.clone(), u32::try_from(lines).ok()?))
}

/// The number of the step that a path leads to, from 0; a scenario's `run` is its only one.
fn step(path: &str) -> Option<usize> {
    let Some((_, rest)) = path.split_once("steps[") else { return path.ends_with(".run").then_some(0) };
    rest.split(']').next()?.parse().ok()
}

fn is_log(file: &Path) -> bool {
    let is_output = file.extension().is_some_and(|extension| extension == "stdout" || extension == "stderr");
    is_output && file.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST)
}

/// Whether the last line of a file is this one.
fn ends_with(file: &Path, line: &str) -> bool {
    let room = line.len() as u64 + 64;
    let tail = || -> std::io::Result<Vec<u8>> {
        let mut open = fs::File::open(file)?;
        let length = open.metadata()?.len();
        open.seek(SeekFrom::Start(length.saturating_sub(room)))?;
        let mut tail = Vec::new();
        open.take(room).read_to_end(&mut tail)?;
        Ok(tail)
    };
    let tail = tail().unwrap_or_default();
    String::from_utf8_lossy(&tail).trim_end().lines().last().is_some_and(|last| last == line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_found_by_its_step_and_its_last_line() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("01-a.stdout", "one\ntwo\n"), ("02-b.stdout", "two\n"), ("02-b.stderr", "other\n")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let found = |path: &str, shown: &str| {
            let (file, line) = end(folder.path(), path, shown)?;
            Some((file.file_name()?.to_str()?.to_owned(), line))
        };
        assert_eq!(found("scenario[0].run", "one\ntwo\n"), Some(("01-a.stdout".to_owned(), 1)));
        assert_eq!(found("scenario[0].steps[1].command", "two"), Some(("02-b.stdout".to_owned(), 0)));
        assert_eq!(found("services.app", "other"), Some(("02-b.stderr".to_owned(), 0)));
        assert_eq!(found("services.app", "two"), None, "two files end with it");
        assert_eq!(found("scenario[0].steps[1].command", "it wrote nothing"), None);
    }
}
