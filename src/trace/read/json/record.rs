//! One record of JSON, of whatever shape: walks the lists of OTLP along the stream, and hands each span to the reader of its form.

use super::cut::{self, Broken, Cut, Next};
use super::other_text::Lines;
use super::tree::{Json, Object, with_quoted_non_finite};
use super::{envelope, go_stdout, object, otlp, python_console};
use crate::trace::read::batch::Batch;
use crate::trace::read::input::Input;
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;
use crate::trace::read::{Format, protobuf};
use crate::trace::write::RUNNER_SPANS;
use crate::trace::{Loss, Place, SpanId};

/// Reads records at the head of an input.
pub(super) struct Records<'r, 'i, 'n, 's> {
    pub(super) input: &'r mut Input<'i>,
    pub(super) intake: &'n mut Intake<'s>,
    /// The form of OTLP's spans: as such, or in an envelope.
    pub(super) format: Format,
    /// Where all spans are said to be, when the input is no source of its own.
    place: Option<Place>,
    /// The span that is being read, and the key.
    value: Vec<u8>,
    pub(super) key: Vec<u8>,
}

/// Why a record was not read to its end.
enum Stopped {
    /// It only looked like JSON.
    Text,
    /// It is a record that is broken.
    Broken(Broken),
}

/// How far a walk is inside of a record. Nothing deeper is walked, so that no record exhausts the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    Record,
    Payload,
}

/// A key that tells what an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    ResourceSpans,
    ScopeSpans,
    Spans,
    OtherSignal,
    RunnerSpans,
    Payload,
    /// A field that spans have, or an envelope.
    OfSpan,
    Unknown,
}

impl Part {
    pub fn of(key: &[u8]) -> Self {
        match key {
            b"resourceSpans" | b"resource_spans" => Self::ResourceSpans,
            b"scopeSpans" | b"scope_spans" | b"instrumentationLibrarySpans" | b"instrumentation_library_spans" => {
                Self::ScopeSpans
            }
            b"spans" => Self::Spans,
            b"resourceMetrics" | b"resource_metrics" | b"resourceLogs" | b"resource_logs" | b"scopeMetrics"
            | b"scope_metrics" | b"scopeLogs" | b"scope_logs" => Self::OtherSignal,
            _ if key == RUNNER_SPANS.as_bytes() => Self::RunnerSpans,
            b"payload" => Self::Payload,
            b"traceId" | b"trace_id" | b"spanId" | b"span_id" | b"SpanContext" => Self::OfSpan,
            _ if key == envelope::MARK.as_bytes() => Self::OfSpan,
            _ => Self::Unknown,
        }
    }
}

impl<'r, 'i, 'n, 's> Records<'r, 'i, 'n, 's> {
    pub fn new(input: &'r mut Input<'i>, intake: &'n mut Intake<'s>) -> Self {
        Self { input, intake, format: Format::OtlpJson, place: None, value: Vec::new(), key: Vec::new() }
    }

    /// Reads the record at the head of the input, and tells when it is broken.
    pub fn read(&mut self, lines: &mut Lines) {
        let result = match self.input.peek() {
            Some(b'[') => self.list(),
            _ => self.record(),
        };
        match result {
            Ok(()) => lines.record_ended(),
            Err(Stopped::Text) => lines.was_text(),
            Err(Stopped::Broken(broken)) => {
                lines.record_ended();
                let (loss, rest) = match broken {
                    Broken::End => (Loss::Rest, ""),
                    Broken::Syntax(_) => (Loss::Record, "; what follows is read as far as it can be recognised"),
                };
                let at = At::record(self.here());
                self.intake.lost(&at, loss, format!("{broken}{rest}"));
            }
        }
    }

    pub(super) fn here(&self) -> Place {
        self.place.unwrap_or(Place::Line(self.input.line()))
    }

    /// A list of records.
    fn list(&mut self) -> Result<(), Stopped> {
        self.input.consume(1);
        let mut index = 0;
        while cut::next(self.input, b']').map_err(Stopped::Broken)? == Next::Element {
            match self.input.peek() {
                Some(b'{') => self.record()?,
                _ => self.pass_over(index)?,
            }
            index += 1;
        }
        Ok(())
    }

