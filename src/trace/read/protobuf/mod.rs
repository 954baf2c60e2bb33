//! OTLP as protobuf. Spans are decoded one by one, so that one which is broken costs no other, and a message of any size
//! needs the memory of its biggest span.

mod convert;
mod wire;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::Format;
use super::batch::Batch;
use super::input::Input;
use super::intake::Intake;
use super::place::At;
use crate::trace::{Loss, Name, Place};
use wire::{Broken, Field, Wire};

/// How messages stand in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// One message, up to the end.
    Bare,
    /// Each message behind its length in four bytes, the highest first: the collector's file exporter.
    Lengths,
}

/// Whether this is protobuf: begins like an export request, and has bytes that no text has.
pub(super) fn framing(input: &mut Input<'_>) -> Option<Framing> {
    let bytes = input.head();
    // Ids are preceded by their lengths, 16 and 8, which are control characters that no text contains.
    let is_text = !bytes.iter().any(|byte| matches!(byte, 0..=8 | 14..=26));
    if is_text {
        return None;
    }
    match bytes {
        [0x0a, ..] => Some(Framing::Bare),
        [0..=4, _, _, _, 0x0a, ..] => Some(Framing::Lengths),
        _ => None,
    }
}

/// Reads all messages.
pub(super) fn read(input: &mut Input<'_>, framing: Framing, intake: &mut Intake<'_>) {
    let mut reader = Reader { wire: Wire::new(input), intake, format: Format::OtlpProtobuf, envelope: None, spans: 0 };
    let result = match framing {
        Framing::Bare => reader.message(None),
        Framing::Lengths => reader.messages(),
    };
    reader.tell(result, Loss::Rest);
}

/// Reads one message that was wrapped into text at `place`.
pub(super) fn read_enveloped(input: &mut Input<'_>, intake: &mut Intake<'_>, place: Place) {
    let mut reader =
        Reader { wire: Wire::new(input), intake, format: Format::OtlpStdout, envelope: Some(place), spans: 0 };
    let result = reader.message(None);
    reader.tell(result, Loss::Record);
}

/// Takes the spans of a decoded request.
pub(super) fn take_request(request: ExportTraceServiceRequest, intake: &mut Intake<'_>) {
    let mut number = 0;
    let record = At::record(Place::Unknown);
    let resources = record.key("resourceSpans");
    for (index, resource_spans) in request.resource_spans.into_iter().enumerate() {
        let at = resources.index(index);
        let mut batch = Batch::new(Format::OtlpProtobuf);
        if let Some(resource) = resource_spans.resource {
            batch.resource(convert::resource(resource, intake, &at));
        }
        batch.resource_schema_url(intake.name_unless_empty(&resource_spans.schema_url));
        let scopes = at.key("scopeSpans");
        for (index, scope_spans) in resource_spans.scope_spans.into_iter().enumerate() {
            let at = scopes.index(index);
            batch.begin_scope(intake);
            if let Some(scope) = scope_spans.scope {
                batch.scope(convert::scope(scope, intake, &at));
            }
            batch.scope_schema_url(intake.name_unless_empty(&scope_spans.schema_url));
            let spans = at.key("spans");
            for (index, span) in scope_spans.spans.into_iter().enumerate() {
                number += 1;
                let at = spans.index(index).moved(Place::Span(number));
                if let Some(span) = convert::span(span, intake, &at) {
                    batch.span(intake, span);
                }
            }
        }
        batch.end(intake, &at);
    }
}

struct Reader<'w, 'i, 'n, 's> {
    wire: Wire<'w, 'i>,
    intake: &'n mut Intake<'s>,
    format: Format,
    /// Where all spans are said to be, when the input is no source of its own.
    envelope: Option<Place>,
    /// How many spans were met.
    spans: u64,
}

impl Reader<'_, '_, '_, '_> {
    fn place(&self) -> Place {
        self.envelope.unwrap_or(Place::Span(self.spans.max(1)))
    }

    fn tell(&mut self, result: Result<(), Broken>, loss: Loss) {
        if let Err(broken) = result {
            let at = At::record(self.place());
            self.intake.lost(&at, loss, broken.to_string());
        }
    }

    fn messages(&mut self) -> Result<(), Broken> {
        while let Some(length) = self.wire.message_length()? {
            self.message(Some(length))?;
        }
        Ok(())
    }

