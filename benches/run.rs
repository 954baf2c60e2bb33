//! Runs in a real engine, beside what the engine itself needs for the same containers: create, start, wait and remove, asked over its
//! socket without any client.
//!
//! `cargo bench --bench run`; `-- --quick` shows in half a minute that all of it works, `-- warm` only one part (`warm`, `parallel`,
//! `replay`). Ours and the floor by turns, so that both have the same noise; a verdict that is not green, or not the right red, ends the
//! benchmark. Needs an engine with the image of `scripts/setup-engine`.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a benchmark ends where the engine fails")]

#[path = "shared/documents.rs"]
#[expect(dead_code, reason = "the benchmark of the server uses the rest")]
mod documents;
#[path = "shared/lsp.rs"]
#[expect(dead_code, reason = "the benchmark of the server uses the rest")]
mod lsp;
#[path = "shared/percentiles.rs"]
mod percentiles;

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::executor::{
    Executor, ExecutorSettings, Outcome, RunEvent, RunOptions, SelectedTest, Selection, TestResult,
};
use clnrm_lsp::template::SourceFile;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use lsp::Server;
use percentiles::{median, percentiles};

const IMAGE: &str = "localhost/busybox:1";

/// Scenarios of one run, and how many of them run at once.
const SCENARIOS: usize = 10;
const JOBS: usize = 4;

/// What a container of a scenario writes: one span.
const SPANS: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"greet","kind":1,"startTimeUnixNano":"START","endTimeUnixNano":"END"}]}]}]}
"#;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let part = if arguments.iter().any(|argument| argument == "--quick") { 10 } else { 1 };
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| *wanted == name);
    let engine = Engine::of_this_machine();
    if !engine.has_image() {
        eprintln!("no engine with the image {IMAGE} answers at {}: run scripts/setup-engine", engine.socket.display());
        std::process::exit(3);
    }
    if is_wanted("warm") {
        warm(&engine, 50 / part);
    }
    if is_wanted("parallel") {
        parallel(&engine, (20 / part).max(2));
    }
    if is_wanted("replay") {
        replay(200 / part);
    }
}

/// One scenario, with an executor and an engine that have run before.
fn warm(engine: &Engine, rounds: usize) {
    let ours = Ours::new(1);
    let (mut bare, mut verdict, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=rounds {
        let floor = engine.container(&ours.folder);
        let took = ours.run(1);
        if round > 0 {
            bare.push(floor);
            verdict.push(took.verdict);
            gone.push(took.gone);
        }
    }
    println!("one scenario in a container without network, ms      p50      p95  ratio of p50");
    let floor = median(&mut bare);
    println!("{:46} {}", "create, start, wait, remove", percentiles(&mut bare, &[50, 95]));
    for (name, took) in [("ours, to the verdict", &mut verdict), ("ours, until nothing is left", &mut gone)] {
        let ratio = median(took).as_secs_f64() / floor.as_secs_f64();
        println!("{name:46} {}  {ratio:12.2}", percentiles(took, &[50, 95]));
    }
}

/// Several scenarios at once.
fn parallel(engine: &Engine, rounds: usize) {
    let ours = Ours::new(SCENARIOS);
    let (mut bare, mut all) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let floor = engine.containers(&ours.folder);
        let took = ours.run(JOBS);
        if round > 0 {
            bare.push(floor);
            all.push(took.gone);
        }
    }
    println!(
        "\n{SCENARIOS} scenarios, {JOBS} at once, ms                         p50      p95  of what the engine can do"
    );
    let floor = median(&mut bare);
    println!("{:46} {}", "create, start, wait, remove", percentiles(&mut bare, &[50, 95]));
    let part = floor.as_secs_f64() / median(&mut all).as_secs_f64();
    println!("{:46} {}  {part:12.2}", "ours, until nothing is left", percentiles(&mut all, &[50, 95]));
}

/// An expectation is edited, and judged by the spans of the last run.
fn replay(edits: usize) {
    let ours = Ours::new(1);
    let uri = format!("file://{}", ours.path.display());
    let mut server = Server::start(&mut Command::new(env!("CARGO_BIN_EXE_clnrm-lsp")));
    server.open(&uri, &ours.text);
    let run = json!({ "command": "clnrm.runFile", "arguments": [{ "uri": uri, "force": true }] });
    server.ask("workspace/executeCommand", run);
    let (end, _) = server.wait(|message| message["method"] == "clnrm/runFinished");
    assert_eq!((&end["params"]["passed"], &end["params"]["failed"]), (&json!(1), &json!(0)), "{end}");

    let mut took = Vec::new();
    for version in 2..=i32::try_from(edits).expect("it is few") + 1 {
        // Each time another name that no span has, so that no verdict can be an older one.
        let name = format!("absent-{version}");
        let text = ours.text.replace("name = \"greet\"\nkind", &format!("name = \"{name}\"\nkind"));
        assert_ne!(text, ours.text);
        let start = server.replace(&uri, version, &text);
        let (_, end) = server.wait(|message| {
            message["params"]["uri"] == uri
                && message["params"]["version"] == version
                && message["params"]["diagnostics"].as_array().into_iter().flatten().any(|it| is_replayed(it, &name))
        });
        took.push(end - start);
        // As long as somebody who types would pause.
        std::thread::sleep(Duration::from_millis(200));
    }
    println!("\nfrom an edit of an expectation to its verdict, ms    p50      p95");
    println!("{:46} {}", "by the spans of the last run", percentiles(&mut took, &[50, 95]));
}

