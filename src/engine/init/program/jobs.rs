//! The programs that the runner asked for: starting them, passing on what they write, and how they end.

use std::collections::BTreeMap;
use std::ffi::{OsString, c_int};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::clock::Clock;
use crate::memory::Kills;
use crate::outgoing::Outgoing;
use crate::sys::{self, Reaped};
use crate::wire::{CHUNK, Event, Exit, Fault, Output, WINDOW};

#[derive(Default)]
pub struct Jobs {
    jobs: BTreeMap<u32, Job>,
    kills: Kills,
}

struct Job {
    pid: u32,
    outputs: [Option<Pipe>; 2],
    /// How its process ended; told when all that was written before has been passed on.
    exit: Option<Exit>,
    exit_told: bool,
}

struct Pipe {
    file: File,
    credit: u32,
    /// How many bytes lay in it when the job's process ended and have not been passed on.
    owed: usize,
}

/// What the runner asked for.
pub struct Start {
    pub argv: Vec<Vec<u8>>,
    pub env: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    pub workdir: Option<Vec<u8>>,
}

impl Jobs {
    /// Whether the number is taken.
    pub fn has(&self, job: u32) -> bool {
        self.jobs.contains_key(&job)
    }

    pub fn start(&mut self, job: u32, start: Start, clock: Clock, outgoing: &mut Outgoing) {
        match spawn(start, clock) {
            Ok((running, at_ns)) => {
                outgoing.tell(&Event::Started { job, pid: running.pid, at_ns });
                self.jobs.insert(job, running);
            }
            Err((fault, errno)) => outgoing.tell(&Event::NotStarted { job, fault, errno }),
        }
    }

    pub fn signal(&self, job: u32, signal: c_int) {
        let Some(found) = self.jobs.get(&job) else { return };
        // The number of an ended process may have been given to another job meanwhile.
        let is_reused =
            found.exit.is_some() && self.jobs.iter().any(|(other, running)| *other != job && running.pid == found.pid);
        if !is_reused {
            sys::kill_group(found.pid, signal);
        }
    }

    pub fn grant(&mut self, job: u32, output: Output, bytes: u32) {
        // What belongs to an output that has ended comes late and means nothing.
        if let Some(pipe) = self.jobs.get_mut(&job).and_then(|job| job.outputs[slot(output)].as_mut()) {
            pipe.credit = pipe.credit.saturating_add(bytes);
        }
    }

    /// Takes note of an ended process, if it is a job's.
    pub fn reaped(&mut self, reaped: &Reaped, at_ns: u64) {
        let running = self.jobs.values_mut().find(|job| job.pid == reaped.pid && job.exit.is_none());
        let Some(job) = running else { return };
        job.exit = Some(Exit {
            status: reaped.status,
            at_ns,
            peak_memory_kib: reaped.peak_memory_kib,
            cpu_us: reaped.cpu_us,
            memory_kills: self.kills.since(),
        });
        // A process that it left behind may write for ever; what came from itself lies in the pipe now.
        for pipe in job.outputs.iter_mut().flatten() {
            pipe.owed = sys::waiting_bytes(pipe.file.as_fd());
        }
    }

    /// Tells what has become known: the ends of processes whose output is passed on. Forgets what can't matter any more.
    pub fn settle(&mut self, outgoing: &mut Outgoing) {
        self.jobs.retain(|number, job| {
            if let Some(exit) = job.exit.filter(|_| !job.exit_told)
                && job.outputs.iter().flatten().all(|pipe| pipe.owed == 0)
            {
                outgoing.tell(&Event::Exited { job: *number, exit });
                job.exit_told = true;
            }
            !(job.exit_told && job.outputs.iter().all(Option::is_none))
        });
    }

    /// Whether the end of each job has been told.
    pub fn all_told(&self) -> bool {
        self.jobs.values().all(|job| job.exit_told)
    }

    /// The leaders of all groups.
    pub fn leaders(&self) -> impl Iterator<Item = u32> {
        self.jobs.values().map(|job| job.pid)
    }

