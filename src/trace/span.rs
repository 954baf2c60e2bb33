//! A span as OpenTelemetry defines it, with nothing left out that an expectation could ask for.

use std::fmt;
use std::sync::Arc;

use super::{Attributes, Name, Origin, SpanId, TraceId};

/// One operation. Times are nanoseconds since the Unix epoch; a time that was not given is `None`, never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its id, unique within the trace.
    pub span_id: SpanId,
    /// The id of its parent, which may be in another process or may never have arrived. `None` for a root.
    pub parent_span_id: Option<SpanId>,
    /// What it is called.
    pub name: Name,
    /// Its role between processes.
    pub kind: SpanKind,
    /// When it began.
    pub start: Option<u64>,
    /// When it ended.
    pub end: Option<u64>,
    /// How it ended.
    pub status: Status,
    /// What was recorded about it.
    pub attributes: Attributes,
    /// What happened during it, in the recorded order.
    pub events: Box<[Event]>,
    /// Spans that it refers to besides its parent.
    pub links: Box<[Link]>,
    /// Who recorded it: the process, its service, its host.
    pub resource: Arc<Resource>,
    /// The instrumentation that recorded it.
    pub scope: Arc<Scope>,
    /// The W3C `tracestate`, as it was sent.
    pub trace_state: Option<Name>,
    /// The W3C trace flags and OTLP's bits above them; `None` when not given, which OTLP writes as zero.
    pub flags: Option<u32>,
    /// What the sender says that it left out.
    pub dropped: Dropped,
    /// Where it was read.
    pub origin: Origin,
}

impl Span {
    /// A span of which nothing but this is known.
    pub fn new(trace_id: TraceId, span_id: SpanId, name: impl Into<Name>) -> Self {
        Self {
            trace_id,
            span_id,
            parent_span_id: None,
            name: name.into(),
            kind: SpanKind::Unspecified,
            start: None,
            end: None,
            status: Status::default(),
            attributes: Attributes::default(),
            events: Box::default(),
            links: Box::default(),
            resource: Arc::default(),
            scope: Arc::default(),
            trace_state: None,
            flags: None,
            dropped: Dropped::default(),
            origin: Origin::default(),
        }
    }

    /// How long it took, in nanoseconds; negative when the clock went back; `None` when a time is missing.
    pub fn duration(&self) -> Option<i128> {
        Some(i128::from(self.end?) - i128::from(self.start?))
    }
}

/// The role of a span between processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanKind {
    /// Not told; OpenTelemetry lets readers take it for internal.
    #[default]
    Unspecified,
    /// Within a process.
    Internal,
    /// Answers a request from elsewhere.
    Server,
    /// Sends a request to elsewhere.
    Client,
    /// Puts a message into a queue.
    Producer,
    /// Takes a message from a queue.
    Consumer,
}

impl SpanKind {
    /// All kinds, by their number in OTLP.
    pub const ALL: [Self; 6] =
        [Self::Unspecified, Self::Internal, Self::Server, Self::Client, Self::Producer, Self::Consumer];

    /// The kind with this number in OTLP: 0 to 5.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The kind with this name in any of its spellings: `server`, `SERVER`, `SPAN_KIND_SERVER`, `SpanKind.SERVER`.
    pub fn from_name(name: &str) -> Option<Self> {
        let word = without_prefix(name.trim(), &["SPAN_KIND_", "SpanKind.", "SpanKind::"]);
        Self::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// The number in OTLP.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// The word of the test format: `unspecified`, `internal`, `server`, `client`, `producer` or `consumer`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }
}

impl fmt::Display for SpanKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// How an operation ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The verdict of the instrumentation.
    pub code: StatusCode,
    /// What it said about it; empty for nothing.
    pub message: Name,
}

/// The verdict of an instrumentation on its own operation. Most set none on success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatusCode {
    /// None: neither success nor failure was declared.
    #[default]
    Unset,
    /// Declared successful.
    Ok,
    /// Failed.
    Error,
}

