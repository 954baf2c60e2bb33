//! What the parts of a session share: the way to init, who waits for what, and the reason when all is over. Everything here is done
//! without waiting, so a slow reader of one stream never holds up another; credit bounds what piles up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::sync::{mpsc, oneshot, watch};

use super::error::{SessionError, StartError};
use super::job::Update;
use super::session::Readiness;
use super::wire::{Event, Fault, Output, Request, VERSION, WINDOW};
use super::{HeldPort, Tunnel};

/// What the writing task is told.
pub(super) enum Outgoing {
    Request(Request),
    /// All is said: the stream to init ends.
    Close,
}

pub(super) struct Link {
    outgoing: mpsc::UnboundedSender<Outgoing>,
    closing: AtomicBool,
    /// Whether a process of the container was killed because its memory was used up.
    out_of_memory: AtomicBool,
    state: Mutex<State>,
    ended: watch::Sender<Option<SessionError>>,
    /// How many tunnels exist that somebody may still read.
    live: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    next: u32,
    ready: Option<oneshot::Sender<Readiness>>,
    jobs: HashMap<u32, JobEntry>,
    channels: HashMap<u32, ChannelEntry>,
    drains: HashMap<u32, oneshot::Sender<()>>,
    accepted: Option<mpsc::UnboundedSender<Tunnel>>,
}

/// Process id and time of a job that was started, or why it was not.
type Started = Result<(u32, u64), (Fault, i32)>;

struct JobEntry {
    started: Option<oneshot::Sender<Started>>,
    updates: mpsc::UnboundedSender<Update>,
    windows: Arc<Windows>,
    exited: bool,
    open: [bool; 2],
}

struct ChannelEntry {
    connected: Option<oneshot::Sender<Result<(), i32>>>,
    incoming: mpsc::UnboundedSender<Incoming>,
    allowed: Arc<AtomicU32>,
    outlet: Arc<Mutex<Outlet>>,
    ended: bool,
}

/// How many bytes init may still send of each output.
pub(super) struct Windows([AtomicU32; 2]);

/// What comes out of a channel.
pub(super) enum Incoming {
    Bytes(Vec<u8>),
    End,
    Reset,
}

/// The way into a channel.
pub(super) struct Outlet {
    pub credit: u32,
    pub closed: bool,
    pub waker: Option<Waker>,
}

/// A channel, as seen by its tunnel.
pub(super) struct Channel {
    pub number: u32,
    pub incoming: mpsc::UnboundedReceiver<Incoming>,
    pub allowed: Arc<AtomicU32>,
    pub outlet: Arc<Mutex<Outlet>>,
    pub _live: Live,
}

/// Counts as a tunnel as long as it exists.
pub(super) struct Live(Arc<Link>);

