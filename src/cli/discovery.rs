//! Finds the files that a check looks at: named ones whatever they are called, in directories only tests.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::paths::{shown, tidy};
use super::read::unreadable;
use crate::config::kind::TEST_ENDINGS;
use crate::report::{Failure, FailureKind};

/// Which files of a directory are taken for tests, for people.
pub const NAMES_OF_TESTS: &str = "in directories, tests are files named `*.clnrm.toml`, `*.clnrm.toml.tera`, `*.toml.tera` or \
                                  `*.clnrm.tera` that no `.gitignore` excludes";

/// Something to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The path to show.
    pub shown: String,
    /// Whether the user named this very file.
    pub named: bool,
    /// Where its text comes from.
    pub input: Input,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input, under a name if it was given one.
    Stdin(Option<PathBuf>),
    /// Nowhere: it could not be found.
    Missing(Failure),
}

/// All targets that `paths` mean, each once, sorted by path. Paths are shown relative to `current`.
pub fn targets(paths: &[PathBuf], stdin_filename: Option<&Path>, current: &Path) -> Vec<Target> {
    let mut found = Found { current, targets: BTreeMap::new() };
    for path in paths {
        if path.as_os_str() == "-" {
            found.stdin(stdin_filename);
            continue;
        }
        let path = tidy(path);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => found.walk(&path, is_test_name, false),
            Ok(_) => found.add(path.clone(), true, Input::File(path)),
            Err(_) if is_glob(&path) => found.glob(&path),
            Err(error) => found.add(path, true, Input::Missing(unreadable(&error))),
        }
    }
    found.targets.into_values().collect()
}

/// Whether a file in a directory is taken for a test by its name. Libraries of macros are among them; the analysis tells
/// them apart.
pub fn is_test_name(path: &Path) -> bool {
    let Some(name) = path.file_name().map(OsStr::as_encoded_bytes) else { return false };
    TEST_ENDINGS.iter().any(|end| name.len() > end.len() && name.ends_with(end.as_bytes()))
}

/// What was found so far, by path: `b/c` stands before `b.d`.
struct Found<'a> {
    current: &'a Path,
    targets: BTreeMap<PathBuf, Target>,
}

impl Found<'_> {
    fn add(&mut self, path: PathBuf, named: bool, input: Input) {
        let key = path.strip_prefix(self.current).unwrap_or(&path).to_path_buf();
        let shown = shown(&path, self.current);
        let target = self.targets.entry(key).or_insert(Target { shown, named, input });
        target.named |= named;
    }

    fn stdin(&mut self, filename: Option<&Path>) {
        let path = filename.map(tidy);
        let shown = path.as_ref().map_or_else(|| "<stdin>".to_owned(), |path| shown(path, self.current));
        // It stands for the file of that name, even where the file is checked too.
        let key = path.clone().unwrap_or_else(|| PathBuf::from("<stdin>"));
        self.targets.insert(key, Target { shown, named: true, input: Input::Stdin(path) });
    }

    fn walk(&mut self, directory: &Path, wanted: impl Fn(&Path) -> bool, named: bool) {
        // A tree may be unpacked without its `.git`; its `.gitignore` holds nevertheless.
        for entry in WalkBuilder::new(directory).require_git(false).git_global(has_global_excludes()).build() {
            match entry {
                Ok(entry) if is_file(&entry) => {
                    let path = tidy(entry.path());
                    if wanted(&path) {
                        self.add(path.clone(), named, Input::File(path));
                    }
                }
                Ok(_) => {}
                Err(error) => self.refused(directory, &error),
            }
        }
    }

    fn glob(&mut self, pattern: &Path) {
        let text = pattern.to_string_lossy();
        let matcher = match GlobBuilder::new(&text).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                let message = format!("is no valid glob: {}", error.kind());
                return self.missing(pattern, message);
            }
        };
        let before = self.targets.len();
        let base: PathBuf = pattern.components().take_while(|part| !is_glob(Path::new(part))).collect();
        let base = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base };
        if base.is_dir() {
            self.walk(&base, |path| matcher.is_match(path), true);
        }
        if self.targets.len() == before && !self.targets.keys().any(|path| matcher.is_match(path)) {
            self.missing(pattern, "no file matches this glob".to_owned());
        }
    }

    fn missing(&mut self, path: &Path, message: String) {
        let failure = Failure { kind: FailureKind::NotFound, message, place: None };
        self.add(path.to_path_buf(), true, Input::Missing(failure));
    }

    fn refused(&mut self, directory: &Path, error: &ignore::Error) {
        let path = path_of(error).map_or_else(|| directory.to_path_buf(), tidy);
        let failure = match error.io_error() {
            Some(error) => unreadable(error),
            None => Failure { kind: FailureKind::Unreadable, message: error.to_string(), place: None },
        };
        self.add(path, false, Input::Missing(failure));
    }
}

/// Whether an entry is a file, or a link to one. Links to directories are not followed: they may lead in circles.
fn is_file(entry: &DirEntry) -> bool {
    match entry.file_type() {
        Some(kind) if kind.is_symlink() => entry.path().is_file(),
        Some(kind) => kind.is_file(),
        None => false,
    }
}

/// Whether the user has a list of files that git ignores everywhere.
///
/// `ignore` finds out too, with regular expressions whose compilation costs as much as checking ten files. Most people have
/// no such list.
fn has_global_excludes() -> bool {
    let Some(home) = std::env::home_dir() else { return false };
    let settings = std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from).join("git");
    if settings.join("ignore").exists() {
        return true;
    }
    let configurations = [home.join(".gitconfig"), settings.join("config"), PathBuf::from("/etc/gitconfig")];
    configurations
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .any(|text| text.windows(EXCLUDES_FILE.len()).any(|window| window.eq_ignore_ascii_case(EXCLUDES_FILE)))
}

/// The key of git's configuration that names the list.
const EXCLUDES_FILE: &[u8] = b"excludesfile";

fn is_glob(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().any(|byte| b"*?[{".contains(byte))
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_known_by_the_end_of_its_name() {
        for name in ["a.clnrm.toml", "b/a.clnrm.toml.tera", "a.toml.tera", "a.clnrm.tera", "_macros.toml.tera"] {
            assert!(is_test_name(Path::new(name)), "{name}");
        }
        for name in ["a.toml", "cleanroom.toml", ".clnrm.toml", "a.tera", "a.clnrm.toml.bak", "clnrm.toml"] {
            assert!(!is_test_name(Path::new(name)), "{name}");
        }
    }
}