impl StatusCode {
    /// The code with this number in OTLP: 0, 1 or 2.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Unset, Self::Ok, Self::Error].get(usize::try_from(number).ok()?).copied()
    }

    /// The code with this name in any of its spellings: `OK`, `Ok`, `STATUS_CODE_OK`, `StatusCode.OK`.
    pub fn from_name(name: &str) -> Option<Self> {
        let word = without_prefix(name.trim(), &["STATUS_CODE_", "StatusCode.", "StatusCode::"]);
        [Self::Unset, Self::Ok, Self::Error].into_iter().find(|code| code.word().eq_ignore_ascii_case(word))
    }

    /// The number in OTLP.
    pub fn number(self) -> i32 {
        self as i32
    }

    /// The word of the test format: `UNSET`, `OK` or `ERROR`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unset => "UNSET",
            Self::Ok => "OK",
            Self::Error => "ERROR",
        }
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// `word` without the first of `prefixes` that it has, in any case.
fn without_prefix<'a>(word: &'a str, prefixes: &[&str]) -> &'a str {
    prefixes
        .iter()
        .find(|prefix| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)))
        .map_or(word, |prefix| &word[prefix.len()..])
}

/// Something that happened during a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// What it is called.
    pub name: Name,
    /// When, in nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// What was recorded about it.
    pub attributes: Attributes,
    /// How many attributes the sender left out.
    pub dropped_attributes: u32,
}

/// A reference to a span that is not the parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id.
    pub span_id: SpanId,
    /// The W3C `tracestate` of it.
    pub trace_state: Option<Name>,
    /// What was recorded about the reference.
    pub attributes: Attributes,
    /// The W3C trace flags and OTLP's bits above them; `None` when not given, which OTLP writes as zero.
    pub flags: Option<u32>,
    /// How many attributes the sender left out.
    pub dropped_attributes: u32,
}

/// Who recorded a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// What is known about it: `service.name` and more.
    pub attributes: Attributes,
    /// The version of the conventions that its attributes follow.
    pub schema_url: Option<Name>,
    /// How many attributes the sender left out.
    pub dropped_attributes: u32,
}

impl Resource {
    /// `service.name`, if it is there and a string.
    pub fn service_name(&self) -> Option<&str> {
        self.attributes.get("service.name")?.as_str()
    }
}

/// The instrumentation that recorded a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The name of the library; empty when unknown.
    pub name: Name,
    /// Its version; empty when unknown.
    pub version: Name,
    /// What is known about it.
    pub attributes: Attributes,
    /// The version of the conventions that its spans follow.
    pub schema_url: Option<Name>,
    /// How many attributes the sender left out.
    pub dropped_attributes: u32,
}

/// How much of a span its sender left out because of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Attributes.
    pub attributes: u32,
    /// Events.
    pub events: u32,
    /// Links.
    pub links: u32,
}

#[cfg(test)]
mod tests {
    use super::{SpanKind, StatusCode};

    #[test]
    fn kinds_and_codes_have_one_meaning_in_all_spellings() {
        for spelling in [
            "server",
            "SERVER",
            "Server",
            "SPAN_KIND_SERVER",
            "span_kind_server",
            "SpanKind.SERVER",
            "SpanKind::Server",
        ] {
            assert_eq!(SpanKind::from_name(spelling), Some(SpanKind::Server), "{spelling}");
        }
        for spelling in ["error", "Error", "STATUS_CODE_ERROR", "StatusCode.ERROR"] {
            assert_eq!(StatusCode::from_name(spelling), Some(StatusCode::Error), "{spelling}");
        }
        assert_eq!(
            (SpanKind::from_name("servers"), SpanKind::from_name(""), StatusCode::from_name("")),
            (None, None, None)
        );
        for kind in SpanKind::ALL {
            assert_eq!(SpanKind::from_number(kind.number().into()), Some(kind));
        }
        assert_eq!(
            (SpanKind::from_number(6), SpanKind::from_number(-1), StatusCode::from_number(3)),
            (None, None, None)
        );
    }
}
