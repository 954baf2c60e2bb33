//! Evaluates a test on the mutants of a trace that it passes.

use std::collections::HashSet;

use super::{Mutation, blanket, targeted};
use crate::expectation::evaluate::judge;
use crate::expectation::tree::{ExpectationTree, Requirement, SpanRequirement};
use crate::expectation::verdict::{Judgement, Reception};
use crate::trace::Trace;

/// How much work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So many mutants are evaluated at most.
    pub mutants: usize,
    /// So many spans are looked at in all mutants together.
    pub spans: usize,
}

impl Default for Limits {
    /// A few seconds at most.
    fn default() -> Self {
        Self { mutants: 2_000, spans: 4_000_000 }
    }
}

/// What the mutants of a trace say about a test.
#[derive(Clone, Debug)]
pub struct MutationReport {
    /// The mutants that were evaluated: those aimed at constraints, in their order, then the others.
    pub mutants: Vec<Mutant>,
    /// By constraint: how many mutants turn it red; those without any span are not counted.
    pub red: Vec<usize>,
    /// The constraints that nothing turns red although they could be, as indices.
    pub never_red: Vec<usize>,
    /// How many mutants there would have been without limits.
    pub possible: usize,
}

/// A mutant and who noticed it.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The change.
    pub mutation: Mutation,
    /// The constraint that it was aimed at, if at one.
    pub aimed_at: Option<usize>,
    /// The constraints that do not hold on it.
    pub caught_by: Vec<usize>,
}

/// The trace does not pass the test, so that its mutants mean nothing.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the trace does not pass the test: {} of {} constraints do not hold", .0.failures().count(), .0.verdicts.len())]
pub struct NotPassing(pub Box<Judgement>);

impl MutationReport {
    /// The mutants that nobody noticed.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| mutant.caught_by.is_empty())
    }

    /// How many mutants were caught.
    pub fn caught(&self) -> usize {
        self.mutants.iter().filter(|mutant| !mutant.caught_by.is_empty()).count()
    }

    /// The share of mutants that were caught, in percent, rounded down; 100 only where all were.
    pub fn score(&self) -> usize {
        if self.mutants.is_empty() { 0 } else { 100 * self.caught() / self.mutants.len() }
    }
}

/// Mutates `trace`, which must pass `tree`, and evaluates each mutant. The same arguments give the same report.
///
/// # Errors
/// The trace does not pass.
pub fn mutate(
    tree: &ExpectationTree,
    trace: &Trace,
    reception: &Reception,
    limits: Limits,
) -> Result<MutationReport, NotPassing> {
    let judgement = judge(tree, trace, reception);
    if !judgement.passed() {
        return Err(NotPassing(Box::new(judgement)));
    }
    let aimed = tree.constraints.iter().enumerate().flat_map(|(index, constraint)| {
        targeted(tree, constraint, trace).into_iter().map(move |mutation| (Some(index), mutation))
    });
    let others = blanket(trace).into_iter().map(|mutation| (None, mutation));
    let mut known: HashSet<String> = HashSet::new();
    let planned: Vec<(Option<usize>, Mutation)> =
        aimed.chain(others).filter(|(_, mutation)| known.insert(format!("{mutation:?}"))).collect();
    let most = limits.mutants.min(limits.spans / trace.len().max(1)).max(1);
    let mut red = vec![0; tree.constraints.len()];
    // A constraint of which a mutant was left out may still be able to fail.
    let mut left_out = vec![0_usize; tree.constraints.len()];
    planned.iter().filter_map(|(aimed_at, _)| *aimed_at).for_each(|index| left_out[index] += 1);
    let mut mutants = Vec::with_capacity(planned.len().min(most));
    let possible = planned.len();
    for (aimed_at, mutation) in chosen(planned, most) {
        let mutated = mutation.apply(trace);
        let judgement = judge(tree, &mutated, reception);
        let caught_by: Vec<usize> = judgement.failures().collect();
        // Without any span nothing is ever green, so that says nothing of a single constraint.
        if !mutated.is_empty() {
            caught_by.iter().for_each(|index| red[*index] += 1);
        }
        aimed_at.iter().for_each(|index| left_out[*index] -= 1);
        mutants.push(Mutant { mutation, aimed_at, caught_by });
    }
    let can_fail = |index: &usize| left_out[*index] == 0 && !is_modifier(&tree.constraints[*index].requirement);
    let never_red = (0..red.len()).filter(|index| red[*index] == 0).filter(can_fail).collect();
    Ok(MutationReport { mutants, red, never_red, possible })
}

/// At most `most` of the mutants, spread evenly, so that none of the constraints goes without.
fn chosen<T>(planned: Vec<T>, most: usize) -> impl Iterator<Item = T> {
    let count = planned.len();
    planned.into_iter().enumerate().filter_map(move |(index, it)| {
        let is_taken = count <= most || (index * most) / count != ((index + 1) * most) / count;
        is_taken.then_some(it)
    })
}

/// Whether a constraint only says how another one is meant.
const fn is_modifier(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Span(SpanRequirement::IfPresent))
}