    /// The outputs from which may be read now.
    pub fn readable(&self) -> impl Iterator<Item = (u32, Output, &File)> {
        self.jobs.iter().flat_map(|(number, job)| {
            Output::ALL.into_iter().filter_map(move |output| {
                let pipe = job.outputs[slot(output)].as_ref()?;
                (pipe.credit > 0).then_some((*number, output, &pipe.file))
            })
        })
    }

    /// Passes on one piece.
    pub fn read(&mut self, number: u32, output: Output, buffer: &mut [u8; CHUNK], outgoing: &mut Outgoing) {
        let Some(job) = self.jobs.get_mut(&number) else { return };
        let place = &mut job.outputs[slot(output)];
        let Some(pipe) = place else { return };
        let most = CHUNK.min(pipe.credit as usize);
        match pipe.file.read(&mut buffer[..most]) {
            Ok(0) => {}
            Ok(length) => {
                // Credit is taken for what was read, not for what could have been.
                pipe.credit = pipe.credit.saturating_sub(length as u32);
                pipe.owed = pipe.owed.saturating_sub(length);
                outgoing.tell(&Event::Output { job: number, output, bytes: buffer[..length].to_vec() });
                return;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                pipe.owed = 0;
                return;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => return,
            Err(_) => {}
        }
        *place = None;
        outgoing.tell(&Event::OutputEnd { job: number, output });
    }
}

fn slot(output: Output) -> usize {
    match output {
        Output::Stdout => 0,
        Output::Stderr => 1,
    }
}

fn spawn(start: Start, clock: Clock) -> Result<(Job, u64), (Fault, i32)> {
    let strings = start.argv.iter().chain(start.env.iter().map(|(name, _)| name));
    let mut strings = strings.chain(start.env.iter().filter_map(|(_, value)| value.as_ref())).chain(&start.workdir);
    if strings.any(|string| string.contains(&0)) || start.env.iter().any(|(name, _)| !is_name(name)) {
        return Err((Fault::Arguments, 0));
    }
    let mut argv = start.argv.into_iter().map(OsString::from_vec);
    let program = argv.next().filter(|program| !program.is_empty()).ok_or((Fault::Arguments, 0))?;
    let mut command = Command::new(program);
    command.args(argv).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in start.env {
        let name = OsString::from_vec(name);
        match value {
            Some(value) => command.env(name, OsString::from_vec(value)),
            None => command.env_remove(name),
        };
    }
    if let Some(workdir) = &start.workdir {
        let workdir = Path::new(std::ffi::OsStr::from_bytes(workdir));
        // The error of a start does not say which of its parts failed.
        let is_folder = std::fs::metadata(workdir).map_err(|error| (Fault::Workdir, errno(&error)))?.is_dir();
        if !is_folder {
            return Err((Fault::Workdir, NOT_A_DIRECTORY));
        }
        command.current_dir(workdir);
    }
    let at_ns = clock.nanoseconds();
    // The standard library collects a child whose program can't be executed itself. Nothing else collects meanwhile: this program
    // has one thread.
    let mut child = command.spawn().map_err(|error| match errno(&error) {
        number @ (TRY_AGAIN | NO_MEMORY | TOO_MANY_FILES | TOO_MANY_FILES_OF_ALL) => (Fault::Process, number),
        number => (Fault::Program, number),
    })?;
    let stdout = child.stdout.take().map(OwnedFd::from).and_then(|pipe| Pipe::new(pipe).ok());
    let stderr = child.stderr.take().map(OwnedFd::from).and_then(|pipe| Pipe::new(pipe).ok());
    Ok((Job { pid: child.id(), outputs: [stdout, stderr], exit: None, exit_told: false }, at_ns))
}

impl Pipe {
    fn new(pipe: OwnedFd) -> std::io::Result<Self> {
        sys::never_wait(pipe.as_fd())?;
        Ok(Self { file: File::from(pipe), credit: WINDOW, owed: 0 })
    }
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && !name.contains(&b'=')
}

fn errno(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(0)
}

const TRY_AGAIN: i32 = 11;
const NO_MEMORY: i32 = 12;
const NOT_A_DIRECTORY: i32 = 20;
const TOO_MANY_FILES_OF_ALL: i32 = 23;
const TOO_MANY_FILES: i32 = 24;
