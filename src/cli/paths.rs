//! Paths as they are shown, and the roots of a workspace.

use std::path::{Component, Path, PathBuf};

use crate::analysis::project::working_tree;
use crate::config::project::FILE_NAME;

/// `path` without `.` components; keeps `..`, for what it means depends on symbolic links.
pub fn tidy(path: &Path) -> PathBuf {
    let tidied: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if tidied.as_os_str().is_empty() { PathBuf::from(".") } else { tidied }
}

/// `path` without `.` and `..`, by its text alone: where `..` follows a symbolic link, this is another place.
pub fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normalized.pop();
            }
            part => normalized.push(part),
        }
    }
    normalized
}

/// How `path` is shown: relative to `base` where it lies below it, with `/` between its parts.
pub fn shown(path: &Path, base: &Path) -> String {
    let relative = path.strip_prefix(base).unwrap_or(path);
    let text = relative.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// The directories that templates of the files at `paths` may read, and up to which settings are looked for: for each path the working tree
/// of git that it lies in; else the current directory or, where tests are `trusted`, the folder of the nearest settings above it, whichever
/// holds more; else its own directory.
pub fn roots(paths: &[PathBuf], current: &Path, trusted: bool) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = Vec::new();
    for path in paths {
        let path = tidy(&current.join(path));
        let directory = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        if roots.iter().any(|root| directory.starts_with(root)) {
            continue;
        }
        let root = working_tree(directory).unwrap_or_else(|| {
            let here = directory.starts_with(current).then_some(current);
            let settings = directory.ancestors().find(|folder| trusted && folder.join(FILE_NAME).is_file());
            let widest = [here, settings].into_iter().flatten().min_by_key(|folder| folder.components().count());
            widest.unwrap_or(directory)
        });
        roots.push(root.to_path_buf());
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_git_a_project_reaches_to_its_settings() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        let tests = project.join("tests");
        std::fs::create_dir_all(&tests).unwrap();
        let root_of = |current: &Path, trusted: bool| roots(std::slice::from_ref(&tests), current, trusted);
        let elsewhere = folder.path().join("elsewhere");
        assert_eq!(root_of(&elsewhere, true), std::slice::from_ref(&tests));
        std::fs::write(project.join(FILE_NAME), "").unwrap();
        assert_eq!(root_of(&elsewhere, true), std::slice::from_ref(&project), "seen from elsewhere");
        assert_eq!(root_of(&tests, true), std::slice::from_ref(&project), "seen from below");
        assert_eq!(root_of(folder.path(), true), [folder.path()], "seen from above");
        assert_eq!(root_of(&tests, false), std::slice::from_ref(&tests), "who is not trusted sees nothing more");
    }

    #[test]
    fn a_path_is_shown_from_where_the_user_stands() {
        assert_eq!(shown(Path::new("/a/b/c.toml"), Path::new("/a")), "b/c.toml");
        assert_eq!(shown(Path::new("/a/b/c.toml"), Path::new("/x")), "/a/b/c.toml");
        assert_eq!(shown(&tidy(Path::new("./b/./c.toml")), Path::new("/a")), "b/c.toml");
        assert_eq!(tidy(Path::new("./")), Path::new("."));
        assert_eq!(tidy(Path::new("../x")), Path::new("../x"));
    }
}
