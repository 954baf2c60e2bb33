//! Images whose names come to mean others: what runs again, what need not run.

use std::process::{Command, Stdio};

use super::fake_engine::{FakeEngine, PRESENT};
use super::project::{Project, Ran};
use super::setting::{command, run, scenarios};

/// The images that containers were made from.
fn images(engine: &FakeEngine) -> Vec<String> {
    engine.created().iter().map(|it| it["Image"].as_str().unwrap().to_owned()).collect()
}

fn repro(project: &Project, engine: &FakeEngine) -> Ran {
    let run = command(project, &engine.host(), &[]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command.args(["repro", "--report", "json=out.json"]);
    for (name, value) in run.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    project.ran(command.current_dir(project.path("")).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn what_runs_again_runs_in_the_image_of_then() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    let first = run(&project, &engine, &[]);
    assert_eq!(first.code, Some(0), "{}", first.text);
    let then = images(&engine)[0].clone();
    assert_eq!(first.report["request"]["images"][PRESENT], then.as_str(), "{}", first.report["request"]);

    engine.image_moves(PRESENT, false);
    let again = repro(&project, &engine);
    assert_eq!(again.code, Some(0), "{}", again.text);
    assert_eq!(images(&engine), [then.clone(), then.clone()]);
    assert!(!again.text.contains("is not in the engine any more"), "{}", again.text);
    // A run that is no repetition takes what the name means.
    assert_eq!(run(&project, &engine, &["--force"]).code, Some(0));
    assert_ne!(images(&engine)[2], then);
}

#[test]
fn an_image_of_then_that_is_gone_is_told() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    assert_eq!(run(&project, &engine, &[]).code, Some(0));
    engine.image_moves(PRESENT, true);
    let again = repro(&project, &engine);
    assert_eq!(again.code, Some(0), "{}", again.text);
    assert!(
        again.text.contains("the image that `localhost/busybox:1` was then is not in the engine any more"),
        "{}",
        again.text
    );
}

#[test]
fn a_proven_pass_in_another_image_proves_nothing() {
    let engine = FakeEngine::start();
    let project = Project::new(&[("t", &scenarios(&[("one", "true")]))]);
    let kind = || {
        let ran = run(&project, &engine, &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        ran.scenario("one")["validity"]["kind"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!((kind().as_str(), kind().as_str()), ("ran", "cached"));
    engine.image_moves(PRESENT, false);
    assert_eq!((kind().as_str(), kind().as_str()), ("ran", "cached"));
}
