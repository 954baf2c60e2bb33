//! No verdict depends on the order in which spans came, nor on how often one was delivered.

use clnrm_lsp::trace::{Span, SpanId, SpanKind, StatusCode, Trace, TraceId};
use proptest::prelude::*;

use crate::cases::{cases, judged, tree};
use crate::notation::{spans, trace};

/// A test that asks of everything at once.
const EVERYTHING: &str = r#"
[[expect.span]]
name = "a*"
parent = "b"
kind = "internal"
attrs.all.k = { gte = 1 }
duration_ms = { max = 5 }
count = { gte = 1 }

[[expect.span]]
name = "b"
ancestor = "a"
distinct = true

[[expect.span]]
name = "*"
status = "ERROR"
distinct = true

[[expect.span]]
name = "c"
absent = true

[expect.graph]
must_include = [["a", "b"], ["b", "c"]]
must_not_cross = [["a", "c"]]
scope = "descendant"
acyclic = true

[expect.counts]
spans_total = { gte = 3, lte = 5 }
errors_total = { lte = 1 }
by_name = { "a" = { eq = 2 } }
by_kind.client = { gte = 1 }

[[expect.window]]
outer = "a"
contains = ["b", "c"]
min_span_count = 1

[[expect.window]]
start_span = "a"
end_span = "c"
contains = ["b"]

[expect.order]
must_precede = [["a", "b"], ["a", "*"]]
must_follow = [["c", "a"]]

[expect.status]
none = "ERROR"
by_name = { "[ab]" = "OK" }

[expect.hermeticity]
no_external_services = true
span_attrs.forbid_keys = ["secret"]

[otel_validation]
enabled = true
expected_traces = [{ span_names = ["a", "b"], parent_child = [["a", "b"]], complete = true }]
"#;

fn any_span() -> impl Strategy<Value = Span> {
    let ids = (1..3_u8, 1..9_u8, 0..9_u8);
    let times = (prop::option::weighted(0.9, 0..10_u64), prop::option::weighted(0.9, 0..10_u64));
    let rest = (prop::sample::select(vec!["a", "b", "c"]), 0..6_i64, 0..3_i64, 0..3_i64);
    (ids, times, rest).prop_map(|((trace, id, parent), (start, end), (name, kind, status, attribute))| {
        let mut span = Span::new(TraceId::from([trace; 16]), SpanId::from([id; 8]), name);
        span.parent_span_id = (parent > 0).then(|| SpanId::from([parent; 8]));
        span.start = start.map(|time| time * 1_000_000);
        span.end = end.map(|time| time * 1_000_000);
        span.kind = SpanKind::from_number(kind).unwrap();
        span.status.code = StatusCode::from_number(status).unwrap();
        match attribute {
            1 => span.attributes = [("k", 1)].into_iter().map(|(key, value)| (key, i64::from(value))).collect(),
            2 => span.attributes = [("server.address", "x")].into_iter().collect(),
            _ => {}
        }
        span
    })
}

/// Spans of which no two share an id.
fn any_spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec(any_span(), 0..12).prop_map(|mut spans| {
        spans.sort_by(|left, right| (&left.trace_id, &left.span_id).cmp(&(&right.trace_id, &right.span_id)));
        spans.dedup_by(|left, right| (&left.trace_id, &left.span_id) == (&right.trace_id, &right.span_id));
        spans
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn neither_order_nor_repetition_changes_a_verdict(
        (spans, delivered) in any_spans().prop_flat_map(|spans| {
            let repeated: Vec<Span> = spans.iter().chain(spans.iter().step_by(2)).cloned().collect();
            (Just(spans), Just(repeated).prop_shuffle())
        }),
    ) {
        let tree = tree(EVERYTHING);
        let (first, second): (Trace, Trace) = (spans.into_iter().collect(), delivered.into_iter().collect());
        prop_assert_eq!(judged(&tree, &first), judged(&tree, &second));
    }

    #[test]
    fn a_judgement_is_green_exactly_where_spans_came_and_all_holds(spans in any_spans()) {
        let tree = tree(EVERYTHING);
        let trace: Trace = spans.into_iter().collect();
        let judgement = judged(&tree, &trace);
        let all_hold = judgement.verdicts.iter().all(|verdict| verdict.verdict.holds());
        prop_assert_eq!(judgement.passed(), !trace.is_empty() && all_hold);
        prop_assert_eq!(judgement.verdicts.len(), tree.constraints.len());
    }
}

#[test]
fn the_cases_are_judged_alike_in_reverse_and_twice() {
    for case in cases() {
        let tree = tree(&case.text);
        for text in case.mutants.iter().map(|mutant| &mutant.trace).chain([&case.green]) {
            let spans = spans(text);
            // What came twice with different contents is kept as it came first.
            let ids: std::collections::HashSet<_> = spans.iter().map(|span| (&span.trace_id, &span.span_id)).collect();
            if ids.len() < spans.len() {
                continue;
            }
            let backwards: Trace = spans.iter().rev().chain(&spans).cloned().collect();
            assert_eq!(judged(&tree, &backwards), judged(&tree, &trace(text)), "{}\n{text}", case.text);
        }
    }
}

/// Texts between those that are right and those that are nothing: a piece of a case is cut out or repeated.
fn any_broken_text() -> impl Strategy<Value = String> {
    let texts: Vec<String> = cases().into_iter().map(|case| case.text).chain([EVERYTHING.to_owned()]).collect();
    (prop::sample::select(texts), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()).prop_map(
        |(text, from, to, repeats)| {
            let (from, to) = (from.index(text.len() + 1), to.index(text.len() + 1));
            // The texts are ASCII, so every byte is a place to cut.
            let (from, to) = (from.min(to), from.max(to));
            if repeats {
                format!("{}{}", &text[..to], &text[from..])
            } else {
                format!("{}{}", &text[..from], &text[to..])
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_and_any_trace_are_judged_and_explained(text in any_broken_text(), spans in any_spans()) {
        let parsed = clnrm_lsp::config::parse(&text, &[], false);
        let tree = clnrm_lsp::expectation::ExpectationTree::new(&parsed.config);
        for constraint in &tree.constraints {
            prop_assert!(constraint.span.slice(&text).is_some(), "{}", constraint.path);
            prop_assert!(tree.block_of(constraint).header.slice(&text).is_some(), "{}", constraint.path);
        }
        let trace: Trace = spans.into_iter().collect();
        let judgement = judged(&tree, &trace);
        let reception = clnrm_lsp::expectation::Reception::of(judgement.completeness.clone());
        let explainer = clnrm_lsp::expectation::Explainer::new(&tree, &trace, &reception, &judgement);
        for (index, verdict) in judgement.verdicts.iter().enumerate() {
            prop_assert_eq!(explainer.text(index).is_none(), verdict.verdict.holds());
        }
    }
}
