//! Verdicts of the command line: `clnrm analyze` and `clnrm run`, the latter also by spans of an earlier run.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::fake_engine::FakeEngine;
use crate::trials::{Trial, Trials};

const CLNRM: &str = env!("CARGO_BIN_EXE_clnrm");

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

#[test]
fn recorded_spans_get_the_verdict_of_every_case() {
    let engine = FakeEngine::start();
    let trials = Trials::new();
    trials.expect();
    let half = trials.all.len().div_ceil(2);
    std::thread::scope(|scope| {
        for part in trials.all.chunks(half) {
            scope.spawn(|| part.iter().for_each(|trial| analyzed(&trials, &engine, trial)));
        }
    });
}

fn analyzed(trials: &Trials, engine: &FakeEngine, trial: &Trial) {
    let mut command = trials.command(CLNRM, engine);
    let test = Path::new("tests").join(&trial.file);
    command.arg("analyze").arg(test).arg("--traces").arg(trials.traces(&trial.file));
    let output = command.args(["--completeness", "proved", "--format", "json"]).output().unwrap();
    let report = json(&output);
    assert_eq!(output.status.code(), Some(i32::from(trial.is_red)), "{}: {report:#}", trial.told);
    let constraints = report["constraints"].as_array().unwrap();
    let red = constraints.iter().filter(|it| it["verdict"] != "pass");
    let red: Vec<_> = red
        .map(|it| {
            let byte = |end: &str| usize::try_from(it["range"][end]["byte"].as_u64().unwrap()).unwrap();
            (it["path"].as_str().unwrap().to_owned(), byte("start")..byte("end"))
        })
        .collect();
    assert_eq!(red, trial.failing, "{}", trial.told);
}

#[test]
fn runs_and_replays_give_the_verdict_of_every_case() {
    let engine = FakeEngine::start();
    let trials = Trials::new();
    // As long as nothing is expected, what only runs is green.
    let bare = ran(&trials, &engine, &[]);
    assert_eq!(bare["exit_code"], 0, "{bare:#}");
    let started = engine.peak().1;
    assert_eq!(started, trials.all.len());

    trials.expect();
    let replayed = ran(&trials, &engine, &[]);
    compare(&trials, &replayed, "replayed");
    assert_eq!(engine.peak().1, started, "a container was started for a verdict on spans that are known");

    let forced = ran(&trials, &engine, &["--force"]);
    compare(&trials, &forced, "ran");
    assert_eq!(engine.peak().1, started + trials.all.len());
    assert_eq!(engine.left(), Vec::<String>::new());
}

fn ran(trials: &Trials, engine: &FakeEngine, arguments: &[&str]) -> Value {
    let mut command = trials.command(CLNRM, engine);
    command.args(["run", "tests", "--format", "json", "--jobs", "4"]).args(arguments);
    json(&command.output().unwrap())
}

fn compare(trials: &Trials, report: &Value, validity: &str) {
    assert_eq!(report["exit_code"], 1, "{report:#}");
    let tests = report["tests"].as_array().unwrap();
    assert_eq!(tests.len(), trials.all.len());
    for trial in &trials.all {
        let test = tests.iter().find(|test| test["id"].as_str().unwrap().ends_with(&trial.file)).unwrap();
        let told = format!("{validity}, {}: {test:#}", trial.told);
        assert_eq!(test["outcome"], if trial.is_red { "failed" } else { "passed" }, "{told}");
        assert_eq!(test["scenarios"][0]["validity"]["kind"], validity, "{told}");
        assert_eq!(test["expectations"]["completeness"], "proved", "{told}");
        let failures = test["failures"].as_array().unwrap();
        let red: Vec<_> = failures.iter().map(|it| (it["path"].as_str().unwrap().to_owned(), place(it))).collect();
        let expected: Vec<_> = trial
            .failing
            .iter()
            .map(|(path, range)| (path.clone(), [line(&trial.text, range.start), line(&trial.text, range.end)]))
            .collect();
        assert_eq!(red, expected, "{told}");
    }
}

/// Line and column of both ends, from 1.
fn place(failure: &Value) -> [(u64, u64); 2] {
    ["start", "end"].map(|end| {
        let end = &failure["place"][end];
        (end["line"].as_u64().unwrap(), end["column"].as_u64().unwrap())
    })
}

fn line(text: &str, byte: usize) -> (u64, u64) {
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line as u64, column as u64)
}
