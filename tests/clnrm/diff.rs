//! `clnrm diff`: two tests, two revisions of one.

use std::process::Command;

use crate::schema::{assert_valid, schema};
use crate::workspace::{Ran, Workspace};
use crate::{clnrm, example};

/// The example, and a weaker one.
fn tests() -> Workspace {
    let old = example("hello.clnrm.toml");
    let new = old.replace("max = 500", "max = 800").replace("acyclic = true\n", "");
    Workspace::new(&[("old.clnrm.toml", &old), ("new.clnrm.toml", &new)])
}

fn diff(arguments: &[&str]) -> Ran {
    clnrm(&tests(), &[&["diff", "old.clnrm.toml", "new.clnrm.toml"], arguments].concat())
}

#[test]
fn changes_are_shown_with_their_lines() {
    let ran = diff(&[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(ran.stdout);
    insta::assert_snapshot!("tree", diff(&["--tree"]).stdout);
}

#[test]
fn a_weaker_test_is_shown_with_a_trace_that_fools_it() {
    insta::assert_snapshot!(diff(&["--strategy", "semantic"]).stdout);
}

#[test]
fn equal_tests_have_no_difference() {
    let ran = clnrm(&tests(), &["diff", "old.clnrm.toml", "old.clnrm.toml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "no difference in 8 expectations (set)\n"));
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = schema("docs/diff.schema.json");
    for strategy in ["set", "levenshtein", "semantic"] {
        assert_valid(&schema, &diff(&["--format", "json", "--strategy", strategy]).json());
    }
}

/// The trace in a report is one that `clnrm analyze` reads, and judges as the report says.
#[test]
fn a_witness_can_be_judged_by_both_tests() {
    let workspace = tests();
    let arguments = ["diff", "old.clnrm.toml", "new.clnrm.toml", "--format", "json", "--strategy", "semantic"];
    let report = clnrm(&workspace, &arguments).json();
    assert_eq!(report["direction"], "weaker");
    for change in report["changes"].as_array().expect("a list") {
        let witness = &change["strength"]["fooled_by"];
        assert_eq!(witness["of_whole_test"], true, "{change:#}");
        workspace.write("witness.json", witness["spans"].to_string().as_bytes());
        let judge = |test: &str| clnrm(&workspace, &["analyze", test, "--traces", "witness.json"]);
        let (old, new) = (judge("old.clnrm.toml"), judge("new.clnrm.toml"));
        assert_eq!((old.code, new.code), (Some(1), Some(0)), "{}\n{}", old.stdout, new.stdout);
    }
}

#[test]
fn a_revision_of_git_is_compared_with_the_imports_of_its_time() {
    let test =
        "{% import \"own.toml.tera\" as own %}\n[meta]\nname = \"a\"\nversion = \"1\"\n{{ own::seen(\"app\") }}\n";
    let library = |kind: &str| {
        format!(
            "{{% macro seen(name) %}}\n[[expect.span]]\nname = \"{{{{ name }}}}\"\nkind = \"{kind}\"\n{{% endmacro %}}\n"
        )
    };
    let workspace = Workspace::new(&[("a.clnrm.toml.tera", test), ("own.toml.tera", &library("server"))]);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        let output = command.current_dir(workspace.path("")).output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "a"]);
    workspace.write("own.toml.tera", library("client").as_bytes());
    let ran = clnrm(&workspace, &["diff", "HEAD:a.clnrm.toml.tera", "a.clnrm.toml.tera"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout, @r"
    ~ span `app`  (HEAD:a.clnrm.toml.tera:5 → a.clnrm.toml.tera:5)
        - kind = server
        + kind = client
    ~1; 0 unchanged (set)
    ");
    let none = clnrm(&workspace, &["diff", "HEAD:b.clnrm.toml", "a.clnrm.toml.tera"]);
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("git says: path 'b.clnrm.toml' does not exist"), "{}", none.stderr);
}
