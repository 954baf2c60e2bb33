//! Where templates find the files that they import, include or extend.
//!
//! A name is looked for in the directory of the file that names it, then in the directories above up to the root of the
//! workspace, then in `~/.clnrm/templates`, then in the library that is built in. The first file found wins, so that a
//! `_macros.toml.tera` beside a test replaces the built-in one.
//!
//! In a workspace that is not trusted nothing outside of it is read: neither the home directory, nor what `..` or a
//! symbolic link leads to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::render::{LoadError, TemplateLoader, TemplateName};
use super::source::SourceFile;

/// Files longer than this, in bytes, are not read.
pub const MAX_TEMPLATE_BYTES: u64 = 4 << 20;

/// The name of the macro library.
pub const MACRO_LIBRARY: &str = "_macros.toml.tera";

/// At most so many names of one directory are offered for a did-you-mean.
const MAX_LISTED: usize = 256;

/// What the place of the built-in files is called.
const BUILT_IN_PLACE: &str = "the built-in library";

/// What the place of the user's own files is called.
const HOME_PLACE: &str = "`~/.clnrm/templates`";

static BUILT_IN: LazyLock<[(&str, Arc<str>); 1]> =
    LazyLock::new(|| [(MACRO_LIBRARY, include_str!("../../templates/_macros.toml.tera").into())]);

/// The built-in file `name`.
pub fn built_in(name: &str) -> Option<SourceFile> {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    Some(SourceFile { name: (*name).to_owned(), path: None, text: text.clone() })
}

/// Whether `file` is one of the built-in files, not one that stands in its place.
pub(super) fn is_built_in(file: &SourceFile) -> bool {
    file.path.is_none() && BUILT_IN.iter().any(|(name, text)| *name == file.name && Arc::ptr_eq(text, &file.text))
}

fn built_in_names() -> impl Iterator<Item = String> {
    BUILT_IN.iter().map(|(name, _)| (*name).to_owned())
}

/// Finds files on disk, with the unsaved texts of an editor over them.
#[derive(Clone, Debug, Default)]
pub struct DiskLoader {
    roots: Vec<PathBuf>,
    home_library: Option<PathBuf>,
    trusted: bool,
    buffers: BTreeMap<PathBuf, Arc<str>>,
}

impl DiskLoader {
    /// A loader for a workspace with these root directories, which may read what the files of the workspace name.
    pub fn trusted(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        let home = std::env::home_dir().filter(|home| home.is_absolute());
        Self {
            roots: roots.into_iter().collect(),
            home_library: home.map(|home| home.join(".clnrm").join("templates")),
            trusted: true,
            buffers: BTreeMap::new(),
        }
    }

    /// A loader that reads nothing outside of these root directories.
    pub fn untrusted(roots: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { roots: roots.into_iter().collect(), ..Self::default() }
    }

    /// Looks in `directory` instead of `~/.clnrm/templates`. Means nothing in a workspace that is not trusted.
    pub fn with_home_library(mut self, directory: Option<PathBuf>) -> Self {
        self.home_library = directory.filter(|_| self.trusted);
        self
    }

    /// Takes these texts in place of the files at their (absolute) paths, whether the files exist or not.
    pub fn with_buffers(mut self, buffers: BTreeMap<PathBuf, Arc<str>>) -> Self {
        self.buffers = buffers;
        self
    }

    /// The directories that a file in `directory` sees, nearest first.
    fn directories(&self, directory: &Path) -> Vec<PathBuf> {
        let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
        let roots = self.roots.iter().filter_map(|root| std::path::absolute(root).ok());
        // Of nested roots the innermost is the workspace.
        let root = roots.filter(|root| absolute.starts_with(root)).max_by_key(|root| root.components().count());
        match root {
            Some(root) => {
                absolute.ancestors().take_while(|ancestor| ancestor.starts_with(&root)).map(Path::to_owned).collect()
            }
            None if self.trusted => vec![absolute],
            None => Vec::new(),
        }
    }

