//! All that is watched: which files are tests just now, what is known of each, and what a burst of events changes in that. Reads files and
//! starts nothing; the same events and files lead to the same rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ignore::WalkBuilder;

use super::Dependencies;
use super::dependencies::existing;
use super::look::{Looked, Looks, Unfit, place};
use crate::analysis::project::is_project_file;
use crate::analysis::{AnalysisOptions, Analyzer, CacheLimits, CacheStatistics, RenderCache, StageDurations};
use crate::cli::discovery::{Input, Target, is_test_name, targets};
use crate::cli::input::InputOptions;
use crate::cli::run::{Matcher, Selected, projects};
use crate::cli::settings::Problems;
use crate::cli::{paths, workers};
use crate::config::project::FILE_NAME;
use crate::executor::cache::RunCache;
use crate::expectation::diff::{DiffStrategy as _, ExpectationDiff, SetDiff};
use crate::report::Summary;
use crate::telemetry;
use crate::template::variables::Environment;
use crate::trace::recorded;
use crate::watch::{Burst, HashFilter};

/// So many folders are followed at most; systems have a limit as well.
const MOST_FOLDERS: usize = 8_192;

/// What is watched, and how.
pub struct WatchedSettings {
    /// Files, directories and globs.
    pub paths: Vec<PathBuf>,
    /// What is said of the files.
    pub input: InputOptions,
    /// What seeded functions start from.
    pub seed: u64,
    /// Which scenarios are wanted.
    pub matcher: Matcher,
    /// Whether tests are to run, and not only to be checked.
    pub runs: bool,
    /// Whether it is told what changes in expectations.
    pub diffs: bool,
    /// Where the user stands.
    pub current: PathBuf,
}

/// All that is watched.
pub struct Watched {
    settings: WatchedSettings,
    roots: Vec<PathBuf>,
    home: Option<PathBuf>,
    analyzer: Analyzer,
    filter: HashFilter,
    files: BTreeMap<PathBuf, Looked>,
    /// What each target is, for files that are looked at again.
    targets: BTreeMap<PathBuf, Target>,
    /// Files elsewhere that some of them are links to.
    links: BTreeMap<PathBuf, PathBuf>,
    /// Settings and dependencies whose content is remembered.
    remembered: BTreeSet<PathBuf>,
    problems: Problems,
    /// Tests that are to run as soon as they can.
    due: BTreeSet<PathBuf>,
    /// Whether anything was looked at yet.
    has_looked: bool,
    /// Whether some of them are to run although their outcome is known.
    forced: bool,
}

/// What a burst of events changed.
#[derive(Debug)]
pub struct Round {
    /// When the first event came.
    pub began: Instant,
    /// How long it took until somebody looked: the debounce, and what was done before.
    pub waited: Duration,
    /// Files whose content changed, or that are new, as they are shown.
    pub changed: Vec<String>,
    /// Files that are gone.
    pub gone: Vec<String>,
    /// Whether other folders may count now.
    pub places: bool,
    /// The files that were looked at again.
    pub looked: BTreeSet<PathBuf>,
    /// What changed in the expectations of tests, by the name of the test.
    pub diffs: Vec<(String, ExpectationDiff)>,
    /// How long comparing contents took.
    pub hashing: Duration,
    /// How long looking took by the clock.
    pub looking: Duration,
    /// How long the stages of all looks took together.
    pub stages: StageDurations,
}

impl Round {
    /// Whether nothing happened that anybody wants to know.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.looked.is_empty()
    }
}

