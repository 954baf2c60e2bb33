//! What the diff says of examples.

use clnrm_lsp::expectation::diff::{
    Change, ChangeKind, DiffStrategy, Direction, ExpectationDiff, LevenshteinDiff, SemanticDiff, SetDiff,
};

use clnrm_lsp::trace::Trace;

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
        let strength = change.strength.as_ref().map(|strength| {
            let spans = |trace: &Trace| {
                let names: Vec<&str> = trace.spans().iter().map(|span| span.name.as_str()).collect();
                names.join(" ")
            };
            let shown = [("fooled by", &strength.fooled_by), ("catches", &strength.catches)];
            let shown = shown
                .into_iter()
                .filter_map(|(word, witness)| Some(format!("; {word}: {}", spans(&witness.as_ref()?.trace))));
            format!(
                "\n    {}{}{}",
                strength.direction.word(),
                if strength.proved { "" } else { "?" },
                shown.collect::<String>()
            )
        });
        let sides = sides.collect::<Vec<_>>().join("\n    => ");
        format!("{} {sides}{}", change.kind.sign(), strength.unwrap_or_default())
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
    insta::assert_snapshot!("lowest_number_of_edits", shown(&LevenshteinDiff.diff(&tree(OLD), &tree(&new))));
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

/// What is said of the strength when `from` becomes `to` in the old test.
fn direction(from: &str, to: &str) -> (Option<Direction>, String) {
    assert!(OLD.contains(from), "{from}");
    let diff = SemanticDiff.diff(&tree(OLD), &tree(&OLD.replace(from, to)));
    assert_eq!(diff.changes.len(), 1, "{}", shown(&diff));
    (diff.direction, shown(&diff))
}

#[test]
fn every_change_of_an_operator_is_stronger_or_weaker() {
    use Direction::{Different, Stronger, Weaker};
    for (from, to, expected) in [
        ("kind = \"server\"\n", "", Weaker),
        ("kind = \"server\"", "kind = \"client\"", Different),
        ("parent = \"app.run\"", "parent = \"app.run\"\nkind = \"internal\"", Stronger),
        ("parent = \"app.run\"", "ancestor = \"app.run\"", Weaker),
        ("name = \"app.exec\"", "name = \"app.*\"", Weaker),
        ("\"GET\"", "\"POST\"", Different),
        ("\"GET\"", "[\"GET\", \"HEAD\"]", Weaker),
        ("parent = \"app.run\"", "parent = \"app.run\"\nduration_ms = { max = 50 }", Stronger),
        ("[\"app.run\", \"app.exec\"], ", "", Weaker),
        ("acyclic = true", "", Weaker),
        ("lte = 10", "lte = 20", Weaker),
        ("lte = 10", "lte = 5", Stronger),
        ("gte = 2, lte = 10", "eq = 4", Stronger),
        ("eq = 1", "gte = 1", Weaker),
        ("eq = 1", "eq = 2", Different),
        ("contains = [\"app.exec\"]", "contains = [\"app.exec\"]\ntolerance_ms = 50", Weaker),
        ("contains = [\"app.exec\"]", "contains = [\"app.exec\", \"db.query\"]", Stronger),
        ("]]\n\n[expect.status]", "]]\nmode = \"all\"\n\n[expect.status]", Stronger),
        ("all = \"OK\"", "none = \"ERROR\"", Weaker),
        ("all = \"OK\"", "all = \"ERROR\"", Different),
        ("no_external_services = true", "", Weaker),
        ("no_external_services = true", "no_external_services = true\nspan_attrs.forbid_keys = [\"secret\"]", Stronger),
    ] {
        let (direction, shown) = direction(from, to);
        assert_eq!(direction, Some(expected), "{from} => {to}:\n{shown}");
    }
}

#[test]
fn renamed_spans_are_recognised() {
    let diff = SemanticDiff.diff(&tree(OLD), &tree(&OLD.replace("app.exec", "app.execute")));
    assert!(diff.changes.iter().all(|change| change.kind == ChangeKind::Renamed), "{}", shown(&diff));
    insta::assert_snapshot!(shown(&diff));
}

#[test]
fn a_block_that_moved_makes_no_difference_to_the_strength() {
    let block = "[[expect.span]]\nname = \"app.exec\"\nparent = \"app.run\"\n";
    assert!(OLD.contains(block));
    let new = format!("{block}{}", OLD.replace(block, ""));
    let diff = SemanticDiff.diff(&tree(OLD), &tree(&new));
    insta::assert_snapshot!(shown(&diff), @r#"
    = span `app.run`: kind = server, attrs.http.method = "GET"
        => span `app.run`: kind = server, attrs.http.method = "GET"
        same
    (=1, same, 11 unchanged)
    "#);
}