    /// How people know `directory`.
    fn place(&self, directory: &Path) -> String {
        let inside = self
            .roots
            .iter()
            .filter_map(|root| directory.strip_prefix(std::path::absolute(root).ok()?).ok().map(Path::to_owned));
        match inside.min_by_key(|path| path.components().count()) {
            Some(path) if path.as_os_str().is_empty() => "the root of the workspace".to_owned(),
            Some(path) => format!("`{}`", path.display()),
            None => format!("`{}`", directory.display()),
        }
    }

    /// The text of `path`, if there is such a file.
    fn read(&self, path: &Path) -> Option<Result<Arc<str>, LoadError>> {
        if let Some(text) = self.buffers.get(&normalized(path)) {
            return Some(Ok(text.clone()));
        }
        // A pipe or a device would block or never end.
        let metadata = match path.metadata() {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return None,
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied) => {
                return Some(unreadable("it may not be read"));
            }
            Err(_) => return None,
        };
        if !self.trusted && !self.is_inside(path) {
            return Some(unreadable("it lies outside of the workspace, which is not trusted"));
        }
        if metadata.len() > MAX_TEMPLATE_BYTES {
            return Some(too_long());
        }
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MAX_TEMPLATE_BYTES + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return Some(unreadable(&format!("it can't be read: {error}")));
        }
        if bytes.len() as u64 > MAX_TEMPLATE_BYTES {
            return Some(too_long());
        }
        let Ok(text) = String::from_utf8(bytes) else { return Some(unreadable("it is not UTF-8")) };
        Some(Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).into()))
    }

    /// Whether `path`, with all symbolic links followed, lies in one of the roots.
    fn is_inside(&self, path: &Path) -> bool {
        let Ok(path) = path.canonicalize() else { return false };
        self.roots.iter().filter_map(|root| root.canonicalize().ok()).any(|root| path.starts_with(root))
    }
}

impl TemplateLoader for DiskLoader {
    fn load(&self, name: &str, from: &SourceFile) -> Result<SourceFile, LoadError> {
        if let Some(reason) = refusal(name, self.trusted) {
            return Err(LoadError::Unreadable { reason: reason.to_owned() });
        }
        let own = from.path.as_deref().map(|path| path.parent().unwrap_or(Path::new("")));
        let mut places = own.map(|own| self.directories(own)).unwrap_or_default();
        let near = places.len();
        places.extend(self.home_library.clone());
        for directory in &places {
            let path = directory.join(name);
            if let Some(text) = self.read(&path) {
                return Ok(SourceFile { name: name.to_owned(), path: Some(normalized(&path)), text: text? });
            }
        }
        if let Some(file) = built_in(name) {
            return Ok(file);
        }
        let mut searched: Vec<String> = places.iter().take(near).map(|directory| self.place(directory)).collect();
        searched.extend(self.home_library.iter().map(|_| HOME_PLACE.to_owned()));
        searched.push(BUILT_IN_PLACE.to_owned());
        let existing = places.iter().flat_map(|directory| template_names(directory)).chain(built_in_names()).collect();
        Err(LoadError::NotFound { searched, existing })
    }

    fn names(&self, from: &SourceFile) -> Vec<TemplateName> {
        let own = from.path.as_deref().map(|path| path.parent().unwrap_or(Path::new("")));
        let near = own.map(|own| self.directories(own)).unwrap_or_default();
        let near = near.into_iter().map(|directory| (self.place(&directory), directory));
        let home = self.home_library.clone().map(|directory| (HOME_PLACE.to_owned(), directory));
        let mut names: Vec<TemplateName> = Vec::new();
        let mut add = |name: String, place: &str| {
            if names.iter().all(|known| known.name != name) {
                names.push(TemplateName { name, place: place.to_owned() });
            }
        };
        for (place, directory) in near.chain(home) {
            let open = self.buffers.keys().filter(|path| path.parent() == Some(directory.as_path()));
            let open =
                open.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).filter(|it| is_template(it));
            let found = open.chain(template_names(&directory)).filter(|name| {
                let path = directory.join(name);
                from.path.as_deref() != Some(path.as_path()) && (self.trusted || self.is_inside(&path))
            });
            found.for_each(|name| add(name, &place));
        }
        built_in_names().for_each(|name| add(name, BUILT_IN_PLACE));
        names
    }
}

/// Files in memory, then the built-in library. For tests and for callers without a disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryLoader {
    files: BTreeMap<String, Arc<str>>,
}

