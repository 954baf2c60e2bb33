//! `clnrm-lsp --format` as its users meet it.

use std::fs;

use crate::workspace::{GOOD, Ran, Workspace};

const UGLY: &str = "[meta]\nversion=\"1\"\nname = \"n\"   # why\n";
const NEAT: &str = "[meta]\nname = \"n\" # why\nversion = \"1\"\n";

fn read(workspace: &Workspace, path: &str) -> String {
    fs::read_to_string(workspace.path(path)).expect("the file")
}

#[test]
fn files_are_brought_into_shape_once() {
    let workspace = Workspace::new(&[("a.clnrm.toml", UGLY), ("b/c.clnrm.toml", UGLY), ("other.toml", UGLY)]);
    let ran = workspace.run(&["--format"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    assert_eq!(ran.stderr, "2 files formatted, 0 files left unchanged\n");
    assert_eq!(read(&workspace, "a.clnrm.toml"), NEAT);
    assert_eq!(read(&workspace, "b/c.clnrm.toml"), NEAT);
    assert_eq!(read(&workspace, "other.toml"), UGLY);
    let ran = workspace.run(&["--format", "--check", "b"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""), "{}", ran.stderr);
    let left: Vec<_> = fs::read_dir(workspace.path("")).expect("the folder").collect();
    assert_eq!(left.len(), 3, "nothing else is left behind: {left:?}");
}

#[test]
fn a_check_lists_and_changes_nothing() {
    let workspace = Workspace::new(&[("a.clnrm.toml", UGLY), ("b.clnrm.toml", NEAT)]);
    let ran = workspace.run(&["--format", "--check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "a.clnrm.toml\n"));
    assert_eq!(ran.stderr, "1 file to be formatted, 1 file left unchanged\n");
    let ran = workspace.run(&["--format", "--diff", "-q"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout, @r#"
    --- a/a.clnrm.toml
    +++ b/a.clnrm.toml
    @@ -1,3 +1,3 @@
     [meta]
    -version="1"
    -name = "n"   # why
    +name = "n" # why
    +version = "1"
    "#);
    assert_eq!(read(&workspace, "a.clnrm.toml"), UGLY);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let workspace = Workspace::new(&[("cleanroom.toml", "[format]\nstyle = \"keep\"\n")]);
    let run = |arguments: &[&str]| workspace.run_with(arguments, &[], UGLY.as_bytes());
    assert_eq!(
        run(&["--format", "-", "--stdin-filename", "a.clnrm.toml"]).stdout,
        "[meta]\nversion = \"1\"\nname = \"n\" # why\n"
    );
    assert_eq!(run(&["--format", "--check", "-"]).code, Some(1));
    let broken = workspace.run_with(&["--format", "-"], &[], b"a =\n");
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(0), "a =\n"));
    assert!(broken.stderr.contains("<stdin>:1: not formatted: from here on it is no TOML"), "{}", broken.stderr);
}

#[test]
fn what_can_not_be_read_is_exit_code_2() {
    let workspace = Workspace::new(&[("a.clnrm.toml", GOOD)]);
    workspace.write("b.clnrm.toml", b"a = \"\xff\"");
    let Ran { code, stderr, .. } = workspace.run(&["--format", "a.clnrm.toml", "b.clnrm.toml", "c.clnrm.toml"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("b.clnrm.toml: is not UTF-8"), "{stderr}");
    assert!(stderr.contains("c.clnrm.toml: no such file or directory"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn permissions_links_and_line_ends_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::new(&[("real/a.clnrm.toml", &UGLY.replace('\n', "\r\n"))]);
    let real = workspace.path("real/a.clnrm.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    let link = workspace.path("link.clnrm.toml");
    std::os::unix::fs::symlink(&real, &link).expect("a link");
    assert_eq!(workspace.run(&["--format", "link.clnrm.toml"]).code, Some(0));
    assert_eq!(read(&workspace, "real/a.clnrm.toml"), NEAT.replace('\n', "\r\n"));
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert_eq!(fs::metadata(&real).expect("the file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_library_is_formatted_when_a_test_that_uses_it_is_at_hand() {
    let library = "{% macro step(name) %}\n[[steps]]\ncommand=[\"x\"]\nname=\"{{ name }}\"\n{% endmacro %}\n";
    let test = "{% import \"_lib.toml.tera\" as lib %}\n[meta]\nname = \"n\"\n\n{{ lib::step(name=\"a\") }}\n";
    let workspace = Workspace::new(&[("_lib.toml.tera", library), ("a.clnrm.toml.tera", test)]);
    let alone = workspace.run(&["--format", "_lib.toml.tera"]);
    assert!(alone.stderr.contains("no test that imports this library is at hand"), "{}", alone.stderr);
    assert_eq!(read(&workspace, "_lib.toml.tera"), library);
    assert_eq!(workspace.run(&["--format", "."]).code, Some(0));
    let expected = library.replace("command=[\"x\"]\nname=\"{{ name }}\"", "name = \"{{ name }}\"\ncommand = [\"x\"]");
    assert_eq!(read(&workspace, "_lib.toml.tera"), expected);
}
