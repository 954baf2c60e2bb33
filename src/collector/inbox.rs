//! What came so far: spans, each once, within bounds; those of another run are turned away; and whatever makes it doubtful that all came.

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, Semaphore, watch};

use super::receiver::Source;
use super::{Limits, Statistics};
use crate::trace::read::{ReadSummary, Sink, SpanReader};
use crate::trace::{Field, ReadProblem, Span, SpanId, TraceId, Value};

/// Deliveries of one span with other contents are kept so often, all spans together.
const CONFLICTS: usize = 1000;

/// Clocks of a container and of the runner may be so far apart, in nanoseconds, before a span counts as one of an earlier time.
pub const SKEW: u64 = 60_000_000_000;

/// So many long messages are decoded at a time.
const DECODERS: usize = 4;

/// The state of a receiver.
#[derive(Debug)]
pub struct Inbox {
    pub limits: Limits,
    pub source: Source,
    pub under_way: Arc<AtomicUsize>,
    pub decoders: Semaphore,
    state: Mutex<State>,
    arrived: Notify,
    live: watch::Sender<usize>,
}

#[derive(Debug, Default)]
pub struct State {
    pub spans: Vec<Span>,
    places: HashMap<(TraceId, SpanId), usize>,
    bytes: u64,
    pub statistics: Statistics,
    /// The first thing that could not be decoded.
    pub undecodable: Option<String>,
    /// The first thing that makes it doubtful that all spans came.
    pub doubt: Option<String>,
    /// Whose the first span of another run is.
    pub foreign: Option<String>,
}

/// What became of the spans of a message.
#[derive(Debug, Default)]
pub struct Taken {
    /// How many were not kept: broken, of another run, or too many.
    pub rejected: u64,
    /// Why.
    pub reason: Option<String>,
    /// Nothing of the message could be read, for this reason.
    pub unreadable: Option<String>,
}

/// Something that may still deliver spans. Gone when it is dropped.
#[derive(Debug)]
pub struct Live(Arc<Inbox>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.live.send_modify(|live| *live -= 1);
    }
}

/// A request that is under way. Where it is dropped before it was answered, its sender was cut off.
#[derive(Debug)]
pub struct Exchange {
    live: Live,
    answered: bool,
}

impl Exchange {
    pub fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.answered {
            self.live.0.doubt("a request was cut off before it was answered");
        }
    }
}

/// The spans of one message.
#[derive(Debug, Default)]
pub struct Message {
    spans: Vec<Span>,
    problem: Option<String>,
    lost: u64,
}

impl Sink for Message {
    fn span(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn problem(&mut self, problem: ReadProblem) {
        if problem.loss.costs_spans() {
            self.lost += 1;
            self.problem.get_or_insert_with(|| problem.to_string());
        }
    }
}

impl Inbox {
    pub fn new(source: Source, limits: Limits) -> Self {
        Self {
            limits,
            source,
            under_way: Arc::default(),
            decoders: Semaphore::new(DECODERS),
            state: Mutex::default(),
            arrived: Notify::new(),
            live: watch::Sender::new(0),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts something that may deliver spans until it is dropped.
    pub fn live(self: &Arc<Self>) -> Live {
        self.live.send_modify(|live| *live += 1);
        Live(Arc::clone(self))
    }

    pub fn exchange(self: &Arc<Self>) -> Exchange {
        Exchange { live: self.live(), answered: false }
    }

    /// Waits until nothing is live.
    pub async fn quiet(&self) {
        // The sender is a field of this, so waiting ends with the number alone.
        let _ = self.live.subscribe().wait_for(|live| *live == 0).await;
    }

    pub fn doubt(&self, reason: impl Into<String>) {
        self.lock().doubt.get_or_insert(reason.into());
    }

    /// Reads a message and keeps its spans. `read` decodes without holding anything.
    pub fn take(&self, read: impl FnOnce(&mut SpanReader<Message>) -> ReadSummary) -> Taken {
        let mut reader = SpanReader::new(Message::default());
        let summary = read(&mut reader);
        let message = reader.into_sink();
        let mut taken = Taken { rejected: message.lost, reason: message.problem, unreadable: None };
        let mut state = self.lock();
        if let Some(problem) = &taken.reason {
            state.doubt.get_or_insert_with(|| format!("something that came could not be decoded: {problem}"));
            state.undecodable.get_or_insert_with(|| problem.clone());
            if message.spans.is_empty() {
                taken.unreadable = Some(problem.clone());
            }
        }
        let count = message.spans.len().max(1) as u64;
        let each = summary.bytes.div_ceil(count);
        for span in message.spans {
            if let Err(reason) = state.keep(span, each, &self.limits, &self.source) {
                taken.rejected += 1;
                taken.reason.get_or_insert(reason);
            }
        }
        drop(state);
        self.arrived.notify_waiters();
        taken
    }

    /// Waits until a span of this name is kept.
    pub async fn wait_for(&self, name: &str) {
        let mut looked = 0;
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            {
                let state = self.lock();
                // What was looked at does not change.
                if state.spans[looked..].iter().any(|span| span.name.as_str() == name) {
                    return;
                }
                looked = state.spans.len();
            }
            arrived.await;
        }
    }
}

impl State {
    fn keep(&mut self, span: Span, bytes: u64, limits: &Limits, source: &Source) -> Result<(), String> {
        if let Some(reason) = foreign(&span, source) {
            self.statistics.foreign += 1;
            self.foreign.get_or_insert_with(|| reason.clone());
            return Err(reason);
        }
        let key = (span.trace_id.clone(), span.span_id.clone());
        if let Some(&place) = self.places.get(&key) {
            if Field::differing(&self.spans[place], &span).is_empty() {
                self.statistics.duplicates += 1;
                return Ok(());
            }
            self.statistics.conflicts += 1;
            // Some are kept, so that the verdict can tell of them.
            if self.statistics.conflicts <= CONFLICTS as u64 {
                self.spans.push(span);
            }
            return Ok(());
        }
        if self.places.len() >= limits.spans || self.bytes.saturating_add(bytes) > limits.bytes {
            self.statistics.dropped += 1;
            let reason = format!(
                "more than {} spans or {} MiB of them came: the trace is truncated",
                limits.spans,
                limits.bytes >> 20
            );
            self.doubt.get_or_insert_with(|| reason.clone());
            return Err(reason);
        }
        self.bytes += bytes;
        self.places.insert(key, self.spans.len());
        self.spans.push(span);
        self.statistics.spans += 1;
        self.statistics.last_span = Some(Instant::now());
        Ok(())
    }
}

/// Why a span belongs to another run, where it does.
fn foreign(span: &Span, source: &Source) -> Option<String> {
    let told = span.resource.attributes.get("clnrm.run.id").and_then(Value::as_str);
    if let (Some(told), Some(ours)) = (told, &source.run)
        && told != ours
    {
        return Some(format!("the span `{}` says that it belongs to the run `{told}`", span.name));
    }
    let (end, began) = (span.end.or(span.start)?, source.began?);
    (end.saturating_add(SKEW) < began)
        .then(|| format!("the span `{}` ended {} s before this run began", span.name, (began - end) / 1_000_000_000))
}
