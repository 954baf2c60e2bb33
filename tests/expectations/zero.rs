//! Rule zero: nothing that was never seen is green.

use clnrm_lsp::expectation::{NoSpans, Note, Outcome, Reason, Reception, Verdict, judge};
use clnrm_lsp::trace::{Completeness, Trace};

use crate::cases::{cases, judged, tree};
use crate::notation::trace;

/// Every expectation that an empty trace would fulfil.
const NEGATIVE: [&str; 16] = [
    "[[expect.span]]\nname = \"a\"\nabsent = true\n",
    "[[expect.span]]\nname = \"a\"\nexists = false\n",
    "[[expect.span]]\nname = \"a\"\ncount = { lte = 0 }\n",
    "[[expect.span]]\nname = \"a\"\ncount = { eq = 0 }\n",
    "[expect.graph]\nmust_not_cross = [[\"a\", \"b\"]]\n",
    "[expect.graph]\nacyclic = true\n",
    "[expect.counts]\nspans_total = { lte = 5 }\n",
    "[expect.counts]\nspans_total = { eq = 0 }\n",
    "[expect.counts]\nerrors_total = { lte = 0 }\n",
    "[expect.counts]\nby_name.a = { eq = 0 }\n",
    "[expect.status]\nall = \"OK\"\n",
    "[expect.status]\nnone = \"ERROR\"\n",
    "[expect.hermeticity]\nno_external_services = true\n",
    "[expect.hermeticity]\nresource_attrs.must_match = { env = \"test\" }\n",
    "[expect.hermeticity]\nspan_attrs.forbid_keys = [\"a\"]\n",
    "[otel_validation]\nenabled = true\nexpected_spans = [{ name = \"a\", required = false }]\n",
];

#[test]
fn no_spans_fail_every_test_and_the_cause_is_named() {
    let negative = NEGATIVE.iter().map(|text| (*text).to_owned());
    for text in negative.chain(cases().into_iter().map(|case| case.text)) {
        let reception =
            Reception { no_spans: NoSpans::NoConnection, ..Reception::of(Completeness::proved("exit+drain")) };
        let judgement = judge(&tree(&text), &Trace::default(), &reception);
        assert_eq!(judgement.outcome, Outcome::Fail, "{text}");
        assert_eq!(judgement.no_spans, Some(NoSpans::NoConnection), "{text}");
        assert!(
            judgement.verdicts.iter().all(|verdict| verdict.verdict == Verdict::Undecided(Reason::NoSpans)),
            "{text}"
        );
    }
}

#[test]
fn one_span_is_a_trace() {
    let quiet = NEGATIVE
        .iter()
        .filter(|text| !["spans_total = { eq = 0 }", "\"OK\"", "env"].iter().any(|part| text.contains(part)));
    for text in quiet {
        let judgement = judged(&tree(text), &trace("other\n"));
        assert!(judgement.passed(), "{text}{:?}", judgement.verdicts);
    }
}

#[test]
fn what_more_spans_could_change_says_so_on_less_than_proof() {
    for text in NEGATIVE.iter().filter(|text| !text.contains("required")) {
        let tree = tree(text);
        let spans = trace("other OK @env=\"test\"\n");
        for (completeness, expected) in [
            (Completeness::idle("no span for 300 ms"), true),
            (Completeness::unknown("a file"), true),
            (Completeness::proved("exit+drain"), false),
        ] {
            let judgement = judge(&tree, &spans, &Reception::of(completeness.clone()));
            let notes =
                judgement.verdicts.iter().filter(|verdict| verdict.verdict.holds()).flat_map(|verdict| &verdict.notes);
            let says = notes.into_iter().any(|note| *note == Note::LessThanProof(completeness.clone()));
            let holds = judgement.verdicts.iter().any(|verdict| verdict.verdict.holds());
            assert_eq!(says, expected && holds, "{text}{completeness}");
        }
    }
}

#[test]
fn a_name_of_something_forbidden_that_was_never_seen_is_told() {
    let tree = tree("[expect.graph]\nmust_not_cross = [[\"shop\", \"biling\"]]\n");
    let judgement = judged(&tree, &trace("shop\nbilling\n"));
    assert!(judgement.passed());
    let note = Note::NeverSeen { name: "biling".to_owned(), nearest: Some("billing".to_owned()) };
    assert_eq!(judgement.verdicts[0].notes, [note]);
}

