//! `clnrm watch` as far as it needs no container engine: what is noticed, what is looked at again, how it is told, and how it ends. With an engine
//! it is tested in `tests/runs`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::workspace::{GOOD, Workspace, broken, doubtful};

/// Longer than anything takes on a loaded machine; only reached when the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// So long nothing may be told where nothing is to be told: many times the debounce.
const SILENCE: Duration = Duration::from_millis(600);

/// A test that is made by a macro.
const IMPORTER: &str = r#"{% import "_own.toml.tera" as own %}
[meta]
name = "imports"
version = "1.0"
description = "imports"

{{ own::service("app") }}

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#;

/// Its library; `@` stands for the name of an image.
const LIBRARY: &str =
    "{% macro service(name) %}[services.{{ name }}]\nplugin = \"generic_container\"\nimage = \"@\"\n{% endmacro %}\n";

/// A watch under way, whose lines come one by one.
struct Watch<'a> {
    workspace: &'a Workspace,
    process: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl<'a> Watch<'a> {
    fn start(workspace: &'a Workspace, arguments: &[&str]) -> Self {
        Self::without_engine(workspace, &[&["watch", "--validate-only"], arguments].concat())
    }

    /// Any command line that watches, where no engine is.
    fn without_engine(workspace: &'a Workspace, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_clnrm"))
            .args(arguments)
            .current_dir(workspace.path(""))
            .env_clear()
            .env("HOME", workspace.path("home"))
            .env("DOCKER_HOST", "unix:///no/such/engine.sock")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { workspace, process, lines, seen: Vec::new() }
    }

    /// Waits for a line that begins like this. All lines up to it, with it.
    fn until(&mut self, start: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                let complaints = self.complaints();
                panic!("`{start}` never came, but {lines:?} after {:?}: {complaints}", self.seen);
            };
            self.seen.push(line.clone());
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(start)) {
                return lines;
            }
        }
    }

    /// Waits for a verdict, which must be this one.
    fn verdict(&mut self, word: &str) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let lines = self.until("");
            all.extend(lines);
            let last = all.last().map(String::as_str).unwrap_or_default();
            if ["ok:", "invalid:", "none:"].iter().any(|start| last.starts_with(start)) {
                assert!(last.starts_with(word), "{all:#?}");
                return all;
            }
        }
    }

    fn write(&self, path: &str, text: &str) {
        self.workspace.write(path, text.as_bytes());
    }

    fn is_silent(&mut self) {
        if let Ok(line) = self.lines.recv_timeout(SILENCE) {
            panic!("`{line}` after {:#?}", self.seen);
        }
    }

    fn complaints(&mut self) -> String {
        let mut text = String::new();
        drop(self.process.kill());
        if let Some(mut errors) = self.process.stderr.take() {
            drop(errors.read_to_string(&mut text));
        }
        text
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
    }

    /// Waits for the end; the exit code.
    fn ended(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().expect("a child") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it never ended: {:#?}", self.seen);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn workspace() -> Workspace {
    Workspace::new(&[
        ("cleanroom.toml", "[project]\nname = \"shop\"\n"),
        ("tests/a.clnrm.toml", GOOD),
        ("tests/b.clnrm.toml", GOOD),
    ])
}

/// Without what differs from time to time.
fn lines(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.split(" [").next().unwrap_or(line)).collect()
}

#[test]
fn a_mistake_is_told_when_it_is_saved_and_when_it_is_mended() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests"]);
    assert_eq!(lines(&watch.verdict("ok")), ["watching: tests (2 tests in 2 folders)", "ok: 2 tests"]);
    watch.write("tests/a.clnrm.toml", &broken());
    assert_eq!(
        lines(&watch.verdict("invalid")),
        [
            "changed: tests/a.clnrm.toml",
            "error: tests/a.clnrm.toml:17:12: there is no service `apt` (orphan-service); did you mean `app`?",
            "invalid: 1 error in 1 of 2 tests",
        ]
    );
    // What is wrong elsewhere stays wrong.
    watch.write("tests/b.clnrm.toml", &doubtful());
    let told = watch.verdict("invalid");
    assert!(told[1].starts_with("warning: tests/b.clnrm.toml:"), "{told:#?}");
    assert_eq!(lines(&told)[2], "invalid: 1 error in 1 of 2 tests, 1 warning");
    watch.write("tests/a.clnrm.toml", GOOD);
    assert_eq!(lines(&watch.verdict("ok"))[1], "ok: 2 tests, 1 warning");
    watch.is_silent();
}

