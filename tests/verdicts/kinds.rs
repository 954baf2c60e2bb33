//! No kind of expectation is without a mutant: a new one does not compile here before it has a name, and fails before it has a case.

use std::collections::BTreeSet;

use clnrm_lsp::expectation::Requirement;
use clnrm_lsp::expectation::tree::{
    Bound, Counted, CrossScope, GraphRequirement as Graph, HermeticityRequirement as Hermeticity, OrderBasis,
    OrderMode, OrderRequirement, SpanRequirement as Span, StatusRequirement as Status, TraceRequirement as Trace,
    WindowRequirement as Window, WindowSpan,
};

use crate::cases::{cases, judged, tree};
use crate::notation::trace;

macro_rules! kinds {
    ($($pattern:pat => $name:literal,)*) => {
        /// All kinds.
        const KINDS: &[&str] = &[$($name),*];

        /// The kind of a requirement; `None` where it can't be evaluated, for that is never green, and where it only says when
        /// the rest of its block is asked for.
        fn kind(requirement: &Requirement) -> Option<&'static str> {
            match requirement {
                $($pattern => Some($name),)*
                Requirement::Unevaluable(_) | Requirement::Span(Span::IfPresent) => None,
            }
        }
    };
}

kinds! {
    Requirement::Span(Span::Name(_)) => "span: name",
    Requirement::Span(Span::Parent(_)) => "span: parent",
    Requirement::Span(Span::Ancestor(_)) => "span: ancestor",
    Requirement::Span(Span::Kind(_)) => "span: kind",
    Requirement::Span(Span::Status(_)) => "span: status",
    Requirement::Span(Span::Attribute(..)) => "span: attribute",
    Requirement::Span(Span::AnyAttribute(_)) => "span: any attribute",
    Requirement::Span(Span::Event(_)) => "span: event",
    Requirement::Span(Span::AnyEvent(_)) => "span: any event",
    Requirement::Span(Span::DurationAtLeast(_)) => "span: least duration",
    Requirement::Span(Span::DurationAtMost(_)) => "span: greatest duration",
    Requirement::Span(Span::Count(Bound::AtLeast(_))) => "span: at least so many",
    Requirement::Span(Span::Count(Bound::AtMost(_))) => "span: at most so many",
    Requirement::Span(Span::Count(Bound::Exactly(_))) => "span: exactly so many",
    Requirement::Span(Span::Exists(true)) => "span: there",
    Requirement::Span(Span::Exists(false)) => "span: not there",
    Requirement::Span(Span::Distinct) => "span: distinct",
    Requirement::Graph(Graph::Edge(..)) => "graph: edge",
    Requirement::Graph(Graph::NoEdge(_, _, CrossScope::Direct)) => "graph: no edge",
    Requirement::Graph(Graph::NoEdge(_, _, CrossScope::Descendant)) => "graph: no way down",
    Requirement::Graph(Graph::Acyclic) => "graph: acyclic",
    Requirement::Graph(Graph::AnyEdge) => "graph: any edge",
    Requirement::Graph(Graph::NoOrphans) => "graph: no orphans",
    Requirement::Graph(Graph::Tree) => "graph: tree",
    Requirement::Count(Counted::Spans, Bound::AtLeast(_)) => "count: at least so many spans",
    Requirement::Count(Counted::Spans, Bound::AtMost(_)) => "count: at most so many spans",
    Requirement::Count(Counted::Spans, Bound::Exactly(_)) => "count: exactly so many spans",
    Requirement::Count(Counted::Events, Bound::AtLeast(_)) => "count: at least so many events",
    Requirement::Count(Counted::Events, Bound::AtMost(_)) => "count: at most so many events",
    Requirement::Count(Counted::Events, Bound::Exactly(_)) => "count: exactly so many events",
    Requirement::Count(Counted::Errors, Bound::AtLeast(_)) => "count: at least so many errors",
    Requirement::Count(Counted::Errors, Bound::AtMost(_)) => "count: at most so many errors",
    Requirement::Count(Counted::Errors, Bound::Exactly(_)) => "count: exactly so many errors",
    Requirement::Count(Counted::Named(_), Bound::AtLeast(_)) => "count: at least so many of a name",
    Requirement::Count(Counted::Named(_), Bound::AtMost(_)) => "count: at most so many of a name",
    Requirement::Count(Counted::Named(_), Bound::Exactly(_)) => "count: exactly so many of a name",
    Requirement::Count(Counted::OfKind(_), Bound::AtLeast(_)) => "count: at least so many of a kind",
    Requirement::Count(Counted::OfKind(_), Bound::AtMost(_)) => "count: at most so many of a kind",
    Requirement::Count(Counted::OfKind(_), Bound::Exactly(_)) => "count: exactly so many of a kind",
    Requirement::Window(Window::Present(WindowSpan::Outer(_))) => "window: there",
    Requirement::Window(Window::Present(WindowSpan::Between(..))) => "window: opened and closed",
    Requirement::Window(Window::Contains(WindowSpan::Outer(_), ..)) => "window: contains",
    Requirement::Window(Window::Contains(WindowSpan::Between(..), ..)) => "window: contains in between",
    Requirement::Window(Window::DurationAtLeast(..)) => "window: least duration",
    Requirement::Window(Window::DurationAtMost(..)) => "window: greatest duration",
    Requirement::Window(Window::SpansAtLeast(..)) => "window: at least so many spans",
    Requirement::Order(OrderRequirement { mode: OrderMode::Any, basis: OrderBasis::EndToStart, .. }) => "order: some pair",
    Requirement::Order(OrderRequirement { mode: OrderMode::First, basis: OrderBasis::EndToStart, .. }) => "order: the first pair",
    Requirement::Order(OrderRequirement { mode: OrderMode::All, basis: OrderBasis::EndToStart, .. }) => "order: all pairs",
    Requirement::Order(OrderRequirement { basis: OrderBasis::StartToStart, .. }) => "order: of starts",
    Requirement::Status(Status::All(_)) => "status: of all",
    Requirement::Status(Status::None(_)) => "status: of none",
    Requirement::Status(Status::Named(..)) => "status: of a name",
    Requirement::Hermeticity(Hermeticity::NoExternalServices(_)) => "hermeticity: no other hosts",
    Requirement::Hermeticity(Hermeticity::ResourceAttribute(..)) => "hermeticity: attribute of all resources",
    Requirement::Hermeticity(Hermeticity::ForbiddenKey(_)) => "hermeticity: forbidden key",
    Requirement::Trace(Trace::Id(_)) => "trace: id",
    Requirement::Trace(Trace::Contains(_)) => "trace: contains",
    Requirement::Trace(Trace::ContainsAny(_)) => "trace: contains one of",
    Requirement::Trace(Trace::Edge(..)) => "trace: edge",
    Requirement::Trace(Trace::Complete) => "trace: complete",
}

#[test]
fn every_kind_of_expectation_has_a_mutant() {
    let mut turned_red = BTreeSet::new();
    for case in cases() {
        let tree = tree(&case.text);
        for mutant in &case.mutants {
            let judgement = judged(&tree, &trace(&mutant.trace));
            for (index, constraint) in mutant.paths.iter().map(|path| tree.find(path).unwrap()) {
                if judgement.verdicts[index].verdict.word() == "fail" {
                    turned_red.extend(kind(&constraint.requirement));
                }
            }
        }
    }
    let missing: Vec<_> = KINDS.iter().filter(|kind| !turned_red.contains(*kind)).collect();
    assert!(missing.is_empty(), "nothing in tests/fixtures/expectations turns these red: {missing:#?}");
}
