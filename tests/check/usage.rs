//! What the program says of itself, and of calls that make no sense.

use crate::workspace::{GOOD, Ran, Workspace};

fn run(arguments: &[&str]) -> Ran {
    Workspace::new(&[("a.clnrm.toml", GOOD)]).run(arguments)
}

#[test]
fn help_shows_every_option_and_examples() {
    let ran = run(&["--help"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn the_version_is_told() {
    let ran = run(&["--version"]);
    assert_eq!(ran.stdout, format!("clnrm-lsp {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        &["--nope"][..],
        &["--check", "--format", "xml"],
        &["--check", "--level", "deep"],
        &["--check", "--color", "pink"],
        &["--check", "--explain", "unknown-filter"],
        &["--strict"],
        &["a.clnrm.toml"],
        &["--explain"],
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_variable_of_bad_form_is_wrong_usage() {
    let ran = run(&["--check", "--var", "image"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r#"
    error: invalid value 'image' for '--var <NAME=VALUE>': write it as NAME=VALUE

    For more information, try '--help'.
    "#);
    let ran = run(&["--check", "--var", "a b=c"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r#"
    error: invalid value 'a b=c' for '--var <NAME=VALUE>': `a b` is no name of a variable (letters, digits, `_` and `.`)

    For more information, try '--help'.
    "#);
}

#[test]
fn a_name_for_standard_input_needs_standard_input() {
    let ran = run(&["--check", "--stdin-filename", "b.clnrm.toml"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r#"
    error: `--stdin-filename` names standard input: give `-` as a path too

    Usage: clnrm-lsp --check [OPTIONS] [PATH]...
           clnrm-lsp --check --fix [--diff] [PATH]...
           clnrm-lsp --format [--check] [--diff] [PATH]...
           clnrm-lsp --explain <CODE> | --rules | --schema [test|project]
           clnrm-lsp [--listen <ADDRESS>] [--log <FILTER>] [--log-file <FILE>] [--trace-endpoint <URL>]

    For more information, try '--help'.
    "#);
}

#[test]
fn every_rule_has_a_line_and_a_page() {
    let list = run(&["--rules"]);
    assert_eq!(list.code, Some(0));
    let codes: Vec<&str> = list.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(codes, clnrm_lsp::validation::RULES.iter().map(|rule| rule.code).collect::<Vec<_>>());
    let page = run(&["--explain", "unknown-filter"]);
    assert_eq!(page.code, Some(0));
    for part in ["unknown-filter", "error", "Wrong", "Right"] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
}

#[test]
fn a_rule_that_does_not_exist_is_answered_with_the_nearest() {
    let ran = run(&["--explain", "unknown-filtr"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert_eq!(ran.stderr, "clnrm-lsp: there is no rule `unknown-filtr`; did you mean `unknown-filter`?\n");
    let ran = run(&["--explain", "qqqqqqqq"]);
    assert_eq!(ran.stderr, "clnrm-lsp: there is no rule `qqqqqqqq`; `clnrm-lsp --rules` lists all rules\n");
}
