//! The names of one document: services, scenarios, steps, spans, variables, macros and all else that is defined in one place
//! and referred to in others, each with every place where it is spelled.
//!
//! Two sources tell them: the text as written (`format_names`, `template_names`), and the text that it renders to, mapped
//! back, which knows what loops and macros write. Names inside of patterns (`api.*`) are no occurrences; the patterns
//! themselves are kept apart. What other files do with a name is told by those files' own symbols (see `references`).

mod collect;
mod format_names;
mod template_names;

pub use format_names::spelled;

use super::DocumentView;
use crate::text::Span;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// `[services.X]`, `[service.X]`.
    Service,
    /// The `name` of a `[[scenario]]`.
    Scenario,
    /// The `name` of a `[[steps]]`.
    Step,
    /// The name of a span, as expectations state it.
    SpanName,
    /// A key of `[vars]` or `[template.vars]`; its name is the dotted path below that table.
    Variable,
    /// A key of `[matrix]` or `[template.matrix]`.
    MatrixAxis,
    /// `{% macro X(…) %}`.
    Macro,
    /// A parameter of a macro or component.
    Parameter,
    /// A variable of `{% for X in … %}`, or of a list comprehension.
    LoopVariable,
    /// `{% set X = … %}`.
    SetVariable,
    /// `{% import "…" as X %}`.
    ImportAlias,
    /// `{% component X(…) %}`.
    Component,
    /// `{% block X %}`.
    Block,
}

/// Where a symbol is defined.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    /// In the document, or nowhere else that is known of (a span that no expectation states).
    Document,
    /// In the file that the document names so in an `import` tag.
    Import(String),
    /// Around the document: in `cleanroom.toml`, in the environment, or by default. Variables only.
    Surroundings,
}

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is.
    pub kind: SymbolKind,
    /// Its name. That of a variable is the whole dotted path (`database.host`), of which an occurrence spells the last key.
    pub name: String,
    /// Where it is defined.
    pub home: Home,
    /// The macro or component that a parameter belongs to.
    pub owner: Option<String>,
    /// The part of the document in which the name means this; `None` for all of it. For the steps of a scenario it is the
    /// header of the scenario.
    pub scope: Option<Span>,
    /// Every place of the document that names it, in the order of the text; each place once.
    pub occurrences: Vec<Occurrence>,
    /// Where the name stands in the text that the document renders to, without quotes, in order.
    rendered: Vec<Span>,
}

/// A place of the document that names a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The name, without quotes; where it is computed, the tag, argument or loop item that it comes from.
    pub span: Span,
    /// What the place does with the name.
    pub role: Role,
    /// How the name stands there.
    pub spelling: Spelling,
}

/// What a place does with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It defines what is named.
    Definition,
    /// It repeats the name without giving it a meaning of its own: `svc = "{{ svc }}"` in `[vars]`.
    Declaration,
    /// It refers to what is named.
    Reference,
}

/// How a name stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spelling {
    /// As text that spells the name and nothing else: editing it changes the name.
    Literal,
    /// It is the result of an expression, or is written by another file: there is no text to edit.
    Computed,
}

/// A pattern of span names (`api.*`), which is no occurrence of any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanPattern {
    /// The pattern.
    pub pattern: String,
    /// Where it stands, without quotes.
    pub span: Span,
}

/// All names of one document.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    symbols: Vec<Symbol>,
    patterns: Vec<SpanPattern>,
    /// All occurrences, sorted by their place.
    by_place: Vec<Place>,
}

/// An occurrence by its place.
#[derive(Clone, Copy, Debug)]
struct Place {
    span: Span,
    symbol: usize,
    occurrence: usize,
    /// The furthest end of this place and of those before it: none of them reaches beyond.
    reach: usize,
}

impl Symbols {
    /// The names of a document. Linear in its text and in what it renders to.
    pub fn new(view: &DocumentView) -> Self {
        let mut collector = collect::Collector::default();
        format_names::collect(view, &mut collector);
        template_names::collect(view, &mut collector);
        collector.finish()
    }

    /// All symbols, in the order of their first occurrence.
    pub fn all(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The patterns of span names, in the order of the text.
    pub fn patterns(&self) -> &[SpanPattern] {
        &self.patterns
    }

    /// The symbols that the place at `offset` names, innermost first: one, but for a macro argument that names several. The end
    /// of a name belongs to it.
    pub fn at(&self, offset: usize) -> Vec<(&Symbol, Occurrence)> {
        let behind = self.by_place.partition_point(|place| place.span.start <= offset);
        let mut found: Vec<_> = self.by_place[..behind]
            .iter()
            .rev()
            .take_while(|place| offset <= place.reach)
            .filter(|place| offset <= place.span.end)
            .filter_map(|place| {
                let symbol = self.symbols.get(place.symbol)?;
                Some((symbol, *symbol.occurrences.get(place.occurrence)?))
            })
            .collect();
        found.reverse();
        found.sort_by_key(|(_, occurrence)| (occurrence.spelling, occurrence.span.len()));
        found
    }

    /// The symbols of a kind.
    pub fn of_kind(&self, kind: SymbolKind) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter().filter(move |symbol| symbol.kind == kind)
    }

    /// Where the name of what `symbol` is stands in the text that the document renders to, without quotes, in order; none where
    /// nothing is rendered. Only the format's own names: services, scenarios, steps and spans.
    pub fn rendered_places(&self, symbol: &Symbol) -> impl Iterator<Item = Span> {
        let same = self.of_kind(symbol.kind).find(|other| {
            (&other.name, &other.home, &other.owner, other.scope)
                == (&symbol.name, &symbol.home, &symbol.owner, symbol.scope)
        });
        same.into_iter().flat_map(|same| same.rendered.iter().copied())
    }

    /// The symbol of this kind and name that is defined at `home`, in whatever scope.
    pub fn named(&self, kind: SymbolKind, name: &str, home: &Home) -> Option<&Symbol> {
        self.of_kind(kind).find(|symbol| symbol.name == name && symbol.home == *home)
    }
}

impl Symbol {
    /// The first place that defines it in the document.
    pub fn definition(&self) -> Option<Occurrence> {
        self.occurrences.iter().copied().find(|occurrence| occurrence.role == Role::Definition)
    }

    /// The part of the name that its occurrences spell: of a variable the last key.
    pub fn spelled(&self) -> &str {
        match self.kind {
            SymbolKind::Variable => self.name.rsplit('.').next().unwrap_or(&self.name),
            _ => &self.name,
        }
    }
}

impl SymbolKind {
    /// What it is called.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Scenario => "scenario",
            Self::Step => "step",
            Self::SpanName => "span",
            Self::Variable => "variable",
            Self::MatrixAxis => "axis of the matrix",
            Self::Macro => "macro",
            Self::Parameter => "parameter",
            Self::LoopVariable => "loop variable",
            Self::SetVariable => "`set` variable",
            Self::ImportAlias => "import alias",
            Self::Component => "component",
            Self::Block => "block",
        }
    }
}
