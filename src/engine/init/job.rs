//! A job: a program that init runs in the container, in a process group of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::error::{SessionError, StartError};
use super::link::{Link, Windows, start_error};
use super::wire::{Exit, HEADER, MAX_PAYLOAD, Message, Output, Request, Status};
use super::{Session, Signal};

/// What to run. The argument vector is kept as it is: no shell is involved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSpec {
    /// The program, found along the `PATH` of its environment where it has no `/`, and its arguments.
    pub argv: Vec<String>,
    /// What is changed in the container's environment: variables that are set, or removed where the value is `None`.
    pub env: Vec<(String, Option<String>)>,
    /// The working directory; the container's where it is `None`.
    pub workdir: Option<String>,
}

/// A running program. It reads nothing (`/dev/null`) and writes to two pipes.
///
/// What it writes waits until it is taken with [`Job::next`], at most [`WINDOW`](super::wire::WINDOW) bytes a stream; then the
/// program waits. A job that is dropped runs on, and what it writes is discarded.
pub struct Job {
    number: u32,
    pid: u32,
    started_ns: u64,
    link: Arc<Link>,
    windows: Arc<Windows>,
    updates: mpsc::UnboundedReceiver<Update>,
    exit: Option<JobExit>,
}

/// Something that a job did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// It wrote something.
    Output(Output, Vec<u8>),
    /// Its process ended. All that was written before has been told; a process that it left behind may still write.
    Exited(JobExit),
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobExit {
    /// Exit code or signal.
    pub status: Status,
    /// From start to end by the container's monotonic clock: the way to the runner is not in it.
    pub duration: Duration,
    /// The most memory that its process, or one that it waited for, held at a time, in bytes.
    pub peak_memory: u64,
    /// Time on processors.
    pub cpu: Duration,
}

/// Sends signals to a job, also while another task listens to it.
#[derive(Clone)]
pub struct JobSwitch {
    number: u32,
    link: Arc<Link>,
}

/// What init tells of a running job.
pub(super) enum Update {
    Output(Output, Vec<u8>),
    Exited(Exit),
}

impl JobSpec {
    /// A program with its arguments, in the container's environment and directory.
    pub fn new(argv: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { argv: argv.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

impl Session {
    /// Starts a program, and waits until it runs or is known not to. When the future is dropped before that, the program is killed.
    ///
    /// # Errors
    ///
    /// When there is no such program, when it can't be started, or when the session has ended.
    pub async fn start(&self, spec: JobSpec) -> Result<Job, StartError> {
        let link = self.link();
        let program = spec.argv.first().filter(|program| !program.is_empty()).cloned().ok_or(StartError::Arguments)?;
        let strings = spec.argv.iter().chain(spec.env.iter().map(|(name, _)| name));
        let strings = strings.chain(spec.env.iter().filter_map(|(_, value)| value.as_ref())).chain(&spec.workdir);
        let names_are_names = spec.env.iter().all(|(name, _)| !name.is_empty() && !name.contains('='));
        if !names_are_names || strings.into_iter().any(|string| string.contains('\0')) {
            return Err(StartError::Arguments);
        }
        let (started, starting) = oneshot::channel();
        let (sender, updates) = mpsc::unbounded_channel();
        let workdir = spec.workdir.clone();
        let mut request = Request::Start {
            job: 0,
            argv: spec.argv.into_iter().map(String::into_bytes).collect(),
            env: spec.env.into_iter().map(|(name, value)| (name.into_bytes(), value.map(String::into_bytes))).collect(),
            workdir: spec.workdir.map(String::into_bytes),
        };
        let bytes = encoded_length(&request);
        if bytes > MAX_PAYLOAD {
            return Err(StartError::TooLong { program, bytes });
        }
        let (number, windows) = link.add_job(started, sender)?;
        if let Request::Start { job, .. } = &mut request {
            *job = number;
        }
        link.send(request);
        let mut pending = Pending { link: Arc::clone(link), number, armed: true };
        let answer = starting.await;
        pending.armed = false;
        let (pid, started_ns) =
            answer.map_err(|_| link.reason())?.map_err(|refusal| start_error(refusal, &program, workdir.as_deref()))?;
        Ok(Job { number, pid, started_ns, link: Arc::clone(link), windows, updates, exit: None })
    }
}

/// Kills what was started for nobody.
struct Pending {
    link: Arc<Link>,
    number: u32,
    armed: bool,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.armed {
            self.link.send(Request::Signal { job: self.number, signal: Signal::KILL.number() });
        }
    }
}

impl Job {
    /// The number of its process within the container.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What it does next. After [`JobEvent::Exited`] output of processes that it left behind may follow; `None` when nothing can
    /// follow any more. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    ///
    /// When the session ends before the job does.
    pub async fn next(&mut self) -> Result<Option<JobEvent>, SessionError> {
        match self.updates.recv().await {
            Some(Update::Output(output, bytes)) => {
                self.link.grant_output(self.number, &self.windows, output, bytes.len());
                Ok(Some(JobEvent::Output(output, bytes)))
            }
            Some(Update::Exited(exit)) => {
                let exit = self.exit_of(exit);
                self.exit = Some(exit);
                Ok(Some(JobEvent::Exited(exit)))
            }
            None if self.exit.is_some() => Ok(None),
            None => Err(self.link.reason()),
        }
    }

    /// Waits for its end; what it writes until then and was not taken is discarded. May be called again.
    ///
    /// # Errors
    ///
    /// When the session ends before the job does.
    pub async fn wait(&mut self) -> Result<JobExit, SessionError> {
        loop {
            if let Some(exit) = self.exit {
                return Ok(exit);
            }
            self.next().await?;
        }
    }

    /// Sends a signal to all processes of its group, also when the first one has ended already.
    pub fn signal(&self, signal: Signal) {
        self.link.send(Request::Signal { job: self.number, signal: signal.number() });
    }

    /// Kills all processes of its group.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Something to end it with while another task listens.
    pub fn switch(&self) -> JobSwitch {
        JobSwitch { number: self.number, link: Arc::clone(&self.link) }
    }

    fn exit_of(&self, exit: Exit) -> JobExit {
        JobExit {
            status: exit.status,
            duration: Duration::from_nanos(exit.at_ns.saturating_sub(self.started_ns)),
            peak_memory: exit.peak_memory_kib.saturating_mul(1024),
            cpu: Duration::from_micros(exit.cpu_us),
        }
    }
}

impl JobSwitch {
    /// Sends a signal to all processes of the job's group.
    pub fn signal(&self, signal: Signal) {
        self.link.send(Request::Signal { job: self.number, signal: signal.number() });
    }

    /// Kills all processes of the job's group.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // What waits here will not be taken any more, but the processes shall be able to go on writing.
        self.updates.close();
        while let Ok(update) = self.updates.try_recv() {
            if let Update::Output(output, bytes) = update {
                self.link.grant_output(self.number, &self.windows, output, bytes.len());
            }
        }
    }
}

fn encoded_length(request: &Request) -> usize {
    let mut bytes = Vec::new();
    request.encode(&mut bytes);
    bytes.len() - HEADER
}
