//! Finds the tests of a workspace that use a library of macros: a change of it is proved by what they render to.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::config::FileKind;
use crate::template::SourceFile;

/// More importers than this prove nothing new.
pub(super) const MAX_IMPORTERS: usize = 8;

/// At most so many entries of folders are looked at.
const MAX_ENTRIES: usize = 20_000;

/// No test longer than this, in bytes, is read to see what it imports.
const LARGEST: u64 = 1 << 20;

/// The files that may use the library at `library` (an absolute path): those of `known` that name it, then, until there are
/// enough, others below the root that it lies in, the nearest folders first. Links are not followed, so nothing outside is read.
pub fn importers(library: &Path, known: impl IntoIterator<Item = SourceFile>, roots: &[PathBuf]) -> Vec<SourceFile> {
    let Some(name) = library.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for file in known {
        seen.extend(file.path.clone());
        if found.len() < MAX_IMPORTERS && names(&file.text, name) {
            found.push(file);
        }
    }
    let root = roots.iter().filter(|root| library.starts_with(root)).max_by_key(|root| root.as_os_str().len());
    let Some(root) = root else { return found };
    let mut left = MAX_ENTRIES;
    let mut searched: Option<&Path> = None;
    for folder in library.ancestors().skip(1).take_while(|folder| folder.starts_with(root)) {
        let below = searched.replace(folder).map(Path::to_path_buf);
        let mut walk = WalkBuilder::new(folder);
        walk.require_git(false).git_global(false).sort_by_file_name(Ord::cmp);
        walk.filter_entry(move |entry| below.as_deref() != Some(entry.path()));
        for entry in walk.build() {
            if found.len() == MAX_IMPORTERS || left == 0 {
                return found;
            }
            left -= 1;
            let Ok(entry) = entry else { continue };
            let is_test = entry.file_type().is_some_and(|kind| kind.is_file())
                && FileKind::of_name(entry.path()) == Some(FileKind::Test)
                && !seen.iter().any(|path| path == entry.path())
                && entry.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
            if let Some(text) = is_test.then(|| fs::read_to_string(entry.path()).ok()).flatten()
                && names(&text, name)
            {
                let path = entry.into_path();
                found.push(SourceFile { name: path.display().to_string(), path: Some(path), text: text.into() });
            }
        }
    }
    found
}

fn names(text: &str, library: &str) -> bool {
    text.contains(library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_files_come_first_and_the_nearest_ones_follow() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
            root.join(path)
        };
        let import = "{% import \"_lib.toml.tera\" as lib %}";
        let library = write("a/b/_lib.toml.tera", "");
        for path in
            ["z.clnrm.toml.tera", "a/z.clnrm.toml.tera", "a/b/z.clnrm.toml.tera", "a/c/z.clnrm.toml.tera", "a/z.toml"]
        {
            write(path, import);
        }
        write("a/other.clnrm.toml.tera", "");
        let known = root.join("a/z.clnrm.toml.tera");
        let known = SourceFile { name: "open".to_owned(), path: Some(known), text: import.into() };
        let found = importers(&library, [known], &[root.to_path_buf()]);
        let names: Vec<_> = found.iter().map(|file| file.name.replace(root.to_str().unwrap(), "")).collect();
        assert_eq!(names, ["open", "/a/b/z.clnrm.toml.tera", "/a/c/z.clnrm.toml.tera", "/z.clnrm.toml.tera"]);
        assert!(importers(&library, [], &[]).is_empty());
    }
}