fn is_replayed(diagnostic: &Value, name: &str) -> bool {
    let message = diagnostic["message"].as_str().unwrap_or_default();
    diagnostic["source"] == "clnrm run" && message.contains(name) && message.contains("replayed")
}

/// A test in a project of its own, and what runs it.
struct Ours {
    runtime: Runtime,
    executor: Executor,
    folder: TempDir,
    path: PathBuf,
    text: String,
}

/// How long a run took, from its start.
struct Took {
    /// Until the test was judged.
    verdict: Duration,
    /// Until nothing of it was left in the engine.
    gone: Duration,
}

impl Ours {
    /// A test with so many scenarios.
    fn new(scenarios: usize) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let now = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970").as_secs() + 3600;
        let spans = SPANS.replace("START", &format!("{now}000000000")).replace("END", &format!("{now}001000000"));
        fs::write(folder.path().join("spans.jsonl"), spans).expect("there is room");
        fs::write(folder.path().join("cleanroom.toml"), "[project]\nname = \"bench\"\n").expect("there is room");
        let mut text = format!(
            "[meta]\nname = \"bench\"\nversion = \"1\"\ndescription = \"one span\"\n\n\
             [services.app]\nplugin = \"generic_container\"\nimage = \"{IMAGE}\"\n\
             volumes = [{{ host_path = \"./spans.jsonl\", container_path = \"/spans.jsonl\", read_only = true }}]\n\n"
        );
        for number in 0..scenarios {
            let _ = write!(
                text,
                "[[scenario]]\nname = \"greets-{number}\"\nservice = \"app\"\nrun = \"cat /spans.jsonl\"\n\
                 artifacts.collect = [\"spans:default\"]\n\n"
            );
        }
        text.push_str("[[expect.span]]\nname = \"greet\"\nkind = \"internal\"\n");
        let path = folder.path().join("bench.clnrm.toml");
        fs::write(&path, &text).expect("there is room");
        let runtime = Runtime::new().expect("a runtime starts");
        Self { runtime, executor: Executor::new(ExecutorSettings::default()), folder, path, text }
    }

    /// Runs the test; all of it must be green.
    fn run(&self, jobs: usize) -> Took {
        let test = SelectedTest {
            document: SourceFile {
                name: "bench.clnrm.toml".into(),
                path: Some(self.path.clone()),
                text: self.text.as_str().into(),
            },
            path: self.path.clone(),
            root: self.folder.path().to_owned(),
            options: Arc::new(AnalysisOptions::default()),
            scenarios: Selection::All,
        };
        let options = RunOptions { jobs: NonZeroUsize::new(jobs), force: true, ..RunOptions::default() };
        self.runtime.block_on(async {
            let (sender, mut events) = mpsc::unbounded_channel();
            let start = Instant::now();
            let _handle = self.executor.start(vec![test], options, sender);
            let mut judged = None;
            loop {
                match events.recv().await.expect("a run tells its end") {
                    RunEvent::TestFinished(result) => judged = Some((green(&result), start.elapsed())),
                    RunEvent::Finished(report) => {
                        assert!(report.error.is_none(), "{:?}", report.error);
                        let ((), verdict) = judged.expect("the test is judged");
                        return Took { verdict, gone: start.elapsed() };
                    }
                    _ => {}
                }
            }
        })
    }
}

fn green(result: &TestResult) {
    assert_eq!(result.outcome, Outcome::Passed, "{:?} {:?}", result.failures, result.notes);
}

/// The engine, asked over its socket.
struct Engine {
    socket: PathBuf,
}

impl Engine {
    fn of_this_machine() -> Self {
        let host = std::env::var("DOCKER_HOST").unwrap_or_default();
        Self { socket: host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock").into() }
    }

    fn has_image(&self) -> bool {
        self.ask("GET", &format!("/images/{IMAGE}/json"), None).is_ok_and(|image| image.get("Id").is_some())
    }

    /// One container that does what one of a scenario does; how long all of it took.
    fn container(&self, folder: &TempDir) -> Duration {
        let start = Instant::now();
        let created = self.call("POST", "/containers/create", Some(&body(folder.path())));
        let path = format!("/containers/{}", created["Id"].as_str().expect("a container is created"));
        self.call("POST", &format!("{path}/start"), None);
        let end = self.call("POST", &format!("{path}/wait"), None);
        assert_eq!(end["StatusCode"], 0, "{end}");
        self.call("DELETE", &path, None);
        start.elapsed()
    }

    /// As many containers as there are scenarios, as many at once.
    fn containers(&self, folder: &TempDir) -> Duration {
        let (start, next) = (Instant::now(), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..JOBS {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < SCENARIOS {
                        self.container(folder);
                    }
                });
            }
        });
        start.elapsed()
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<Value> {
        let mut stream = UnixStream::connect(&self.socket)?;
        let body = body.map(ToString::to_string).unwrap_or_default();
        // HTTP/1.0: the answer ends with the connection, in one piece.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        if !head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')) {
            return Err(std::io::Error::other(answer));
        }
        Ok(serde_json::from_str(body).unwrap_or_default())
    }
}

fn body(folder: &Path) -> Value {
    json!({
        "Image": IMAGE,
        "Cmd": ["cat", "/spans.jsonl"],
        "HostConfig": {
            "NetworkMode": "none",
            "Binds": [format!("{}:/spans.jsonl:ro", folder.join("spans.jsonl").display())],
        },
    })
}
