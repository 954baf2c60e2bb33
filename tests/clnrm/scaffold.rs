//! `clnrm init`, `gen` and `template`: what they write passes the strictest check, and nothing that is there gets lost.

use std::fs;

use crate::clnrm;
use crate::workspace::Workspace;

const PROJECTS: [&str; 5] = ["default", "minimal", "advanced", "database", "api"];
const TESTS: [&str; 6] = ["otel", "matrix", "macros", "full-validation", "deterministic", "lifecycle-matcher"];
const BLOCKS: [&str; 17] = [
    "meta",
    "vars",
    "matrix",
    "otel",
    "service",
    "scenario",
    "steps",
    "span",
    "graph",
    "counts",
    "window",
    "order",
    "status",
    "hermeticity",
    "determinism",
    "limits",
    "report",
];

#[test]
fn each_project_passes_the_strict_check() {
    for template in PROJECTS {
        let workspace = Workspace::new(&[]);
        let made = clnrm(&workspace, &["init", "--template", template, "--no-engine"]);
        assert_eq!(made.code, Some(0), "{template}: {}{}", made.stdout, made.stderr);
        let checked = clnrm(&workspace, &["validate", "--strict", "."]);
        assert_eq!(checked.code, Some(0), "{template}: {}", checked.stdout);
        let formatted = clnrm(&workspace, &["fmt", "--check", "."]);
        assert_eq!(formatted.code, Some(0), "{template}: {}", formatted.stdout);
    }
}

#[test]
fn each_test_passes_the_strict_check() {
    let workspace = Workspace::new(&[]);
    for template in TESTS {
        let file = format!("{template}.clnrm.toml.tera");
        let made = clnrm(&workspace, &["template", template, "-o", &file]);
        assert_eq!(made.code, Some(0), "{template}: {}", made.stderr);
    }
    let checked = clnrm(&workspace, &["validate", "--strict", "--all-combinations", "."]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}

#[test]
fn each_block_passes_the_strict_check_in_a_whole_test_and_behind_one() {
    let workspace = Workspace::new(&[]);
    for block in BLOCKS {
        let whole = clnrm(&workspace, &["gen", block, "--whole", "-o", &format!("{block}.clnrm.toml")]);
        assert_eq!(whole.code, Some(0), "{block}: {}", whole.stderr);
        let alone = clnrm(&workspace, &["gen", block]);
        let text = fs::read_to_string(workspace.path(&format!("{block}.clnrm.toml"))).expect("it was written");
        assert!(text.contains(&alone.stdout), "{block}");
    }
    let checked = clnrm(&workspace, &["validate", "--strict", "."]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert!(checked.stdout.contains("17 tests"), "{}", checked.stdout);
}

#[test]
fn nothing_that_is_there_is_lost() {
    let workspace = Workspace::new(&[("tests/app.sh", "my own\n"), ("README.md", "mine\n")]);
    let refused = clnrm(&workspace, &["init", "--no-engine"]);
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(refused.stderr, @"clnrm: `./tests/app.sh` is there already; nothing was written (`--force` replaces it)");
    assert!(!workspace.path("cleanroom.toml").exists());
    let forced = clnrm(&workspace, &["init", "--no-engine", "--force"]);
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    assert_eq!(fs::read_to_string(workspace.path("README.md")).expect("it is there"), "mine\n");
    let again = clnrm(&workspace, &["init", "--no-engine"]);
    assert_eq!(again.code, Some(0), "what is the same may stay: {}", again.stderr);
    assert!(!again.stderr.contains("wrote"), "{}", again.stderr);
}

#[test]
fn a_block_is_appended_behind_an_empty_line() {
    let workspace = Workspace::new(&[("a.clnrm.toml", "[meta]\nname = \"a\"\nversion = \"1\"")]);
    let appended = clnrm(&workspace, &["gen", "status", "-o", "a.clnrm.toml"]);
    assert_eq!(appended.code, Some(0));
    let text = fs::read_to_string(workspace.path("a.clnrm.toml")).expect("it is there");
    insta::assert_snapshot!(text, @r#"
    [meta]
    name = "a"
    version = "1"

    [expect.status]
    by_name."app.*" = "OK"
    "#);
}

#[test]
fn an_image_is_written_as_a_string_of_toml() {
    let workspace = Workspace::new(&[]);
    let block = clnrm(&workspace, &["gen", "service", "--image", "a\"b\\c"]);
    assert!(block.stdout.contains(r#"image = "a\"b\\c""#), "{}", block.stdout);
}

#[test]
fn the_settings_alone_can_be_written() {
    let workspace = Workspace::new(&[]);
    assert_eq!(clnrm(&workspace, &["init", "--config"]).code, Some(0));
    assert!(workspace.path("cleanroom.toml").exists());
    assert!(!workspace.path("tests").exists());
}
