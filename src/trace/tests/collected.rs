//! Collecting: indices, duplicates, and trees that are none.

use crate::trace::{AbsentParent, Field, Span, SpanId, SpanIndex, Trace, TraceBuilder, TraceId};

fn span(id: u8, parent: u8, name: &str) -> Span {
    let mut span = Span::new(TraceId::from([7; 16]), SpanId::from([id; 8]), name);
    span.parent_span_id = (parent > 0).then(|| SpanId::from([parent; 8]));
    span.start = Some(u64::from(id) * 100);
    span
}

fn names(trace: &Trace, indices: impl IntoIterator<Item = SpanIndex>) -> Vec<String> {
    indices.into_iter().map(|index| trace[index].name.to_string()).collect()
}

#[test]
fn parents_children_and_names_are_found_in_any_order_of_arrival() {
    let spans = [span(1, 0, "root"), span(2, 1, "db"), span(3, 1, "db"), span(4, 3, "leaf")];
    for rotation in 0..spans.len() {
        let mut arrived = spans.to_vec();
        arrived.rotate_left(rotation);
        let trace: Trace = arrived.into_iter().collect();
        assert_eq!(names(&trace, trace.iter().map(|(index, _)| index)), ["root", "db", "db", "leaf"]);
        let [first, second] = trace.by_name("db") else { panic!("two spans have that name") };
        assert_eq!(trace.children(*first), []);
        assert_eq!(names(&trace, trace.children(*second).iter().copied()), ["leaf"]);
        let leaf = trace.by_name("leaf")[0];
        assert_eq!(names(&trace, trace.ancestors(leaf)), ["db", "root"]);
        assert_eq!(trace.by_id(&TraceId::from([7; 16]), &SpanId::from([4; 8])), Some(leaf));
        assert_eq!(names(&trace, trace.tops()), ["root"]);
    }
}

#[test]
fn a_parent_is_looked_for_in_its_own_trace() {
    let mut other = span(1, 0, "elsewhere");
    other.trace_id = TraceId::from([8; 16]);
    let trace: Trace = [other, span(2, 1, "child")].into_iter().collect();
    assert_eq!(names(&trace, trace.orphans()), ["child"]);
    assert_eq!(names(&trace, trace.roots()), ["elsewhere"]);
    assert_eq!(trace.trace_ids().len(), 2);
}

#[test]
fn a_span_that_the_runner_started_misses_no_parent() {
    let mut builder = TraceBuilder::default();
    [span(2, 1, "started"), span(4, 3, "lost")].into_iter().for_each(|span| builder.push(span));
    builder.runner_span(SpanId::from([1; 8]));
    let trace = builder.build();
    assert_eq!(names(&trace, trace.orphans()), ["lost"]);
    let absent = |name: &str| trace.absent_parent(trace.by_name(name)[0]);
    assert_eq!((absent("started"), absent("lost")), (Some(AbsentParent::Runner), Some(AbsentParent::Missing)));
    assert_eq!(names(&trace, trace.tops()), ["started", "lost"]);
    // Where the parent came after all, it is the parent.
    let mut builder = TraceBuilder::default();
    [span(1, 0, "came"), span(2, 1, "child")].into_iter().for_each(|span| builder.push(span));
    builder.runner_span(SpanId::from([1; 8]));
    let trace = builder.build();
    assert_eq!(trace.absent_parent(trace.by_name("child")[0]), None);
}

#[test]
fn the_first_delivery_stays_and_others_are_told_when_they_differ() {
    let mut moved = span(2, 3, "b");
    moved.end = Some(9);
    let trace: Trace = [span(2, 1, "b"), span(1, 0, "a"), span(2, 1, "b"), moved].into_iter().collect();
    assert_eq!((trace.len(), trace.duplicates()), (2, 2));
    let [conflict] = trace.conflicts() else { panic!("one delivery differs") };
    assert_eq!((trace[conflict.kept].name.as_str(), &conflict.fields), ("b", &vec![Field::Parent, Field::End]));
    assert!(conflict.message(&trace).contains("with another parent, end"), "{}", conflict.message(&trace));
    assert_eq!(trace.with_two_parents().collect::<Vec<_>>(), [(conflict.kept, Some(&SpanId::from([3; 8])))]);
    let again: Trace = trace.clone().into_spans().into_iter().collect();
    assert_eq!((again.spans(), again.conflicts()), (trace.spans(), trace.conflicts()));
}

#[test]
fn cycles_are_found_once_and_their_spans_can_be_reached() {
    let trace: Trace = [
        span(1, 3, "a"),
        span(2, 1, "b"),
        span(3, 2, "c"),
        span(4, 4, "self"),
        span(5, 2, "below"),
        span(6, 0, "root"),
    ]
    .into_iter()
    .collect();
    let cycles: Vec<_> = trace.cycles().into_iter().map(|cycle| names(&trace, cycle)).collect();
    assert_eq!(cycles, [vec!["a", "c", "b"], vec!["self"]]);
    assert_eq!(names(&trace, trace.tops()), ["a", "self", "root"]);
    assert_eq!(names(&trace, trace.ancestors(trace.by_name("below")[0])), ["b", "a", "c"]);
    assert_eq!(names(&trace, trace.ancestors(trace.by_name("self")[0])), Vec::<String>::new());
}

#[test]
fn an_empty_trace_answers_nothing() {
    let trace = Trace::default();
    assert_eq!((trace.tops(), trace.cycles(), trace.by_name("x").len()), (Vec::new(), Vec::new(), 0));
}
