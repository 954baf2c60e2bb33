//! `clnrm repro`: the same again, as far as it is known what that was.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::ColorChoice;

use super::run::{EXIT_CODES, Reports, nothing_to_run, run_and_report};
use crate::cli::input::InputOptions;
use crate::cli::run::{ExecutionOptions, Performed, Selected, StoredRun, Test, digest, find_stored, of_file, projects};
use crate::cli::{CLEAN, TROUBLE, log, output};
use crate::executor::{COVER, RunOptions, ScenarioFilter, SelectedTest, Selection};
use crate::report::run::ExitCode;
use crate::trace::canonical::{Canonical, Form, Noise, first_divergence};

const EXAMPLES: &str = "\
Examples:
  clnrm repro                            the last run again
  clnrm repro .clnrm/baseline.json --verify-digest
`clnrm record` makes a baseline.";

/// Run a recorded run again: the same scenarios, variables and seed
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"), mut_args(super::run::without_checks))]
pub struct Arguments {
    /// The baseline that `clnrm record` wrote, the id of a run, or `last`
    #[arg(value_name = "BASELINE|RUN")]
    run: Option<String>,

    /// Fail where a test does not what it did then: the digests of its spans must be equal
    #[arg(long)]
    verify_digest: bool,

    #[command(flatten)]
    execution: ExecutionOptions,

    #[command(flatten)]
    reports: Reports,

    #[command(flatten)]
    input: InputOptions,
}

/// Runs again, compares, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    log::exporting(arguments.execution.trace_endpoint.as_ref(), || run_again(arguments, color))
}

fn run_again(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let stored = match find_stored(arguments.run.as_deref(), &current) {
        Ok(stored) => stored,
        Err(error) => {
            output::complain(&error.to_string());
            return TROUBLE;
        }
    };
    let input = match with_variables(&stored, &arguments.input) {
        Ok(input) => input,
        Err(why) => {
            output::complain(&why);
            return TROUBLE;
        }
    };
    let Some(selected) = selected(&stored, &input) else { return TROUBLE };
    if let Some(code) = nothing_to_run(&selected) {
        return code;
    }
    let options = options(&stored, arguments.execution.run_options());
    let Some((performed, code)) = run_and_report(&selected, options, &arguments.reports, &input, color) else {
        return TROUBLE;
    };
    if !arguments.verify_digest || performed.report.cancelled {
        return code;
    }
    match (same_digests(&stored, &performed), code) {
        (true, code) => code,
        (false, CLEAN) => ExitCode::Failed.code(),
        (false, code) => code,
    }
}

/// The options of then, and its images where the engine still has them. Nothing is taken as known: it is to run again.
fn options(stored: &StoredRun, said: RunOptions) -> RunOptions {
    let document = &stored.document;
    let then = document.request.as_ref();
    RunOptions {
        seed: document.seed,
        jobs: said.jobs.or_else(|| then.and_then(|it| NonZeroUsize::new(it.jobs?))),
        retries: said.retries.max(then.map_or(0, |it| it.retries)),
        repeat: then.and_then(|it| NonZeroUsize::new(it.repeat)).map_or(said.repeat, |then| then.max(said.repeat)),
        force: true,
        images: then.map(|it| it.images.clone()).unwrap_or_default(),
        ..said
    }
}

/// The variables of then; those that are said now win. What was secret is not recorded, and must be said again.
fn with_variables(stored: &StoredRun, input: &InputOptions) -> Result<InputOptions, String> {
    let mut variables: BTreeMap<String, String> =
        stored.document.request.iter().flat_map(|request| request.variables.clone()).collect();
    variables.extend(input.variables.iter().cloned());
    if let Some((name, _)) = variables.iter().find(|(_, value)| value.contains(COVER)) {
        return Err(format!("the value of `{name}` is a secret and was not recorded: give `--var {name}=…` again"));
    }
    Ok(InputOptions { variables: variables.into_iter().collect(), ..input.clone() })
}

/// The scenarios of then, in the order of then. `None` where a test is not there any more, which is told.
fn selected(stored: &StoredRun, input: &InputOptions) -> Option<Selected> {
    let StoredRun { root, document, .. } = stored;
    let mut wanted: Vec<(&str, PathBuf, BTreeSet<ScenarioFilter>)> = Vec::new();
    for test in &document.tests {
        let combination = test.combination.clone();
        let scenarios = test
            .scenarios
            .iter()
            .map(|scenario| ScenarioFilter { scenario: Some(scenario.name.clone()), combination: combination.clone() });
        match wanted.iter_mut().find(|(file, ..)| *file == test.file) {
            Some((.., filters)) => filters.extend(scenarios),
            None => wanted.push((&test.file, stored.file(test), scenarios.collect())),
        }
    }
    let paths: Vec<PathBuf> = wanted.iter().map(|(_, path, _)| path.clone()).collect();
    let mut projects = projects(&paths, input, document.seed, root);
    let mut tests: Vec<SelectedTest> = Vec::new();
    for (file, path, filters) in wanted {
        match of_file(&path, file, &mut projects, root) {
            Test::Found(test) => {
                let then = document.request.as_ref().and_then(|request| request.files.get(file));
                if then.is_some_and(|then| *then != digest(&test.document.text)) {
                    output::complain(&format!("`{file}` has changed since: what runs is what it says now"));
                }
                tests.push(SelectedTest { scenarios: Selection::Only(filters), ..*test });
            }
            Test::Other(why) => {
                output::complain(&format!("`{file}` of the recorded run {why}"));
                return None;
            }
            Test::Refused(failure) => {
                output::complain(&format!("`{file}` of the recorded run: {}", failure.message));
                return None;
            }
        }
    }
    Some(Selected::new(tests))
}

/// Whether every test did what it did then; tells what differs.
fn same_digests(stored: &StoredRun, performed: &Performed) -> bool {
    let mut same = true;
    for then in &stored.document.tests {
        let Some(before) = &then.digests else { continue };
        let now = performed.report.tests.iter().find(|test| test.id.to_string() == then.id);
        let after = now.and_then(|test| test.digests.as_ref());
        if after.is_some_and(|(_, full)| *full == before.full) {
            continue;
        }
        same = false;
        let after = after.map_or("nothing", |(_, full)| full.as_str());
        let mut text = format!("`{}` does not what it did: {} is now {after}", then.id, before.full);
        let traces = stored.trace(then).zip(now.and_then(|test| test.judged.as_ref()));
        if let Some((trace, judged)) = traces {
            let noise = Noise::default();
            let [left, right] = [&trace, &*judged.trace].map(|trace| Canonical::new(trace, Form::Full, &noise));
            if let Some(divergence) = first_divergence(&left, &right) {
                let divergence = divergence.to_string();
                text += &format!("\n  first {}", performed.redaction.cover(&divergence));
            }
        }
        output::complain(&text);
    }
    same
}