    /// An export request of `length` bytes, or up to the end.
    fn message(&mut self, length: Option<u64>) -> Result<(), Broken> {
        let end = length.map(|length| self.wire.position() + length);
        let mut index = 0;
        while let Some(field) = self.wire.field(end)? {
            match field {
                Field { number: 1, length: Some(length) } => {
                    self.resource_spans(length, index)?;
                    index += 1;
                }
                Field { length, .. } => self.wire.skip(length.unwrap_or(0))?,
            }
        }
        Ok(())
    }

    fn resource_spans(&mut self, length: u64, index: usize) -> Result<(), Broken> {
        let record = At::record(self.place());
        let list = record.key("resourceSpans");
        let at = list.index(index);
        let mut batch = Batch::new(self.format);
        let result = self.resource_fields(length, &at, &mut batch);
        batch.end(self.intake, &at);
        result
    }

    fn resource_fields(&mut self, length: u64, at: &At<'_>, batch: &mut Batch) -> Result<(), Broken> {
        let end = Some(self.wire.position() + length);
        let scopes = at.key("scopeSpans");
        let mut index = 0;
        while let Some(Field { number, length }) = self.wire.field(end)? {
            match (number, length) {
                (1, Some(length)) => {
                    if let Some(resource) = self.decoded::<Resource>(length, &at.key("resource"), Loss::Value)? {
                        batch.resource(convert::resource(resource, self.intake, at));
                    }
                }
                // 1000 held the same before OTLP 0.15, under the name of instrumentation libraries.
                (2 | 1000, Some(length)) => {
                    self.scope_fields(length, &scopes.index(index), batch)?;
                    index += 1;
                }
                (3, Some(length)) => {
                    let url = self.text(length, &at.key("schemaUrl"))?;
                    batch.resource_schema_url(url);
                }
                _ => self.wire.skip(length.unwrap_or(0))?,
            }
        }
        Ok(())
    }

    fn scope_fields(&mut self, length: u64, at: &At<'_>, batch: &mut Batch) -> Result<(), Broken> {
        let end = Some(self.wire.position() + length);
        let spans = at.key("spans");
        let mut index = 0;
        batch.begin_scope(self.intake);
        while let Some(Field { number, length }) = self.wire.field(end)? {
            match (number, length) {
                (1, Some(length)) => {
                    if let Some(scope) = self.decoded::<InstrumentationScope>(length, &at.key("scope"), Loss::Value)? {
                        batch.scope(convert::scope(scope, self.intake, at));
                    }
                }
                (2, Some(length)) => {
                    self.spans += 1;
                    let at = spans.index(index).moved(self.place());
                    index += 1;
                    if let Some(span) = self.decoded::<Span>(length, &at, Loss::Span)?
                        && let Some(span) = convert::span(span, self.intake, &at)
                    {
                        batch.span(self.intake, span);
                    }
                }
                (3, Some(length)) => {
                    let url = self.text(length, &at.key("schemaUrl"))?;
                    batch.scope_schema_url(url);
                }
                _ => self.wire.skip(length.unwrap_or(0))?,
            }
        }
        Ok(())
    }

    /// A message that is small enough to be decoded as a whole; `None` when it can't be, which is told.
    fn decoded<M: Message + Default>(&mut self, length: u64, at: &At<'_>, loss: Loss) -> Result<Option<M>, Broken> {
        let Some(bytes) = self.wire.bytes(length)? else {
            self.intake.lost(at, loss, wire::too_long(length));
            return Ok(None);
        };
        match M::decode(bytes) {
            Ok(message) => Ok(Some(message)),
            Err(error) => {
                self.intake.lost(at, loss, format!("this is no protobuf of OTLP: {error}"));
                Ok(None)
            }
        }
    }

    fn text(&mut self, length: u64, at: &At<'_>) -> Result<Option<Name>, Broken> {
        let text = match self.wire.bytes(length)? {
            Some(bytes) => str::from_utf8(bytes).map_err(|_| "this is no UTF-8".to_owned()),
            None => Err(wire::too_long(length)),
        };
        Ok(match text {
            Ok(text) => self.intake.name_unless_empty(text),
            Err(message) => {
                self.intake.lost(at, Loss::Value, message);
                None
            }
        })
    }
}
