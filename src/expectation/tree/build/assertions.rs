//! `[assertions]`: free names. Those that spans can answer become constraints; the others are said to be unjudged.

use super::{Builder, hermeticity};
use crate::config::model::{Keyed, Scalar, Spanned};
use crate::expectation::tree::{BlockKind, Bound, ConstraintPath, Counted, GraphRequirement, Requirement};
use crate::expectation::verdict::Reason;

pub(super) fn block(builder: &mut Builder, assertions: &Spanned<Vec<Keyed<Scalar>>>) {
    let root = ConstraintPath::root("assertions");
    builder.block(&root, assertions.span, BlockKind::Assertions, None, |builder| {
        for entry in &assertions.value {
            let path = root.key(&entry.key.text);
            let value = entry.value.span();
            let place = if value.is_empty() { entry.key.span } else { entry.key.span.join(value) };
            match requirement(builder, entry) {
                Decided::Yes(read) => builder.push_read(path, place, read),
                Decided::No(why) => builder.unjudged(path, entry.key.span, why),
            }
        }
    });
}

/// Whether spans can answer an assertion.
enum Decided {
    Yes(Result<Requirement, Reason>),
    No(&'static str),
}

fn requirement(builder: &Builder, entry: &Keyed<Scalar>) -> Decided {
    let asserted = match entry.key.text.as_str() {
        "execution_should_be_hermetic" | "execution_hermetic" | "no_external_network" => {
            hermeticity::no_external_services(builder)
        }
        "no_cycles_in_trace" => Requirement::Graph(GraphRequirement::Acyclic),
        "no_orphaned_spans" => Requirement::Graph(GraphRequirement::NoOrphans),
        "span_graph_is_valid_tree" => Requirement::Graph(GraphRequirement::Tree),
        "should_have_parent_child_relationships" => Requirement::Graph(GraphRequirement::AnyEdge),
        "should_produce_otel_spans" => Requirement::Count(Counted::Spans, Bound::AtLeast(1)),
        "total_span_count_equals" => {
            return Decided::Yes(match &entry.value {
                Scalar::Integer(total) => Ok(Requirement::Count(Counted::Spans, Bound::Exactly(total.value))),
                Scalar::Unknown(_) => Err(Reason::KnownAtRunTime),
                _ => Err(Reason::WrongType),
            });
        }
        _ => return Decided::No("spans alone can't tell it"),
    };
    match &entry.value {
        Scalar::Boolean(value) if value.value => Decided::Yes(Ok(asserted)),
        Scalar::Boolean(_) => Decided::No("`false` asks for nothing"),
        Scalar::Unknown(_) => Decided::Yes(Err(Reason::KnownAtRunTime)),
        _ => Decided::Yes(Err(Reason::WrongType)),
    }
}
