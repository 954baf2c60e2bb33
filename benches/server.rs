//! The language server as editors feel it: a real process over pipes, beside its floor, a process that only reads, applies and
//! parses (Tera, where there are tags, and TOML).
//!
//! `cargo bench --bench server`; `-- --quick` is a first look, `-- memory` only one part (`starts`, `edits`, `bursts`, `memory`). A latency counts from the first byte of the change to the first
//! *right* diagnostics: edits break and mend the document by turns, each makes a text that was never there before, and diagnostics
//! that are wrong for their version end the benchmark. Exit code 101 also when memory does not level off. Linux only: processor
//! time and memory are read from `/proc`.

#![expect(clippy::expect_used, reason = "a benchmark ends where the server fails")]

#[path = "shared/documents.rs"]
mod documents;
#[path = "shared/lsp.rs"]
#[expect(dead_code, reason = "the benchmark of runs uses the rest")]
mod lsp;
#[path = "shared/percentiles.rs"]
mod percentiles;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use documents::{KINDS, Kind};
use lsp::{Place, Server};
use percentiles::{median, percentiles};

/// Sizes of the documents, in bytes, and how many edits each gets.
const SIZES: [(usize, i32); 4] = [(1 << 10, 400), (10 << 10, 400), (100 << 10, 100), (1 << 20, 24)];

/// Changes of a burst.
const BURST: i32 = 200;

/// Edits of the soak.
const SOAK: i32 = 100_000;

/// How much the memory may grow in the second half of the soak, in KiB.
const GROWTH: u64 = 8 * 1024;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == FLOOR) {
        return lsp::serve_floor().expect("the floor serves");
    }
    let part = if arguments.iter().any(|argument| argument == "--quick") { 10 } else { 1 };
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| *wanted == name);
    if is_wanted("starts") {
        starts(40 / part);
    }
    if is_wanted("edits") {
        edits(part);
    }
    if is_wanted("bursts") {
        bursts(20 / part);
    }
    if is_wanted("memory") {
        memory(part);
    }
}

/// Makes this program the floor's server.
const FLOOR: &str = "--floor-server";

fn ours() -> Server {
    Server::start(&mut Command::new(env!("CARGO_BIN_EXE_clnrm-lsp")))
}

fn floor() -> Server {
    Server::start(Command::new(std::env::current_exe().expect("this program has a path")).arg(FLOOR))
}

fn uri(kind: &Kind) -> String {
    format!("file:///bench/{}.clnrm.toml{}", kind.name, if kind.is_template() { ".tera" } else { "" })
}

fn starts(rounds: i32) {
    let kind = &KINDS[0];
    let (uri, text) = (uri(kind), kind.text(1 << 10));
    println!("from the start of the process, ms          p50      p95");
    for (name, start) in [("ours", ours as fn() -> Server), ("floor", floor)] {
        let (mut answers, mut diagnostics) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let mut server = start();
            server.open(&uri, &text);
            let (errors, at) = server.errors(&uri, 1);
            assert_eq!(errors, 0, "{name}");
            answers.push(server.initialized - server.started);
            diagnostics.push(at - server.started);
        }
        println!("{name:5} to the answer of initialize     {}", percentiles(&mut answers, &[50, 95]));
        println!("{name:5} to the first diagnostics        {}", percentiles(&mut diagnostics, &[50, 95]));
    }
}

/// A document in which the line of `[meta]` is broken and mended by turns.
struct Typing {
    server: Server,
    uri: String,
    place: Place,
    version: i32,
    /// The length of what was typed last.
    typed: usize,
}

impl Typing {
    fn open(mut server: Server, kind: &Kind, text: &str) -> Self {
        let uri = uri(kind);
        server.open(&uri, text);
        assert_eq!(server.errors(&uri, 1).0, 0, "{uri}");
        Self { server, uri, place: Place::behind("[meta]", text), version: 1, typed: 0 }
    }

    /// Types; odd versions are right.
    fn edit(&mut self) -> Instant {
        self.version += 1;
        let bracket = if self.is_broken() { "]" } else { "" };
        let text = format!("{bracket} # {}", self.version);
        let at = self.server.change(&self.uri, self.version, self.place, self.typed, &text);
        self.typed = text.len();
        at
    }

