//! Which tests and scenarios run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analysis::{AnalysisOptions, Analyzer, CacheLimits, FileKind, RenderCache};
use crate::cli::discovery::{Input, NAMES_OF_TESTS, targets};
use crate::cli::input::InputOptions;
use crate::cli::settings::Projects;
use crate::cli::{output, paths, read};
use crate::executor::filter::{Pattern, PatternError};
use crate::executor::{PlannedTest, ScenarioFilter, ScenarioId, ScenarioPlan, SelectedTest, Selection};
use crate::report::{Failure, FailureKind, counted, listed};
use crate::template::variables::Environment;
use crate::template::{SourceFile, TemplateLoader};
use crate::trace::recorded;

/// Which scenarios are wanted.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Filter {
    /// Only scenarios whose identity (`FILE::SCENARIO`) contains this text, or matches it as a glob; `tag:TAG`, `path:GLOB`; with `!`
    /// before it all others (repeatable)
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,

    /// Only tests with this tag (repeatable)
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

/// What runs.
#[derive(Default)]
pub struct Selected {
    /// The tests, with the scenarios that were asked for.
    pub tests: Vec<SelectedTest>,
    /// What they mean.
    pub plan: ScenarioPlan,
    /// How many tests there were to select from.
    found: usize,
    /// Where tests were looked for, as it is shown.
    places: Vec<String>,
}

/// What was found at paths: the tests, and what can't be one.
pub struct Found {
    /// The tests, as far as they could be read. `None`: the filter can't be used.
    pub selected: Option<Selected>,
    /// What can't be read, or is no test though it was named.
    pub refused: Vec<Refusal>,
    /// What is wrong in settings: whether the rest of them can be used, and what it is.
    pub settings: Vec<(bool, String)>,
}

/// Something that was named and can't be run.
pub struct Refusal {
    /// What it is, and why.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

impl Refusal {
    /// Of a file that can't be read.
    fn of_failure(shown: &str, failure: &Failure) -> Self {
        let place = failure.place.map(|(place, _)| format!(":{}:{}", place.line, place.column)).unwrap_or_default();
        let help = match failure.kind {
            FailureKind::NotUtf8 => "save it as UTF-8",
            FailureKind::Unreadable => "let this user read it, or leave it out",
            FailureKind::NotFound | FailureKind::Internal => NAME_TESTS,
        };
        Self { message: format!("`{shown}{place}`: {}", failure.message), help }
    }

    /// Of a file that is no test.
    fn no_test(shown: &str, why: &str) -> Self {
        Self { message: format!("`{shown}` {why}"), help: NAME_TESTS }
    }
}

const NAME_TESTS: &str = "name files, folders or globs of tests";

/// Finds the tests at `paths` and those of their scenarios that `filter` wants. What can't be read is told on standard error; the answer is
/// then `None`.
pub fn select(paths: &[PathBuf], input: &InputOptions, filter: &Filter, seed: u64) -> Option<Selected> {
    let Found { selected, refused, settings } = look(paths, input, filter, seed);
    let unusable: Vec<String> =
        settings.into_iter().filter(|(is_usable, _)| !is_usable).map(|(_, message)| message).collect();
    refused.iter().map(|it| &it.message).chain(&unusable).for_each(|message| output::complain(message));
    selected.filter(|_| refused.is_empty() && unusable.is_empty())
}

/// Finds the same, and tells nothing.
pub fn look(paths: &[PathBuf], input: &InputOptions, filter: &Filter, seed: u64) -> Found {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let mut projects = projects(paths, input, seed, &current);
    let mut tests = Vec::new();
    let mut refused = Vec::new();
    for target in targets(paths, None, &current) {
        let test = match &target.input {
            Input::File(path) => of_file(path, &target.shown, &mut projects, &current),
            Input::Stdin(_) => {
                Test::Other("can't run: a test that runs is a file, for its paths are relative to it".to_owned())
            }
            Input::Missing(failure) => Test::Refused(failure.clone()),
        };
        match test {
            Test::Found(test) => tests.push(*test),
            Test::Other(_) if !target.named => {}
            Test::Other(why) => refused.push(Refusal::no_test(&target.shown, &why)),
            Test::Refused(failure) => refused.push(Refusal::of_failure(&target.shown, &failure)),
        }
    }
    let problems = projects.into_problems();
    let failures = problems.failures.into_iter();
    let failures = failures.map(|(path, failure)| (false, format!("`{path}` {}", failure.message)));
    let settings = failures.chain(problems.warnings.into_iter().map(|(_, warning)| (true, warning))).collect();
    let selected = match Matcher::new(filter) {
        Ok(matcher) => {
            let places = paths.iter().map(|path| format!("`{}`", path.display())).collect();
            Some(Selected { found: tests.len(), places, ..narrowed(tests, &matcher) })
        }
        Err(message) => {
            refused.push(Refusal { message, help: "mend the pattern" });
            None
        }
    };
    Found { selected, refused, settings }
}

/// The projects of the files at `paths`.
pub fn projects<'a>(paths: &[PathBuf], input: &InputOptions, seed: u64, current: &'a Path) -> Projects<'a> {
    let base = AnalysisOptions {
        trusted: !input.untrusted,
        overrides: input.variables.iter().cloned().collect(),
        roots: paths::roots(paths, current, !input.untrusted),
        seed,
        ..AnalysisOptions::default()
    };
    Projects::new(base, current)
}

