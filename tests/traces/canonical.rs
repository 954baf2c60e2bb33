//! Canonical form, digests, and where two traces part.

use clnrm_lsp::trace::canonical::{Canonical, Form, Noise, first_divergence};
use clnrm_lsp::trace::{Span, SpanId, Trace};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{generate, tree};

fn digest(trace: &Trace, form: Form) -> String {
    Canonical::new(trace, form, &Noise::default()).digest().to_string()
}

fn divergence(before: &str, after: &str) -> String {
    let (before, after) = (tree::trace(before), tree::trace(after));
    let form = |trace| Canonical::new(trace, Form::Full, &Noise::default());
    first_divergence(&form(&before), &form(&after)).map_or_else(|| "none".to_owned(), |found| found.to_string())
}

#[test]
fn the_canonical_form_is_stable_text() {
    let mut spans =
        tree::spans("b\na client OK z=1 a=x host.name=h client.port=40000 server.port=80\n  d\n  c ERROR\n");
    spans[0].status.message = "odd \"one\"".into();
    let trace: Trace = spans.into_iter().collect();
    let full = Canonical::new(&trace, Form::Full, &Noise::default());
    insta::assert_snapshot!(full.json(), @r#"{"form":"full","spans":[{"attributes":{"a":"x","server.port":80,"z":1},"children":[{"children":[],"kind":"internal","name":"c","status":"ERROR"},{"children":[],"kind":"internal","name":"d"}],"kind":"client","name":"a","status":"OK"},{"children":[],"kind":"internal","message":"odd \"one\"","name":"b"}],"version":"ct1"}"#);
    let shape = Canonical::new(&trace, Form::Shape, &Noise::default());
    insta::assert_snapshot!(shape.json(), @r#"{"form":"shape","spans":[{"children":[{"children":[],"kind":"internal","name":"c","status":"ERROR"},{"children":[],"kind":"internal","name":"d"}],"kind":"client","name":"a","status":"OK"},{"children":[],"kind":"internal","name":"b"}],"version":"ct1"}"#);
    // A change of these is a change of the canonical form: it needs a new version.
    insta::assert_snapshot!(format!("{} {}", full.digest(), shape.digest()));
}

#[test]
fn the_shape_ignores_attributes_and_the_full_form_does_not() {
    let (one, other) = (tree::trace("a\n  b k=1"), tree::trace("a\n  b k=2"));
    assert_eq!(digest(&one, Form::Shape), digest(&other, Form::Shape));
    assert_ne!(digest(&one, Form::Full), digest(&other, Form::Full));
}

#[test]
fn counts_edges_kinds_and_statuses_are_part_of_the_shape() {
    let traces = ["a\n  b", "a\n  b ×2", "a\nb", "a\n  b client", "a\n  b OK", "a\n  c", "b\n  a"];
    let digests: std::collections::HashSet<_> =
        traces.iter().map(|text| digest(&tree::trace(text), Form::Shape)).collect();
    assert_eq!(digests.len(), traces.len());
}

#[test]
fn the_deny_list_can_be_longer_or_empty() {
    let (one, other) = (tree::trace("a request.id=1 host.name=x"), tree::trace("a request.id=2 host.name=y"));
    let equal = |noise: &Noise| {
        Canonical::new(&one, Form::Full, noise).digest() == Canonical::new(&other, Form::Full, noise).digest()
    };
    assert!(!equal(&Noise::default()));
    assert!(equal(&Noise::default().and(["request.*"]).unwrap()));
    assert!(!equal(&Noise::none().and(["request.*"]).unwrap()));
}

#[test]
fn a_chain_deeper_than_the_stack_has_a_digest() {
    let mut spans: Vec<Span> = Vec::new();
    for number in 1..=50_000_u64 {
        let mut span = tree::spans("link").remove(0);
        span.span_id = SpanId::from(number.to_be_bytes());
        span.parent_span_id = (number > 1).then(|| SpanId::from((number - 1).to_be_bytes()));
        spans.push(span);
    }
    let trace: Trace = spans.into_iter().collect();
    assert_eq!(digest(&trace, Form::Full).len(), "ct1:".len() + 64);
}

#[test]
fn the_first_divergence_is_told_with_its_path() {
    let before = "checkout\n  pay client currency=EUR\n    db ×3\n  ship\n";
    assert_eq!(divergence(before, before), "none");
    for (after, expected) in [
        (
            "checkout\n  pay client currency=USD\n    db ×3\n  ship\n",
            "`checkout` › `pay`: attribute `currency` `EUR` → `USD`",
        ),
        ("checkout\n  pay client currency=EUR\n    db ×4\n  ship\n", "`checkout` › `pay`: `db` ×3 → ×4"),
        ("checkout\n  pay client currency=EUR\n    db ×3\n", "`checkout`: `ship` ×1 → ×0"),
        (
            "checkout\n  pay server currency=EUR ERROR\n    db ×3\n  ship\n",
            "`checkout` › `pay`: kind `client` → `server`, status `UNSET` → `ERROR`",
        ),
        ("checkout\ncheckout\n", "at the top: `checkout` ×1 → ×2"),
    ] {
        assert_eq!(divergence(before, after), expected, "{after}");
    }
    assert_eq!(divergence("a k=1", "a k=1x"), "`a`: attribute `k` `1` → `1x`");
    assert_eq!(divergence("a", "a k=1"), "`a`: attribute `k` nothing → `1`");
}

/// Spans that hang together: each names an earlier one as its parent, or none.
pub fn trees() -> impl Strategy<Value = Vec<Span>> {
    vec((generate::span(), any::<prop::sample::Index>(), "[ab]"), 0..12).prop_map(|drafts| {
        let mut spans: Vec<Span> = Vec::new();
        for (number, (mut span, parent, name)) in drafts.into_iter().enumerate() {
            span.trace_id = clnrm_lsp::trace::TraceId::from([3; 16]);
            span.span_id = SpanId::from((number as u64 + 1).to_be_bytes());
            let parent = parent.index(number + 1);
            span.parent_span_id = (parent > 0).then(|| SpanId::from((parent as u64).to_be_bytes()));
            span.name = name.into();
            spans.push(span);
        }
        spans
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn digests_do_not_depend_on_ids_times_hosts_order_and_repetition(spans in trees(), repeated: prop::sample::Index) {
        // Times order events, so they are not changed here; the spans' own are.
        let mut other = tree::again(&spans);
        if let Some(span) = (!other.is_empty()).then(|| other[repeated.index(other.len())].clone()) {
            other.push(span);
        }
        let (one, other): (Trace, Trace) = (spans.into_iter().collect(), other.into_iter().collect());
        for form in [Form::Shape, Form::Full] {
            prop_assert_eq!(digest(&one, form), digest(&other, form));
        }
        let form = |trace| Canonical::new(trace, Form::Full, &Noise::default());
        prop_assert_eq!(first_divergence(&form(&one), &form(&other)), None);
    }

    #[test]
    fn traces_with_different_digests_part_somewhere(one in trees(), other in trees()) {
        let (one, other): (Trace, Trace) = (one.into_iter().collect(), other.into_iter().collect());
        let form = |trace| Canonical::new(trace, Form::Full, &Noise::default());
        let (one, other) = (form(&one), form(&other));
        prop_assert_eq!(first_divergence(&one, &other).is_none(), one.digest() == other.digest());
    }
}