    fn is_broken(&self) -> bool {
        self.version % 2 == 0
    }

    /// Waits for the right diagnostics.
    fn judged(&mut self) -> Instant {
        let (errors, at) = self.server.errors(&self.uri, self.version);
        assert_eq!(errors > 0, self.is_broken(), "{} in version {}: {errors} errors", self.uri, self.version);
        at
    }
}

fn edits(part: i32) {
    println!(
        "\nfrom a change to its diagnostics, ms       p50      p95      p99    (floor p50      p99)  ratio of p50"
    );
    for kind in &KINDS {
        for (size, count) in SIZES {
            let mut ours = Typing::open(ours(), kind, &kind.text(size));
            let mut floor = Typing::open(floor(), kind, &kind.bare_text(size));
            let (mut took, mut floor_took) = (Vec::new(), Vec::new());
            // By turns, so that both have the same noise; the first turns warm up.
            for turn in 0..=(count / part / 10).max(2) {
                for (typing, took) in [(&mut ours, &mut took), (&mut floor, &mut floor_took)] {
                    for _ in 0..10 {
                        let start = typing.edit();
                        let end = typing.judged();
                        if turn > 0 {
                            took.push(end - start);
                        }
                    }
                }
            }
            let label = format!("{} {} KB", kind.name, size >> 10);
            let ratio = median(&mut took).as_secs_f64() / median(&mut floor_took).as_secs_f64();
            println!(
                "{label:37} {}    {}  {ratio:6.2}",
                percentiles(&mut took, &[50, 95, 99]),
                percentiles(&mut floor_took, &[50, 99])
            );
        }
    }
}

fn bursts(rounds: i32) {
    println!("\n{BURST} changes without pause at 10 KB, ms    p50      p95   CPU p50  (from the last change)");
    for kind in &KINDS {
        for (name, server, text) in
            [("ours", ours(), kind.text(10 << 10)), ("floor", floor(), kind.bare_text(10 << 10))]
        {
            let mut typing = Typing::open(server, kind, &text);
            let (mut took, mut worked) = (Vec::new(), Vec::new());
            for _ in 0..rounds.max(2) {
                let before = processor_time(typing.server.process_id());
                let mut last = typing.edit();
                for _ in 1..BURST {
                    last = typing.edit();
                }
                took.push(typing.judged() - last);
                worked.push(processor_time(typing.server.process_id()).saturating_sub(before));
            }
            let label = format!("{} {name}", kind.name);
            println!("{label:37} {} {}", percentiles(&mut took, &[50, 95]), percentiles(&mut worked, &[50]));
        }
    }
}

fn memory(part: i32) {
    println!("\nresident memory, MiB");
    let kind = &KINDS[0];
    let mut server = ours();
    println!("{:37} {:8.1}", "after start", mib(resident(server.process_id())));
    let text = kind.text(10 << 10);
    for number in 0..100 {
        let uri = format!("file:///bench/{number}.clnrm.toml");
        server.open(&uri, &text.replace("\"bench\"", &format!("\"bench-{number}\"")));
        server.errors(&uri, 1);
    }
    println!("{:37} {:8.1}", "100 open files of 10 KB", mib(resident(server.process_id())));
    drop(server);

    for kind in &KINDS {
        let mut typing = Typing::open(ours(), kind, &kind.text(1 << 10));
        let edits = SOAK / part / 3;
        let mut quarters = Vec::new();
        for number in 1..=edits {
            typing.edit();
            // In pairs at full speed: some texts are judged, some are overtaken.
            if number % 2 == 0 {
                typing.judged();
            }
            if number % (edits / 4) == 0 {
                quarters.push(resident(typing.server.process_id()));
            }
        }
        let label = format!("{}: {edits} edits, by quarters", kind.name);
        let list: String = quarters.iter().map(|size| format!(" {:8.1}", mib(*size))).collect();
        println!("{label:37}{list}");
        assert!(quarters[3] < quarters[1] + GROWTH, "{}: the memory does not level off", kind.name);
    }
}

/// The time that all threads of a process have run. Threads that have ended don't count.
fn processor_time(process: u32) -> Duration {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
    let times = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    });
    times.sum()
}

/// The resident memory of a process, in KiB.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory is told");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
