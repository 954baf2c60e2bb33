//! `clnrm watch` with a real engine: what runs when, what needs no container, and that nothing stays behind.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use super::engine::{Events, containers, engine, left, wait_until};
use super::project::{APP, Project};

/// Longer than anything takes on a loaded machine; only reached when the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A test that says something and sends a span.
fn sends(said: &str, expected: &str) -> String {
    let run = format!("run = \"sh -c 'echo {said}; sh /span.sh a'\"\n");
    format!("{APP}\n[[scenario]]\nname = \"sends\"\nservice = \"app\"\n{run}[[expect.span]]\nname = \"{expected}\"\n")
}

/// A test that waits for so many seconds.
fn waits(seconds: u32) -> String {
    format!("{APP}\n[[scenario]]\nname = \"waits\"\nservice = \"app\"\nrun = \"sleep {seconds}\"\n")
}

/// A watch under way, whose lines come one by one.
struct Watch {
    process: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Watch {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_clnrm"))
            .arg("watch")
            .args(arguments)
            .arg(&project.name)
            .current_dir(project.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { process, lines, seen: Vec::new() }
    }

    /// Waits for a line that begins like this. All lines up to it, with it.
    fn until(&mut self, start: &str) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = Vec::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                drop(self.process.kill());
                let mut told = String::new();
                drop(self.process.stderr.take().map(|mut it| it.read_to_string(&mut told)));
                panic!("`{start}` never came: {:#?} {told}", self.seen);
            };
            self.seen.push(line.clone());
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(start)) {
                return lines;
            }
        }
    }

    fn end(mut self) -> Option<i32> {
        signal(&self.process, "-INT");
        self.process.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn signal(process: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &process.id().to_string()]).status().unwrap().success());
}

fn has(lines: &[String], start: &str, part: &str) -> bool {
    lines.iter().any(|line| line.starts_with(start) && line.contains(part))
}

#[test]
fn only_what_changed_runs_and_expectations_need_no_container() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("one", &sends("1", "a")), ("two", &sends("2", "a"))]);
    let mut watch = Watch::start(&project, &[]);
    let told = watch.until("passed: ");
    assert!(has(&told, "ok: ", "2 tests") && has(&told, "running: ", "2 scenarios"), "{told:#?}");
    assert!(has(&told, "passed: ", "2 tests: 2 passed"), "{told:#?}");

    let events = Events::listen(&project.name);
    project.test("one", &sends("1", "b"));
    let told = watch.until("failed: ");
    assert!(has(&told, "pass: ", "one.clnrm.toml::sends (replayed, "), "{told:#?}");
    assert!(has(&told, "failure: ", "one.clnrm.toml:") && has(&told, "failure: ", "expect.span[0]"), "{told:#?}");
    assert!(has(&told, "failed: ", "2 tests: 1 failed, 1 passed"), "{told:#?}");
    project.test("one", &sends("1", "a"));
    watch.until("passed: ");
    assert_eq!(events.peak(), (0, 0), "no container was needed");

    // Red by its program, and green again.
    project.test("two", &sends("2; exit 3", "a"));
    let told = watch.until("failed: ");
    assert!(has(&told, "running: ", "1 scenario") && has(&told, "fail: ", "two.clnrm.toml::sends ["), "{told:#?}");
    project.test("two", &sends("2", "a"));
    assert!(has(&watch.until("passed: "), "passed: ", "2 tests: 2 passed"));

    // What is mounted to be read counts; what is broken does not run, and is not green.
    let script = format!("{}/span.sh", project.name);
    let changed = std::fs::read_to_string(project.path(&script)).unwrap() + "# changed\n";
    project.write(&script, &changed);
    let told = watch.until("passed: ");
    assert!(has(&told, "changed: ", "span.sh") && has(&told, "running: ", "2 scenarios"), "{told:#?}");
    project.test("two", "[[scenario\n");
    watch.until("invalid: ");
    project.test("one", &sends("3", "a"));
    let told = watch.until("incomplete: ");
    assert!(has(&told, "incomplete: ", "1 passed, 1 without a verdict"), "{told:#?}");
    assert_eq!(watch.end(), Some(0));
    assert_eq!(left(&project.name), Vec::<String>::new());
    let last = Command::new(env!("CARGO_BIN_EXE_clnrm")).arg("report").current_dir(project.path("")).output().unwrap();
    assert!(String::from_utf8_lossy(&last.stdout).contains("one.clnrm.toml::sends"), "the run is remembered");
}

