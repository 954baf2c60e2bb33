//! Images whose names come to mean others: what runs again, what need not run.

use std::process::{Command, Stdio};
use std::sync::Arc;

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::engine::ConnectOptions;
use clnrm_lsp::executor::{Executor, ExecutorSettings, Outcome, RunOptions, SelectedTest, Selection, Validity};
use clnrm_lsp::template::SourceFile;

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

/// A test whose program writes a span `a`, and which expects this one.
fn expecting(project: &Project, span: &str) -> SelectedTest {
    const LINE: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"000000000000000000000000000000a1","spanId":"00000000000000a1","name":"a","kind":1,"startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000000001"}]}]}]}"#;
    let path = project.path("t.clnrm.toml");
    let text = format!(
        r#"
[meta]
name = "t"
version = "1"
[determinism]
freeze_clock = "2023-11-14T22:13:20Z"
[services.app]
image = "{PRESENT}"
[[scenario]]
name = "one"
service = "app"
artifacts.collect = ["spans:default"]
[[scenario.steps]]
name = "writes"
command = ["echo", '{LINE}']
[[expect.span]]
name = "{span}"
"#
    );
    SelectedTest {
        document: SourceFile { name: "t.clnrm.toml".into(), path: Some(path.clone()), text: text.into() },
        path,
        root: project.path(""),
        options: Arc::new(AnalysisOptions::default()),
        scenarios: Selection::All,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_spans_are_judged_again_only_where_the_images_are_those_that_ran() {
    let engine = FakeEngine::start();
    let project = Project::new(&[]);
    let options = ConnectOptions { host: Some(engine.host()), ..ConnectOptions::of_process().unwrap() };
    let settings = || ExecutorSettings { engine: Some(options.clone()), ..ExecutorSettings::default() };
    let executor = Executor::new(settings());
    let (events, _) = tokio::sync::mpsc::unbounded_channel();
    let run = executor.start(vec![expecting(&project, "a")], RunOptions::default(), events);
    let report = run.finished().await;
    assert_eq!(report.tests[0].outcome, Outcome::Passed, "{:?}", report.tests[0].failures);

    let replayed = executor.replay(&expecting(&project, "b")).await.expect("the spans are recorded");
    assert_eq!((replayed.outcome, replayed.notes.as_slice()), (Outcome::Failed, &[][..]));
    assert!(matches!(&replayed.scenarios[0].validity, Validity::Replayed { run, .. } if *run == report.run));
    assert_eq!(engine.created().len(), 1, "no container is needed for it");

    // Who never met an engine can't compare, and says so.
    let stranger = Executor::new(settings()).replay(&expecting(&project, "b")).await.expect("the spans are recorded");
    assert_eq!(stranger.notes, ["no engine said whether the images are still those that ran"]);

    engine.image_moves(PRESENT, false);
    assert!(executor.replay(&expecting(&project, "b")).await.is_none(), "another image does something else");
}