    /// An element that should be an object.
    fn pass_over(&mut self, index: usize) -> Result<(), Stopped> {
        let record = At::record(self.here());
        self.skip_element(&record.index(index), Loss::Record).map_err(Stopped::Broken)
    }

    /// An object of whatever shape.
    fn record(&mut self) -> Result<(), Stopped> {
        let at = At::record(self.here());
        let mut walked = Walked::default();
        let result = self.walk(&mut walked, &at, Depth::Record);
        walked.parts = self.end_bare(&mut walked, &at);
        match result {
            Err(broken) if walked.of_spans || walked.parts => return Err(Stopped::Broken(broken)),
            Err(_) => return Err(Stopped::Text),
            Ok(()) => {}
        }
        match walked.too_long {
            true => self.intake.lost(&at, Loss::Record, cut::too_long()),
            false if !walked.parts => self.alone(&mut walked.rest, &at),
            false => {}
        }
        Ok(())
    }

    /// Walks the keys of a record. What is no list of OTLP is kept in `rest`.
    fn walk(&mut self, walked: &mut Walked, at: &At<'_>, depth: Depth) -> Result<(), Broken> {
        self.input.consume(1);
        while cut::next(self.input, b'}')? == Next::Element {
            cut::key(self.input, &mut self.key)?;
            let part = Part::of(
                self.key.trim_ascii().strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or_default(),
            );
            walked.of_spans |= !matches!(part, Part::Unknown | Part::Payload);
            match (part, self.input.peek()) {
                (Part::ResourceSpans, Some(b'[')) => {
                    walked.parts = true;
                    self.resources(&at.key("resourceSpans"))?;
                }
                (Part::ScopeSpans, Some(b'[')) => {
                    let format = self.format;
                    let batch = walked.bare.get_or_insert_with(|| Batch::new(format));
                    self.scopes(batch, &at.key("scopeSpans"))?;
                }
                (Part::Spans, Some(b'[')) => {
                    walked.parts = true;
                    self.span_objects(&at.key("spans"))?;
                }
                (Part::OtherSignal, _) => {
                    walked.parts = true;
                    self.intake.summary().other_signals += 1;
                    cut::value(self.input, None)?;
                }
                (Part::RunnerSpans, Some(b'[')) => {
                    walked.parts = true;
                    self.runner_spans(&at.key(RUNNER_SPANS))?;
                }
                (Part::Payload, Some(b'{')) if depth == Depth::Record => {
                    let outer = std::mem::replace(&mut self.format, Format::OtlpStdout);
                    let at = at.key("payload");
                    let mut inner = Walked::default();
                    let result = self.walk(&mut inner, &at, Depth::Payload);
                    walked.parts |= self.end_bare(&mut inner, &at);
                    self.format = outer;
                    result?;
                }
                (Part::ResourceSpans | Part::ScopeSpans, Some(byte)) if byte != b'n' => {
                    walked.parts = true;
                    let at = At::record(self.here());
                    self.intake.lost(&at, Loss::Record, "a list is expected");
                    cut::value(self.input, None)?;
                }
                _ => self.keep(walked)?,
            }
        }
        Ok(())
    }

    /// Takes the key at hand and its value into `rest`.
    fn keep(&mut self, walked: &mut Walked) -> Result<(), Broken> {
        walked.rest.push(if walked.rest.is_empty() { b'{' } else { b',' });
        walked.rest.extend_from_slice(&self.key);
        walked.rest.push(b':');
        let cut = cut::value(self.input, Some(&mut walked.rest))?;
        if cut == Cut::TooLong || walked.rest.len() > cut::LONGEST {
            walked.rest.extend_from_slice(b"null");
            walked.too_long = true;
        }
        if walked.rest.len() > cut::LONGEST {
            walked.rest.clear();
        }
        Ok(())
    }

    /// Ends the batch of a bare list of scopes, with the resource and the schema URL beside it, as Java's exporter prints them. Says
    /// whether lists of OTLP were walked.
    fn end_bare(&mut self, walked: &mut Walked, at: &At<'_>) -> bool {
        let Some(mut batch) = walked.bare.take() else { return walked.parts };
        let mut quoted = Vec::new();
        let mut bytes = walked.rest.clone();
        bytes.extend_from_slice(if bytes.is_empty() { b"{}" } else { b"}" });
        match parse(&bytes, &mut quoted) {
            Ok((Json::Object(rest), non_finite)) => {
                if non_finite {
                    self.intake.note(at, Note::BareNonFinite);
                }
                if let Some(resource) = rest.object("resource") {
                    batch.resource(otlp::resource(resource, self.intake, &at.key("resource")));
                }
                let url = super::fields::name_unless_empty(&rest, &["schemaUrl", "schema_url"], self.intake, at);
                batch.resource_schema_url(url);
            }
            Ok(_) => {}
            Err(error) => self.intake.lost(&at.key("resource"), Loss::Value, error.message),
        }
        batch.end(self.intake, at);
        true
    }