#[test]
fn what_can_not_be_evaluated_is_undecided() {
    for (text, reason) in [
        ("[[expect.span]]\nkind = \"client\"\n", Reason::NoName),
        ("[[expect.span]]\nname = \"a[\"\n", Reason::InvalidPattern("a[".to_owned())),
        ("[[expect.span]]\nname_pattern = \"(\"\n", Reason::InvalidPattern("(".to_owned())),
        (
            "[[expect.span]]\nname = \"a\"\nkind = \"sever\"\n",
            Reason::UnknownWord { what: "span kind", word: "sever".to_owned() },
        ),
        (
            "[[expect.span]]\nname = \"a\"\nattrs.all.k = { near = 1 }\n",
            Reason::UnknownWord { what: "operator for an attribute", word: "near".to_owned() },
        ),
        ("[[expect.span]]\nname = \"a\"\nattrs.all.k = { gte = \"1\" }\n", Reason::WrongType),
        ("[expect.graph]\nmust_include = [[\"a\"]]\n", Reason::NoPair(1)),
        ("[expect.status]\nall = \"GOOD\"\n", Reason::UnknownWord { what: "span status", word: "GOOD".to_owned() }),
        ("[[expect.window]]\ncontains = [\"a\"]\n", Reason::NoName),
        (
            "[expect.order]\nmode = \"some\"\nmust_precede = [[\"a\", \"a\"]]\n",
            Reason::UnknownWord { what: "mode", word: "some".to_owned() },
        ),
        (
            "[expect]\ncompat = \"0.7\"\n",
            Reason::UnknownWord { what: "version to be compatible with", word: "0.7".to_owned() },
        ),
    ] {
        let judgement = judged(&tree(text), &trace("a\n"));
        assert_eq!(judgement.outcome, Outcome::Fail, "{text}");
        let undecided = judgement.verdicts.iter().any(|verdict| verdict.verdict == Verdict::Undecided(reason.clone()));
        assert!(undecided, "{text}{:?}", judgement.verdicts);
    }
}

#[test]
fn a_template_expression_is_known_at_run_time_only() {
    let parsed = clnrm_lsp::config::parse("[[expect.span]]\nname = \"{{ vars.name }}\"\n", &[], true);
    let tree = clnrm_lsp::expectation::ExpectationTree::new(&parsed.config);
    let judgement = judged(&tree, &trace("a\n"));
    assert_eq!(judgement.verdicts[0].verdict, Verdict::Undecided(Reason::KnownAtRunTime));
}

#[test]
fn a_test_that_expects_nothing_is_not_green() {
    for text in [
        "",
        "[expect.graph]\nacyclic = false\n",
        "[otel_validation]\nenabled = false\nexpect_status = { all = \"OK\" }\n",
    ] {
        assert_eq!(judged(&tree(text), &trace("a\n")).outcome, Outcome::NothingExpected, "{text}");
    }
}

#[test]
fn what_nothing_judges_is_listed() {
    let unjudged = |text: &str| {
        tree(text)
            .unjudged
            .into_iter()
            .map(|unjudged| format!("{}: {}", unjudged.path, unjudged.why))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        unjudged("[expect.counts]\nspans_total = { eq = 2, gte = 1 }\n"),
        ["expect.counts.spans_total.gte: `gte` is not looked at beside `eq`"]
    );
    assert_eq!(
        unjudged("[expect.graph]\nacyclic = true\nmax_depth = 3\ndescription = \"a tree\"\n\n[expect.chaos]\nx = 1\n"),
        ["expect.graph.max_depth: nothing evaluates it", "expect.chaos: nothing evaluates it"]
    );
    assert_eq!(
        unjudged("[assertions]\ncontainer_should_have_executed_commands = 2\nno_cycles_in_trace = false\n"),
        [
            "assertions.container_should_have_executed_commands: spans alone can't tell it",
            "assertions.no_cycles_in_trace: `false` asks for nothing",
        ]
    );
    assert_eq!(
        unjudged(
            "[otel_validation]\nenabled = true\nvalidate_spans = false\nmax_overhead_ms = 5.0\nexpected_spans = [{ name = \"a\" }]\n"
        ),
        [
            "otel_validation.expected_spans: `validate_spans = false` switches them off",
            "otel_validation.max_overhead_ms: spans alone can't tell it",
        ]
    );
}
