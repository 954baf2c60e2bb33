//! What can be run in a document, where, and how it fared last: for code lenses, and for code actions where an editor has none.

use std::time::Duration;

use serde_json::{Value, json};
use tower_lsp::ls_types::Uri;

use super::names::Key;
use super::places::RunPlaces;
use super::view::{ShownScenario, ShownTest};
use super::{RunView, Runs};
use crate::executor::{Outcome, Validity};
use crate::server::commands::Command;
use crate::text::Span;

/// Something to press.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLens {
    /// Where.
    pub span: Span,
    /// What it says.
    pub title: String,
    /// What it does, in words, for a menu.
    pub action: String,
    /// What it does.
    pub command: Command,
    /// Of what.
    pub argument: Value,
}

/// All lenses of runs of a document, those of the whole file first. `end` is the place for them: the first line.
pub fn lenses(runs: &Runs, uri: &Uri, places: &RunPlaces, view: &RunView) -> Vec<RunLens> {
    let total: usize = places.scenarios.iter().map(|place| place.names.len()).sum();
    if total == 0 {
        return Vec::new();
    }
    let Some(path) = uri.to_file_path() else { return Vec::new() };
    let is_of_file = |key: &Key| key.path == path;
    let mut lenses = Vec::new();
    let combinations = places.total;
    let top = Span::at(0);
    let mut add = |span, title: String, action: &str, command, argument: Value| {
        lenses.push(RunLens { span, title, action: action.to_owned(), command, argument });
    };

    // The whole file.
    let scenarios = total * combinations;
    let run = if scenarios == 1 { "▶ Run".to_owned() } else { format!("▶ Run {scenarios} scenarios") };
    add(top, run, "run this file", Command::RunFile, json!({ "uri": uri }));
    if let Some(under_way) = runs.under_way(is_of_file) {
        let title = format!("◼ {} of {}", under_way.ended, under_way.total);
        add(top, title, "cancel the run", Command::Cancel, json!({ "runId": under_way.run }));
    } else {
        let whole = Whole::of(view, total * combinations);
        if whole.failed > 0 {
            let title = format!("⟳ {} failed{}", whole.failed, whole.suffix());
            add(top, title, "run again what failed", Command::RunFailed, json!({ "uri": uri }));
        } else if let Some(title) = whole.passed() {
            add(top, title, "show the trace of the last run", Command::ShowTrace, json!({ "uri": uri }));
        }
    }

    // Each combination of the matrix.
    for place in &places.combinations {
        let argument = json!({ "uri": uri, "combination": place.label });
        let title = format!("▶ Run {}", place.title);
        add(place.span, title, &format!("run {}", place.title), Command::RunFile, argument.clone());
        let is_of = |key: &Key| is_of_file(key) && key.combination.as_deref() == Some(place.label.as_str());
        if let Some(under_way) = runs.under_way(is_of) {
            let argument = json!({ "runId": under_way.run });
            add(place.span, "◼ running".to_owned(), "cancel the run", Command::Cancel, argument);
        } else if let Some(test) = view.tests.get(&Some(place.label.clone())) {
            let title = test_title(test);
            let command = if test.failed > 0 { Command::ShowOutput } else { Command::ShowTrace };
            add(place.span, title, &format!("show how {} fared", place.title), command, argument);
        }
    }

    // Each place that scenarios come from.
    for place in &places.scenarios {
        let many = place.names.len();
        let (what, argument) = match place.names.as_slice() {
            [name] => (format!("scenario `{name}`"), json!({ "uri": uri, "scenario": name })),
            names => (format!("{many} scenarios"), json!({ "uri": uri, "scenarios": names })),
        };
        let title = if many == 1 { "▶ Run".to_owned() } else { format!("▶ Run {many} scenarios") };
        add(place.span, title, &format!("run {what}"), Command::RunScenario, argument.clone());
        let is_of = |key: &Key| is_of_file(key) && place.names.contains(&key.scenario);
        if let Some(under_way) = runs.under_way(is_of) {
            let title = match under_way.total {
                1 => "◼ running".to_owned(),
                total => format!("◼ {} of {total}", under_way.ended),
            };
            add(place.span, title, "cancel the run", Command::Cancel, json!({ "runId": under_way.run }));
            continue;
        }
        let known = view.scenarios.iter().filter(|((_, name), _)| place.names.contains(name));
        let known: Vec<&ShownScenario> = known.map(|(_, shown)| shown).collect();
        if let Some((title, failed)) = scenarios_title(&known, many * combinations) {
            let (command, action) = if failed {
                (Command::ShowOutput, format!("show the output of {what}"))
            } else {
                (Command::ShowTrace, format!("show the trace of {what}"))
            };
            add(place.span, title, &action, command, argument);
        }
    }
    lenses
}

