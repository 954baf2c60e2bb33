//! `clnrm spans` and `clnrm graph`: lists and pictures, and `clnrm diff` of traces.

use crate::workspace::{Ran, Workspace};
use crate::{clnrm, example};

fn run(arguments: &[&str]) -> Ran {
    let workspace = Workspace::new(&[
        ("hello.clnrm.toml", &example("hello.clnrm.toml")),
        ("checkout.clnrm.toml.tera", &example("checkout.clnrm.toml.tera")),
        ("good.json", &example("traces/hello.json")),
        ("slow.json", &example("traces/hello-slow.json")),
        ("checkout.jsonl", &example("traces/checkout.jsonl")),
        ("packed.jsonl", &example("traces/checkout.jsonl").replace("shop.ship", "shop.pack")),
    ]);
    clnrm(&workspace, arguments)
}

#[test]
fn spans_are_listed_and_filtered() {
    let all = run(&["spans", "checkout.jsonl"]);
    assert_eq!((all.code, all.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(all.stdout);
    for filter in [["--name", "*.pay"], ["--grep", "p.y$"]] {
        let ran = run(&[&["spans", "checkout.jsonl", "--quiet"], &filter[..]].concat());
        assert_eq!(ran.stdout.lines().count(), 1, "{filter:?}: {}", ran.stdout);
    }
    assert_eq!(run(&["spans", "checkout.jsonl", "--grep", "("]).code, Some(2));
    assert_eq!(run(&["spans", "checkout.jsonl", "--name", "["]).code, Some(2));
}

#[test]
fn who_was_started_by_the_runner_misses_no_parent() {
    let line = |id: u8, parent: u8, name: &str| {
        format!(
            "{{\"traceId\":\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"{id:016x}\",\"parentSpanId\":\"{parent:016x}\",\"name\":\"{name}\",\"startTimeUnixNano\":\"{id}000000\",\"endTimeUnixNano\":\"9000000\"}}\n"
        )
    };
    let spans = line(1, 200, "main") + &line(2, 1, "step") + &line(3, 201, "lost");
    let runner = "{\"resourceSpans\":[],\"clnrmRunnerSpans\":[\"00000000000000c8\"]}\n";
    let test = "[meta]\nname = \"t\"\nversion = \"1\"\n[assertions]\nno_orphaned_spans = true\n";
    let workspace = Workspace::new(&[
        ("t.clnrm.toml", test),
        ("all.jsonl", &format!("{runner}{spans}")),
        ("whole.jsonl", &format!("{runner}{}", line(1, 200, "main"))),
        ("foreign.jsonl", &line(1, 200, "main")),
    ]);
    insta::assert_snapshot!(clnrm(&workspace, &["spans", "all.jsonl", "--quiet"]).stdout);
    insta::assert_snapshot!(clnrm(&workspace, &["spans", "all.jsonl", "--waterfall"]).stdout);
    let code = |traces: &str| clnrm(&workspace, &["analyze", "t.clnrm.toml", "--traces", traces]).code;
    assert_eq!((code("whole.jsonl"), code("foreign.jsonl")), (Some(0), Some(1)));
}

#[test]
fn json_of_spans_is_read_again_as_the_same_trace() {
    for file in ["good.json", "checkout.jsonl"] {
        let workspace = Workspace::new(&[
            ("good.json", &example("traces/hello.json")),
            ("checkout.jsonl", &example("traces/checkout.jsonl")),
        ]);
        let ran = clnrm(&workspace, &["spans", file, "--format", "json"]);
        workspace.write("again.json", ran.stdout.as_bytes());
        let again = clnrm(&workspace, &["spans", "again.json", "--format", "json"]).json();
        assert_eq!(again["digests"], ran.json()["digests"], "{file}");
        assert_eq!(clnrm(&workspace, &["diff", file, "again.json"]).code, Some(0), "{file}");
    }
}

#[test]
fn a_waterfall_marks_the_spans_by_which_a_test_fails() {
    let ran = run(&["spans", "slow.json", "--waterfall", "--test", "hello.clnrm.toml"]);
    insta::assert_snapshot!(ran.stdout);
    let workspace = Workspace::new(&[("good.json", &example("traces/hello.json"))]);
    let ran = clnrm(&workspace, &["spans", "good.json", "--svg", "a.svg", "--html", "a.html"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
    for (file, begin) in [("a.svg", "<svg"), ("a.html", "<!doctype html>")] {
        let text = std::fs::read_to_string(workspace.path(file)).expect("a picture");
        assert!(text.to_lowercase().starts_with(begin) && text.contains("greeter.run"), "{file}");
    }
}

#[test]
fn a_graph_lays_a_trace_over_a_test() {
    let graph = |format: &str| {
        run(&["graph", "checkout.clnrm.toml.tera", "--traces", "packed.jsonl", "--format", format]).stdout
    };
    let formats = ["ascii", "dot", "mermaid", "json"].map(|format| format!("{format}:\n{}", graph(format)));
    insta::assert_snapshot!(formats.join("\n"));
    assert!(graph("svg").starts_with("<svg") && graph("svg").contains("shop.pack"));
    let alone = run(&["graph", "checkout.jsonl"]);
    insta::assert_snapshot!(alone.stdout, @r"
    shop.checkout
    ├─ shop.pay
    └─ shop.ship
    ");
}

#[test]
fn traces_are_compared_as_trees_and_with_a_test() {
    let same = run(&["diff", "good.json", "good.json"]);
    assert_eq!(same.code, Some(0), "{}", same.stdout);
    let differ = run(&["diff", "good.json", "slow.json"]);
    assert_eq!(differ.code, Some(1));
    insta::assert_snapshot!("traces", differ.stdout);
    assert_eq!(run(&["diff", "good.json", "slow.json", "--format", "json"]).json()["kind"], "traces");
    let against = run(&["diff", "checkout.clnrm.toml.tera", "packed.jsonl"]);
    assert_eq!(against.code, Some(1));
    insta::assert_snapshot!("test_and_trace", against.stdout);
    let green = run(&["diff", "checkout.clnrm.toml.tera", "checkout.jsonl", "--format", "json"]);
    assert_eq!((green.code, green.json()["unsatisfied"].as_array().map(Vec::len)), (Some(0), Some(0)));
}

#[test]
fn attributes_that_differ_can_be_left_out_of_digests_and_comparisons() {
    let hello = example("traces/hello.json");
    let differing = hello.replacen("\"world\"", "\"moon\"", 1);
    assert_ne!(hello, differing, "the example greets nobody any more");
    let workspace = Workspace::new(&[("a.json", &hello), ("b.json", &differing)]);
    let digests = |arguments: &[&str]| {
        let shown = clnrm(&workspace, arguments).stdout;
        shown.lines().filter(|line| line.starts_with("full ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_ne!(digests(&["spans", "a.json"]), digests(&["spans", "b.json"]));
    let ignoring = ["--ignore", "greeting.*"];
    let of = |file| digests(&[&["spans", file], &ignoring[..]].concat());
    assert_eq!(of("a.json"), of("b.json"));
    assert_eq!(clnrm(&workspace, &["diff", "a.json", "b.json"]).code, Some(1));
    assert_eq!(clnrm(&workspace, &[&["diff", "a.json", "b.json"], &ignoring[..]].concat()).code, Some(0));
    assert_eq!(clnrm(&workspace, &["spans", "a.json", "--ignore", "[x"]).code, Some(2));
}

#[test]
fn attributes_and_events_are_listed_in_full() {
    let workspace = Workspace::new(&[("hello.json", &example("traces/hello.json"))]);
    let short = clnrm(&workspace, &["spans", "hello.json", "--quiet"]);
    let long = clnrm(&workspace, &["spans", "hello.json", "--quiet", "--show-attrs", "--show-events"]);
    assert_eq!(long.code, Some(0), "{long:?}");
    assert!(long.stdout.contains("    greeting.name = world\n"), "{}", long.stdout);
    assert!(long.stdout.lines().count() > short.stdout.lines().count());
}

#[test]
fn a_graph_can_be_of_some_names() {
    let workspace = Workspace::new(&[("hello.json", &example("traces/hello.json"))]);
    let all = clnrm(&workspace, &["graph", "hello.json", "--format", "json"]).json();
    let some = clnrm(&workspace, &["graph", "hello.json", "--format", "json", "--filter", "greet.greet"]);
    assert_eq!(all["nodes"].as_array().map(Vec::len), Some(2), "{all}");
    assert!(some.stderr.contains("with `greet.greet` in its name"), "{some:?}");
    let some = clnrm(&workspace, &["graph", "hello.json", "--format", "json", "--filter", "er.greet"]).json();
    assert_eq!(some["nodes"].as_array().map(Vec::len), Some(1), "{some}");
    assert_eq!(some["edges"].as_array().map(Vec::len), Some(0), "{some}");
}

#[test]
fn recorded_spans_are_shown_to_programs() {
    let workspace = Workspace::new(&[
        ("cleanroom.toml", ""),
        ("hello.json", &example("traces/hello.json")),
        ("hello.clnrm.toml", &example("hello.clnrm.toml")),
    ]);
    let kept = clnrm(&workspace, &["record", "hello.clnrm.toml", "--traces", "hello.json", "--keep"]);
    assert_eq!(kept.code, Some(0), "{kept:?}");
    let shown = clnrm(&workspace, &["trace", "hello.clnrm.toml", "--format", "json"]).json();
    assert_eq!(shown["tests"][0]["test"], "hello.clnrm.toml");
    assert_eq!(shown["tests"][0]["spans"][0]["name"], "greeter.run");
}
