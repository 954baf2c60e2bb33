//! `[expect.graph]`.

use super::{Builder, words};
use crate::config::model::{Graph, NamePair};
use crate::expectation::tree::{BlockKind, ConstraintPath, GraphRequirement, NameSelector, Requirement};
use crate::expectation::verdict::Reason;

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, graph: &Graph) {
    builder.unread(path, &graph.unread);
    builder.block(path, graph.header, BlockKind::Graph, None, |builder| {
        for (index, pair) in graph.must_include.iter().enumerate() {
            let read = both(builder, pair);
            let read = read.map(|(parent, child)| Requirement::Graph(GraphRequirement::Edge(parent, child)));
            builder.push_read(path.key("must_include").index(index), pair.span, read);
        }
        for (index, pair) in graph.must_not_cross.iter().enumerate() {
            let read = both(builder, pair).and_then(|(first, second)| {
                let scope = words::scope(graph.scope.as_ref())?;
                Ok(Requirement::Graph(GraphRequirement::NoEdge(first, second, scope)))
            });
            builder.push_read(path.key("must_not_cross").index(index), pair.span, read);
        }
        if let Some(acyclic) = graph.acyclic.filter(|acyclic| acyclic.value) {
            builder.push(path.key("acyclic"), acyclic.span, Requirement::Graph(GraphRequirement::Acyclic));
        }
    });
}

/// Both names of a pair.
pub(super) fn both(builder: &Builder, pair: &NamePair) -> Result<(NameSelector, NameSelector), Reason> {
    match pair.names.as_slice() {
        [first, second] => Ok((builder.selector(first)?, builder.selector(second)?)),
        names => Err(Reason::NoPair(names.len())),
    }
}
