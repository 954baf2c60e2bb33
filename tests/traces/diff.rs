//! The tree difference of two traces.

use clnrm_lsp::trace::Trace;
use clnrm_lsp::trace::canonical::Noise;
use clnrm_lsp::trace::diff::{Change, diff};
use proptest::prelude::*;

use crate::{canonical, tree};

fn shown(before: &str, after: &str) -> String {
    diff(&tree::trace(before), &tree::trace(after), &Noise::default()).to_string()
}

const BEFORE: &str = "
checkout server
  cart.load
    db.query ×12
  pay client currency=EUR
    http.post
  ship
    label.print
";

#[test]
fn a_trace_does_not_differ_from_itself() {
    insta::assert_snapshot!(shown(BEFORE, BEFORE));
}

#[test]
fn attributes_and_statuses_that_changed() {
    insta::assert_snapshot!(shown(BEFORE, &BEFORE.replace("currency=EUR", "currency=USD ERROR")));
}

#[test]
fn counts_that_changed() {
    insta::assert_snapshot!(shown(BEFORE, &BEFORE.replace("×12", "×37")));
}

#[test]
fn a_span_with_another_name() {
    insta::assert_snapshot!(shown(BEFORE, &BEFORE.replace("label.print", "label.render")));
    insta::assert_snapshot!(shown(BEFORE, &BEFORE.replace("  ship", "  dispatch")));
}

#[test]
fn a_span_that_moved() {
    let after = BEFORE.replace("    http.post\n", "").replace("  ship\n", "  ship\n    http.post\n");
    insta::assert_snapshot!(shown(BEFORE, &after));
}

#[test]
fn a_span_that_was_put_between() {
    insta::assert_snapshot!(shown(BEFORE, &BEFORE.replace("    http.post", "    retry\n      http.post")));
}

#[test]
fn spans_that_are_gone_and_new() {
    let after = BEFORE.replace("  cart.load\n    db.query ×12\n", "  audit client\n    log.write ×2\n");
    insta::assert_snapshot!(shown(BEFORE, &after));
}

#[test]
fn a_set_that_is_too_big_is_taken_as_removed_and_added_and_that_is_said() {
    let names = |prefix: &str| (0..450).map(|number| format!("  {prefix}{number}\n")).collect::<String>();
    let (before, after) = (format!("a\n{}", names("x")), format!("a\n{}", names("other")));
    let difference = diff(&tree::trace(&before), &tree::trace(&after), &Noise::default());
    assert_eq!(difference.changes.len(), 900);
    assert_eq!((difference.algorithm.edited_sets, difference.algorithm.plain_sets), (0, 1));
    assert!(
        difference
            .to_string()
            .ends_with("; set difference in 1 set of siblings that is too big for tree edit distance)")
    );
}

#[test]
fn a_deep_set_that_would_take_hours_is_not_compared() {
    // A comb: each span has a leaf and the next span, so that both depth and leaves are many.
    let comb = |name: &str| {
        (0..190)
            .map(|depth| format!("{0}{name}{depth}\n{0} leaf{name}{depth}\n", " ".repeat(depth + 1)))
            .collect::<String>()
    };
    let difference =
        diff(&tree::trace(&format!("a\n{}", comb("x"))), &tree::trace(&format!("a\n{}", comb("y"))), &Noise::default());
    assert_eq!(difference.algorithm.plain_sets, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_same_trace_recorded_again_does_not_differ(spans in canonical::trees()) {
        let again: Trace = tree::again(&spans).into_iter().collect();
        let difference = diff(&spans.into_iter().collect(), &again, &Noise::default());
        prop_assert_eq!(difference.changes, vec![]);
    }

    #[test]
    fn every_span_is_accounted_for(one in canonical::trees(), other in canonical::trees()) {
        let (one, other): (Trace, Trace) = (one.into_iter().collect(), other.into_iter().collect());
        let there = diff(&one, &other, &Noise::default());
        // What is new less what is gone is how many more spans there are; what counts say has its subtrees to itself.
        let mut more = 0_i64;
        let mut counted = false;
        for change in &there.changes {
            match change {
                Change::Added { spans, .. } => more += *spans as i64,
                Change::Removed { spans, .. } => more -= *spans as i64,
                Change::Count { .. } => counted = true,
                _ => {}
            }
        }
        if !counted {
            prop_assert_eq!(more, other.len() as i64 - one.len() as i64);
        }
        let equal = Canon::of(&one) == Canon::of(&other);
        prop_assert_eq!(there.is_empty(), equal);
    }
}

/// The digest of the full form.
#[derive(PartialEq)]
struct Canon(clnrm_lsp::trace::canonical::Digest);

impl Canon {
    fn of(trace: &Trace) -> Self {
        use clnrm_lsp::trace::canonical::{Canonical, Form};
        Self(Canonical::new(trace, Form::Full, &Noise::default()).digest())
    }
}
