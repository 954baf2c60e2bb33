//! What lies below what, in one walk over all spans.

use crate::trace::{SpanIndex, Trace};

/// For each span, whether one above it is `marked`: its parent, the parent of that, and so on. Cycles end the walk.
pub(super) fn below(trace: &Trace, marked: impl Fn(SpanIndex) -> bool) -> Vec<bool> {
    let mut known: Vec<Option<bool>> = vec![None; trace.len()];
    let mut path = Vec::new();
    for (start, _) in trace.iter() {
        let mut next = start;
        let is_below = loop {
            if let Some(answer) = known[next.get()] {
                break answer;
            }
            path.push(next);
            // Taken for "no" until the walk is over: what comes back to it on a cycle has seen all of the cycle.
            known[next.get()] = Some(false);
            match trace.parent(next) {
                Some(parent) if marked(parent) => break true,
                Some(parent) => next = parent,
                None => break false,
            }
        };
        for span in path.drain(..) {
            known[span.get()] = Some(is_below);
        }
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use super::below;
    use crate::trace::{Span, SpanId, Trace, TraceId};

    fn trace(parents: &[(u8, u8)]) -> Trace {
        let spans = parents.iter().map(|&(id, parent)| {
            let mut span = Span::new(TraceId::from([1; 16]), SpanId::from([id; 8]), id.to_string());
            span.parent_span_id = (parent > 0).then(|| SpanId::from([parent; 8]));
            span.start = Some(id.into());
            span
        });
        spans.collect()
    }

    fn names_below(trace: &Trace, name: &str) -> Vec<String> {
        let marks = below(trace, |span| trace[span].name == name);
        trace.iter().filter(|(index, _)| marks[index.get()]).map(|(_, span)| span.name.to_string()).collect()
    }

    #[test]
    fn all_that_hangs_below_is_found() {
        let tree = trace(&[(1, 0), (2, 1), (3, 2), (4, 1), (5, 0)]);
        assert_eq!(names_below(&tree, "1"), ["2", "3", "4"]);
        assert_eq!(names_below(&tree, "2"), ["3"]);
        assert!(names_below(&tree, "5").is_empty());
    }

    #[test]
    fn on_a_cycle_each_lies_below_each() {
        let cycle = trace(&[(1, 3), (2, 1), (3, 2), (4, 3)]);
        assert_eq!(names_below(&cycle, "1"), ["1", "2", "3", "4"]);
        assert_eq!(names_below(&cycle, "3"), ["1", "2", "3", "4"]);
        assert!(names_below(&cycle, "4").is_empty());
    }
}