#[test]
fn an_edit_cancels_what_it_made_stale_and_what_was_cut_off_runs_again() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("long", &waits(300)), ("other", &sends("1", "a"))]);
    let mut watch = Watch::start(&project, &["--jobs", "2"]);
    watch.until("pass: ");
    assert!(wait_until(|| containers(&project.name, false).len() == 1), "it runs");
    // A test that has its verdict is no reason to stop the others.
    project.test("other", &sends("2", "a"));
    watch.until("ok: ");
    project.test("long", &waits(0));
    let told = watch.until("passed: ");
    assert!(has(&told, "stopped: ", "it runs again"), "{told:#?}");
    assert!(has(&told, "passed: ", "2 tests: 2 passed"), "{told:#?}");
    assert_eq!(watch.end(), Some(0));
    assert_eq!(left(&project.name), Vec::<String>::new());
}

#[test]
fn a_run_is_stopped_by_its_time_box_and_by_the_end_of_the_watch() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("long", &waits(300))]);
    let mut watch = Watch::start(&project, &["--timebox", "1500"]);
    let told = watch.until("incomplete: ");
    assert!(has(&told, "timebox: ", "the run was stopped after"), "{told:#?}");
    assert!(has(&told, "incomplete: ", "1 test: 1 cancelled"), "{told:#?}");
    assert_eq!((watch.end(), left(&project.name)), (Some(0), Vec::new()));

    for name in ["-INT", "-TERM"] {
        let mut watch = Watch::start(&project, &[]);
        watch.until("running: ");
        assert!(wait_until(|| containers(&project.name, false).len() == 1), "it runs");
        signal(&watch.process, name);
        let told = watch.until("cancelled: ");
        assert!(has(&told, "cancelled: ", "containers are being removed"), "{told:#?}");
        assert_eq!(watch.process.wait().unwrap().code(), Some(130));
        assert_eq!(left(&project.name), Vec::<String>::new());
    }
    // Whoever reads it may go while tests run.
    let mut watch = Watch::start(&project, &[]);
    watch.until("running: ");
    assert!(wait_until(|| containers(&project.name, false).len() == 1), "it runs");
    let Watch { process, lines, .. } = &mut watch;
    *lines = mpsc::channel().1;
    // The thread that reads ends with the next line that nobody wants.
    project.test("new", &waits(0));
    assert!(process.wait().unwrap().code().is_some());
    assert_eq!(left(&project.name), Vec::<String>::new());
}

/// A terminal of its own, in which `clnrm watch` runs.
struct Terminal {
    socket: String,
}

