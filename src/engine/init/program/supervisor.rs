//! The one loop: waits for something to happen, does what follows from it without ever waiting, and begins again. One thread, so a
//! container with a tight limit of processes loses one only, and nothing is collected while something is being started.

use std::ffi::c_int;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crate::channels::{Channels, Violation};
use crate::clock::Clock;
use crate::jobs::{Jobs, Start};
use crate::outgoing::Outgoing;
use crate::processes::signal_all;
use crate::sys::{self, Children, Signals, Watched};
use crate::wire::{CHUNK, Decoder, Event, Output, Request, VERSION};

/// The grace of processes when the runner has gone before it told one.
const UNTOLD_GRACE: Duration = Duration::from_secs(2);

/// How long after `KILL` processes are waited for, and the last words are written.
const LAST: Duration = Duration::from_millis(500);

/// How often processes are signalled anew that came up while others were being killed.
const AGAIN: Duration = Duration::from_millis(20);

/// What this program ends with when its runner breaks the protocol (`EX_PROTOCOL` of sysexits).
const PROTOCOL: u8 = 76;

pub struct Supervisor {
    input: File,
    outgoing: Outgoing,
    signals: Signals,
    decoder: Decoder,
    clock: Clock,
    greeted: bool,
    /// The runner says no more, or nothing that can be understood.
    input_ended: bool,
    grace: Duration,
    jobs: Jobs,
    channels: Channels,
    drains: Vec<u32>,
    /// When processes that were told to stop are killed.
    stop: Option<Instant>,
    ending: Option<Ending>,
    turn: usize,
    buffer: Box<[u8; CHUNK]>,
}

/// The end of everything.
struct Ending {
    kill_at: Instant,
    killed: bool,
    code: u8,
}

/// Something that can be read.
#[derive(Clone, Copy)]
enum Source {
    Channel(u32),
    Output(u32, Output),
}

impl Supervisor {
    pub fn new(input: File, output: File, signals: Signals, clock: Clock) -> Self {
        Self {
            input,
            outgoing: Outgoing::new(output),
            signals,
            decoder: Decoder::default(),
            clock,
            greeted: false,
            input_ended: false,
            grace: UNTOLD_GRACE,
            jobs: Jobs::default(),
            channels: Channels::default(),
            drains: Vec::new(),
            stop: None,
            ending: None,
            turn: 0,
            buffer: Box::new([0; CHUNK]),
        }
    }

    /// Serves until the runner goes away or a signal comes; the code to end with.
    pub fn run(mut self) -> u8 {
        loop {
            self.turn();
            let processes_left = self.reap();
            self.jobs.settle(&mut self.outgoing);
            self.answer_drains(processes_left);
            self.outgoing.flush();
            if self.outgoing.is_broken() {
                self.lose_runner();
            }
            self.enforce_stop(processes_left);
            if let Some(code) = self.over(processes_left) {
                return code;
            }
        }
    }

