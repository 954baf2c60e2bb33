//! What people read about a failure.

use clnrm_lsp::expectation::explain::LINES;
use clnrm_lsp::expectation::{Explainer, NoSpans, Reception, judge};
use clnrm_lsp::trace::{Completeness, Trace};

use crate::cases::{cases, judged, tree};
use crate::notation::trace;

/// The explanations of all failures, each block's once.
fn explained(text: &str, spans: &str) -> String {
    let tree = tree(text);
    let trace = trace(spans);
    let reception = Reception::of(Completeness::proved("exit+drain"));
    let judgement = judge(&tree, &trace, &reception);
    let explainer = Explainer::new(&tree, &trace, &reception, &judgement);
    let mut texts: Vec<String> = judgement.failures().map(|index| explainer.text(index).unwrap()).collect();
    texts.dedup();
    texts.join("\n")
}

/// The one-line messages of all failures, with their constraints.
fn messages(text: &str, spans: &str) -> String {
    let tree = tree(text);
    let trace = trace(spans);
    let reception = Reception::of(Completeness::proved("exit+drain"));
    let judgement = judge(&tree, &trace, &reception);
    let explainer = Explainer::new(&tree, &trace, &reception, &judgement);
    let line = |index: usize| {
        let explanation = explainer.explain(index).unwrap();
        let help = explanation.help.map(|help| format!("\n  help: {help}")).unwrap_or_default();
        let accept = explanation.accept.map(|accept| format!("\n  accept: {accept}")).unwrap_or_default();
        format!("{}: {}{help}{accept}", tree.constraints[index].path, explanation.message)
    };
    judgement.failures().map(line).collect::<Vec<_>>().join("\n")
}

const PAY: &str = r#"[[expect.span]]
name = "checkout.pay"
kind = "client"
parent = "checkout"
status = "OK"
attrs.all = { currency = "USD", amount = { gte = 10 }, customer = "c1" }
events.all = ["charged"]
duration_ms = { max = 50 }
"#;

#[test]
fn the_nearest_span_is_compared_row_by_row() {
    insta::assert_snapshot!(explained(
        PAY,
        r#"
checkout 0..100
  checkout.pay client 10..30 OK @service.name="api" currency="EUR" amount=12 customer="c1" !charged
  checkout.pay server 40..45 ERROR @service.name="api" currency="USD"
  checkout.pay.retry 50..60
  checkout.pay.retry 60..70
"#
    ));
}

#[test]
fn each_failed_constraint_has_its_own_message() {
    insta::assert_snapshot!(messages(
        PAY,
        r#"
login 0..100
  checkout.pay server 10..130 @service.name="api" currency="EUR" amount="12" custmer="c1"
"#
    ));
}

#[test]
fn a_name_that_was_written_wrong_is_found() {
    insta::assert_snapshot!(explained(
        "[[expect.span]]\nname = \"db.qurey\"\nkind = \"client\"\n",
        r#"
checkout
  db.query client
  db.query server
"#
    ));
    insta::assert_snapshot!("case", messages("[[expect.span]]\nname = \"DB.Query\"\n", "db.query client\n"));
}

#[test]
fn a_parent_that_is_further_above_is_told() {
    insta::assert_snapshot!(messages(
        "[[expect.span]]\nname = \"db\"\nparent = \"shop\"\n",
        r#"
shop
  retry
    db
"#
    ));
}

#[test]
fn what_must_not_be_there_is_shown() {
    insta::assert_snapshot!(explained(
        "[[expect.span]]\nname = \"panic\"\nabsent = true\n\n[[expect.span]]\nname = \"db\"\ncount = { eq = 1 }\n",
        "a\n  panic\n  db\n  db\n",
    ));
}

#[test]
fn blocks_that_share_a_span_are_named() {
    insta::assert_snapshot!(explained(
        "[[expect.span]]\nname = \"step\"\ndistinct = true\n\n[[expect.span]]\nname = \"step\"\ndistinct = true\n",
        "step\nother\n",
    ));
}

#[test]
fn edges() {
    let edge = "[expect.graph]\nmust_include = [[\"shop\", \"db\"]]\n";
    insta::assert_snapshot!("edge_deeper", explained(edge, "shop\n  retry\n    db\n  retry\n    db\n"));
    insta::assert_snapshot!("edge_reversed", explained(edge, "db\n  shop\n"));
    insta::assert_snapshot!("edge_unknown", explained(edge, "shop\n  dbs\n"));
    insta::assert_snapshot!(
        "edge_forbidden",
        explained(
            "[expect.graph]\nscope = \"descendant\"\nmust_not_cross = [[\"shop\", \"billing\"]]\n",
            "shop\n  a\n    b\n      c\n        d\n          billing\n",
        )
    );
    insta::assert_snapshot!(
        "edge_cycle",
        explained("[expect.graph]\nacyclic = true\n", "a #1 ^2\nb #2 ^1\nself #3 ^3\ntwice #4 ^3\ntwice #4 ^1\n",)
    );
}

#[test]
fn numbers() {
    insta::assert_snapshot!(explained(
        "[expect.counts]\nspans_total = { lte = 3 }\nevents_total = { gte = 5 }\nerrors_total = { eq = 0 }\nby_name.logn = { gte = 1 }\nby_kind.client = { eq = 1 }\n",
        "login ERROR !x !y\n  db client\n  db client\nlogout\n",
    ));
}

