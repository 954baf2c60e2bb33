//! What the diff says of examples.

use clnrm_lsp::expectation::diff::{Change, DiffStrategy, ExpectationDiff, SetDiff};

use crate::tree;

const OLD: &str = r#"
[[expect.span]]
name = "app.run"
kind = "server"
attrs.all = { "http.method" = "GET" }

[[expect.span]]
name = "app.exec"
parent = "app.run"

[expect.graph]
must_include = [["app.run", "app.exec"], ["app.run", "db.query"]]
acyclic = true

[expect.counts]
spans_total = { gte = 2, lte = 10 }
by_name."db.query" = { eq = 1 }

[[expect.window]]
outer = "app.run"
contains = ["app.exec"]

[expect.order]
must_precede = [["app.exec", "db.query"]]

[expect.status]
all = "OK"

[expect.hermeticity]
no_external_services = true
"#;

/// The changes, one a line.
fn shown(diff: &ExpectationDiff) -> String {
    let line = |change: &Change| {
        let sides = [&change.old, &change.new].into_iter().flatten().map(ToString::to_string);
        format!("{} {}", change.kind.sign(), sides.collect::<Vec<_>>().join("\n    => "))
    };
    let changes: Vec<String> = diff.changes.iter().map(line).collect();
    format!("{}\n({}, {} unchanged)", changes.join("\n"), diff.summary(), diff.unchanged)
}

#[test]
fn every_kind_of_expectation_is_compared() {
    let new = OLD
        .replace("kind = \"server\"", "kind = \"client\"")
        .replace(", [\"app.run\", \"db.query\"]", "")
        .replace("lte = 10", "lte = 20")
        .replace("eq = 1", "gte = 1")
        .replace("contains = [\"app.exec\"]", "contains = [\"app.exec\", \"db.query\"]")
        .replace("[[\"app.exec\", \"db.query\"]]", "[[\"db.query\", \"app.exec\"]]")
        .replace("all = \"OK\"", "none = \"ERROR\"")
        .replace("no_external_services = true", "span_attrs.forbid_keys = [\"secret\"]");
    insta::assert_snapshot!(shown(&SetDiff.diff(&tree(OLD), &tree(&new))));
}

#[test]
fn order_and_spelling_make_no_difference() {
    let new = OLD
        .replace(
            "[\"app.run\", \"app.exec\"], [\"app.run\", \"db.query\"]",
            "[\"app.run\", \"db.query\"], [\"app.run\", \"app.exec\"]",
        )
        .replace("kind = \"server\"", "kind = \"SPAN_KIND_SERVER\"")
        .replace("by_name.\"db.query\" = { eq = 1 }", "by_name = { 'db.query' = { eq = 1 } }");
    let diff = SetDiff.diff(&tree(OLD), &tree(&new));
    assert!(diff.is_empty(), "{}", shown(&diff));
}
