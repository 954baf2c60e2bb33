//! `clnrm mutate`: the score of a test, the constraints that can't fail, and the mutants that nobody notices.

use crate::schema::{assert_valid, schema};
use crate::workspace::{Ran, Workspace};
use crate::{clnrm, example};

fn mutate(test: &str, arguments: &[&str]) -> Ran {
    let files = [
        ("a.clnrm.toml", test),
        ("good.json", &example("traces/hello.json")),
        ("slow.json", &example("traces/hello-slow.json")),
    ];
    clnrm(&Workspace::new(&files), &[&["mutate", "a.clnrm.toml"], arguments].concat())
}

#[test]
fn a_good_test_notices_most_changes() {
    let ran = mutate(&example("hello.clnrm.toml"), &["--traces", "good.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_constraint_that_can_not_fail_is_shown() {
    let test =
        "[expect.graph]\nmust_not_cross = [[\"nobody\", \"nowhere\"]]\n[expect.counts]\nspans_total = { gte = 0 }\n";
    let ran = mutate(test, &["--traces", "good.json"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn json_is_what_its_schema_says() {
    let schema = schema("docs/mutate.schema.json");
    for test in [&example("hello.clnrm.toml"), "[expect.counts]\nspans_total = { gte = 0 }\n"] {
        let ran = mutate(test, &["--traces", "good.json", "--format", "json"]);
        assert_valid(&schema, &ran.json());
    }
}

#[test]
fn a_limit_is_told_and_too_low_a_score_fails() {
    let ran = mutate(&example("hello.clnrm.toml"), &["--traces", "good.json", "--limit", "5"]);
    assert!(ran.stdout.contains("limited to 5 of "), "{}", ran.stdout);
    let ran = mutate(&example("hello.clnrm.toml"), &["--traces", "good.json", "--fail-under", "99"]);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn a_trace_that_does_not_pass_has_no_mutants() {
    let ran = mutate(&example("hello.clnrm.toml"), &["--traces", "slow.json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert_eq!(
        ran.stderr,
        "clnrm: the trace does not pass the test: 2 of 14 constraints do not hold; `clnrm analyze` tells why\n"
    );
}
