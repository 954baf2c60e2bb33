//! Files as they were in a revision of git, named as git names them: `REV:PATH`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use thiserror::Error;

/// Of the templates of a revision at most so many are read.
const MOST_TEMPLATES: usize = 1_000;

/// Why a file of a revision can't be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("can't be read: {0}")]
pub struct RevisionError(String);

/// A file in a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The revision, such as `HEAD~1` or `v1.2`.
    pub name: String,
    /// The path behind the colon: from the top of the tree, or, with `./`, from the current directory.
    pub path: String,
}

impl Revision {
    /// What `argument` means, if it names a file in a revision. A file of that very name wins.
    pub fn of(argument: &Path) -> Option<Self> {
        let (name, path) = argument.to_str()?.split_once(':')?;
        // One letter before a colon is a drive; a word that begins with a dash would be an option.
        let is_revision = name.chars().count() > 1 || name == "@";
        let plain = !name.starts_with('-') && !path.is_empty() && !path.starts_with(['\\', '/']);
        (is_revision && plain && !argument.exists()).then(|| Self { name: name.to_owned(), path: path.to_owned() })
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// There is no git, no repository, no such revision or no such file in it.
    pub fn read(&self, current: &Path) -> Result<Vec<u8>, RevisionError> {
        let object = format!("{}:{}", self.name, self.path);
        git(current, &["cat-file", "blob", &object])
    }

    /// Where the file stands on disk today, if it still does.
    pub fn path_on_disk(&self, current: &Path) -> Option<PathBuf> {
        if self.path.starts_with("./") || self.path.starts_with("../") {
            return Some(current.join(&self.path));
        }
        Some(top(current).ok()?.join(&self.path))
    }

    /// The templates that the texts name, as they were in the revision, by the paths where they stand on disk today.
    ///
    /// What a revision does not have is looked for on disk: a library of the home directory has no revisions.
    pub fn templates(&self, text: &str, current: &Path) -> BTreeMap<PathBuf, Arc<str>> {
        let mut found = BTreeMap::new();
        let Ok(top) = top(current) else { return found };
        let listed = git(&top, &["ls-tree", "-r", "-z", "--name-only", &self.name]).unwrap_or_default();
        let names = listed.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok());
        let mut templates: Vec<&str> = names.filter(|name| name.ends_with(".tera")).take(MOST_TEMPLATES).collect();
        let mut texts: Vec<Arc<str>> = vec![text.into()];
        // A template may name others, so each text that is found is searched too.
        while let Some(text) = texts.pop() {
            templates.retain(|name| {
                let file_name = Path::new(name).file_name().and_then(OsStr::to_str).unwrap_or_default();
                if !text.contains(file_name) {
                    return true;
                }
                let template = Self { name: self.name.clone(), path: (*name).to_owned() };
                if let Some(text) = template.read(&top).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                    let text: Arc<str> = text.into();
                    texts.push(text.clone());
                    found.insert(top.join(name), text);
                }
                false
            });
        }
        found
    }
}

/// The top directory of the working tree.
fn top(current: &Path) -> Result<PathBuf, RevisionError> {
    let path = git(current, &["rev-parse", "--show-toplevel"])?;
    Ok(PathBuf::from(String::from_utf8_lossy(&path).trim_end_matches('\n')))
}

/// What git answers.
fn git(current: &Path, arguments: &[&str]) -> Result<Vec<u8>, RevisionError> {
    let output = Command::new("git")
        .arg("--no-pager")
        .args(arguments)
        .current_dir(current)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| RevisionError(format!("`git` does not run: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it failed").trim_start_matches("fatal: ");
    Err(RevisionError(format!("git says: {said}")))
}

#[cfg(test)]
mod tests {
    use super::{Path, Revision};

    #[test]
    fn a_colon_parts_a_revision_from_a_path() {
        let of = |text: &str| Revision::of(Path::new(text)).map(|revision| (revision.name, revision.path));
        let pair = |name: &str, path: &str| Some((name.to_owned(), path.to_owned()));
        assert_eq!(of("HEAD~1:tests/a.clnrm.toml"), pair("HEAD~1", "tests/a.clnrm.toml"));
        assert_eq!(of("@:./a.toml"), pair("@", "./a.toml"));
        assert_eq!(of("feature/x:a:b"), pair("feature/x", "a:b"));
        for none in ["a.clnrm.toml", "C:\\a.toml", "c:a.toml", "--output:x", "HEAD:", "https://example.com"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