impl Watched {
    /// What is to be watched; nothing is looked at yet.
    pub fn new(settings: WatchedSettings) -> Self {
        let roots = paths::roots(&settings.paths, &settings.current, !settings.input.untrusted);
        let analyzer = Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()));
        let cache = analyzer.shared_cache();
        telemetry::observe_cache(telemetry::CacheType::Render, move || cache.statistics().into());
        Self {
            roots,
            home: std::env::home_dir().filter(|home| home.is_absolute()),
            settings,
            analyzer,
            filter: HashFilter::default(),
            files: BTreeMap::new(),
            targets: BTreeMap::new(),
            links: BTreeMap::new(),
            remembered: BTreeSet::new(),
            problems: Problems::default(),
            due: BTreeSet::new(),
            has_looked: false,
            forced: false,
        }
    }

    /// Brings everything up to date with what is on disk, as far as the events tell that it may have changed.
    pub fn apply(&mut self, burst: &Burst) -> Round {
        let waited = burst.began.elapsed();
        let started = Instant::now();
        let before: BTreeSet<PathBuf> = self.files.keys().cloned().collect();
        let is_first = !std::mem::replace(&mut self.has_looked, true);
        let mut changed: BTreeSet<PathBuf> = match burst.lost {
            true => self.inputs(),
            false => {
                let linked = burst.touched.iter().filter_map(|path| self.links.get(path));
                burst.touched.iter().filter(|path| self.is_input(path)).chain(linked).cloned().collect()
            }
        };
        changed.retain(|path| self.filter.changed(path));
        let discovers = burst.lost || burst.folders || burst.touched.iter().any(|path| self.may_be_discovered(path));
        if discovers {
            self.discover();
        }
        let gone: Vec<PathBuf> = before.iter().filter(|path| !self.targets.contains_key(*path)).cloned().collect();
        let new: BTreeSet<PathBuf> = self.targets.keys().filter(|path| !before.contains(*path)).cloned().collect();
        let hashing = started.elapsed();
        for path in &gone {
            self.files.remove(path);
            self.due.remove(path);
        }

        let started = Instant::now();
        let sees_settings = discovers || changed.iter().any(|path| is_project_file(path));
        let options = if sees_settings { self.options() } else { BTreeMap::new() };
        let affected = |path: &PathBuf, known: &Looked| {
            let options_differ = || options.get(path).is_some_and(|now| **now != *known.options);
            changed.contains(path)
                || changed.iter().chain(&gone).any(|it| known.dependencies.holds(it))
                || options_differ()
        };
        let affected = self.files.iter().filter(|(path, known)| affected(path, known)).map(|(path, _)| path.clone());
        let looked: BTreeSet<PathBuf> = affected.chain(new.iter().cloned()).collect();
        let first = changed.iter().chain(&gone).chain(&new).next();
        let span = first.map(|path| {
            let files = changed.len() + gone.len() + new.len();
            tracing::debug_span!("watch.file_changed", path = %path.display(), source = "disk", files)
        });
        let _entered = span.filter(|_| !is_first).map(tracing::Span::entered);
        let depended = self.dependencies(&looked);
        let (diffs, stages) = self.look(&looked, &options, is_first);
        let places = discovers || depended != self.dependencies(&looked);

        // A file that was removed and came back is not new in the eyes of people.
        let news = if is_first { BTreeSet::new() } else { new };
        let shown = |path: &PathBuf| paths::shown(path, &self.settings.current);
        changed.retain(|path| !gone.contains(path));
        Round {
            began: burst.began,
            waited,
            gone: gone.iter().map(shown).chain(changed.iter().filter(|path| !path.exists()).map(shown)).collect(),
            changed: changed.iter().filter(|path| path.exists()).chain(news.difference(&changed)).map(shown).collect(),
            places,
            looked,
            diffs,
            hashing,
            looking: started.elapsed(),
            stages,
        }
    }

    /// What these files depend on.
    fn dependencies(&self, paths: &BTreeSet<PathBuf>) -> Vec<Dependencies> {
        paths.iter().filter_map(|path| self.files.get(path)).map(|looked| looked.dependencies.clone()).collect()
    }

    /// Looks at these files again.
    fn look(
        &mut self,
        paths: &BTreeSet<PathBuf>,
        options: &BTreeMap<PathBuf, Arc<AnalysisOptions>>,
        is_first: bool,
    ) -> (Vec<(String, ExpectationDiff)>, StageDurations) {
        // Remembered before they are read: what changes in between is noticed later.
        for path in paths {
            self.filter.changed(path);
        }
        let options_of = |path: &PathBuf| {
            let known = || self.files.get(path).map(|known| Arc::clone(&known.options));
            options.get(path).cloned().or_else(known).unwrap_or_default()
        };
        let jobs: Vec<(&PathBuf, &Target, Arc<AnalysisOptions>)> =
            paths.iter().filter_map(|path| Some((path, self.targets.get(path)?, options_of(path)))).collect();
        let WatchedSettings { matcher, runs, current, .. } = &self.settings;
        let looks = Looks { analyzer: &self.analyzer, matcher, runs: *runs, current };
        let done = workers::map(&jobs, |(path, target, options)| {
            ((*path).clone(), looks.at(path, target, Arc::clone(options)))
        });
        let (mut diffs, mut stages) = (Vec::new(), StageDurations::default());
        let mut read_before = BTreeSet::new();
        for (path, looked) in done {
            stages += looked.durations();
            let old = self.files.get(&path).and_then(|known| known.tree.clone());
            if let (true, false, Some(old), Some(new)) = (self.settings.diffs, is_first, old, &looked.tree) {
                let diff = SetDiff.diff(&old, new);
                if !diff.changes.is_empty() || diff.reading.is_some() {
                    diffs.push((looked.shown.clone(), diff));
                }
            }
            let is_known = self.files.get(&path).is_some_and(|known| known.dependencies == looked.dependencies);
            for file in looked.dependencies.files().filter(|_| !is_known) {
                if self.remembered.insert(file.clone()) {
                    self.filter.changed(&file);
                    read_before.insert(path.clone());
                }
            }
            match looked.wanted.is_some() && looked.unfit != Some(Unfit::Unasked) {
                true => self.due.insert(path.clone()),
                false => self.due.remove(&path),
            };
            self.files.insert(path, looked);
        }
        if !read_before.is_empty() {
            // What was remembered only now may have changed since it was read.
            let (more, again) = self.look(&read_before, options, is_first);
            diffs.extend(more);
            stages += again;
        }
        (diffs, stages)
    }

    /// Finds out which files there are.
    fn discover(&mut self) {
        let current = &self.settings.current;
        let found = targets(&self.settings.paths, None, current);
        let files = found.into_iter().filter_map(|target| match &target.input {
            Input::File(path) => Some((place(path, current), target)),
            Input::Stdin(_) | Input::Missing(_) => None,
        });
        self.targets = files.collect();
        let is_link = |path: &&PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_symlink());
        let links = self.targets.keys().filter(is_link);
        self.links = links.filter_map(|path| Some((path.canonicalize().ok()?, path.clone()))).collect();
    }

    /// What the projects of all files say now.
    fn options(&mut self) -> BTreeMap<PathBuf, Arc<AnalysisOptions>> {
        // Remembered before they are read: what changes in between is noticed later.
        for file in self.possible_settings().filter(|file| file.is_file()).collect::<Vec<_>>() {
            if self.remembered.insert(file.clone()) {
                self.filter.changed(&file);
            }
        }
        let WatchedSettings { paths, input, seed, current, .. } = &self.settings;
        let mut projects = projects(paths, input, *seed, current);
        let options = self.targets.keys().map(|path| (path.clone(), projects.options(path))).collect();
        self.problems = projects.into_problems();
        options
    }

    /// Whether the content of the file at `path` counts.
    fn is_input(&self, path: &Path) -> bool {
        let is_settings = || {
            let folder = path.parent().unwrap_or(path);
            is_project_file(path) && self.files.keys().any(|file| file.starts_with(folder))
        };
        self.files.contains_key(path)
            || is_settings()
            || self.files.values().any(|looked| looked.dependencies.holds(path)) && !path.is_dir()
    }

    /// Whether the file at `path` may be one of ours that is new or gone.
    fn may_be_discovered(&self, path: &Path) -> bool {
        match self.files.contains_key(path) {
            true => !path.exists(),
            false => {
                let decides = path.file_name().is_some_and(|name| name == ".gitignore" || name == ".ignore");
                let is_named = || self.settings.paths.iter().any(|named| place(named, &self.settings.current) == path);
                // A glob may mean files of any name.
                let by_glob = || self.settings.paths.iter().any(|named| !place(named, &self.settings.current).exists());
                decides || path.exists() && (is_test_name(path) || is_named() || by_glob())
            }
        }
    }

    /// Everything whose content counts, as far as it is there.
    fn inputs(&self) -> BTreeSet<PathBuf> {
        let depended = self.files.values().flat_map(|looked| looked.dependencies.files());
        let settings = self.possible_settings().filter(|file| file.exists() || self.remembered.contains(file));
        self.files.keys().cloned().chain(depended).chain(settings).collect()
    }

    /// Where settings of the tests may be.
    fn possible_settings(&self) -> impl Iterator<Item = PathBuf> {
        self.above().into_iter().map(|folder| folder.join(FILE_NAME))
    }

    /// The folders of all files, and those above them up to the root of the workspace.
    fn above(&self) -> BTreeSet<PathBuf> {
        let mut above = BTreeSet::new();
        for path in self.targets.keys() {
            let folder = path.parent().unwrap_or(path);
            let root =
                self.roots.iter().filter(|root| folder.starts_with(root)).max_by_key(|it| it.components().count());
            let up = folder.ancestors().take_while(|it| root.map_or(*it == folder, |root| it.starts_with(root)));
            for folder in up {
                if !above.insert(folder.to_owned()) {
                    break;
                }
            }
        }
        above
    }

    /// The folders that must be followed to hear of every change.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders = self.above();
        for path in &self.settings.paths {
            let path = place(path, &self.settings.current);
            let is_literal = |folder: &&Path| folder.is_dir();
            // Of a glob, the part that is no pattern.
            let Some(base) = path.ancestors().find(is_literal) else { continue };
            if base == path || !path.exists() {
                let inside = WalkBuilder::new(base)
                    .require_git(false)
                    .follow_links(false)
                    .filter_entry(|entry| entry.depth() == 0 || entry.file_type().is_some_and(|kind| kind.is_dir()))
                    .build();
                let inside =
                    inside.filter_map(Result::ok).map(ignore::DirEntry::into_path).filter(|path| path.is_dir());
                folders.extend(inside.take(MOST_FOLDERS));
            }
            folders.extend(base.parent().filter(|_| base == path).and_then(existing));
            folders.insert(base.to_owned());
        }
        for looked in self.files.values() {
            folders.extend(looked.dependencies.folders(&self.roots, self.home.as_deref()));
        }
        folders.extend(self.links.keys().filter_map(|real| existing(real.parent()?)));
        folders
    }

    /// The files, and what is known of each.
    pub const fn files(&self) -> &BTreeMap<PathBuf, Looked> {
        &self.files
    }

    /// What is wrong in settings.
    pub const fn problems(&self) -> &Problems {
        &self.problems
    }

    /// The files of which something is wanted, or of which nothing can be told.
    pub fn tests(&self) -> impl Iterator<Item = (&PathBuf, &Looked)> {
        self.files.iter().filter(|(_, looked)| looked.is_meant())
    }

    /// Counts the findings of all tests that are wanted.
    pub fn summary(&self) -> Summary {
        Summary::of(self.tests().map(|(_, looked)| &looked.checked))
    }

    /// Whether something is wrong that a check fails for.
    pub fn is_wrong(&self) -> bool {
        !self.problems.failures.is_empty() || self.tests().any(|(_, looked)| looked.is_wrong())
    }

    /// The tests that are to run and can.
    pub fn due(&self) -> impl Iterator<Item = &PathBuf> {
        let is_fit = |path: &&PathBuf| self.files.get(*path).is_some_and(|looked| looked.unfit.is_none());
        // With settings that say nothing it is unclear what a test is.
        self.due.iter().filter(|_| self.problems.failures.is_empty()).filter(is_fit)
    }

    /// Lets these tests run, as soon as they can; `forced` although their outcome is known.
    pub fn make_due(&mut self, files: &BTreeSet<PathBuf>, forced: bool) {
        let wanted = files.iter().filter(|path| self.files.get(*path).is_some_and(|looked| looked.wanted.is_some()));
        self.due.extend(wanted.cloned());
        self.forced |= forced;
    }

    /// Takes what is to run and can, and whether it runs although its outcome is known.
    pub fn take_due(&mut self) -> (Selected, bool) {
        let due: Vec<PathBuf> = self.due().cloned().collect();
        let mut selected = Selected::default();
        for path in due {
            self.due.remove(&path);
            let Some(looked) = self.files.get(&path) else { continue };
            selected.tests.extend(looked.wanted.clone());
            selected.plan.tests.extend(looked.plan.tests.iter().cloned());
        }
        (selected, std::mem::take(&mut self.forced))
    }

    /// Takes the content of a file that we wrote ourselves for known.
    pub fn absorb(&mut self, path: &Path) {
        if self.is_input(path) {
            self.filter.changed(path);
        }
    }

    /// Forgets what is known to pass in the projects of all tests; how many outcomes that were.
    ///
    /// # Errors
    /// Where a record can't be removed.
    pub fn forget_outcomes(&self) -> io::Result<usize> {
        let roots: BTreeSet<PathBuf> = self.files.keys().map(|path| recorded::root(path)).collect();
        roots.iter().map(|root| Ok(RunCache::of_project(root).clear()?.entries)).sum()
    }

    /// How the cache of renders does.
    pub fn cache(&self) -> CacheStatistics {
        self.analyzer.cache().statistics()
    }

    /// How tests are watched.
    pub const fn settings(&self) -> &WatchedSettings {
        &self.settings
    }
}
