//! From a save to the new verdict of `clnrm watch --validate-only`, as its reader sees it: a real process, the debounce included. Beside it the floor: a
//! process that waits just as long for silence, reads the file and parses it (Tera, where there are tags, and TOML).
//!
//! `cargo bench --bench watch`; `-- --quick` is a first look. Saves break and mend a document by turns, and a verdict that is not the right one ends
//! the benchmark. The aim: a p95 below 100 ms.

#![expect(clippy::expect_used, reason = "a benchmark ends where the watch fails")]

#[path = "shared/documents.rs"]
mod documents;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use documents::KINDS;
use notify::{RecursiveMode, Watcher as _};

/// How long both wait for silence.
const DEBOUNCE: Duration = Duration::from_millis(50);

/// Tests beside the one that is saved.
const OTHERS: usize = 99;

/// Bytes of the document.
const SIZE: usize = 4 << 10;

/// Makes this program the floor's watch of a folder.
const FLOOR: &str = "--floor-watch";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder] = arguments.as_slice()
        && word == FLOOR
    {
        return watch_floor(Path::new(folder));
    }
    let saves = if arguments.iter().any(|argument| argument == "--quick") { 20 } else { 200 };
    println!("{} tests, from the save to the verdict, ms     p50      p95      p99", OTHERS + 1);
    for kind in &KINDS {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..OTHERS {
            let other = KINDS[0].text(SIZE);
            fs::write(folder.path().join(format!("other{number}.clnrm.toml")), other).expect("a file");
        }
        let end = if kind.is_template() { ".tera" } else { "" };
        let file = folder.path().join(format!("{}.clnrm.toml{end}", kind.name));
        let mut ours = Command::new(env!("CARGO_BIN_EXE_clnrm"));
        ours.args(["watch", "--validate-only", "--plain"]).arg(folder.path());
        measure(kind.name, "ours", &mut ours, &file, [&kind.text(SIZE), &broken(&kind.text(SIZE))], saves);
        // What Tera alone understands.
        let mut floor = Command::new(std::env::current_exe().expect("this program has a path"));
        floor.arg(FLOOR).arg(folder.path());
        measure(kind.name, "floor", &mut floor, &file, [&kind.bare_text(SIZE), &broken(&kind.bare_text(SIZE))], saves);
    }
}

/// The text with a mistake that every parser of TOML finds.
fn broken(text: &str) -> String {
    text.replacen("[meta]", "[meta]]", 1)
}

fn measure(kind: &str, who: &str, command: &mut Command, file: &Path, [good, bad]: [&str; 2], saves: usize) {
    fs::write(file, good).expect("a file");
    let mut watch = Watch::start(command);
    watch.verdict(true);
    let mut figures = Vec::new();
    for number in 0..saves {
        // Somebody types in between.
        std::thread::sleep(Duration::from_millis(20));
        let text = if number % 2 == 0 { bad } else { good };
        let text = format!("{text}\n# {number}\n");
        let at = Instant::now();
        fs::write(file, text).expect("a file");
        watch.verdict(number % 2 == 1);
        figures.push(at.elapsed());
    }
    figures.sort();
    let percentile = |share: usize| figures[(figures.len() * share / 100).min(figures.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{kind:10} {who:6}                             {:8.2} {:8.2} {:8.2}",
        percentile(50),
        percentile(95),
        percentile(99)
    );
}

/// A process that watches, and its lines.
struct Watch {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(process.stdout.take().expect("standard output is piped"));
        Self { process, lines }
    }

    /// Waits for the next verdict, which must be this one.
    fn verdict(&mut self, is_good: bool) {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.lines.read_line(&mut line).expect("it writes") > 0, "it ended");
            let said = [("ok: ", true), ("invalid: ", false)].into_iter().find(|(word, _)| line.starts_with(word));
            if let Some((_, said)) = said {
                return assert_eq!(said, is_good, "{line}");
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Says after each burst of changes whether all files that changed can be parsed.
fn watch_floor(folder: &Path) {
    let (sender, events) = mpsc::channel();
    let mut system = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let event = event.expect("an event");
        if !matches!(event.kind, notify::EventKind::Access(_)) {
            drop(sender.send(event.paths));
        }
    })
    .expect("the system watches");
    system.watch(folder, RecursiveMode::NonRecursive).expect("a folder");
    let mut out = std::io::stdout();
    writeln!(out, "ok: watching").and_then(|()| out.flush()).expect("somebody reads");
    while let Ok(mut paths) = events.recv() {
        loop {
            match events.recv_timeout(DEBOUNCE) {
                Ok(more) => paths.extend(more),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        paths.sort();
        paths.dedup();
        let reads = |path: &std::path::PathBuf| {
            let text = fs::read_to_string(path).expect("a file");
            documents::floor(&text, path.extension().is_some_and(|it| it == "tera")).is_some()
        };
        let word = if paths.iter().all(reads) { "ok" } else { "invalid" };
        writeln!(out, "{word}: {}", paths.len()).and_then(|()| out.flush()).expect("somebody reads");
    }
}
