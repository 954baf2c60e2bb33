//! `clnrm-lsp --check --fix` as its users meet it.

use std::fs;

use crate::workspace::Workspace;

const BROKEN: &str = "[meta]\nname = \"n\"; version = \"1.0\"\n\n[[steps]]\nname = \"s\"\ncommand = [\"true\"]\n\n[expect.count]\nspans_total = { gte = 1 }\n";
const FIXED: &str = "[meta]\nname = \"n\"\nversion = \"1.0\"\n\n[[steps]]\nname = \"s\"\ncommand = [\"true\"]\n\n[expect.counts]\nspans_total = { gte = 1 }\n";

fn read(workspace: &Workspace, path: &str) -> String {
    fs::read_to_string(workspace.path(path)).expect("the file")
}

#[test]
fn what_needs_no_look_is_fixed_and_the_rest_is_told() {
    let typo = format!("{FIXED}unknown = 1\n");
    let workspace = Workspace::new(&[("a.clnrm.toml", BROKEN), ("b.clnrm.toml", &typo)]);
    let ran = workspace.run(&["--check", "--fix"]);
    assert_eq!(read(&workspace, "a.clnrm.toml"), FIXED);
    assert_eq!(read(&workspace, "b.clnrm.toml"), typo, "a guess is nobody's fix");
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("2 findings fixed in 1 file\n"), "{}", ran.stderr);
    assert!(ran.stdout.contains("unknown-key") && !ran.stdout.contains("pairs-on-one-line"), "{}", ran.stdout);
    let again = workspace.run(&["--check", "--fix", "--strict", "-q"]);
    assert_eq!(again.code, Some(1), "what is left fails a strict check");
    let left: Vec<_> = fs::read_dir(workspace.path("")).expect("the folder").collect();
    assert_eq!(left.len(), 2, "nothing else is left behind: {left:?}");
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let workspace = Workspace::new(&[("a.clnrm.toml", BROKEN)]);
    let ran = workspace.run(&["--check", "--fix", "--diff"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), "2 findings can be fixed in 1 file\n"));
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(read(&workspace, "a.clnrm.toml"), BROKEN);
    fs::write(workspace.path("a.clnrm.toml"), FIXED).expect("the file");
    let ran = workspace.run(&["--check", "--fix", "--diff", "-q"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn what_can_not_be_meant_is_refused() {
    let workspace = Workspace::new(&[("a.clnrm.toml", BROKEN)]);
    let ran = workspace.run(&["--check", "--diff"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("give both"), "{}", ran.stderr);
    let ran = workspace.run_with(&["--check", "--fix", "-"], &[], BROKEN.as_bytes());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(workspace.run(&["--format", "--fix"]).code, Some(2));
}
