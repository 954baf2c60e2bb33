//! Paths as they are shown, and the roots of a workspace.

use std::path::{Component, Path, PathBuf};

use crate::analysis::project::working_tree;

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

/// The directories that templates of the files at `paths` may read: for each path the working tree of git that it lies in,
/// else the current directory where it lies below it, else its own directory.
pub fn roots(paths: &[PathBuf], current: &Path) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = Vec::new();
    for path in paths {
        let path = tidy(&current.join(path));
        let directory = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        if roots.iter().any(|root| directory.starts_with(root)) {
            continue;
        }
        let root = working_tree(directory).unwrap_or(if directory.starts_with(current) { current } else { directory });
        roots.push(root.to_path_buf());
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_from_where_the_user_stands() {
        assert_eq!(shown(Path::new("/a/b/c.toml"), Path::new("/a")), "b/c.toml");
        assert_eq!(shown(Path::new("/a/b/c.toml"), Path::new("/x")), "/a/b/c.toml");
        assert_eq!(shown(&tidy(Path::new("./b/./c.toml")), Path::new("/a")), "b/c.toml");
        assert_eq!(tidy(Path::new("./")), Path::new("."));
        assert_eq!(tidy(Path::new("../x")), Path::new("../x"));
    }
}
