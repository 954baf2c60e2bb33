//! Gathers occurrences into symbols.

use std::collections::HashMap;

use super::{Home, Occurrence, Place, Role, SpanPattern, Spelling, Symbol, SymbolKind, Symbols};
use crate::text::Span;

/// What makes two occurrences name the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    pub kind: SymbolKind,
    pub name: String,
    pub home: Home,
    pub owner: Option<String>,
    pub scope: Option<Span>,
}

impl Identity {
    /// Something that is defined in the document and known in all of it.
    pub fn in_document(kind: SymbolKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), home: Home::Document, owner: None, scope: None }
    }
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Collector {
    symbols: Vec<Symbol>,
    indices: HashMap<Identity, usize>,
    patterns: Vec<SpanPattern>,
}

impl Collector {
    /// Takes note of a place that spells a name.
    pub fn literal(&mut self, identity: Identity, span: Span, role: Role) {
        self.add(identity, Occurrence { span, role, spelling: Spelling::Literal }, None);
    }

    /// Takes note of an occurrence, and of where the rendered text has it, if that was read.
    pub fn add(&mut self, identity: Identity, occurrence: Occurrence, rendered: Option<Span>) {
        let index = match self.indices.get(&identity) {
            Some(&index) => index,
            None => {
                let index = self.symbols.len();
                let Identity { kind, name, home, owner, scope } = identity.clone();
                self.symbols.push(Symbol {
                    kind,
                    name,
                    home,
                    owner,
                    scope,
                    occurrences: Vec::new(),
                    rendered: Vec::new(),
                });
                self.indices.insert(identity, index);
                index
            }
        };
        if let Some(symbol) = self.symbols.get_mut(index) {
            symbol.occurrences.push(occurrence);
            symbol.rendered.extend(rendered);
        }
    }

    /// Takes note of a pattern.
    pub fn pattern(&mut self, pattern: &str, span: Span) {
        self.patterns.push(SpanPattern { pattern: pattern.to_owned(), span });
    }

    /// Whether a symbol was met.
    pub fn knows(&self, identity: &Identity) -> bool {
        self.indices.contains_key(identity)
    }

    pub fn finish(self) -> Symbols {
        let Self { mut symbols, mut patterns, .. } = self;
        for symbol in &mut symbols {
            // Of what loops repeat at one place, the definition counts, and that it can be edited.
            symbol.occurrences.sort_by_key(|it| (it.span, it.spelling, it.role));
            symbol.occurrences.dedup_by_key(|occurrence| occurrence.span);
            symbol.rendered.sort_unstable();
        }
        symbols.sort_by_key(|symbol| symbol.occurrences.first().map(|first| first.span));
        patterns.sort_by(|a, b| (a.span, &a.pattern).cmp(&(b.span, &b.pattern)));
        patterns.dedup();
        let mut by_place: Vec<Place> = Vec::new();
        for (index, symbol) in symbols.iter().enumerate() {
            by_place.extend(symbol.occurrences.iter().enumerate().map(|(occurrence, it)| Place {
                span: it.span,
                symbol: index,
                occurrence,
                reach: it.span.end,
            }));
        }
        by_place.sort_unstable_by_key(|place| (place.span, place.symbol, place.occurrence));
        let mut reach = 0;
        for place in &mut by_place {
            reach = place.reach.max(reach);
            place.reach = reach;
        }
        Symbols { symbols, patterns, by_place }
    }
}