    /// The list of `{"spans":[…]}`, whose elements are spans of any form.
    fn span_objects(&mut self, at: &At<'_>) -> Result<(), Broken> {
        self.objects(at, Loss::Span, |records, at| {
            records.with_object(at, Loss::Span, |object, intake| span_of_any_form(object, intake, at))
        })
    }

    /// The ids of spans that the runner has, as it writes them down beside those that came.
    fn runner_spans(&mut self, at: &At<'_>) -> Result<(), Broken> {
        self.value.clear();
        cut::value(self.input, Some(&mut self.value))?;
        let Ok(ids) = serde_json::from_slice::<Vec<String>>(&self.value) else {
            self.intake.lost(at, Loss::Value, "a list of ids is expected");
            return Ok(());
        };
        for (index, id) in ids.iter().enumerate() {
            match SpanId::from_hex(id) {
                Ok(id) => self.intake.runner_span(id),
                Err(error) => self.intake.lost(&at.index(index), Loss::Value, error.to_string()),
            }
        }
        Ok(())
    }

    /// An object without lists of OTLP: a span, an envelope, or something else.
    fn alone(&mut self, rest: &mut Vec<u8>, at: &At<'_>) {
        rest.extend_from_slice(if rest.is_empty() { b"{}" } else { b"}" });
        let mut quoted = Vec::new();
        let (object, non_finite) = match parse(rest, &mut quoted) {
            Ok((Json::Object(object), non_finite)) => (object, non_finite),
            Ok(_) => return,
            Err(error) => {
                let marks = [b"\"traceId\"".as_slice(), b"\"trace_id\"", b"\"SpanContext\"", envelope::MARK.as_bytes()];
                if marks.iter().any(|mark| memchr::memmem::find(rest, mark).is_some()) {
                    self.intake.lost(at, Loss::Span, error.message);
                } else {
                    self.intake.summary().other_objects += 1;
                }
                return;
            }
        };
        let is_span = go_stdout::is_span(&object) || python_console::is_span(&object) || object::is_span(&object);
        if is_span {
            if non_finite {
                self.intake.note(at, Note::BareNonFinite);
            }
            span_of_any_form(&object, self.intake, at);
        } else if object.has(&[envelope::MARK]) {
            self.unwrap_envelope(&object, at);
        } else {
            self.intake.summary().other_objects += 1;
        }
    }

    fn unwrap_envelope(&mut self, object: &Object<'_>, at: &At<'_>) {
        match envelope::payload(object) {
            Err(message) => self.intake.lost(at, Loss::Record, message),
            Ok(payload) if payload.json => {
                let mut input = Input::new(payload.bytes.as_slice());
                let mut inner = Records::new(&mut input, self.intake);
                inner.format = Format::OtlpStdout;
                inner.place = Some(at.place);
                match inner.input.peek() {
                    Some(b'{') => inner.read(&mut Lines::default()),
                    _ => inner.intake.lost(at, Loss::Record, "the `payload` is no JSON"),
                }
            }
            Ok(payload) => {
                let mut input = Input::new(payload.bytes.as_slice());
                protobuf::read_enveloped(&mut input, self.intake, at.place);
            }
        }
    }

    /// Cuts the value at hand out, and hands it on as an object. What is none is told.
    pub(super) fn with_object(
        &mut self,
        at: &At<'_>,
        loss: Loss,
        take: impl FnOnce(&Object<'_>, &mut Intake<'_>),
    ) -> Result<(), Broken> {
        self.value.clear();
        if cut::value(self.input, Some(&mut self.value))? == Cut::TooLong {
            self.intake.lost(at, loss, cut::too_long());
            return Ok(());
        }
        let mut quoted = Vec::new();
        match parse(&self.value, &mut quoted) {
            Ok((Json::Object(object), non_finite)) => {
                if non_finite {
                    self.intake.note(at, Note::BareNonFinite);
                }
                take(&object, self.intake);
            }
            Ok(_) => self.intake.lost(at, loss, "an object is expected"),
            Err(error) => {
                let place = match at.place {
                    Place::Line(line) if self.place.is_none() => Place::Line(line + error.lines),
                    place => place,
                };
                self.intake.lost(&at.moved(place), loss, error.message);
            }
        }
        Ok(())
    }