    /// Waits for something, and acts on what was found.
    fn turn(&mut self) {
        let mut watched = vec![Watched::new(self.signals.as_fd(), sys::READABLE)];
        let writing = if self.outgoing.is_empty() { 0 } else { sys::WRITABLE };
        let output_at = watch(&mut watched, !self.outgoing.is_broken(), self.outgoing.file().as_fd(), writing);
        let listens = !self.input_ended && !self.outgoing.is_full();
        let input_at = watch(&mut watched, listens, self.input.as_fd(), sys::READABLE);
        let listeners_from = watched.len();
        watched.extend(self.channels.listeners().map(|socket| Watched::new(socket.as_fd(), sys::READABLE)));
        let writers_from = watched.len();
        let writers: Vec<u32> = self
            .channels
            .writable()
            .map(|(number, socket)| {
                watched.push(Watched::new(socket.as_fd(), sys::WRITABLE));
                number
            })
            .collect();
        let sources_from = watched.len();
        let mut sources = Vec::new();
        if self.outgoing.has_room() {
            for (number, socket) in self.channels.readable() {
                watched.push(Watched::new(socket.as_fd(), sys::READABLE));
                sources.push(Source::Channel(number));
            }
            for (number, output, file) in self.jobs.readable() {
                watched.push(Watched::new(file.as_fd(), sys::READABLE));
                sources.push(Source::Output(number, output));
            }
        }

        sys::wait_for(&mut watched, self.timeout());

        if watched[0].is(sys::READABLE) {
            self.signals.take().into_iter().for_each(|signal| self.signalled(signal));
        }
        if output_at.is_some_and(|at| watched[at].is(sys::BROKEN | sys::HUNG_UP)) {
            self.outgoing.break_off();
        }
        let is_found = |at: usize| watched[at].is(sys::READABLE | sys::WRITABLE | sys::BROKEN | sys::HUNG_UP);
        for (at, number) in writers.into_iter().enumerate() {
            if is_found(writers_from + at) {
                self.channels.write(number, &mut self.outgoing);
            }
        }
        if (listeners_from..writers_from).any(is_found) || self.channels.wakes_at().is_some() {
            self.channels.accept(&mut self.outgoing);
        }
        let mut found: Vec<Source> = sources
            .into_iter()
            .enumerate()
            .filter(|(at, _)| is_found(sources_from + at))
            .map(|(_, found)| found)
            .collect();
        let input_found = input_at.is_some_and(is_found);
        // Each begins once: none is always the one for which there is no room left.
        self.turn = self.turn.wrapping_add(1);
        if !found.is_empty() {
            let first = self.turn % found.len();
            found.rotate_left(first);
        }
        for source in found {
            if !self.outgoing.has_room() {
                break;
            }
            match source {
                Source::Channel(number) => self.channels.read(number, &mut self.buffer, &mut self.outgoing),
                Source::Output(job, output) => self.jobs.read(job, output, &mut self.buffer, &mut self.outgoing),
            }
        }
        if input_found {
            self.listen();
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let ending =
            self.ending.as_ref().map(|ending| if ending.killed { Instant::now() + AGAIN } else { ending.kill_at });
        let next = [ending, self.stop, self.channels.wakes_at()].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Reads what the runner says.
    fn listen(&mut self) {
        match self.input.read(&mut self.buffer[..]) {
            Ok(0) => self.lose_runner(),
            Ok(length) => {
                self.decoder.push(&self.buffer[..length]);
                loop {
                    let done = match self.decoder.next::<Request>() {
                        Ok(Some(request)) => self.obey(request).map_err(|Violation(what)| what.to_owned()),
                        Ok(None) => return,
                        Err(error) => Err(error.to_string()),
                    };
                    if let Err(what) = done {
                        self.fail(format!("the runner broke the protocol: {what}"));
                        return;
                    }
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.lose_runner(),
        }
    }

    fn obey(&mut self, request: Request) -> Result<(), Violation> {
        if self.greeted == matches!(request, Request::Hello { .. }) {
            return Err(Violation("the first request, and no other, is a greeting"));
        }
        match request {
            Request::Hello { version, grace_ms, ports } => {
                self.greeted = true;
                self.grace = Duration::from_millis(grace_ms.into());
                self.greet(version, &ports);
            }
            Request::Start { job, .. } if self.jobs.has(job) => {
                return Err(Violation("a job was started with a number that is not free"));
            }
            Request::Start { job, argv, env, workdir } => {
                self.jobs.start(job, Start { argv, env, workdir }, self.clock, &mut self.outgoing);
            }
            Request::Signal { job, signal } => self.jobs.signal(job, signal.into()),
            Request::Stop { signal, grace_ms } => {
                signal_all(signal.into());
                self.stop = Some(Instant::now() + Duration::from_millis(grace_ms.into()));
            }
            Request::OutputCredit { job, output, bytes } => self.jobs.grant(job, output, bytes),
            Request::Connect { channel, port } => self.channels.connect(channel, port, &mut self.outgoing)?,
            Request::Data { channel, bytes } => self.channels.take(channel, &bytes, &mut self.outgoing)?,
            Request::Credit { channel, bytes } => self.channels.grant(channel, bytes),
            Request::End { channel } => self.channels.end(channel, &mut self.outgoing),
            Request::Close { channel } => self.channels.close(channel, &mut self.outgoing),
            Request::Drain { token } => self.drains.push(token),
        }
        Ok(())
    }

    /// Says first of all which version this is, so that a runner of another one can tell what is wrong.
    fn greet(&mut self, version: u16, ports: &[u16]) {
        let mut held = Vec::new();
        if version == VERSION {
            for port in ports {
                match self.channels.hold(*port) {
                    Ok(got) => held.push((*port, got)),
                    Err(error) => return self.fail(format!("no port could be held on 127.0.0.1 for {port}: {error}")),
                }
            }
        }
        self.outgoing.tell(&Event::Ready { version: VERSION, pid: std::process::id(), ports: held });
    }

    /// Passes a signal on. Those that ask to end also end this program.
    fn signalled(&mut self, signal: c_int) {
        match signal {
            sys::SIGUSR1 | sys::SIGUSR2 => self.jobs.leaders().for_each(|leader| sys::kill_group(leader, signal)),
            _ => self.end(signal, 128 + u8::try_from(signal).unwrap_or(0)),
        }
    }

    fn fail(&mut self, message: String) {
        eprintln!("clnrm-init: {message}");
        self.outgoing.tell(&Event::Failed { message });
        self.input_ended = true;
        self.end(sys::SIGTERM, PROTOCOL);
    }

    /// The tether: what runs here ends with its runner.
    fn lose_runner(&mut self) {
        self.input_ended = true;
        self.end(sys::SIGTERM, 0);
    }

    /// Begins the end: tells all processes, gives them their grace.
    fn end(&mut self, signal: c_int, code: u8) {
        if self.ending.is_none() {
            signal_all(signal);
            self.ending = Some(Ending { kill_at: Instant::now() + self.grace, killed: false, code });
        }
    }

    /// Collects ended processes; says whether any is left.
    fn reap(&mut self) -> bool {
        loop {
            match sys::reap() {
                Children::Ended(reaped) => self.jobs.reaped(&reaped, self.clock.nanoseconds()),
                Children::Running => return true,
                Children::None => return false,
            }
        }
    }

    fn answer_drains(&mut self, processes_left: bool) {
        // Connections of processes that have ended wait in the queues of the listeners, if anywhere: those are looked into last.
        let is_drained = !self.drains.is_empty()
            && !processes_left
            && self.channels.is_empty()
            && self.jobs.all_told()
            && self.channels.accept(&mut self.outgoing)
            && self.channels.is_empty();
        if is_drained {
            for token in self.drains.drain(..) {
                self.outgoing.tell(&Event::Drained { token });
            }
        }
    }

    fn enforce_stop(&mut self, processes_left: bool) {
        if !processes_left {
            self.stop = None;
        } else if self.stop.is_some_and(|at| at <= Instant::now()) {
            signal_all(sys::SIGKILL);
            // Once more soon: something may just have been started by one that is dead now.
            self.stop = Some(Instant::now() + AGAIN);
        }
    }

    /// The code to end with, when the end has come.
    fn over(&mut self, processes_left: bool) -> Option<u8> {
        let ending = self.ending.as_mut()?;
        let now = Instant::now();
        // What can't be told any more, for want of a reader or of credit, is not waited for.
        let is_told = self.outgoing.is_empty()
            && if self.input_ended {
                self.jobs.all_told() || self.jobs.readable().next().is_none()
            } else {
                self.jobs.all_told() && self.channels.is_empty()
            };
        if !processes_left && (self.outgoing.is_broken() || is_told) {
            return Some(ending.code);
        }
        if now >= ending.kill_at {
            if processes_left {
                signal_all(sys::SIGKILL);
            }
            ending.killed = true;
        }
        (now >= ending.kill_at + LAST).then_some(ending.code)
    }
}

/// Watches one more, if it is wanted; where it stands.
fn watch(watched: &mut Vec<Watched>, wanted: bool, fd: std::os::fd::BorrowedFd<'_>, events: i16) -> Option<usize> {
    wanted.then(|| {
        watched.push(Watched::new(fd, events));
        watched.len() - 1
    })
}
