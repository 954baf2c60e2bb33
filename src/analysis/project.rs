//! The settings of the project that a file belongs to: the nearest `cleanroom.toml` in its directory or above it, up to the
//! root of the workspace. Editor and terminal both find, read and apply them here, so that they can't disagree.
//!
//! Does not know where texts come from: the caller reads files, or has them open.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use serde_json::Value;

use super::finish::finish;
use super::mapping::Mapping;
use super::{Analysis, AnalysisOptions, CombinationCount, FileKind, StageDurations};
use crate::config::model::{Keyed, Scalar};
use crate::config::project::{FILE_NAME, parse};
use crate::template::{ReadingMode, SourceFile};
use crate::validation::{Finding, Level, Severities, check_project};

pub use crate::config::project::is_project_file;

/// How many texts of settings are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// What a `cleanroom.toml` sets, as far as it can be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// `[lint]`.
    pub severities: Severities,
    /// `[template.vars]`, by name.
    pub variables: Variables,
    /// `[cache] entries`.
    pub cache_entries: Option<NonZeroUsize>,
}

/// Variables that a project sets, by name.
pub type Variables = serde_json::Map<String, Value>;

impl Project {
    /// Reads the text of a `cleanroom.toml`. What can't be used is passed over; [`analyze`] says what that is.
    pub fn of_text(text: &str) -> Self {
        read(text, Level::Syntax).0
    }

    /// `options` with what the project sets.
    pub fn apply(&self, options: AnalysisOptions) -> AnalysisOptions {
        AnalysisOptions { severities: self.severities.clone(), variables: self.variables.clone(), ..options }
    }
}

/// Projects by the text of their settings: each text is read once.
#[derive(Debug)]
pub struct Projects {
    by_text: Mutex<LruCache<Arc<str>, Arc<Project>>>,
}

impl Default for Projects {
    fn default() -> Self {
        Self { by_text: Mutex::new(LruCache::new(REMEMBERED)) }
    }
}

impl Projects {
    /// The project with these settings.
    pub fn of_text(&self, text: &Arc<str>) -> Arc<Project> {
        let mut known = self.by_text.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.get_or_insert(text.clone(), || Arc::new(Project::of_text(text))))
    }
}

/// The nearest `cleanroom.toml` that `read` gives for the file at `path`, an absolute path, with what it gave. Looks in the
/// directories from that of the file up to the innermost of `roots` around it; without one, where the workspace is
/// `trusted`, up to the root of the working tree of git, or in the file's own directory. What lies above belongs to somebody else.
pub fn nearest<T>(
    path: &Path,
    roots: &[PathBuf],
    trusted: bool,
    mut read: impl FnMut(&Path) -> Option<T>,
) -> Option<(PathBuf, T)> {
    let directory = path.parent()?;
    let root = roots.iter().filter(|root| directory.starts_with(root)).max_by_key(|root| root.components().count());
    let top = match root {
        Some(root) => root.as_path(),
        None if trusted => working_tree(directory).unwrap_or(directory),
        None => return None,
    };
    let directories = directory.ancestors().take_while(|ancestor| ancestor.starts_with(top));
    directories.map(|directory| directory.join(FILE_NAME)).find_map(|file| read(&file).map(|found| (file, found)))
}

/// The root of the working tree of git that a directory lies in. Asks the disk.
pub fn working_tree(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|ancestor| ancestor.join(".git").exists())
}

/// Whether there is a file at `path` that may be read: where the workspace is not trusted, one that really lies in it.
pub fn is_readable(path: &Path, roots: &[PathBuf], trusted: bool) -> bool {
    if !path.is_file() {
        return false;
    }
    trusted
        || path.canonicalize().is_ok_and(|path| {
            roots.iter().filter_map(|root| root.canonicalize().ok()).any(|root| path.starts_with(root))
        })
}

