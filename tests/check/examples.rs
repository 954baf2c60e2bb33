//! The examples of the documentation show what they promise.

use std::path::Path;

use crate::workspace::{Ran, command};

fn check(arguments: &[&str]) -> Ran {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    Ran::from(
        command(&folder, &[&["--check", "--format", "json"], arguments].concat()).output().expect("the binary runs"),
    )
}

#[test]
fn the_good_examples_are_clean_under_strict() {
    for example in ["hello.clnrm.toml", "checkout.clnrm.toml.tera"] {
        let ran = check(&["--strict", example]);
        assert_eq!(ran.code, Some(0), "{example}: {:?}", ran.findings());
    }
}

#[track_caller]
fn assert_finds(example: &str, expected: &[&str]) {
    let ran = check(&[example]);
    assert_eq!(ran.code, Some(1));
    let findings = ran.findings();
    for expected in expected {
        let expected = format!("{example}:{expected}");
        assert!(findings.contains(&expected), "{expected} is missing in {findings:#?}");
    }
}

#[test]
fn every_mistake_of_the_hurried_example_is_found_in_its_line() {
    assert_finds(
        "mistakes.clnrm.toml.tera",
        &[
            "9:1 warning unknown-key",
            "18:16 error out-of-range",
            "29:60 error shell-words",
            "33:26 error orphan-service",
            "36:17 error min-above-max",
            "45:8 error unknown-value",
            "46:1 warning unknown-key",
            "50:73 error order-cycle",
            "53:7 error unknown-value",
        ],
    );
}

#[test]
fn every_mistake_of_the_mistyped_template_is_found_in_its_line() {
    assert_finds(
        "typos.clnrm.toml.tera",
        &[
            "6:21 error undefined-variable",
            "19:13 error undefined-variable",
            "23:29 error unknown-filter",
            "25:53 error unknown-function",
            "29:4 error unknown-macro",
            "30:17 error unknown-argument",
            "36:41 warning shell-length-comment",
            "40:7 error toml-syntax",
        ],
    );
}