/// What a file is.
pub enum Test {
    /// A test.
    Found(Box<SelectedTest>),
    /// Something else, and what.
    Other(String),
    /// It can't be read, and why.
    Refused(Failure),
}

/// Reads the file at `path` as a test of which everything runs.
pub fn of_file(path: &Path, shown: &str, projects: &mut Projects<'_>, current: &Path) -> Test {
    let text = match read::file(path) {
        Ok(text) => text,
        Err(failure) => return Test::Refused(failure),
    };
    let path = paths::tidy(&current.join(path));
    if let Some(why) = crate::report::not_judged(FileKind::of(&path, &text)) {
        return Test::Other(why.to_owned());
    }
    let options = projects.options(&path);
    let document = SourceFile { name: shown.to_owned(), path: Some(path.clone()), text };
    let root = recorded::root(&path);
    Test::Found(Box::new(SelectedTest { document, path, root, options, scenarios: Selection::All }))
}

impl Selected {
    /// These tests.
    pub fn new(tests: Vec<SelectedTest>) -> Self {
        let analyzer = Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()));
        let plan = ScenarioPlan::new(&analyzer, &tests, None);
        Self { found: tests.len(), places: Vec::new(), tests, plan }
    }

    /// Why nothing runs, for people; `None` where something does.
    pub fn why_nothing(&self) -> Option<String> {
        let runs = |test: &PlannedTest| !test.scenarios.is_empty() || test.is_invalid();
        if self.plan.tests.iter().any(runs) {
            return None;
        }
        Some(match self.tests.first() {
            None if self.found == 0 => {
                format!("no test found in {}; {NAMES_OF_TESTS}; `clnrm init` makes a first one", listed(&self.places))
            }
            None => {
                let tests = counted(self.found, "test");
                format!(
                    "no scenario is selected from {tests}: `clnrm run --list` without a filter tells which there are"
                )
            }
            Some(test) => {
                let name = &test.document.name;
                format!("no scenario is selected: `{name}` has none, and `clnrm validate {name}` tells what it lacks")
            }
        })
    }
}

/// The tests of which something is wanted, with what is.
fn narrowed(tests: Vec<SelectedTest>, matcher: &Matcher) -> Selected {
    let analyzer = Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()));
    Selected::new(tests.into_iter().filter_map(|test| narrow(test, matcher, &analyzer, None)).collect())
}

/// The test with those of its scenarios that are wanted; `None` where that is none. Imports are read by `loader`, from disk where there is none.
pub fn narrow(
    mut test: SelectedTest,
    matcher: &Matcher,
    analyzer: &Analyzer,
    loader: Option<&dyn TemplateLoader>,
) -> Option<SelectedTest> {
    if matcher.wants_all() {
        return Some(test);
    }
    let planned = ScenarioPlan::new(analyzer, std::slice::from_ref(&test), loader);
    let mut wanted = BTreeSet::new();
    for it in planned.tests.iter().filter(|it| matcher.wants_tags(it)) {
        let combination = &it.id.combination;
        // What has mistakes may not even know its scenarios: who wants it is told of them.
        let nameless = ScenarioId { test: it.id.clone(), scenario: String::new() };
        if it.is_invalid() && matcher.wants(&nameless, &it.tags) {
            wanted.insert(ScenarioFilter { scenario: None, combination: combination.clone() });
        }
        let scenarios = it.scenarios.iter().filter(|scenario| matcher.wants(&scenario.id, &it.tags));
        wanted.extend(scenarios.map(|scenario| ScenarioFilter {
            scenario: Some(scenario.id.scenario.clone()),
            combination: combination.clone(),
        }));
    }
    test.scenarios = Selection::Only(wanted.clone());
    (!wanted.is_empty()).then_some(test)
}

/// A compiled filter.
pub struct Matcher {
    patterns: Vec<Pattern>,
    tags: Vec<String>,
}

impl Matcher {
    /// Compiles a filter.
    ///
    /// # Errors
    /// Where a pattern is none, with the words for people.
    pub fn new(filter: &Filter) -> Result<Self, String> {
        let parse = |text: &String| text.parse().map_err(|error: PatternError| format!("`--only {text}`: {error}"));
        let patterns = filter.only.iter().map(parse).collect::<Result<_, String>>()?;
        Ok(Self { patterns, tags: filter.tags.clone() })
    }

    /// Whether everything is wanted.
    pub fn wants_all(&self) -> bool {
        self.patterns.is_empty() && self.tags.is_empty()
    }

    fn wants_tags(&self, test: &PlannedTest) -> bool {
        self.tags.is_empty() || self.tags.iter().any(|tag| test.tags.contains(tag))
    }

    fn wants(&self, scenario: &ScenarioId, tags: &[String]) -> bool {
        Pattern::all_match(&self.patterns, scenario, tags)
    }
}