#[test]
fn windows_tell_how_far_spans_stick_out() {
    insta::assert_snapshot!(explained(
        "[[expect.window]]\nouter = \"shop\"\ncontains = [\"db\", \"mail\", \"quue\", \"log\"]\nmax_duration_ms = 50\n",
        "shop 0..100\n  db 90..112.5\n  db -3..2\n  db 10..20\n  mail 5..?\n  queue 1..2\nlog ~2 1..2\n",
    ));
}

#[test]
fn orders_tell_by_how_much_they_are_broken() {
    insta::assert_snapshot!(explained(
        "[expect.order]\nmust_precede = [[\"build\", \"test\"], [\"run\", \"build\"], [\"tset\", \"build\"]]\n",
        "run 0..100\n  build 0..10\n  build 0..12\n  build 0..11\n  test 8..20\n  test 9..20\n",
    ));
    insta::assert_snapshot!(
        "order_all",
        explained(
            "[expect.order]\nmode = \"all\"\nmust_precede = [[\"build\", \"test\"]]\n",
            "build 0..10\nbuild 0..12\nbuild 0..11\ntest 8..20\ntest 10.5..20\n",
        )
    );
}

#[test]
fn a_status_that_nobody_sets_is_told() {
    insta::assert_snapshot!(explained("[expect.status]\nall = \"OK\"\n", "a\nb\nc\nd\ne OK\n"));
    insta::assert_snapshot!(
        "status_error",
        explained(
            "[expect.status]\nall = \"OK\"\nnone = \"ERROR\"\nby_name = { \"db.*\" = \"OK\" }\n",
            "a ERROR\nb\ndb.query ERROR\n",
        )
    );
}

#[test]
fn hosts_outside_of_the_test_are_named() {
    insta::assert_snapshot!(explained(
        "[services.db]\nimage = \"postgres:16\"\n\n[expect.hermeticity]\nno_external_services = true\nresource_attrs.must_match = { env = \"test\" }\nspan_attrs.forbid_keys = [\"card\"]\n",
        "call client @service.name=\"api\" url.full=\"https://api.example.com/v1\" card=\"4111\"\nquery client server.address=\"db\"\n",
    ));
}

#[test]
fn no_spans_have_a_cause() {
    let tree = tree("[expect.graph]\nacyclic = true\n");
    let trace = Trace::default();
    let causes = [
        NoSpans::Unknown,
        NoSpans::EmptySource("spans.jsonl".to_owned()),
        NoSpans::NoConnection,
        NoSpans::Refused("internal network".to_owned()),
        NoSpans::Undecodable("unexpected end of input".to_owned()),
        NoSpans::AnotherRun("the span `a` ended 86400 s before this run began".to_owned()),
        NoSpans::OtherSignals,
        NoSpans::Overridden("OTEL_TRACES_EXPORTER".to_owned()),
        NoSpans::Killed("SIGKILL".to_owned()),
        NoSpans::NothingExported,
    ];
    let told = causes.map(|no_spans| {
        let reception = Reception { no_spans, ..Reception::of(Completeness::proved("exit+drain")) };
        let judgement = judge(&tree, &trace, &reception);
        Explainer::new(&tree, &trace, &reception, &judgement).text(0).unwrap()
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn traces_of_the_older_dialect() {
    insta::assert_snapshot!(explained(
        "[otel_validation]\nenabled = true\nexpected_traces = [{ span_names = [\"a\", \"b\", \"c\"], parent_child = [[\"a\", \"b\"]] }]\n",
        "a ~1\n  b ~1\nc ~2\n",
    ));
}

#[test]
fn every_failure_is_explained_in_few_lines() {
    for case in cases() {
        let tree = tree(&case.text);
        for mutant in &case.mutants {
            let trace = trace(&mutant.trace);
            let judgement = judged(&tree, &trace);
            let reception = Reception::of(Completeness::proved("exit+drain"));
            let explainer = Explainer::new(&tree, &trace, &reception, &judgement);
            for (index, constraint) in tree.constraints.iter().enumerate() {
                let explanation = explainer.explain(index);
                assert_eq!(explanation.is_none(), judgement.verdicts[index].verdict.holds(), "{}", constraint.path);
                let Some(explanation) = explanation else { continue };
                let first = explanation.message.chars().next().unwrap();
                assert!(!first.is_uppercase() && !explanation.message.ends_with('.'), "{}", explanation.message);
                assert!(!explanation.message.contains('\n'), "{}", explanation.message);
                let text = explainer.text(index).unwrap();
                assert!(text.lines().count() <= LINES, "{text}");
            }
        }
    }
}

#[test]
fn a_long_explanation_keeps_what_differs() {
    let attributes: Vec<String> = (0..20).map(|number| format!("k{number} = \"v\"")).collect();
    let text = format!("[[expect.span]]\nname = \"a\"\nattrs.all = {{ {} }}\n", attributes.join(", "));
    let recorded: Vec<String> =
        (0..20).map(|number| format!("k{number}=\"{}\"", if number == 17 { "w" } else { "v" })).collect();
    insta::assert_snapshot!(explained(&text, &format!("a {}\n", recorded.join(" "))));
}