#[test]
fn what_has_the_same_content_is_not_looked_at_again() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &[]);
    watch.verdict("ok");
    watch.write("tests/a.clnrm.toml", GOOD);
    fs::rename(workspace.path("tests/b.clnrm.toml"), workspace.path("b")).expect("to move");
    fs::rename(workspace.path("b"), workspace.path("tests/b.clnrm.toml")).expect("to move");
    watch.write("tests/.a.clnrm.toml.swp", "what an editor leaves");
    watch.write(".clnrm/runs/1/report.json", "{}");
    watch.write("tests/readme.md", "no test");
    watch.is_silent();
    watch.write("tests/a.clnrm.toml", &format!("{GOOD}\n# more\n"));
    assert_eq!(lines(&watch.verdict("ok")), ["changed: tests/a.clnrm.toml", "ok: 2 tests"]);
}

#[test]
fn five_hundred_files_at_once_are_one_round() {
    let workspace = Workspace::new(&[]);
    for number in 0..500 {
        workspace.write(&format!("tests/{}/{number:03}.clnrm.toml", number / 50), GOOD.as_bytes());
    }
    let mut watch = Watch::start(&workspace, &["tests"]);
    assert_eq!(lines(&watch.verdict("ok"))[1], "ok: 500 tests");
    for number in 0..500 {
        watch.write(&format!("tests/{}/{number:03}.clnrm.toml", number / 50), &broken());
    }
    let mut told = watch.verdict("invalid");
    // On a machine that stands still in between it may be more than one.
    while !told.last().is_some_and(|line| line.starts_with("invalid: 500 errors in 500 of 500 tests")) {
        told.extend(watch.verdict("invalid"));
    }
    assert_eq!(told.iter().filter(|line| line.starts_with("error: ")).count(), 500);
    let rounds = told.iter().filter(|line| line.starts_with("changed: ")).count();
    assert!(rounds < 20, "{rounds} rounds for one change");
}

#[test]
fn files_and_folders_that_come_and_go_are_noticed() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests"]);
    watch.verdict("ok");
    watch.write("tests/new/deep/c.clnrm.toml", GOOD);
    assert_eq!(lines(&watch.until("ok: 3 tests"))[0], "changed: tests/new/deep/c.clnrm.toml");
    watch.write("tests/new/deep/c.clnrm.toml", &broken());
    watch.verdict("invalid");
    fs::rename(workspace.path("tests/new"), workspace.path("tests/moved")).expect("to move");
    let told = watch.until("error: tests/moved/deep/c.clnrm.toml:17:12");
    assert!(told.contains(&"gone: tests/new/deep/c.clnrm.toml".to_owned()), "{told:#?}");
    watch.until("invalid: 1 error in 1 of 3 tests");
    // It is followed where it is, and so is what takes its place.
    watch.write("tests/moved/deep/c.clnrm.toml", GOOD);
    watch.until("ok: 3 tests");
    watch.write("tests/new/deep/d.clnrm.toml", GOOD);
    watch.until("ok: 4 tests");
    // What takes its time may be seen half done.
    fs::remove_dir_all(workspace.path("tests")).expect("to remove");
    let told = watch.until("none: no test found in `tests`");
    assert!(told.iter().any(|line| line.starts_with("gone: ") && line.contains("tests/a.clnrm.toml")), "{told:#?}");
    watch.write("tests/a.clnrm.toml", &broken());
    watch.until("invalid: 1 error in 1 of 1 test");
}

#[test]
fn a_file_that_was_named_may_go_and_come_back() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests/a.clnrm.toml"]);
    assert_eq!(lines(&watch.verdict("ok"))[1], "ok: 1 test");
    watch.write("tests/b.clnrm.toml", &broken());
    watch.is_silent();
    fs::remove_file(workspace.path("tests/a.clnrm.toml")).expect("to remove");
    assert_eq!(lines(&watch.verdict("none"))[0], "gone: tests/a.clnrm.toml");
    watch.write("tests/a.clnrm.toml", &broken());
    watch.verdict("invalid");
}

