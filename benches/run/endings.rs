//! How soon a run is over that cannot go on: somebody cancels it, or a service ends that it waits for.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use clnrm_lsp::executor::{FailureKind, Outcome, RunEvent};

use super::engine::{Engine, container};
use super::ours::{Ours, service};
use super::percentiles::percentiles;

/// Scenarios that run when the run is cancelled.
const RUNNING: usize = 4;

/// What each of their containers does.
const HANGS: &str = "echo up; exec sleep 600";

/// Says that it is up, and ends when it is told to.
const ENDS: &str = "echo up; read word < /given/gate; echo I can not start; exit 1";

/// A run is cancelled while all of its programs run.
pub fn cancel(engine: &Engine, rounds: usize) {
    let mut text = service("app", "");
    for number in 0..RUNNING {
        text += &format!("[[scenario]]\nname = \"hangs-{number}\"\nservice = \"app\"\nrun = \"sh -c '{HANGS}'\"\n\n");
    }
    let ours = Ours::saying(&text);
    let body = container(&["sh", "-c", HANGS], &std::env::temp_dir());
    let (mut bare, mut gone) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=rounds {
        let running: Vec<String> = (0..RUNNING).map(|_| engine.start(&body)).collect();
        let start = Instant::now();
        std::thread::scope(|scope| {
            running.iter().for_each(|path| drop(scope.spawn(|| engine.remove(path))));
        });
        let floor = start.elapsed();

        let (mut up, mut cancelled) = (0, None);
        let report = ours.follow(RUNNING, |event, run| {
            if let RunEvent::Output { text, .. } = event {
                up += text.matches("up").count();
            }
            if up == RUNNING && cancelled.is_none() {
                cancelled = Some(Instant::now());
                run.cancel();
            }
        });
        let took = cancelled.expect("all programs run").elapsed();
        let scenarios = || report.tests.iter().flat_map(|test| &test.scenarios);
        assert!(report.cancelled && scenarios().all(|it| it.outcome == Outcome::Cancelled), "{report:?}");
        assert_eq!(engine.left(&report.run), 0, "the run is over, and something is left of it");
        if round > 0 {
            bare.push(floor);
            gone.push(took);
        }
    }
    println!("\n{RUNNING} scenarios that run are cancelled, ms              p50      p95");
    println!("{:46} {}", "removal of their containers by force", percentiles(&mut bare, &[50, 95]));
    println!("{:46} {}", "ours, until nothing is left", percentiles(&mut gone, &[50, 95]));
}

/// A service ends that is waited for.
pub fn exit(engine: &Engine, rounds: usize) {
    let more = format!(
        "command = [\"sh\", \"-c\", \"{ENDS}\"]\nwait_log_message = \"ready\"\n\
         volumes = [{{ host_path = \"./given\", container_path = \"/given\" }}]"
    );
    let text = service("broken", &more) + "[[scenario]]\nname = \"waits\"\nservice = \"broken\"\nrun = \"true\"\n";
    let ours = Ours::saying(&text);
    let folder = ours.file("given");
    std::fs::create_dir(&folder).expect("there is room");
    let gate = folder.join("gate");
    assert!(Command::new("mkfifo").arg(&gate).status().is_ok_and(|it| it.success()), "a pipe with a name is made");
    // Open for both, so that neither end waits for the other.
    let mut word = OpenOptions::new().read(true).write(true).open(&gate).expect("the pipe opens");
    let mut end = || {
        // Whoever waits has settled by then.
        std::thread::sleep(Duration::from_millis(100));
        let told = Instant::now();
        writeln!(word, "end").expect("somebody reads");
        told
    };
    let body = container(&["sh", "-c", ENDS], &folder);
    let (mut bare, mut verdict) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let path = engine.start(&body);
        let floor = std::thread::scope(|scope| {
            let waits = scope.spawn(|| (engine.status(&path), Instant::now()));
            let told = end();
            let (status, known) = waits.join().expect("the engine answers");
            assert_eq!(status, 1);
            known - told
        });
        engine.remove(&path);

        let (mut told, mut took) = (None, None);
        ours.follow(1, |event, _| match event {
            RunEvent::Output { text, .. } if text.contains("up") => told = Some(end()),
            RunEvent::ScenarioFinished(result) => {
                let failure = result.attempts.iter().flat_map(|attempt| &attempt.failures).next();
                let failure = failure.expect("it is red");
                assert_eq!(failure.kind, FailureKind::Service, "{failure:?}");
                assert!(failure.detail.as_ref().is_some_and(|it| it.contains("I can not start")), "{failure:?}");
                took = told.map(|told| told.elapsed());
            }
            _ => {}
        });
        if round > 0 {
            bare.push(floor);
            verdict.push(took.expect("the service was up"));
        }
    }
    println!("\na service ends that is waited for, ms               p50      p95");
    println!("{:46} {}", "the engine tells its end", percentiles(&mut bare, &[50, 95]));
    println!("{:46} {}", "ours, to the red verdict with its log", percentiles(&mut verdict, &[50, 95]));
}