impl Terminal {
    /// Where there is no tmux the test says that it is skipped, but in CI it fails.
    fn open(project: &Project, arguments: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "tmux is missing; run scripts/setup");
            eprintln!("SKIPPED: tmux is missing; scripts/setup installs it");
            return None;
        }
        // A server that is going must not be asked.
        static TERMINALS: AtomicUsize = AtomicUsize::new(0);
        let number = TERMINALS.fetch_add(1, Ordering::Relaxed);
        let terminal = Self { socket: format!("clnrm-{}-{number}", project.name) };
        let line = format!(
            "{} watch {} {arguments}; echo \"ended with $?\"; stty -a | tr ' ;' '\\n\\n' | grep -x -- -*icanon; exec sleep 600",
            env!("CARGO_BIN_EXE_clnrm"),
            project.name
        );
        let folder = project.path("");
        let begin = ["new-session", "-d", "-x", "120", "-y", "40", "-c", folder.to_str().unwrap(), "sh", "-c", &line];
        assert!(terminal.tmux().args(begin).status().unwrap().success());
        Some(terminal)
    }

    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-L", &self.socket]);
        command
    }

    fn keys(&self, keys: &[&str]) {
        assert!(self.tmux().arg("send-keys").args(keys).status().unwrap().success());
    }

    /// What is to be seen.
    fn screen(&self) -> String {
        let output = self.tmux().args(["capture-pane", "-p"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until all of these can be seen.
    fn shows(&self, texts: &[&str]) {
        let seen = wait_until(|| {
            let screen = self.screen();
            texts.iter().all(|text| screen.contains(text))
        });
        assert!(seen, "{texts:?} can't be seen:\n{}", self.screen());
    }

    /// A format of tmux.
    fn asked(&self, format: &str) -> String {
        let output = self.tmux().args(["display-message", "-p", format]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Whether the terminal is as people know it: no alternate screen, a cursor, and lines that are edited.
    fn is_given_back(&self) {
        let is = wait_until(|| self.asked("#{alternate_on} #{cursor_flag}") == "0 1");
        assert!(is, "{}\n{}", self.asked("#{alternate_on} #{cursor_flag}"), self.screen());
        assert!(wait_until(|| self.screen().lines().any(|line| line == "icanon")), "{}", self.screen());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.tmux().arg("kill-server").status());
    }
}

#[test]
fn on_a_terminal_it_is_seen_how_a_test_turns_red_and_green() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("one", &sends("1", "a")), ("two", &sends("2", "a"))]);
    let Some(terminal) = Terminal::open(&project, "") else { return };
    terminal.shows(&[" PASSED ", "2 tests: 2 passed", "PASS ", "one.clnrm.toml", "two.clnrm.toml", "q quit"]);
    // Red by its expectations, with the line and the spans.
    project.test("one", &sends("1", "b"));
    terminal.shows(&[
        " FAILED ",
        "1 failed, 1 passed",
        "FAIL ",
        "expect.span[0]",
        "replayed",
        "no span is called `b`",
        " spans ",
    ]);
    project.test("one", &sends("1", "a"));
    terminal.shows(&[" PASSED ", "2 tests: 2 passed"]);
    // The second one is chosen, and runs again although it is known to pass.
    let events = Events::listen(&project.name);
    let last = || std::fs::read_to_string(project.path(".clnrm/runs/last")).unwrap();
    let before = last();
    terminal.keys(&["Down", "r"]);
    assert!(wait_until(|| last() != before), "it never ran: {}", terminal.screen());
    terminal.shows(&[" PASSED ", "PASS [", "two.clnrm.toml::sends"]);
    assert_eq!(events.peak().1, 1, "one container was started: {}", terminal.screen());
    // A broken test is shown as such, and a mended one runs.
    project.test("two", "[[scenario\n");
    terminal.shows(&[" INVALID ", "BAD ", "error["]);
    project.test("two", &sends("2", "a"));
    terminal.shows(&[" PASSED "]);
    // Keys.
    terminal.keys(&["/", "o", "n", "e"]);
    terminal.shows(&["1 test with `one`", "/one"]);
    terminal.keys(&["Enter"]);
    terminal.keys(&["?"]);
    terminal.shows(&["run all that are shown again"]);
    terminal.keys(&["x", "Escape"]);
    terminal.shows(&[" 2 tests "]);
    assert!(terminal.tmux().args(["resize-window", "-x", "70", "-y", "20"]).status().unwrap().success());
    terminal.shows(&["two.clnrm.toml", " PASSED "]);
    terminal.keys(&["q"]);
    terminal.shows(&["ended with 0"]);
    terminal.is_given_back();
    assert_eq!(left(&project.name), Vec::<String>::new());
}

#[test]
fn a_terminal_is_given_back_whatever_ends_the_watch() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("long", &waits(300))]);
    for (number, end) in ["C-c", "-TERM"].into_iter().enumerate() {
        let Some(terminal) = Terminal::open(&project, "") else { return };
        terminal.shows(&["RUN ", "long.clnrm.toml"]);
        assert!(wait_until(|| containers(&project.name, false).len() == 1), "it runs");
        match number {
            0 => terminal.keys(&[end]),
            _ => {
                let pid = terminal.asked("#{pane_pid}");
                let child = Command::new("pgrep").args(["-P", &pid]).output().unwrap();
                let child = String::from_utf8_lossy(&child.stdout).trim().to_owned();
                assert!(Command::new("kill").args([end, &child]).status().unwrap().success());
            }
        }
        terminal.shows(&["ended with 130"]);
        terminal.is_given_back();
        assert_eq!(left(&project.name), Vec::<String>::new());
    }
}
