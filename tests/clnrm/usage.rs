//! What the program says of itself, of calls that make no sense, and the commands that `clnrm-lsp` has as well.

use crate::clnrm;
use crate::workspace::{GOOD, Ran, Workspace, broken};

fn run(arguments: &[&str]) -> Ran {
    clnrm(&Workspace::new(&[("a.clnrm.toml", GOOD)]), arguments)
}

#[test]
fn help_shows_every_command_and_examples() {
    let ran = run(&["--help"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn the_version_is_told() {
    assert_eq!(run(&["--version"]).stdout, format!("clnrm {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        &["--nope"][..],
        &["nope"],
        &["validate", "--format", "xml"],
        &["validate", "--stdin-filename", "a.clnrm.toml"],
        &["fmt", "--color", "pink"],
        &["lsp", "a.clnrm.toml"],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(run(&[]).code, Some(2), "nothing said");
}

#[test]
fn a_test_is_validated_under_three_names() {
    let workspace = Workspace::new(&[("a.clnrm.toml", &broken())]);
    let checked = workspace.check(&["--format", "json"]);
    for name in ["validate", "dry-run", "lint"] {
        let ran = clnrm(&workspace, &[name, "--format", "json"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), checked.stdout.as_str()), "{name}");
    }
}

#[test]
fn complaints_begin_with_the_name_of_the_program() {
    let ran = run(&["validate", "--output", "/dev/null/no-folder.json"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("clnrm: can't write the report to `/dev/null/no-folder.json`"), "{}", ran.stderr);
}

#[test]
fn a_test_is_brought_into_shape() {
    let workspace = Workspace::new(&[("a.clnrm.toml", &GOOD.replace("name = \"good\"", "name=\"good\""))]);
    let check = clnrm(&workspace, &["fmt", "--check", "--quiet"]);
    assert_eq!((check.code, check.stdout.as_str()), (Some(1), "a.clnrm.toml\n"));
    let diff = clnrm(&workspace, &["fmt", "--diff", "--quiet"]);
    assert!(diff.stdout.contains("-name=\"good\"\n+name = \"good\"\n"), "{}", diff.stdout);
    assert_eq!(clnrm(&workspace, &["fmt"]).code, Some(0));
    assert_eq!(clnrm(&workspace, &["fmt", "--check"]).code, Some(0));
}

#[test]
fn what_was_brought_into_shape_is_told_to_programs() {
    let unshaped = GOOD.replace("name = \"good\"", "name=\"good\"");
    let workspace = Workspace::new(&[("a.clnrm.toml", &unshaped), ("b.clnrm.toml", GOOD)]);
    workspace.write("c.clnrm.toml", b"\xff");
    let states = |arguments: &[&str]| {
        let ran = clnrm(&workspace, &[&["fmt", "--format", "json"], arguments].concat());
        let object = ran.json();
        let files = object["files"].as_array().expect("a list").clone();
        let states: Vec<String> = files.iter().map(|it| it["state"].as_str().expect("a word").to_owned()).collect();
        (ran.code, states.join(" "), files)
    };
    let (code, told, files) = states(&["--check", "--diff", "a.clnrm.toml"]);
    assert_eq!((code, told.as_str()), (Some(1), "unformatted"));
    assert!(files[0]["diff"].as_str().expect("a diff").contains("+name = \"good\""), "{files:?}");
    let (code, told, files) = states(&[]);
    assert_eq!((code, told.as_str()), (Some(2), "formatted formatted failed"));
    assert!(files[2]["message"].as_str().expect("a message").contains("UTF-8"), "{files:?}");
    assert_eq!(states(&["a.clnrm.toml", "b.clnrm.toml"]).1, "unchanged unchanged");
}
