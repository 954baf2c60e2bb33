//! The project as `clnrm doctor` sees it: its settings, its tests, and what is kept of earlier runs.

use std::path::{Path, PathBuf};

use super::finding::{Area, Finding};
use crate::cli::input::InputOptions;
use crate::cli::run::{Filter, Selected, look as look_for};
use crate::config::project::FILE_NAME;
use crate::executor::RunOptions;
use crate::executor::cache::RunCache;
use crate::trace::recorded;

/// Looks at the project of `paths`; gives the tests too, as far as they can be read.
pub fn look(paths: &[PathBuf], input: &InputOptions) -> (Vec<Finding>, Option<Selected>) {
    let found = look_for(paths, input, &Filter::default(), RunOptions::default().seed);
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let root = root(paths, &current);
    let mut findings = Vec::new();
    let settings = root.join(FILE_NAME);
    match (settings.is_file(), found.settings.is_empty()) {
        (true, true) => {
            findings.push(Finding::ok(Area::Project, "settings", format!("{} has no mistake", settings.display())));
        }
        (false, true) => findings.push(Finding::ok(
            Area::Project,
            "settings",
            format!("no {FILE_NAME} in {}: everything is as usual", root.display()),
        )),
        _ => {}
    }
    for (is_usable, message) in &found.settings {
        let help = "correct it; `clnrm-lsp --schema project` tells what may stand there";
        findings.push(match is_usable {
            true => Finding::warning(Area::Project, "settings", message, help),
            false => Finding::problem(Area::Project, "settings", message, help),
        });
    }
    for refused in &found.refused {
        findings.push(Finding::problem(Area::Project, "paths", &refused.message, refused.help));
    }
    if let Some(selected) = &found.selected {
        findings.extend(of_tests(selected, &current));
        findings.push(of_cache(&root, selected));
    }
    (findings, found.selected)
}

/// The root of the project of the first path.
fn root(paths: &[PathBuf], current: &Path) -> PathBuf {
    let path = current.join(paths.first().map_or(Path::new("."), PathBuf::as_path));
    let path = crate::cli::paths::tidy(&path);
    recorded::root(&if path.is_dir() { path.join("any") } else { path })
}

fn of_tests(selected: &Selected, current: &Path) -> Vec<Finding> {
    let tests = &selected.plan.tests;
    if tests.is_empty() {
        let help = "`clnrm init` makes a first one";
        return vec![Finding::warning(Area::Project, "tests", "there are no tests", help)];
    }
    let scenarios: usize = tests.iter().map(|test| test.scenarios.len()).sum();
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let mut findings = vec![Finding::ok(
        Area::Project,
        "tests",
        format!("{} with {}", count(tests.len(), "test"), count(scenarios, "scenario")),
    )];
    for test in tests.iter().filter(|test| test.is_invalid()) {
        let mistakes = count(test.mistakes.len(), "mistake");
        let file = crate::cli::paths::shown(&test.path, current);
        findings.push(Finding::problem(
            Area::Project,
            "test",
            format!("{file} has {mistakes} and will not run"),
            format!("`clnrm validate {file}` shows {}", if test.mistakes.len() == 1 { "it" } else { "them" }),
        ));
    }
    findings
}

fn of_cache(root: &Path, selected: &Selected) -> Finding {
    let cache = RunCache::of_project(root);
    let folder = root.join(".clnrm");
    let damaged =
        selected.plan.tests.iter().filter(|test| RunCache::of_project(&test.root).get(&test.id.to_string()).is_err());
    let damaged = damaged.count();
    if damaged > 0 {
        return Finding::warning(
            Area::Cache,
            "cache",
            format!("{damaged} of its records can't be used: what they are of runs again"),
            "`clnrm cache clear` removes them",
        );
    }
    if std::fs::metadata(&folder).is_ok_and(|meta| meta.permissions().readonly()) {
        return Finding::warning(
            Area::Cache,
            "cache",
            format!("{} can't be written: nothing is remembered of runs", folder.display()),
            "let this user write there",
        );
    }
    match cache.stats() {
        Ok(stats) if stats.entries == 0 => Finding::ok(Area::Cache, "cache", "nothing is known of earlier runs yet"),
        Ok(stats) => Finding::ok(
            Area::Cache,
            "cache",
            format!(
                "the outcome of {} test{} is known ({})",
                stats.entries,
                if stats.entries == 1 { "" } else { "s" },
                indicatif::HumanBytes(stats.bytes)
            ),
        ),
        Err(error) => Finding::warning(
            Area::Cache,
            "cache",
            format!("{} can't be read: {error}", folder.join("cache").display()),
            "let this user read it, or remove it",
        ),
    }
}