/// How all tests of a file fared.
struct Whole {
    failed: usize,
    /// Whether everything is known to hold.
    holds: bool,
    duration: Duration,
    cached: bool,
    replayed: bool,
    changed: bool,
}

impl Whole {
    fn of(view: &RunView, scenarios: usize) -> Self {
        let mut whole =
            Self { failed: 0, holds: false, duration: Duration::ZERO, cached: true, replayed: false, changed: false };
        let mut holds = !view.tests.is_empty();
        for test in view.tests.values() {
            whole.failed += test.failed;
            whole.duration += test.duration;
            whole.cached &= test.cached;
            whole.replayed |= test.replayed;
            whole.changed |= test.changed;
            holds &= matches!(test.outcome, Outcome::Passed | Outcome::Flaky) && test.judged;
        }
        if view.tests.is_empty() {
            let failed = view.scenarios.values().filter(|it| super::names::is_failure(it.outcome));
            whole.failed = failed.count();
            whole.changed = view.scenarios.values().any(|it| it.changed);
        }
        // Green is what is proved: every scenario that there is has passed, and the expectations were judged.
        let passing =
            view.scenarios.values().filter(|it| matches!(it.outcome, Outcome::Passed | Outcome::Flaky)).count();
        whole.holds = holds && passing >= scenarios;
        whole
    }

    fn suffix(&self) -> String {
        suffix(self.replayed, self.changed)
    }

    fn passed(&self) -> Option<String> {
        let how = match (self.cached, self.replayed) {
            (_, true) => "replayed".to_owned(),
            (true, _) => "cached".to_owned(),
            _ => words(self.duration),
        };
        self.holds.then(|| format!("✓ {how}{}", suffix(false, self.changed)))
    }
}

fn suffix(replayed: bool, changed: bool) -> String {
    let mut suffix = String::new();
    if replayed {
        suffix += " · replayed";
    }
    if changed {
        suffix += " · changed since";
    }
    suffix
}

fn test_title(test: &ShownTest) -> String {
    let suffix = suffix(test.replayed, test.changed);
    match test.outcome {
        Outcome::Passed if test.cached => format!("✓ cached{suffix}"),
        Outcome::Passed => format!("✓ {}{suffix}", words(test.duration)),
        Outcome::Flaky => format!("✓ flaky, {}{suffix}", words(test.duration)),
        _ if test.failed > 0 => format!("✗ {} failed{suffix}", test.failed),
        outcome => format!("✗ {}{suffix}", outcome.word()),
    }
}

/// How the scenarios of one place fared, and whether that is a failure. `all` is how many there are.
fn scenarios_title(known: &[&ShownScenario], all: usize) -> Option<(String, bool)> {
    let first = known.first()?;
    let changed = suffix(false, known.iter().any(|it| it.changed));
    let failed: Vec<_> = known.iter().filter(|it| super::names::is_failure(it.outcome)).collect();
    if let Some(worst) = failed.first() {
        let title = match known.len() {
            1 => format!("✗ {}", worst.outcome.word()),
            many => format!("✗ {} of {many} failed", failed.len()),
        };
        return Some((format!("{title}{changed}"), true));
    }
    let passed = known.iter().filter(|it| matches!(it.outcome, Outcome::Passed | Outcome::Flaky)).count();
    if passed < known.len() {
        return Some((format!("✗ {}{changed}", first.outcome.word()), true));
    }
    let how = if known.iter().all(|it| matches!(it.validity, Validity::Cached { .. })) {
        "cached".to_owned()
    } else if known.iter().any(|it| it.outcome == Outcome::Flaky) {
        format!("flaky, {}", words(known.iter().map(|it| it.duration).sum()))
    } else {
        words(known.iter().map(|it| it.duration).sum())
    };
    let of = if passed < all { format!(" ({passed} of {all})") } else { String::new() };
    Some((format!("✓ {how}{of}{changed}"), false))
}

/// A duration for people: `840 ms`, `1.2 s`, `2 min 5 s`.
fn words(duration: Duration) -> String {
    match duration.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        millis @ 1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        millis => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1_000),
    }
}