impl Live {
    fn new(link: &Arc<Link>) -> Self {
        link.live.send_modify(|count| *count += 1);
        Self(Arc::clone(link))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.0.live.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Windows {
    fn full() -> Self {
        Self([AtomicU32::new(WINDOW), AtomicU32::new(WINDOW)])
    }

    fn of(&self, output: Output) -> &AtomicU32 {
        &self.0[slot(output)]
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn slot(output: Output) -> usize {
    match output {
        Output::Stdout => 0,
        Output::Stderr => 1,
    }
}

/// Uses up what may be sent; false when more was sent than that.
fn spend(allowed: &AtomicU32, bytes: &[u8]) -> bool {
    let Ok(length) = u32::try_from(bytes.len()) else { return false };
    allowed.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(length)).is_ok()
}

impl Link {
    pub fn new(
        outgoing: mpsc::UnboundedSender<Outgoing>,
        ready: oneshot::Sender<Readiness>,
        accepted: mpsc::UnboundedSender<Tunnel>,
    ) -> Arc<Self> {
        let state = State { ready: Some(ready), accepted: Some(accepted), ..State::default() };
        Arc::new(Self {
            outgoing,
            closing: AtomicBool::new(false),
            out_of_memory: AtomicBool::new(false),
            state: Mutex::new(state),
            ended: watch::Sender::new(None),
            live: watch::Sender::new(0),
        })
    }

    pub fn send(&self, request: Request) {
        // Fails only when the session has ended; whoever waits for an answer learns that in another way.
        let _ = self.outgoing.send(Outgoing::Request(request));
    }

    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        let _ = self.outgoing.send(Outgoing::Close);
    }

    /// Whether a process of the container was killed because its memory was used up.
    pub fn ran_out_of_memory(&self) -> bool {
        self.out_of_memory.load(Ordering::Acquire)
    }

    /// Whether the runner has asked for the end.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// The reason for the end; `Ended` while there is none yet.
    pub fn reason(&self) -> SessionError {
        self.ended.borrow().clone().unwrap_or(SessionError::Ended)
    }

    pub fn check(&self) -> Result<(), SessionError> {
        self.ended.borrow().clone().map_or(Ok(()), Err)
    }

    pub fn watch_end(&self) -> watch::Receiver<Option<SessionError>> {
        self.ended.subscribe()
    }

    pub fn watch_live(&self) -> watch::Receiver<usize> {
        self.live.subscribe()
    }

    /// Ends everything with a reason. The first reason stays.
    pub fn end(&self, error: SessionError) {
        let swept = {
            // The lock orders this with whoever registers something: it sees the reason, or is swept away here.
            let mut state = lock(&self.state);
            self.ended.send_if_modified(|ended| {
                let first = ended.is_none();
                if first {
                    *ended = Some(error);
                }
                first
            });
            std::mem::take(&mut *state)
        };
        for channel in swept.channels.values() {
            channel.close();
        }
        // Dropping the rest tells each receiver that nothing comes any more.
    }

    pub fn add_job(
        &self,
        started: oneshot::Sender<Started>,
        updates: mpsc::UnboundedSender<Update>,
    ) -> Result<(u32, Arc<Windows>), SessionError> {
        let mut state = lock(&self.state);
        self.check()?;
        let number = state.number();
        let windows = Arc::new(Windows::full());
        let entry =
            JobEntry { started: Some(started), updates, windows: Arc::clone(&windows), exited: false, open: [true; 2] };
        state.jobs.insert(number, entry);
        Ok((number, windows))
    }

    /// Makes a channel; with `connected` one that the runner asks for.
    pub fn add_channel(
        self: &Arc<Self>,
        number: Option<u32>,
        connected: Option<oneshot::Sender<Result<(), i32>>>,
    ) -> Result<Channel, SessionError> {
        let mut state = lock(&self.state);
        self.check()?;
        let number = match number {
            Some(number) => number,
            None => state.number() | super::wire::OPENED_BY_RUNNER,
        };
        let (sender, incoming) = mpsc::unbounded_channel();
        let allowed = Arc::new(AtomicU32::new(WINDOW));
        let outlet = Arc::new(Mutex::new(Outlet { credit: WINDOW, closed: false, waker: None }));
        let entry = ChannelEntry {
            connected,
            incoming: sender,
            allowed: Arc::clone(&allowed),
            outlet: Arc::clone(&outlet),
            ended: false,
        };
        if state.channels.insert(number, entry).is_some() {
            return Err(SessionError::Protocol("it used the number of an open channel again"));
        }
        Ok(Channel { number, incoming, allowed, outlet, _live: Live::new(self) })
    }

    pub fn add_drain(&self) -> Result<oneshot::Receiver<()>, SessionError> {
        let mut state = lock(&self.state);
        self.check()?;
        let (sender, receiver) = oneshot::channel();
        let token = state.number();
        state.drains.insert(token, sender);
        self.send(Request::Drain { token });
        Ok(receiver)
    }

    /// Allows as much output again as was taken.
    pub fn grant_output(&self, job: u32, windows: &Windows, output: Output, length: usize) {
        let bytes = u32::try_from(length).unwrap_or(u32::MAX);
        if bytes > 0 {
            windows.of(output).fetch_add(bytes, Ordering::AcqRel);
            self.send(Request::OutputCredit { job, output, bytes });
        }
    }

    /// Acts on what init tells.
    pub fn receive(self: &Arc<Self>, event: Event) -> Result<(), SessionError> {
        match event {
            Event::Ready { version, pid, ports } => self.ready(version, pid, ports),
            Event::Failed { message } => Err(SessionError::Init(message)),
            Event::Opened { channel, port } => self.opened(channel, port),
            Event::Drained { token } => {
                if let Some(waiting) = lock(&self.state).drains.remove(&token) {
                    let _ = waiting.send(());
                }
                Ok(())
            }
            Event::Started { .. }
            | Event::NotStarted { .. }
            | Event::Output { .. }
            | Event::OutputEnd { .. }
            | Event::Exited { .. } => self.of_job(event),
            Event::Connected { .. }
            | Event::Refused { .. }
            | Event::Data { .. }
            | Event::Credit { .. }
            | Event::End { .. }
            | Event::Closed { .. } => self.of_channel(event),
        }
    }

    fn ready(&self, version: u16, pid: u32, ports: Vec<(u16, u16)>) -> Result<(), SessionError> {
        if version != VERSION {
            return Err(SessionError::Version { ours: VERSION, theirs: version });
        }
        let waiting = lock(&self.state).ready.take();
        let ports = ports.into_iter().map(|(asked, held)| HeldPort { asked, held }).collect();
        let waiting = waiting.ok_or(SessionError::Protocol("it was ready twice"))?;
        let _ = waiting.send(Readiness { pid, ports });
        Ok(())
    }

    fn opened(self: &Arc<Self>, number: u32, port: u16) -> Result<(), SessionError> {
        let channel = self.add_channel(Some(number), None)?;
        let tunnel = Tunnel::new(Arc::clone(self), channel, port);
        let accepted = lock(&self.state).accepted.clone();
        // Where nobody takes tunnels any more, this one is dropped, and thereby closed.
        if let Some(accepted) = accepted {
            let _ = accepted.send(tunnel);
        }
        Ok(())
    }

    fn of_job(&self, event: Event) -> Result<(), SessionError> {
        let mut state = lock(&self.state);
        let (Event::Started { job, .. }
        | Event::NotStarted { job, .. }
        | Event::Output { job, .. }
        | Event::OutputEnd { job, .. }
        | Event::Exited { job, .. }) = event
        else {
            return Ok(());
        };
        let entry = state.jobs.get_mut(&job).ok_or(SessionError::Protocol("it spoke of a job that does not exist"))?;
        match event {
            Event::Started { pid, at_ns, .. } => {
                if let Some(waiting) = entry.started.take() {
                    let _ = waiting.send(Ok((pid, at_ns)));
                }
            }
            Event::NotStarted { fault, errno, .. } => {
                if let Some(waiting) = entry.started.take() {
                    let _ = waiting.send(Err((fault, errno)));
                }
                state.jobs.remove(&job);
                return Ok(());
            }
            Event::Output { output, bytes, .. } => {
                if !spend(entry.windows.of(output), &bytes) {
                    return Err(SessionError::Protocol("it sent more output than was allowed"));
                }
                let length = bytes.len();
                if entry.updates.send(Update::Output(output, bytes)).is_err() {
                    let windows = Arc::clone(&entry.windows);
                    self.grant_output(job, &windows, output, length);
                }
            }
            Event::OutputEnd { output, .. } => entry.open[slot(output)] = false,
            Event::Exited { exit, .. } => {
                entry.exited = true;
                if exit.memory_kills > 0 {
                    self.out_of_memory.store(true, Ordering::Release);
                }
                let _ = entry.updates.send(Update::Exited(exit));
            }
            _ => {}
        }
        if entry.exited && entry.open == [false; 2] {
            state.jobs.remove(&job);
        }
        Ok(())
    }

    fn of_channel(&self, event: Event) -> Result<(), SessionError> {
        let mut state = lock(&self.state);
        let (Event::Connected { channel }
        | Event::Refused { channel, .. }
        | Event::Data { channel, .. }
        | Event::Credit { channel, .. }
        | Event::End { channel }
        | Event::Closed { channel, .. }) = event
        else {
            return Ok(());
        };
        let entry = state
            .channels
            .get_mut(&channel)
            .ok_or(SessionError::Protocol("it spoke of a channel that does not exist"))?;
        match event {
            Event::Connected { .. } => {
                if let Some(waiting) = entry.connected.take() {
                    let _ = waiting.send(Ok(()));
                }
            }
            Event::Refused { errno, .. } => {
                if let Some(waiting) = entry.connected.take() {
                    let _ = waiting.send(Err(errno));
                }
                entry.close();
                state.channels.remove(&channel);
            }
            Event::Data { bytes, .. } => {
                if !spend(&entry.allowed, &bytes) {
                    return Err(SessionError::Protocol("it sent more through a channel than was allowed"));
                }
                // A tunnel that was dropped has told init to close; what was under way until then is lost on purpose.
                let _ = entry.incoming.send(Incoming::Bytes(bytes));
            }
            Event::Credit { bytes, .. } => {
                let mut outlet = lock(&entry.outlet);
                outlet.credit = outlet.credit.saturating_add(bytes);
                if let Some(waker) = outlet.waker.take() {
                    waker.wake();
                }
            }
            Event::End { .. } => {
                entry.ended = true;
                let _ = entry.incoming.send(Incoming::End);
            }
            Event::Closed { reset, .. } => {
                if !entry.ended {
                    let _ = entry.incoming.send(if reset { Incoming::Reset } else { Incoming::End });
                }
                entry.close();
                state.channels.remove(&channel);
            }
            _ => {}
        }
        Ok(())
    }
}

impl ChannelEntry {
    /// Nobody hears what is written from now on.
    fn close(&self) {
        let mut outlet = lock(&self.outlet);
        outlet.closed = true;
        if let Some(waker) = outlet.waker.take() {
            waker.wake();
        }
    }
}

impl State {
    /// A number that was not used before: a session lives for one scenario, not for two thousand million things.
    fn number(&mut self) -> u32 {
        self.next = (self.next + 1) & !super::wire::OPENED_BY_RUNNER;
        self.next
    }
}

/// What a job that could not be started is told.
pub(super) fn start_error((fault, errno): (Fault, i32), program: &str, workdir: Option<&str>) -> StartError {
    StartError::of(fault, errno, program, workdir)
}
