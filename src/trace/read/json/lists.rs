//! The nested lists of OTLP, `resourceSpans[].scopeSpans[].spans[]`, walked along the stream.

use super::cut::{self, Broken, Next};
use super::fields::Ids;
use super::otlp;
use super::record::{Part, Records, unquoted};
use crate::trace::Loss;
use crate::trace::read::batch::Batch;
use crate::trace::read::place::At;

impl Records<'_, '_, '_, '_> {
    /// OTLP's list of resources.
    pub(super) fn resources(&mut self, at: &At<'_>) -> Result<(), Broken> {
        self.objects(at, Loss::Record, |records, at| {
            let mut batch = Batch::new(records.format);
            let result = records.resource_spans(&mut batch, at);
            batch.end(records.intake, at);
            result
        })
    }

    fn resource_spans(&mut self, batch: &mut Batch, at: &At<'_>) -> Result<(), Broken> {
        self.input.consume(1);
        while cut::next(self.input, b'}')? == Next::Element {
            cut::key(self.input, &mut self.key)?;
            match (unquoted(&self.key), self.input.peek()) {
                (b"resource", Some(b'{')) => {
                    let at = at.key("resource").moved(self.here());
                    self.with_object(&at, Loss::Value, |object, intake| {
                        batch.resource(otlp::resource(object, intake, &at))
                    })?;
                }
                (key, Some(b'[')) if Part::of(key) == Part::ScopeSpans => self.scopes(batch, &at.key("scopeSpans"))?,
                (b"schemaUrl" | b"schema_url", Some(b'"')) => {
                    let url = self.text(&at.key("schemaUrl"))?;
                    batch.resource_schema_url(url);
                }
                (key, Some(byte)) if byte != b'n' && matches!(Part::of(key), Part::ScopeSpans) => {
                    self.skip_element(&at.key("scopeSpans"), Loss::Record)?;
                }
                (b"resource", Some(byte)) if byte != b'n' => self.skip_element(&at.key("resource"), Loss::Value)?,
                _ => {
                    cut::value(self.input, None)?;
                }
            }
        }
        Ok(())
    }

    /// OTLP's list of scopes.
    pub(super) fn scopes(&mut self, batch: &mut Batch, at: &At<'_>) -> Result<(), Broken> {
        self.objects(at, Loss::Record, |records, at| {
            batch.begin_scope(records.intake);
            records.scope_spans(batch, at)
        })
    }

    fn scope_spans(&mut self, batch: &mut Batch, at: &At<'_>) -> Result<(), Broken> {
        self.input.consume(1);
        while cut::next(self.input, b'}')? == Next::Element {
            cut::key(self.input, &mut self.key)?;
            match (unquoted(&self.key), self.input.peek()) {
                (b"scope" | b"instrumentationLibrary" | b"instrumentation_library", Some(b'{')) => {
                    let at = at.key("scope").moved(self.here());
                    self.with_object(&at, Loss::Value, |object, intake| batch.scope(otlp::scope(object, intake, &at)))?;
                }
                (b"spans", Some(b'[')) => self.spans(batch, &at.key("spans"))?,
                (b"schemaUrl" | b"schema_url", Some(b'"')) => {
                    let url = self.text(&at.key("schemaUrl"))?;
                    batch.scope_schema_url(url);
                }
                (b"spans", Some(byte)) if byte != b'n' => self.skip_element(&at.key("spans"), Loss::Record)?,
                (b"scope", Some(byte)) if byte != b'n' => self.skip_element(&at.key("scope"), Loss::Value)?,
                _ => {
                    cut::value(self.input, None)?;
                }
            }
        }
        Ok(())
    }

    /// OTLP's list of spans.
    fn spans(&mut self, batch: &mut Batch, at: &At<'_>) -> Result<(), Broken> {
        self.objects(at, Loss::Span, |records, at| {
            records.with_object(at, Loss::Span, |object, intake| match otlp::span(object, Ids::Otlp, intake, at) {
                Ok(span) => batch.span(intake, span),
                Err(message) => intake.lost(at, Loss::Span, message),
            })
        })
    }
}
