//! What all readers of one source share: interned strings, counters, and the way out for spans and problems.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::place::At;
use super::{Format, ReadSummary, Sink};
use crate::trace::{Interner, Loss, Name, Origin, ReadProblem, Resource, Scope, Span, SpanId};

/// What sources have in common, so that equal strings and resources of all of them have one place in memory.
#[derive(Debug, Default)]
pub(super) struct Shared {
    names: Interner,
    resources: Recent<Resource>,
    scopes: Recent<Scope>,
}

/// The values that came last.
#[derive(Debug)]
struct Recent<T>(VecDeque<Arc<T>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: PartialEq> Recent<T> {
    /// A batch has few resources and scopes; comparing with more than these costs more than it saves.
    const CAPACITY: usize = 16;

    fn share(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.0.iter().find(|known| ***known == value) {
            return Arc::clone(known);
        }
        self.0.truncate(Self::CAPACITY - 1);
        let shared = Arc::new(value);
        self.0.push_front(Arc::clone(&shared));
        shared
    }
}

/// Something that is read all the same, though it is not written as it should be. Told once a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Note {
    EnumName,
    SnakeCase,
    Base64Id,
    BareNonFinite,
    NullElement,
    NodeConsole,
    DotNetConsole,
    RustStdout,
}

impl Note {
    fn message(self) -> &'static str {
        match self {
            Self::EnumName => "an enum is given by its name, where OTLP/JSON prescribes the number",
            Self::SnakeCase => "keys are written in snake_case, where OTLP/JSON prescribes camelCase",
            Self::Base64Id => "an id is given as base64, where OTLP/JSON prescribes hexadecimal digits",
            Self::BareNonFinite => "`NaN` or `Infinity` stands without quotes, which is not JSON",
            Self::NullElement => "an element of a list is null and was passed over",
            Self::NodeConsole => {
                "this looks like the console exporter of OpenTelemetry for Node.js, whose output is no JSON and is not read: use an OTLP exporter"
            }
            Self::DotNetConsole => {
                "this looks like the console exporter of OpenTelemetry for .NET, whose output is text for people and is not read: use an OTLP exporter"
            }
            Self::RustStdout => {
                "this looks like `opentelemetry-stdout` for Rust, whose output is text for people and is not read: use an OTLP exporter"
            }
        }
    }

    /// The output of an exporter that nobody can parse hides spans.
    fn loss(self) -> Loss {
        match self {
            Self::NodeConsole | Self::DotNetConsole | Self::RustStdout => Loss::Record,
            _ => Loss::Nothing,
        }
    }
}

/// The way of one source to its sink.
pub(super) struct Intake<'a> {
    sink: &'a mut dyn Sink,
    shared: &'a mut Shared,
    summary: ReadSummary,
    notes: BTreeMap<Note, (ReadProblem, u64)>,
}

impl<'a> Intake<'a> {
    pub fn new(source: &str, sink: &'a mut dyn Sink, shared: &'a mut Shared) -> Self {
        let summary = ReadSummary { source: Name::from(source), ..ReadSummary::default() };
        Self { sink, shared, summary, notes: BTreeMap::new() }
    }

    /// The counters.
    pub fn summary(&mut self) -> &mut ReadSummary {
        &mut self.summary
    }

    /// `text` as an interned name.
    pub fn name(&mut self, text: &str) -> Name {
        self.shared.names.intern(text)
    }

    /// `text` as an interned name, or nothing when it is empty.
    pub fn name_unless_empty(&mut self, text: &str) -> Option<Name> {
        (!text.is_empty()).then(|| self.name(text))
    }

    pub fn share_resource(&mut self, resource: Resource) -> Arc<Resource> {
        self.shared.resources.share(resource)
    }

    pub fn share_scope(&mut self, scope: Scope) -> Arc<Scope> {
        self.shared.scopes.share(scope)
    }

    pub fn origin(&self, at: &At<'_>) -> Origin {
        Origin { source: self.summary.source.clone(), place: at.place }
    }

    /// Hands on a span.
    pub fn span(&mut self, span: Span, format: Format) {
        self.summary.spans += 1;
        *self.summary.formats.entry(format).or_default() += 1;
        self.sink.span(span);
    }

    /// Hands on the id of a span that the runner has.
    pub fn runner_span(&mut self, id: SpanId) {
        self.sink.runner_span(id);
    }

    /// Tells what was lost.
    pub fn lost(&mut self, at: &At<'_>, loss: Loss, message: impl Into<String>) {
        let problem = ReadProblem { origin: self.origin(at), path: at.path(), message: message.into(), loss };
        self.tell(problem);
    }

    /// Remembers what is odd, to tell it once with how often it occurred.
    pub fn note(&mut self, at: &At<'_>, note: Note) {
        match self.notes.get_mut(&note) {
            Some((_, count)) => *count += 1,
            None => {
                let problem = ReadProblem {
                    origin: self.origin(at),
                    path: at.path(),
                    message: note.message().to_owned(),
                    loss: note.loss(),
                };
                self.notes.insert(note, (problem, 1));
            }
        }
    }

    fn tell(&mut self, problem: ReadProblem) {
        *self.summary.problems.entry(problem.loss).or_default() += 1;
        self.sink.problem(problem);
    }

    /// Tells the notes; returns the counters.
    pub fn finish(mut self) -> ReadSummary {
        for (mut problem, count) in std::mem::take(&mut self.notes).into_values() {
            if count > 1 {
                problem.message += &format!(" (first of {count} places)");
            }
            self.tell(problem);
        }
        self.summary
    }
}
