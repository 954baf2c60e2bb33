//! Why no trace satisfies one of `expected_traces`.

use super::{Explanation, message, show};
use crate::expectation::evaluate::Observed;
use crate::expectation::tree::{ExpectationTree, TraceRequirement};
use crate::expectation::verdict::Judgement;

pub(super) fn explain(
    tree: &ExpectationTree,
    index: usize,
    requirement: &TraceRequirement,
    judgement: &Judgement,
    observed: &Observed<'_>,
) -> Explanation {
    let block = tree.block_of(&tree.constraints[index]);
    let verdicts = judgement.verdicts.get(block.constraints.clone()).unwrap_or_default();
    let holding = verdicts.iter().filter(|verdict| verdict.verdict.holds()).count();
    let (told, help) = match requirement {
        TraceRequirement::Id(id) => (format!("no span is of the trace `{id}`"), None),
        TraceRequirement::Contains(name) if observed.select(name).is_empty() => show::no_such_name(name, observed),
        TraceRequirement::Contains(name) => (
            format!("`{name}` is of another trace than the other spans"),
            Some("is the trace context passed on?".to_owned()),
        ),
        TraceRequirement::ContainsAny(_) => ("none of these spans is there".to_owned(), None),
        TraceRequirement::Edge(parent, child) => {
            let missing = [parent, child].into_iter().find(|name| observed.select(name).is_empty());
            match missing {
                Some(name) => show::no_such_name(name, observed),
                None => (format!("no `{child}` is a direct child of a `{parent}` in this trace"), None),
            }
        }
        TraceRequirement::Complete => {
            let missing = observed.orphans().count();
            (
                format!(
                    "{} to parents that never came",
                    if missing == 1 { "1 span refers".to_owned() } else { format!("{missing} spans refer") }
                ),
                None,
            )
        }
    };
    let mut explanation = Explanation { help, ..message(told) };
    explanation.block = Some(format!("no trace satisfies all {} constraints", verdicts.len()));
    let nearest = verdicts.iter().find_map(|verdict| verdict.nearest);
    if let Some(nearest) = nearest {
        let id = &observed.trace[nearest].trace_id;
        explanation.facts.push(format!("nearest trace: {id} ({holding} of {} hold)", verdicts.len()));
    }
    explanation
}
