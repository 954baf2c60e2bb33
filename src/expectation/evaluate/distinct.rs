//! `distinct = true`: blocks that each need spans of their own. A matching of blocks and spans decides, so that one block
//! never takes the only span of another without need.

use std::collections::HashMap;

use super::span::{Demand, matching};
use super::{Observed, requirements, ruling};
use crate::expectation::tree::{BlockKind, ExpectationTree, Requirement, SpanRequirement};
use crate::expectation::verdict::{ConstraintVerdict, Reason, Verdict};
use crate::trace::SpanIndex;

/// A distinct block: the constraint that says so, how many spans it needs, and those that satisfy it.
struct Claim {
    constraint: usize,
    demand: usize,
    spans: Vec<SpanIndex>,
}

/// Replaces the verdicts of all `distinct` constraints.
pub(super) fn judge(tree: &ExpectationTree, observed: &Observed<'_>, verdicts: &mut [ConstraintVerdict]) {
    let is_distinct = |requirement: &Requirement| matches!(requirement, Requirement::Span(SpanRequirement::Distinct));
    let mut claims = Vec::new();
    for block in tree.blocks.iter().filter(|block| block.kind == BlockKind::Span) {
        let Some((constraint, _)) = tree.constraints_of(block).find(|(_, other)| is_distinct(&other.requirement))
        else {
            continue;
        };
        let requirements = requirements(tree, block);
        let demand = Demand::of(&requirements).least;
        if demand > 0 && verdicts[constraint].verdict.holds() {
            claims.push((constraint, demand, requirements));
        }
    }
    // Whoever has as many spans as all blocks need together finds one for itself, whatever the others take.
    let total = claims.iter().map(|(_, demand, _)| demand).sum();
    let claims: Vec<Claim> = claims
        .into_iter()
        .map(|(constraint, demand, requirements)| Claim {
            constraint,
            demand,
            spans: matching(&requirements, total, observed),
        })
        .collect();
    let mut taken = HashMap::new();
    for (index, claim) in claims.iter().enumerate() {
        if claim.spans.is_empty() {
            verdicts[claim.constraint] = ruling(Verdict::Undecided(Reason::NoMatch));
            continue;
        }
        let served = (0..claim.demand).all(|_| serve(index, &claims, &mut taken));
        if !served {
            let culprits = claim.spans.iter().copied().take(ConstraintVerdict::CULPRITS).collect();
            verdicts[claim.constraint] = ConstraintVerdict { culprits, ..ruling(Verdict::Fails) };
        }
    }
}

/// Finds one more span for the claim, moving others where they have another choice. Searches in breadth, without recursion.
fn serve(claim: usize, claims: &[Claim], taken: &mut HashMap<SpanIndex, usize>) -> bool {
    // How each span was reached: the claim that wants it, and the span that this claim would give up for it.
    let mut reached: HashMap<SpanIndex, (usize, Option<SpanIndex>)> = HashMap::new();
    let mut queue = std::collections::VecDeque::from([(claim, None)]);
    while let Some((wanting, given_up)) = queue.pop_front() {
        for &span in &claims[wanting].spans {
            if reached.contains_key(&span) || taken.get(&span) == Some(&wanting) {
                continue;
            }
            reached.insert(span, (wanting, given_up));
            let Some(&owner) = taken.get(&span) else {
                let mut step = Some(span);
                while let Some(span) = step {
                    let Some(&(owner, given_up)) = reached.get(&span) else { break };
                    taken.insert(span, owner);
                    step = given_up;
                }
                return true;
            };
            queue.push_back((owner, Some(span)));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Span, SpanId, Trace, TraceId};

    /// How many claims are served where claim `i` may take the spans `wanted[i].1` and needs `wanted[i].0` of them.
    fn served(wanted: &[(usize, &[u8])]) -> usize {
        let trace: Trace = (1..=9_u8).map(|id| Span::new(TraceId::from([1; 16]), SpanId::from([id; 8]), "x")).collect();
        let index = |id: u8| trace.by_id(&TraceId::from([1; 16]), &SpanId::from([id; 8])).unwrap();
        let claims: Vec<Claim> = wanted
            .iter()
            .map(|(demand, spans)| Claim {
                constraint: 0,
                demand: *demand,
                spans: spans.iter().map(|&id| index(id)).collect(),
            })
            .collect();
        let mut taken = HashMap::new();
        let count = (0..claims.len())
            .filter(|&claim| (0..claims[claim].demand).all(|_| serve(claim, &claims, &mut taken)))
            .count();
        let mut owned = vec![0; claims.len()];
        for (span, owner) in &taken {
            assert!(claims[*owner].spans.contains(span), "nobody is given what it did not ask for");
            owned[*owner] += 1;
        }
        for (claim, owned) in claims.iter().zip(owned) {
            assert!(owned <= claim.demand);
        }
        count
    }

    #[test]
    fn a_block_moves_aside_where_it_has_another_choice() {
        assert_eq!(served(&[(1, &[1, 2]), (1, &[1])]), 2);
        assert_eq!(served(&[(1, &[1, 2]), (1, &[1, 3]), (1, &[1])]), 3);
        assert_eq!(served(&[(1, &[1, 2]), (1, &[2, 3]), (1, &[1]), (1, &[2])]), 3, "four can't share three");
    }

    #[test]
    fn two_blocks_can_not_share_their_only_span() {
        assert_eq!(served(&[(1, &[1]), (1, &[1])]), 1);
        assert_eq!(served(&[(2, &[1, 2]), (1, &[1, 2])]), 1);
        assert_eq!(served(&[(2, &[1, 2, 3]), (1, &[1, 2])]), 2);
    }
}