/// Everything that is wrong with a `cleanroom.toml`.
pub fn analyze(document: &SourceFile, options: &AnalysisOptions) -> Analysis {
    let started = std::time::Instant::now();
    let (_, findings) = read(&document.text, options.level);
    Analysis {
        kind: FileKind::ProjectSettings,
        mode: ReadingMode::Plain,
        diagnostics: finish(&document.text, Mapping::IDENTITY.diagnostics(findings), options),
        files: vec![document.clone()],
        links: Vec::new(),
        rendered: None,
        config: Arc::default(),
        sources: Arc::default(),
        durations: StageDurations { parse: started.elapsed(), ..StageDurations::default() },
        combinations: CombinationCount::ONE,
        cached: false,
    }
}

fn read(text: &str, level: Level) -> (Project, Vec<Finding>) {
    let parsed = parse(text);
    let (severities, findings) = check_project(text, &parsed, level);
    let cache_entries = parsed.settings.cache_entries.and_then(|entries| NonZeroUsize::new(entries.value));
    (Project { severities, variables: map(&parsed.settings.variables), cache_entries }, findings)
}

fn map(entries: &[Keyed<Scalar>]) -> Variables {
    entries.iter().filter_map(|entry| Some((entry.key.text.clone(), value(&entry.value)?))).collect()
}

/// The value of a variable; `None` where a mistake hides it. As deep as the parser of TOML allows.
fn value(scalar: &Scalar) -> Option<Value> {
    Some(match scalar {
        Scalar::Text(text) => text.known()?.into(),
        Scalar::Integer(number) => number.value.into(),
        Scalar::Float(number) => number.value.into(),
        Scalar::Boolean(flag) => flag.value.into(),
        Scalar::Datetime(time) => time.value.as_str().into(),
        Scalar::Array(items) => items.value.iter().filter_map(value).collect::<Vec<_>>().into(),
        Scalar::Table(entries) => map(&entries.value).into(),
        Scalar::Unknown(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, roots: &[&str], trusted: bool, existing: &[&str]) -> Option<String> {
        let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
        let exists = |path: &Path| existing.iter().any(|known| Path::new(known) == path).then_some(());
        Some(nearest(Path::new(path), &roots, trusted, exists)?.0.display().to_string())
    }

    #[test]
    fn the_nearest_settings_up_to_the_root_count() {
        let files = ["/cleanroom.toml", "/w/cleanroom.toml", "/w/a/cleanroom.toml"];
        assert_eq!(found("/w/a/b/t.toml", &["/w"], true, &files).as_deref(), Some("/w/a/cleanroom.toml"));
        assert_eq!(found("/w/b/t.toml", &["/w"], true, &files).as_deref(), Some("/w/cleanroom.toml"));
        assert_eq!(found("/w/b/t.toml", &["/w", "/w/b"], true, &files), None, "the innermost root is the workspace");
        assert_eq!(found("/w/a/cleanroom.toml", &["/w"], true, &files).as_deref(), Some("/w/a/cleanroom.toml"));
    }

    #[test]
    fn outside_of_the_roots_nothing_counts_that_is_not_trusted() {
        let files = ["/x/cleanroom.toml", "/cleanroom.toml"];
        assert_eq!(found("/x/t.toml", &["/w"], false, &files), None);
        assert_eq!(found("/x/t.toml", &["/w"], true, &files).as_deref(), Some("/x/cleanroom.toml"));
        assert_eq!(found("/x/y/t.toml", &["/w"], true, &files), None, "only its own directory");
    }

    #[test]
    fn what_can_be_used_is_used_though_something_else_is_wrong() {
        let text = "[lint]\nbroad-glob = \"off\"\nnope = \"off\"\n[template.vars]\nimage = \"alpine\"\nn = { a = [1, 2.5] }\n\
                    [cache]\nentries = 7\nx =\n";
        let project = Project::of_text(text);
        let rule = crate::validation::catalogue::rule("broad-glob").unwrap();
        assert!(project.severities.is_off(rule));
        let variables = serde_json::json!({ "image": "alpine", "n": { "a": [1, 2.5] } });
        assert_eq!(Value::from(project.variables), variables);
        assert_eq!(project.cache_entries, NonZeroUsize::new(7));
    }
}
