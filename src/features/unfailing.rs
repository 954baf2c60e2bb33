//! The constraints that nothing turns red: whatever is changed in the spans of the last recorded run that they are there to notice,
//! they hold. Says something only where that run passes the test.

use std::collections::HashSet;
use std::sync::Arc;

use super::DocumentView;
use crate::expectation::mutate::{Limits, mutate};
use crate::expectation::{ConstraintPath, ExpectationTree, Reception, Requirement};
use crate::text::Span;
use crate::trace::{Completeness, Trace};

/// As many mutants as can be judged while somebody looks at the screen.
const LIMITS: Limits = Limits { mutants: 300, spans: 60_000 };

/// What mutants of a trace said about a test. Holds as long as the test asks for the same.
#[derive(Clone, Debug)]
pub struct Weighed {
    trace: Arc<Trace>,
    asked: Vec<(ConstraintPath, Requirement)>,
    /// The constraints that nothing turned red.
    never_red: Vec<usize>,
}

impl Weighed {
    /// Judges the mutants of `trace`; takes up to a tenth of a second.
    fn new(tree: &ExpectationTree, trace: &Arc<Trace>) -> Self {
        let reception = Reception::of(Completeness::proved("a recorded run"));
        let never_red = mutate(tree, trace, &reception, LIMITS).map(|report| report.never_red).unwrap_or_default();
        Self { trace: Arc::clone(trace), asked: asked(tree).collect(), never_red }
    }

    fn is_about(&self, tree: &ExpectationTree, trace: &Arc<Trace>) -> bool {
        Arc::ptr_eq(&self.trace, trace) && asked(tree).eq(self.asked.iter().cloned())
    }
}

fn asked(tree: &ExpectationTree) -> impl Iterator<Item = (ConstraintPath, Requirement)> {
    tree.constraints.iter().map(|constraint| (constraint.path.clone(), constraint.requirement.clone()))
}

/// The places in the document of the constraints that nothing turns red, sorted, each once. `trace` are the spans of the last run; what was
/// found out is kept in `known` for the next time.
pub fn unfailing(view: &DocumentView, trace: &Arc<Trace>, known: &mut Option<Arc<Weighed>>) -> Vec<Span> {
    let Some(tree) = view.expectations() else { return Vec::new() };
    let weighed = match known.take().filter(|weighed| weighed.is_about(tree, trace)) {
        Some(weighed) => weighed,
        None => Arc::new(Weighed::new(tree, trace)),
    };
    let place =
        |index: &usize| tree.constraints.get(*index).and_then(|constraint| view.present_origin(constraint.span));
    let mut places: Vec<Span> = weighed.never_red.iter().filter_map(place).collect();
    // What a loop or a macro writes several times at one place is told only if it can fail nowhere.
    let never_red: HashSet<usize> = weighed.never_red.iter().copied().collect();
    let others = (0..tree.constraints.len()).filter(|index| !never_red.contains(index));
    let failing: HashSet<Span> = others.filter_map(|index| place(&index)).collect();
    places.retain(|place| !failing.contains(place));
    places.sort();
    places.dedup();
    *known = Some(weighed);
    places
}
