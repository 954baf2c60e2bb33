//! Runs in a real engine, beside what the engine itself needs for the same containers: create, start, wait and remove, asked over its
//! socket without any client.
//!
//! `cargo bench --bench run`; `-- --quick` shows in less than a minute that all of it works, `-- warm` only one part (`warm`, `parallel`,
//! `many`, `cancel`, `exit`, `replay`). Ours and the floor by turns, so that both have the same noise; a verdict that is not green, or not
//! the right red, ends the benchmark. Needs an engine of this machine with the image of `scripts/setup-engine`.

#![cfg(unix)]
#![expect(clippy::expect_used, reason = "a benchmark ends where the engine fails")]

#[path = "../shared/documents.rs"]
#[expect(dead_code, reason = "the benchmark of the server uses the rest")]
mod documents;
mod endings;
mod engine;
#[path = "../shared/lsp.rs"]
#[expect(dead_code, reason = "the benchmark of the server uses the rest")]
mod lsp;
mod ours;
#[path = "../shared/percentiles.rs"]
mod percentiles;

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use engine::{Engine, IMAGE};
use lsp::Server;
use ours::Ours;
use percentiles::{median, percentiles};

/// Scenarios of one run, and how many of them run at once.
const SCENARIOS: usize = 10;
const JOBS: usize = 4;

/// So many run at once of those that are many.
const MANY_JOBS: usize = 8;

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
    if is_wanted("many") {
        many((100 / part).max(2 * MANY_JOBS), 5_usize.div_ceil(part));
    }
    if is_wanted("cancel") {
        endings::cancel(&engine, (20 / part).max(2));
    }
    if is_wanted("exit") {
        endings::exit(&engine, (50 / part).max(2));
    }
    if is_wanted("replay") {
        replay(200 / part);
    }
}

/// A container that does what one of a scenario does.
fn greets(ours: &Ours) -> Value {
    engine::container(&["cat", "/given"], &ours.file("spans.jsonl"))
}

/// One scenario, with an executor and an engine that have run before.
fn warm(engine: &Engine, rounds: usize) {
    let ours = Ours::new(1);
    let body = greets(&ours);
    let (mut bare, mut verdict, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=rounds {
        let floor = engine.container(&body);
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
        println!("{name:46} {}  {:12.2}", percentiles(took, &[50, 95]), ratio(took, floor));
    }
}

/// Several scenarios at once.
fn parallel(engine: &Engine, rounds: usize) {
    let ours = Ours::new(SCENARIOS);
    let body = greets(&ours);
    let (mut bare, mut all) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let floor = engine.containers(&body, SCENARIOS, JOBS);
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
    println!(
        "{:46} {}  {:12.2}",
        "ours, until nothing is left",
        percentiles(&mut all, &[50, 95]),
        1.0 / ratio(&mut all, floor)
    );
}

/// More scenarios than may run at once: no slot may be idle while one waits.
fn many(scenarios: usize, rounds: usize) {
    let ours = Ours::new(scenarios);
    let (mut ideal, mut all) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let took = ours.run(MANY_JOBS);
        ideal.push(took.scenarios / u32::try_from(MANY_JOBS).expect("they are few"));
        all.push(took.gone);
    }
    println!("\n{:46}      p50      p95  ratio of p50", format!("{scenarios} scenarios, {MANY_JOBS} at once, ms"));
    let floor = median(&mut ideal);
    println!(
        "{:46} {}",
        format!("what the scenarios took, divided by {MANY_JOBS}"),
        percentiles(&mut ideal, &[50, 95])
    );
    println!(
        "{:46} {}  {:12.2}",
        "ours, until nothing is left",
        percentiles(&mut all, &[50, 95]),
        ratio(&mut all, floor)
    );
}

/// How often the floor goes into the median of these.
fn ratio(took: &mut [Duration], floor: Duration) -> f64 {
    median(took).as_secs_f64() / floor.as_secs_f64()
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
