//! Why edges are missing, forbidden ones are there, or the spans make no tree.

use super::{Explanation, message, show};
use crate::expectation::evaluate::Observed;
use crate::expectation::tree::{CrossScope, GraphRequirement, NameSelector};
use crate::expectation::verdict::ConstraintVerdict;
use crate::trace::SpanIndex;

pub(super) fn explain(
    requirement: &GraphRequirement,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
) -> Explanation {
    let culprits = &verdict.culprits;
    match requirement {
        GraphRequirement::Edge(parent, child) => no_edge(parent, child, observed),
        GraphRequirement::NoEdge(first, second, scope) => {
            let mut explanation = match scope {
                CrossScope::Direct => {
                    message(format!("`{first}` and `{second}` must not be parent and child, and are"))
                }
                CrossScope::Descendant => {
                    message(format!("neither of `{first}` and `{second}` may lie below the other, and one does"))
                }
            };
            explanation.facts.extend(culprits.iter().take(3).map(|&span| format!("`{}`", path_to(span, observed))));
            explanation
        }
        GraphRequirement::Acyclic => off_the_tree(culprits, observed),
        GraphRequirement::AnyEdge => message("no span is the child of another"),
        GraphRequirement::NoOrphans => orphans(observed),
        GraphRequirement::Tree => {
            if observed.orphans().next().is_some() {
                orphans(observed)
            } else if observed.trace.cycles().is_empty() && observed.trace.with_two_parents().next().is_none() {
                let mut explanation = message("a trace has more than one root");
                explanation.facts.extend(culprits.iter().take(3).map(|&span| show::span(span, observed)));
                explanation
            } else {
                off_the_tree(culprits, observed)
            }
        }
    }
}

fn no_edge(parent: &NameSelector, child: &NameSelector, observed: &Observed<'_>) -> Explanation {
    let (parents, children) = (observed.select(parent), observed.select(child));
    for (name, selection) in [(parent, &parents), (child, &children)] {
        if selection.is_empty() {
            let (told, help) = show::no_such_name(name, observed);
            return Explanation { help, ..message(told) };
        }
    }
    let mut explanation = message(format!("no `{child}` is a direct child of a `{parent}`"));
    let trace = observed.trace;
    let named = children.spans.iter().filter_map(|&child| trace.parent(child));
    let mut above = show::frequencies(named.map(|parent| trace[parent].name.as_str()), 3);
    let without = |has_parent: bool| {
        let alone = children.spans.iter().filter(|&&child| trace.parent(child).is_none());
        alone.filter(|&&child| trace[child].parent_span_id.is_some() == has_parent).count()
    };
    for (count, told) in [(without(false), "no parent"), (without(true), "a parent that never came")] {
        if count > 0 {
            above.push(format!("{told} ×{count}"));
        }
    }
    explanation.facts.push(format!("parents of `{child}`: {}", above.join(", ")));
    let below = observed.below(parent);
    let deeper = children.spans.iter().copied().find(|span| below.get(span.get()).copied().unwrap_or_default());
    let reversed = parents
        .spans
        .iter()
        .copied()
        .find(|&span| trace.parent(span).is_some_and(|parent| observed.is_selected(&children, parent)));
    if let Some(deeper) = deeper {
        explanation.help = Some(format!("the child lies deeper: {}", path_to(deeper, observed)));
    } else if reversed.is_some() {
        explanation.help = Some(format!("the pair is the wrong way round: `{parent}` is a child of `{child}`"));
    }
    explanation
}

/// The names from the root to a span, the outermost left out where there are many.
fn path_to(span: SpanIndex, observed: &Observed<'_>) -> String {
    const LONGEST: usize = 5;
    let mut path = vec![observed.trace[span].name.as_str()];
    let above: Vec<SpanIndex> = observed.trace.ancestors(span).take(LONGEST).collect();
    path.extend(above.iter().take(LONGEST - 1).map(|&span| observed.trace[span].name.as_str()));
    if above.len() == LONGEST {
        path.push("…");
    }
    path.reverse();
    path.join(" > ")
}

fn off_the_tree(culprits: &[SpanIndex], observed: &Observed<'_>) -> Explanation {
    let trace = observed.trace;
    let mut facts = Vec::new();
    for cycle in trace.cycles().iter().take(3) {
        match cycle.as_slice() {
            [one] => facts.push(format!("{} names itself as its parent", show::span(*one, observed))),
            more => {
                let names: Vec<&str> = more.iter().take(5).map(|&span| trace[span].name.as_str()).collect();
                let left_out = if more.len() > 5 { " < …" } else { "" };
                facts.push(format!(
                    "`{}{left_out} < {}`",
                    names.join(" < "),
                    names.first().copied().unwrap_or_default()
                ));
            }
        }
    }
    for (span, other) in trace.with_two_parents().take(3) {
        let other = other.map_or("no parent".to_owned(), |other| format!("the parent {other}"));
        facts.push(format!("{} came again with {other}", show::span(span, observed)));
    }
    let told = match culprits.len() {
        1 => "1 span is its own ancestor or has two parents".to_owned(),
        many => format!("{many} spans are their own ancestors or have two parents"),
    };
    Explanation { facts, ..message(told) }
}

fn orphans(observed: &Observed<'_>) -> Explanation {
    let orphans: Vec<SpanIndex> = observed.orphans().collect();
    let mut explanation = message(format!(
        "{} to a parent that never came",
        match orphans.len() {
            1 => "1 span refers".to_owned(),
            many => format!("{many} spans refer"),
        }
    ));
    let names = orphans.iter().map(|&span| observed.trace[span].name.as_str());
    explanation.facts.push(show::frequencies(names, 4).join(", "));
    explanation.help =
        Some("a batch of spans was lost, or their parent runs in a process that exports elsewhere".to_owned());
    explanation
}