#[test]
fn templates_elsewhere_count() {
    let workspace = Workspace::new(&[
        (".git/HEAD", ""),
        ("shared/_own.toml.tera", ""),
        ("suite/tests/a.clnrm.toml.tera", IMPORTER),
        ("suite/tests/plain.clnrm.toml", GOOD),
    ]);
    workspace.write("suite/_own.toml.tera", LIBRARY.replace('@', "alpine:3.20").as_bytes());
    let mut watch = Watch::start(&workspace, &["suite/tests"]);
    assert_eq!(lines(&watch.verdict("ok"))[1], "ok: 2 tests");
    watch.write("suite/_own.toml.tera", "{% macro service(name) %}{% endmacro %}\n");
    let told = watch.verdict("invalid");
    assert_eq!(told[0], "changed: suite/_own.toml.tera");
    assert_eq!(lines(&told).last(), Some(&"invalid: 1 error in 1 of 2 tests"));
    // A nearer one takes its place; and when it goes, the other one is back.
    watch.write("suite/tests/_own.toml.tera", &LIBRARY.replace('@', "alpine:3.21"));
    // While it is written it may be seen half done.
    watch.until("ok: 2 tests");
    fs::remove_file(workspace.path("suite/tests/_own.toml.tera")).expect("to remove");
    let told = watch.verdict("invalid");
    assert_eq!(told[0], "gone: suite/tests/_own.toml.tera");
    watch.write("shared/_own.toml.tera", "nobody imports it");
    watch.is_silent();
}

#[test]
fn settings_that_are_broken_are_never_ok() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests"]);
    watch.verdict("ok");
    watch.write("cleanroom.toml", "[project\n");
    let told = watch.until("invalid: 1 error in the settings");
    assert!(
        told.iter().any(|line| line.starts_with("error: cleanroom.toml:1:") && line.contains("is no TOML")),
        "{told:#?}"
    );
    watch.write("tests/a.clnrm.toml", &format!("{GOOD}\n# more\n"));
    watch.verdict("invalid");
    watch.write("cleanroom.toml", "[project]\nname = \"shop\"\n[lint]\nunused-service = \"error\"\n");
    watch.verdict("ok");
    // A severity is a reason to look again.
    let unused = GOOD
        .replace("[[scenario]]", "[services.idle]\nplugin = \"generic_container\"\nimage = \"a:1\"\n\n[[scenario]]");
    watch.write("tests/a.clnrm.toml", &unused);
    watch.verdict("invalid");
    watch.write("cleanroom.toml", "[project]\nname = \"shop\"\n[lint]\nunused-service = \"off\"\n");
    assert_eq!(lines(&watch.verdict("ok")), ["changed: cleanroom.toml", "ok: 2 tests"]);
}

#[test]
fn a_text_that_is_no_test_any_more_does_not_end_it() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests"]);
    watch.verdict("ok");
    for wrong in ["[meta\nname = ", "[[scenario]]\nname = 1", "[meta]\nname = \"x\"\n{% for"] {
        watch.write("tests/a.clnrm.toml", wrong);
        assert!(watch.verdict("invalid").iter().any(|line| line.starts_with("error: tests/a.clnrm.toml")), "{wrong}");
    }
    workspace.write("tests/a.clnrm.toml", b"\xff\xfe");
    let told = watch.verdict("invalid");
    assert!(told.iter().any(|line| line.contains("UTF-8")), "{told:#?}");
    watch.write("tests/a.clnrm.toml", GOOD);
    watch.verdict("ok");
}

#[test]
fn lines_have_no_escape_codes() {
    let workspace = workspace();
    let mut watch =
        Watch::start(&workspace, &["tests", "--clear", "--color", "always", "--perf-metrics", "--cache-stats"]);
    watch.until("timing: ");
    watch.write("tests/\u{1b}[31mred.clnrm.toml", &broken());
    watch.until("timing: ");
    assert!(watch.seen.iter().any(|line| line.starts_with("cache: ")), "{:#?}", watch.seen);
    assert!(watch.seen.iter().all(|line| !line.contains('\u{1b}')), "{:#?}", watch.seen);
}

#[test]
fn what_changed_in_expectations_is_told() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["tests", "--diff"]);
    watch.verdict("ok");
    watch.write("tests/a.clnrm.toml", &GOOD.replace("kind = \"internal\"", "kind = \"server\""));
    let told = watch.verdict("ok");
    assert!(
        told.iter().any(|line| line.starts_with("diff: tests/a.clnrm.toml: ~ ") && line.contains("server")),
        "{told:#?}"
    );
}

