//! Each constraint stands at the smallest place that says it, and asks for the same wherever it stands.

use clnrm_lsp::expectation::Requirement;

use crate::cases::{cases, tree};

const ALL_FORMS: &str = r#"
[[expect.span]]
name = "pay"
kind = "client"
attrs.all = { currency = "EUR", "http.status" = { gte = 200, lte = 299 } }
attrs.any = ["a=b", "c"]
events.all = ["charged", "mailed"]
duration_ms = { min = 1, max = 2.5 }
count.eq = 1

[expect.span.login]
parent = "checkout"
attrs.all.user.exists = true

[expect.graph]
must_include = [["a", "b"], { parent = "c", child = "d" }]
acyclic = true

[[expect.graph]]
parent = "e"
child = "f"

[expect.counts]
spans_total = 3
by_name."db.*".gte = 1

[[expect.window]]
outer = "a"
contains = ["b", "c"]
max_duration_ms = 5

[expect.window.run]
contains = ["step"]

[expect.order]
must_follow = [["b", "a"]]

[expect.status]
none = "ERROR"
by_name = { "db.*" = "OK" }

[expect.hermeticity]
no_external_services = true
resource_attrs.must_match = { env = "test" }
span_attrs.forbid_keys = ["card"]

[otel_validation]
enabled = true
expected_spans = [{ name = "a", attributes = { k = "v" } }]

[assertions]
no_cycles_in_trace = true
"#;

/// Texts that TOML would refuse because a table is repeated in two forms are judged apart.
fn parts() -> Vec<String> {
    let (graph, repeated) = ALL_FORMS.split_once("[[expect.graph]]").unwrap();
    let (repeated, rest) = repeated.split_once("[expect.counts]").unwrap();
    let (named, rest_of_span) = graph.split_once("[expect.span.login]").unwrap();
    let (login, graph) = rest_of_span.split_once("[expect.graph]").unwrap();
    let (windows, named_window) = rest.split_once("[expect.window.run]").unwrap();
    let (named_window, rest) = named_window.split_once("[expect.order]").unwrap();
    vec![
        format!("{named}[expect.graph]{graph}[expect.counts]{windows}[expect.order]{rest}"),
        format!("[expect.span.login]{login}[[expect.graph]]{repeated}[expect.window.run]{named_window}"),
    ]
}

#[test]
fn each_constraint_stands_at_the_smallest_place() {
    let mut lines = Vec::new();
    for text in parts() {
        let tree = tree(&text);
        for constraint in &tree.constraints {
            let header = tree.block_of(constraint).header.slice(&text).unwrap();
            let place = constraint.span.slice(&text).unwrap();
            assert!(!place.is_empty(), "{}", constraint.path);
            lines.push(format!("{:60}  {place:32}  {header}", constraint.path.to_string()).trim_end().to_owned());
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn paths_are_unique_and_find_their_constraints() {
    for text in cases().into_iter().map(|case| case.text).chain(parts()) {
        let tree = tree(&text);
        for (index, constraint) in tree.constraints.iter().enumerate() {
            assert_eq!(tree.find(constraint.path.as_str()).map(|(found, _)| found), Some(index), "{}", constraint.path);
        }
        let covered: usize = tree.blocks.iter().map(|block| block.constraints.len()).sum();
        assert_eq!(covered, tree.constraints.len(), "each constraint belongs to one block");
    }
}

#[test]
fn two_spellings_of_the_same_ask_for_the_same() {
    let requirements = |text: &str| -> Vec<Requirement> {
        tree(text).constraints.into_iter().map(|constraint| constraint.requirement).collect()
    };
    for (left, right) in [
        ("[[expect.span]]\nname = \"a\"\nkind = \"SPAN_KIND_CLIENT\"\n", "\n# moved\n[expect.span.a]\nkind = 3\n"),
        ("[expect.counts]\nspans_total = 3\n", "[expect.count]\nspans = { eq = 3 }\n"),
        ("[expect.order]\nmust_precede = [[\"a\", \"b\"]]\n", "[expect.order]\nmust_follow = [[\"b\", \"a\"]]\n"),
        (
            "[expect.graph]\nmust_include = [[\"a\", \"b\"]]\n",
            "[expect.graph]\nedges = [{ child = \"b\", parent = \"a\" }]\n",
        ),
        (
            "[[expect.window]]\nouter = \"a\"\ncontains = [\"b\"]\n",
            "[expect.window]\na = { contains = [\"b\"], tolerance_ms = 1.0 }\n",
        ),
        (
            "[[expect.span]]\nname = \"a\"\nduration_ms = { max = 5 }\n",
            "[[expect.span]]\nname = \"a\"\nmax_duration_ms = 5.0\n",
        ),
        ("[[expect.span]]\nname = \"a\"\nexists = false\n", "[[expect.span]]\nname = \"a\"\nabsent = true\n"),
        ("[expect.status]\nall = \"OK\"\n", "[expect.status]\nall = \"status_code_ok\"\n"),
    ] {
        assert_eq!(requirements(left), requirements(right), "{left}{right}");
    }
    assert_ne!(
        requirements("[expect.counts]\nspans_total = { gte = 3 }\n"),
        requirements("[expect.counts]\nspans_total = { lte = 3 }\n")
    );
}
