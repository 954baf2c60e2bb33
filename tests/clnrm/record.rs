//! `clnrm record`: expectations from a good run, which hold on it.

use crate::workspace::Workspace;
use crate::{clnrm, example};

fn workspace() -> Workspace {
    let empty = "[meta]\nname = \"a\"\nversion = \"1\"\n";
    let templated = "{% set unused = 1 %}\n[meta]\nname = \"a\"\nversion = \"1\"\n\n[vars]\ncurrency = \"EUR\"\nstep = \"shop.pay\"\n";
    Workspace::new(&[
        ("a.clnrm.toml", empty),
        ("templated.clnrm.toml.tera", templated),
        ("hello.clnrm.toml", &example("hello.clnrm.toml")),
        ("hello.json", &example("traces/hello.json")),
        ("checkout.jsonl", &example("traces/checkout.jsonl")),
    ])
}

#[test]
fn blocks_are_printed() {
    let ran = clnrm(&workspace(), &["record", "--traces", "checkout.jsonl"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn what_is_written_holds_on_the_trace_and_is_in_shape() {
    for traces in ["hello.json", "checkout.jsonl"] {
        let workspace = workspace();
        let ran = clnrm(&workspace, &["record", "a.clnrm.toml", "--traces", traces, "--write"]);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
        let judged = clnrm(&workspace, &["analyze", "a.clnrm.toml", "--traces", traces]);
        assert_eq!(judged.code, Some(0), "{}", judged.stdout);
        let unformatted = clnrm(&workspace, &["fmt", "--check"]).stdout;
        assert!(!unformatted.lines().any(|file| file == "a.clnrm.toml"), "{unformatted}");
        let again = clnrm(&workspace, &["record", "a.clnrm.toml", "--traces", traces, "--write"]);
        assert_eq!(again.stderr, "clnrm: the test expects all of it already\n");
        let mutated = clnrm(&workspace, &["mutate", "a.clnrm.toml", "--traces", traces]);
        assert_eq!(mutated.code, Some(0), "{}", mutated.stdout);
    }
}

#[test]
fn values_of_variables_are_written_by_their_names() {
    let workspace = workspace();
    let arguments = ["record", "templated.clnrm.toml.tera", "--traces", "checkout.jsonl", "--write"];
    let ran = clnrm(&workspace, &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(workspace.path("templated.clnrm.toml.tera")).expect("the test");
    assert!(text.contains("\"{{ vars.currency }}\"") && text.contains("\"{{ vars.step }}\""), "{text}");
    let judged = clnrm(&workspace, &["analyze", "templated.clnrm.toml.tera", "--traces", "checkout.jsonl"]);
    assert_eq!(judged.code, Some(0), "{}", judged.stdout);
}

#[test]
fn only_what_is_missing_is_told_and_a_table_is_not_written_twice() {
    let workspace = workspace();
    let ran = clnrm(&workspace, &["record", "hello.clnrm.toml", "--traces", "hello.json"]);
    insta::assert_snapshot!(ran.stdout, @r#"
    [expect.hermeticity]
    resource_attrs.must_match = { "service.name" = "greeter" }
    "#);
    let before = std::fs::read_to_string(workspace.path("hello.clnrm.toml")).expect("the test");
    let ran = clnrm(&workspace, &["record", "hello.clnrm.toml", "--traces", "hello.json", "--write"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(workspace.path("hello.clnrm.toml")).expect("the test"), before);
}

#[test]
fn a_kept_run_is_found_by_the_editor() {
    let workspace = workspace();
    let ran = clnrm(&workspace, &["record", "hello.clnrm.toml", "--traces", "hello.json", "--keep"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let test = workspace.path("hello.clnrm.toml");
    let kept = clnrm_lsp::trace::recorded::file(&test).and_then(|file| clnrm_lsp::trace::recorded::read(&file));
    assert!(kept.is_some_and(|trace| !trace.is_empty()));
    let ran = clnrm(&workspace, &["record", "hello.clnrm.toml", "--traces", "hello.json", "checkout.jsonl", "--keep"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), "clnrm: `--keep` takes one file of spans, not several\n"));
}

#[test]
fn programs_get_one_object() {
    let workspace = workspace();
    let ran = clnrm(&workspace, &["record", "--traces", "hello.json", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let object = ran.json();
    assert_eq!((&object["version"], &object["kind"]), (&1.into(), &"expectations".into()));
    assert!(object["written"].is_null() && object["spans"] == 2, "{object}");
    assert_eq!(object["expectations"], clnrm(&workspace, &["record", "--traces", "hello.json"]).stdout);
    // What is written is told, and then there is nothing more to expect.
    let write = ["record", "a.clnrm.toml", "--traces", "hello.json", "--write", "--format", "json"];
    assert_eq!(clnrm(&workspace, &write).json()["written"], true);
    let again = clnrm(&workspace, &write);
    assert!(again.json()["expectations"].is_null() && again.stderr.is_empty(), "{again:?}");
}
