//! An init that runs as a process of this machine, with a session over its pipes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use clnrm_lsp::engine::init::{
    Architecture, Job, JobEvent, JobExit, JobSpec, Output, Session, SessionOptions, Tunnels, program_file,
};
use tokio::process::{Child, Command};
use tokio_util::io::ReaderStream;

pub struct Init {
    pub session: Session,
    pub tunnels: Tunnels,
    pub child: Child,
}

/// The program as a file; written before any test starts a process, so that none inherits the open file.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let host = Architecture::of_host().expect("tests run where init can be built");
        program_file(host, Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("init was built, see build.rs")
    })
}

/// Ports that are free for any test: those of OTLP may be in use on this machine.
pub fn options() -> SessionOptions {
    SessionOptions { ports: vec![0], grace: Duration::from_secs(20), ..SessionOptions::default() }
}

pub async fn init() -> Init {
    init_with(options()).await
}

pub async fn init_with(options: SessionOptions) -> Init {
    let mut command = Command::new(program());
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (output, input) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
    let (session, tunnels) =
        within(Session::open(ReaderStream::new(output), input, options)).await.expect("init answers");
    Init { session, tunnels, child }
}

impl Init {
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn port(&self) -> u16 {
        self.session.ports()[0].held
    }

    pub async fn start(&self, argv: &[&str]) -> Job {
        within(self.session.start(JobSpec::new(argv.iter().copied()))).await.expect("the program starts")
    }

    pub async fn shell(&self, script: &str) -> Job {
        self.start(&["sh", "-c", script]).await
    }
}

/// Everything that a job does until it exits, the two outputs apart.
pub async fn collect(job: &mut Job) -> (Vec<u8>, Vec<u8>, JobExit) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match within(job.next()).await.unwrap().expect("a job exits before it ends") {
            JobEvent::Output(Output::Stdout, bytes) => stdout.extend(bytes),
            JobEvent::Output(Output::Stderr, bytes) => stderr.extend(bytes),
            JobEvent::Exited(exit) => return (stdout, stderr, exit),
        }
    }
}

/// Reads standard output up to the first line break.
pub async fn first_line(job: &mut Job) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        match within(job.next()).await.unwrap() {
            Some(JobEvent::Output(Output::Stdout, bytes)) => line.extend(bytes),
            other => panic!("no line came, but {other:?}"),
        }
    }
    String::from_utf8(line).unwrap().trim().to_owned()
}

/// A test that hangs fails.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("it takes too long")
}

/// Waits until something holds.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

/// Whether a process runs; one that has ended and waits to be collected does not.
pub fn runs(pid: u32) -> bool {
    state_and_parent(pid).is_some_and(|(state, _)| state != "Z" && state != "X")
}

pub fn state_and_parent(pid: u32) -> Option<(String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

/// What the kernel says of a process' memory, in KiB.
pub fn memory_kib(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