impl MemoryLoader {
    /// A loader of these files: name and text.
    pub fn of<N: Into<String>, T: Into<Arc<str>>>(files: impl IntoIterator<Item = (N, T)>) -> Self {
        Self { files: files.into_iter().map(|(name, text)| (name.into(), text.into())).collect() }
    }
}

impl TemplateLoader for MemoryLoader {
    fn load(&self, name: &str, _: &SourceFile) -> Result<SourceFile, LoadError> {
        if let Some(text) = self.files.get(name) {
            return Ok(SourceFile { name: name.to_owned(), path: Some(PathBuf::from(name)), text: text.clone() });
        }
        built_in(name).ok_or_else(|| LoadError::NotFound {
            searched: vec!["memory".to_owned(), BUILT_IN_PLACE.to_owned()],
            existing: self.files.keys().cloned().chain(built_in_names()).collect(),
        })
    }

    fn names(&self, _: &SourceFile) -> Vec<TemplateName> {
        let own = self.files.keys().map(|name| TemplateName { name: name.clone(), place: "memory".to_owned() });
        let built_in = built_in_names().map(|name| TemplateName { name, place: BUILT_IN_PLACE.to_owned() });
        own.chain(built_in).collect()
    }
}

/// Why no file can have this name, if so.
fn refusal(name: &str, trusted: bool) -> Option<&'static str> {
    if name.is_empty() {
        return Some("the name is empty");
    }
    if name.contains('\0') {
        return Some("the name holds a NUL character");
    }
    for component in Path::new(name).components() {
        match component {
            Component::RootDir | Component::Prefix(_) => {
                return Some("the name is an absolute path; templates are found by relative ones");
            }
            Component::ParentDir if !trusted => {
                return Some("the name leads upwards (`..`), which only a trusted workspace may do");
            }
            _ => {}
        }
    }
    None
}

fn unreadable<T>(reason: &str) -> Result<T, LoadError> {
    Err(LoadError::Unreadable { reason: reason.to_owned() })
}

fn too_long<T>() -> Result<T, LoadError> {
    unreadable(&format!("it is longer than {} MiB", MAX_TEMPLATE_BYTES >> 20))
}

/// `path` without `.` and, as far as names tell, without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if normalized.file_name().is_some() => {
                normalized.pop();
            }
            other => normalized.push(other),
        }
    }
    normalized
}

/// Whether a file of this name may be meant to be imported or included.
fn is_template(name: &str) -> bool {
    name.ends_with(".tera") || name.starts_with('_')
}