#[test]
fn only_what_is_wanted_is_told() {
    let workspace = workspace();
    workspace.write("tests/b.clnrm.toml", GOOD.replace("name = \"hello\"", "name = \"other\"").as_bytes());
    let mut watch = Watch::start(&workspace, &["tests", "--only", "other"]);
    assert_eq!(lines(&watch.verdict("ok"))[1], "ok: 1 test");
    let mut none = Watch::start(&workspace, &["tests", "--only", "nobody"]);
    assert_eq!(lines(&none.verdict("none"))[1], "none: no scenario of these tests is selected");
    // It begins to be wanted.
    watch.write("tests/a.clnrm.toml", &GOOD.replace("name = \"hello\"", "name = \"nobody\""));
    assert_eq!(lines(&none.verdict("ok")).last(), Some(&"ok: 1 test"));
}

#[test]
fn what_can_not_be_watched_is_refused() {
    let workspace = workspace();
    for (arguments, said) in [
        (&["none.clnrm.toml"][..], "`none.clnrm.toml`: no such file or directory"),
        (&["tests", "none/*.toml"], "no file matches this glob"),
        (&["--only", "{a"], "no valid glob"),
        (&["-"], "standard input can't be watched"),
        (&["--debounce", "soon"], "invalid value 'soon'"),
        (&["--timebox", "0"], "0"),
    ] {
        let mut watch = Watch::start(&workspace, arguments);
        assert_eq!(watch.ended(), Some(2), "{arguments:?}");
        let told = watch.complaints();
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
}

#[test]
fn without_an_engine_nothing_is_green_and_the_watch_goes_on() {
    let workspace = workspace();
    for command in [&["watch"][..], &["dev", "--watch"], &["run", "--watch", "--parallel=2"]] {
        workspace.write("tests/a.clnrm.toml", GOOD.as_bytes());
        let mut watch = Watch::without_engine(&workspace, &[command, &["tests"]].concat());
        let told = watch.until("incomplete: ");
        assert!(told.iter().any(|line| line.starts_with("error: ") && line.contains("engine")), "{told:#?}");
        assert_eq!(lines(&told).last(), Some(&"incomplete: 2 tests: 2 without an engine"), "{command:?}");
        watch.write("tests/a.clnrm.toml", &broken());
        watch.until("invalid: ");
        watch.write("tests/a.clnrm.toml", &format!("{GOOD}\n# {}\n", command.len()));
        let told = watch.until("incomplete: ");
        assert!(told.contains(&"running: 1 scenario".to_owned()), "{told:#?}");
    }
    let mut watch = Watch::without_engine(&workspace, &["run", "--watch", "--format", "json"]);
    assert_eq!(watch.ended(), Some(2));
    assert!(watch.complaints().contains("`--report FORMAT=FILE`"));
}

#[test]
fn it_is_ended_by_signals_and_by_whoever_goes_away() {
    let workspace = workspace();
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut watch = Watch::start(&workspace, &["tests"]);
        watch.verdict("ok");
        watch.signal(signal);
        assert_eq!(watch.ended(), Some(0), "{signal}");
    }
    let mut process = Command::new(env!("CARGO_BIN_EXE_clnrm"))
        .args(["dev", "--watch", "tests", "--validate-only"])
        .current_dir(workspace.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with("ok: ") {
        line.clear();
        assert!(output.read_line(&mut line).expect("a line") > 0, "it ended");
    }
    // Nothing is written any more: only the pipe itself tells.
    drop(output);
    let deadline = Instant::now() + PATIENCE;
    let ended = loop {
        if let Some(status) = process.try_wait().expect("a child") {
            break status.code();
        }
        assert!(Instant::now() < deadline, "it never ended");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(ended, Some(0));
}

#[test]
fn an_untrusted_watch_sees_no_environment() {
    let text = GOOD.replace("echo hello", "echo {{ env(name='HOME') }}");
    let workspace = Workspace::new(&[("cleanroom.toml", ""), ("tests/a.clnrm.toml", &text)]);
    let told = |arguments: &[&str]| {
        let lines = Watch::start(&workspace, arguments).verdict("ok");
        lines.iter().any(|line| line.contains("unset-environment-variable"))
    };
    assert!(!told(&["tests"]), "it is set");
    assert!(told(&["tests", "--untrusted"]), "and hidden");
}
