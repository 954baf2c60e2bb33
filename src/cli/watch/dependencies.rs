//! What a test depends on besides its own text: templates that it imports, and what it mounts to be read. Settings are not here: whether they
//! change a test is seen by the options that they give it.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::analysis::cache::{Dependency, Lookup};
use crate::cli::paths::normalized;
use crate::executor::ScenarioPlan;
use crate::executor::plan::VolumeSource;

/// So many files of what is mounted are remembered by their content at first; of others the first write counts as a change.
const MOST_FILES: usize = 2_000;

/// So many folders of what is mounted are followed.
const MOST_FOLDERS: usize = 2_000;

/// The user's own templates, in the home folder.
const HOME_LIBRARY: &str = ".clnrm/templates";

/// What a test depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    templates: BTreeSet<Template>,
    mounts: BTreeSet<PathBuf>,
}

/// A template that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Template {
    /// As it was asked for.
    name: PathBuf,
    /// The folder of the file that asked.
    from: PathBuf,
    /// What was found; `None` where that was nothing, or a built-in one.
    found: Option<PathBuf>,
}

impl Template {
    /// Whether the file at `path` is it, or would be taken in its place: a nearer file goes before one that was found farther away.
    fn may_be(&self, path: &Path) -> bool {
        let is_looked_for = || {
            let place = path.ancestors().nth(self.name.components().count());
            place.is_some_and(|place| self.from.starts_with(place) || place.ends_with(HOME_LIBRARY))
        };
        self.found.as_deref() == Some(path) || path.ends_with(&self.name) && is_looked_for()
    }
}

impl Dependencies {
    /// Those of a test: what its templates asked for, and what its scenarios mount to be read.
    pub fn of(templates: Vec<Dependency>, plan: Option<&ScenarioPlan>) -> Self {
        let templates = templates.into_iter().map(|asked| Template {
            name: PathBuf::from(&asked.name),
            from: asked.from.path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned(),
            found: match asked.found {
                Lookup::Found { path, .. } => path,
                Lookup::Failed(_) => None,
            },
        });
        let services = plan.into_iter().flat_map(|plan| &plan.tests).flat_map(|test| &test.services);
        let mounts = services.flat_map(|service| &service.volumes).filter(|volume| volume.read_only);
        let mounts = mounts.filter_map(|volume| match &volume.source {
            VolumeSource::Host(path) => Some(normalized(path)),
            VolumeSource::Named(_) | VolumeSource::Anonymous => None,
        });
        Self { templates: templates.collect(), mounts: mounts.collect() }
    }

    /// Whether a change of the file or folder at `path` may change the test.
    pub fn holds(&self, path: &Path) -> bool {
        self.templates.iter().any(|template| template.may_be(path))
            || self.mounts.iter().any(|mount| path.strip_prefix(mount).is_ok_and(|inside| !is_ours(inside)))
    }

    /// The folders that must be followed to hear of changes; `roots` are those up to which templates are looked for.
    pub fn folders(&self, roots: &[PathBuf], home: Option<&Path>) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        for template in &self.templates {
            let root =
                roots.iter().filter(|root| template.from.starts_with(root)).max_by_key(|it| it.components().count());
            let near = template.from.ancestors().take_while(|folder| match root {
                Some(root) => folder.starts_with(root),
                None => *folder == template.from,
            });
            let places = near.map(Path::to_owned).chain(home.map(|home| home.join(HOME_LIBRARY)));
            folders.extend(places.filter_map(|place| existing(place.join(&template.name).parent()?)));
            folders.extend(template.found.as_deref().and_then(Path::parent).and_then(existing));
        }
        for mount in &self.mounts {
            folders.extend(mount.parent().and_then(existing));
            if mount.is_dir() {
                let inside = entries(mount).filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
                folders.extend(inside.take(MOST_FOLDERS).map(ignore::DirEntry::into_path));
            }
        }
        folders
    }

    /// The files as they are there now, as many as can be remembered.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let found = self.templates.iter().filter_map(|template| template.found.clone());
        let mounted = self.mounts.iter().flat_map(|mount| entries(mount));
        let mounted = mounted.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        found.chain(mounted.take(MOST_FILES).map(ignore::DirEntry::into_path))
    }
}

/// What is below a path that is mounted, hidden and ignored files too, for containers see them.
fn entries(mount: &Path) -> impl Iterator<Item = ignore::DirEntry> {
    let inside = WalkBuilder::new(mount)
        .standard_filters(false)
        .follow_links(false)
        .filter_entry(|entry| !is_ours(Path::new(entry.file_name())))
        .build();
    inside.filter_map(Result::ok)
}

/// Whether a path inside of a mount is written by `clnrm` or by version control while people only look.
fn is_ours(inside: &Path) -> bool {
    inside.components().any(|part| matches!(part, Component::Normal(name) if name == ".clnrm" || name == ".git"))
}

/// The folder, or the nearest one above it that exists: there it is told when it comes.
pub fn existing(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
}