    /// The string at hand, unless it is empty.
    pub(super) fn text(&mut self, at: &At<'_>) -> Result<Option<crate::trace::Name>, Broken> {
        self.value.clear();
        cut::value(self.input, Some(&mut self.value))?;
        let mut quoted = Vec::new();
        Ok(match parse(&self.value, &mut quoted) {
            Ok((Json::Text(text), _)) => self.intake.name_unless_empty(&text),
            Ok(_) => None,
            Err(error) => {
                self.intake.lost(at, Loss::Value, error.message);
                None
            }
        })
    }

    /// Goes along a list, with `read` at the start of each object in it; anything else is told as this loss and passed over.
    pub(super) fn objects(
        &mut self,
        at: &At<'_>,
        loss: Loss,
        mut read: impl FnMut(&mut Self, &At<'_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        self.input.consume(1);
        let mut index = 0;
        while cut::next(self.input, b']')? == Next::Element {
            let at = at.index(index).moved(self.here());
            index += 1;
            match self.input.peek() {
                Some(b'{') => read(self, &at)?,
                _ => self.skip_element(&at, loss)?,
            }
        }
        Ok(())
    }

    /// Passes over a value that should be another; null is only noted.
    pub(super) fn skip_element(&mut self, at: &At<'_>, loss: Loss) -> Result<(), Broken> {
        self.value.clear();
        cut::value(self.input, Some(&mut self.value))?;
        if self.value == b"null" {
            self.intake.note(at, Note::NullElement);
        } else {
            let expected = if loss == Loss::Record && !at.path().ends_with(']') { "a list" } else { "an object" };
            self.intake.lost(at, loss, format!("{expected} is expected"));
        }
        Ok(())
    }
}

/// What walking a record found.
#[derive(Default)]
struct Walked {
    /// All keys that are no lists of OTLP, as an object without its last bracket; empty when there are none.
    rest: Vec<u8>,
    /// The batch of a bare list of scopes.
    bare: Option<Batch>,
    /// Whether lists of OTLP were walked.
    parts: bool,
    /// Whether a key was met that only spans have.
    of_spans: bool,
    too_long: bool,
}

/// A key without its quotes.
pub(super) fn unquoted(key: &[u8]) -> &[u8] {
    key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\"")).unwrap_or_default()
}

/// Why a value is no JSON.
struct NotJson {
    message: String,
    /// How many lines below its first.
    lines: u64,
}

/// The value in `bytes`, and whether it has numbers that are none in JSON. `quoted` holds its text if it had to be mended.
fn parse<'b>(bytes: &'b [u8], quoted: &'b mut Vec<u8>) -> Result<(Json<'b>, bool), NotJson> {
    let error = match serde_json::from_slice(bytes) {
        Ok(json) => return Ok((json, false)),
        Err(error) => error,
    };
    if let Some(mended) = with_quoted_non_finite(bytes) {
        *quoted = mended;
        if let Ok(json) = serde_json::from_slice(quoted) {
            return Ok((json, true));
        }
    }
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(told, _)| told);
    Err(NotJson { message: format!("this is no JSON: {told}"), lines: (error.line() as u64).saturating_sub(1) })
}

/// Hands on the span that `object` is, of whatever form.
fn span_of_any_form(object: &Object<'_>, intake: &mut Intake<'_>, at: &At<'_>) {
    let (read, format) = if go_stdout::is_span(object) {
        (go_stdout::span(object, intake, at), Format::GoStdout)
    } else if python_console::is_span(object) {
        (python_console::span(object, intake, at), Format::PythonConsole)
    } else {
        (object::span(object, intake, at), Format::SpanObject)
    };
    match read {
        Ok(span) => intake.span(span, format),
        Err(message) => intake.lost(at, Loss::Span, message),
    }
}
