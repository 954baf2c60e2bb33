//! The spans of one resource while it is read: who recorded them may be told after them.

use std::sync::Arc;

use super::Format;
use super::intake::Intake;
use super::place::At;
use crate::trace::{Loss, Name, Resource, Scope, Span};

/// Spans that wait for the end of their resource. Neither JSON nor protobuf prescribes an order of fields, and the
/// usual order puts the schema URLs last.
#[derive(Debug)]
pub(super) struct Batch {
    format: Format,
    resource: Resource,
    scopes: Vec<Scope>,
    waiting: Vec<(usize, Span)>,
    /// How many spans of this resource, and of its current scope, were handed on before their end.
    early: u64,
    early_in_scope: u64,
    /// What came after that.
    late: Option<(&'static str, u64)>,
}

impl Batch {
    /// More spans than this don't wait: memory is bounded.
    const WAITING: usize = 16 * 1024;

    pub fn new(format: Format) -> Self {
        Self {
            format,
            resource: Resource::default(),
            scopes: Vec::new(),
            waiting: Vec::new(),
            early: 0,
            early_in_scope: 0,
            late: None,
        }
    }

    /// The resource, whose schema URL is told apart from it.
    pub fn resource(&mut self, resource: Resource) {
        let schema_url = self.resource.schema_url.take();
        self.resource = Resource { schema_url, ..resource };
        self.told("resource", self.early);
    }

    pub fn resource_schema_url(&mut self, url: Option<Name>) {
        if url.is_some() {
            self.resource.schema_url = url;
            self.told("schemaUrl", self.early);
        }
    }

    /// The spans from here on have another scope.
    pub fn begin_scope(&mut self, intake: &mut Intake<'_>) {
        if self.scopes.len() >= Self::WAITING {
            self.hand_on_early(intake);
        }
        // Scopes without a waiting span are never asked for again.
        if self.waiting.is_empty() {
            self.scopes.clear();
        }
        self.scopes.push(Scope::default());
        self.early_in_scope = 0;
    }

    pub fn scope(&mut self, scope: Scope) {
        if let Some(current) = self.scopes.last_mut() {
            let schema_url = current.schema_url.take();
            *current = Scope { schema_url, ..scope };
        }
        self.told("scope", self.early_in_scope);
    }

    pub fn scope_schema_url(&mut self, url: Option<Name>) {
        if let Some(current) = self.scopes.last_mut().filter(|_| url.is_some()) {
            current.schema_url = url;
            self.told("schemaUrl", self.early_in_scope);
        }
    }

    fn told(&mut self, what: &'static str, early: u64) {
        if early > 0 && self.late.is_none() {
            self.late = Some((what, early));
        }
    }

    pub fn span(&mut self, intake: &mut Intake<'_>, span: Span) {
        self.waiting.push((self.scopes.len().saturating_sub(1), span));
        if self.waiting.len() >= Self::WAITING {
            self.hand_on_early(intake);
        }
    }

    fn hand_on_early(&mut self, intake: &mut Intake<'_>) {
        let current = self.scopes.len().saturating_sub(1);
        self.early += self.waiting.len() as u64;
        self.early_in_scope += self.waiting.iter().filter(|(scope, _)| *scope == current).count() as u64;
        self.hand_on(intake);
    }

    fn hand_on(&mut self, intake: &mut Intake<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let resource = intake.share_resource(self.resource.clone());
        let scopes: Vec<Arc<Scope>> = self.scopes.iter().map(|scope| intake.share_scope(scope.clone())).collect();
        for (scope, mut span) in self.waiting.drain(..) {
            span.resource = Arc::clone(&resource);
            if let Some(scope) = scopes.get(scope) {
                span.scope = Arc::clone(scope);
            }
            intake.span(span, self.format);
        }
        // The last scope may go on.
        self.scopes.drain(..self.scopes.len().saturating_sub(1));
    }

    /// Hands on what waits. To be called even where the source breaks.
    pub fn end(mut self, intake: &mut Intake<'_>, at: &At<'_>) {
        self.hand_on(intake);
        if let Some((late, early)) = self.late {
            let message =
                format!("`{late}` came after {early} of its spans, which were read without it; write it before them");
            intake.lost(at, Loss::Value, message);
        }
    }
}