/// The names of the templates in `directory`, sorted.
fn template_names(directory: &Path) -> Vec<String> {
    let Ok(entries) = directory.read_dir() else { return Vec::new() };
    let names = entries.take(4 * MAX_LISTED).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_template(name)).collect();
    names.sort_unstable();
    names.truncate(MAX_LISTED);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these files; the names may hold directories.
    fn disk(files: &[(&str, &str)]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        directory
    }

    fn document(directory: &Path, name: &str) -> SourceFile {
        SourceFile { name: name.to_owned(), path: Some(directory.join(name)), text: "".into() }
    }

    fn trusted(directory: &tempfile::TempDir) -> DiskLoader {
        DiskLoader::trusted([directory.path().join("ws")]).with_home_library(Some(directory.path().join("home")))
    }

    fn reason(result: Result<SourceFile, LoadError>) -> String {
        let Err(LoadError::Unreadable { reason }) = result else { panic!("{result:?}") };
        reason
    }

    #[test]
    fn the_nearest_file_wins_then_home_then_the_built_in_one() {
        let disk = disk(&[
            ("_macros.toml.tera", "outside"),
            ("ws/_macros.toml.tera", "root"),
            ("ws/a/b/_macros.toml.tera", "near"),
            ("home/_macros.toml.tera", "home"),
        ]);
        let loader = trusted(&disk);
        let from = document(disk.path(), "ws/a/b/t.clnrm.toml");
        let text = || loader.load(MACRO_LIBRARY, &from).unwrap().text.to_string();
        assert_eq!(text(), "near");
        std::fs::remove_file(disk.path().join("ws/a/b/_macros.toml.tera")).unwrap();
        assert_eq!(text(), "root");
        std::fs::remove_file(disk.path().join("ws/_macros.toml.tera")).unwrap();
        assert_eq!(text(), "home", "what lies above the workspace is not seen");
        std::fs::remove_file(disk.path().join("home/_macros.toml.tera")).unwrap();
        assert_eq!(loader.load(MACRO_LIBRARY, &from).unwrap().path, None);
    }

    #[test]
    fn names_what_exists_and_where_it_looked() {
        let disk = disk(&[("ws/tests/common.tera", ""), ("ws/tests/notes.txt", ""), ("home/mine.tera", "")]);
        let from = document(disk.path(), "ws/tests/t.clnrm.toml");
        let Err(LoadError::NotFound { searched, existing }) = trusted(&disk).load("comon.tera", &from) else {
            panic!()
        };
        assert_eq!(searched, ["`tests`", "the root of the workspace", "`~/.clnrm/templates`", "the built-in library"]);
        assert_eq!(existing, ["common.tera", "mine.tera", "_macros.toml.tera"]);
    }

    #[test]
    fn an_untrusted_workspace_reads_nothing_outside() {
        let disk = disk(&[("secret.tera", "s3cret"), ("ws/in.tera", "in"), ("home/_macros.toml.tera", "home")]);
        let loader = DiskLoader::untrusted([disk.path().join("ws")]).with_home_library(Some(disk.path().join("home")));
        let from = document(disk.path(), "ws/t.clnrm.toml");
        assert_eq!(&*loader.load("in.tera", &from).unwrap().text, "in");
        assert_eq!(loader.load(MACRO_LIBRARY, &from).unwrap().path, None);
        insta::assert_snapshot!(reason(loader.load("../secret.tera", &from)), @"the name leads upwards (`..`), which only a trusted workspace may do");
        let outside = document(disk.path(), "t.clnrm.toml");
        assert!(matches!(loader.load("secret.tera", &outside), Err(LoadError::NotFound { .. })));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(disk.path().join("secret.tera"), disk.path().join("ws/link.tera")).unwrap();
            insta::assert_snapshot!(reason(loader.load("link.tera", &from)), @"it lies outside of the workspace, which is not trusted");
        }
    }

    #[test]
    fn refuses_what_is_no_template() {
        let disk = disk(&[("ws/t", "")]);
        let path = disk.path().join("ws");
        std::fs::write(path.join("latin1.tera"), b"\xe9").unwrap();
        File::create(path.join("long.tera")).unwrap().set_len(MAX_TEMPLATE_BYTES + 1).unwrap();
        std::fs::create_dir(path.join("directory.tera")).unwrap();
        let (loader, from) = (trusted(&disk), document(&path, "t"));
        assert_eq!(reason(loader.load("latin1.tera", &from)), "it is not UTF-8");
        assert_eq!(reason(loader.load("long.tera", &from)), "it is longer than 4 MiB");
        assert!(reason(loader.load("/etc/passwd", &from)).starts_with("the name is an absolute path"));
        assert!(reason(loader.load("", &from)).contains("empty"));
        assert!(matches!(loader.load("directory.tera", &from), Err(LoadError::NotFound { .. })));
    }

    #[test]
    fn unsaved_texts_win_over_files() {
        let disk = disk(&[("ws/a.tera", "saved")]);
        let path = disk.path().join("ws");
        let buffers = BTreeMap::from([(path.join("a.tera"), "unsaved".into()), (path.join("new.tera"), "new".into())]);
        let (loader, from) = (trusted(&disk).with_buffers(buffers), document(&path, "t"));
        assert_eq!(&*loader.load("a.tera", &from).unwrap().text, "unsaved");
        assert_eq!(&*loader.load("./new.tera", &from).unwrap().text, "new");
    }

    #[test]
    fn text_from_nowhere_sees_the_libraries_alone() {
        let disk = disk(&[("home/mine.tera", "mine")]);
        let from = SourceFile { name: "-".into(), path: None, text: "".into() };
        assert_eq!(&*trusted(&disk).load("mine.tera", &from).unwrap().text, "mine");
        assert!(MemoryLoader::default().load(MACRO_LIBRARY, &from).is_ok());
    }
}
