//! `clnrm-lsp --format` as its users meet it.

use std::fs;

use crate::workspace::{GOOD, Ran, Workspace, command};

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
fn a_file_that_can_not_be_written_is_not_counted_as_formatted() {
    let workspace = Workspace::new(&[("a.clnrm.toml", UGLY), ("b.clnrm.toml", UGLY)]);
    let path = workspace.path("a.clnrm.toml");
    let mut permissions = fs::metadata(&path).expect("the file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("a read-only file");
    let ran = workspace.run(&["--format"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let told =
        "a.clnrm.toml: can't be written: it is read-only\n1 file formatted, 0 files left unchanged, 1 file failed\n";
    assert_eq!(ran.stderr, told);
    assert_eq!((read(&workspace, "a.clnrm.toml").as_str(), read(&workspace, "b.clnrm.toml").as_str()), (UGLY, NEAT));
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

#[cfg(unix)]
#[test]
fn a_killed_process_leaves_whole_files() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;
    const FILES: usize = 600;
    let long = |text: &str| format!("{text}{}", "# a line of a long file\n".repeat(400));
    let (ugly, neat) = (long(UGLY), long(NEAT));
    let name = |index: usize| format!("tests/t{index:03}.clnrm.toml");
    let workspace = Workspace::new(&[]);
    let mut cut_short = 0;
    for _ in 0..5 {
        for index in 0..FILES {
            workspace.write(&name(index), ugly.as_bytes());
            let mode = fs::Permissions::from_mode(0o640);
            fs::set_permissions(workspace.path(&name(index)), mode).expect("permissions");
        }
        let link = workspace.path("tests/link.clnrm.toml");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(workspace.path(&name(0)), &link).expect("a link");
        let mut child = command(&workspace.path(""), &["--format", "tests"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        // It is in the middle of its work as soon as the first file has changed.
        while read(&workspace, &name(0)) == ugly && child.try_wait().expect("the process").is_none() {}
        child.kill().expect("to kill it");
        child.wait().expect("its end");
        let texts: Vec<String> = (0..FILES).map(|index| read(&workspace, &name(index))).collect();
        assert!(texts.iter().all(|text| *text == ugly || *text == neat), "a file is half written");
        cut_short += usize::from(texts.contains(&ugly) && texts.contains(&neat));
        for index in 0..FILES {
            let metadata = fs::metadata(workspace.path(&name(index))).expect("the file");
            assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        }
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    }
    assert!(cut_short > 0, "no kill came in the middle");
    assert_eq!(workspace.run(&["--format", "tests"]).code, Some(0));
    assert!((0..FILES).all(|index| read(&workspace, &name(index)) == neat));
    let left = fs::read_dir(workspace.path("tests")).expect("the folder").count();
    assert_eq!(left, FILES + 1, "nothing is left of the killed processes");
}

#[test]
fn unfinished_files_are_swept_when_nobody_works_on_them() {
    let workspace =
        Workspace::new(&[("a.clnrm.toml", NEAT), (".clnrm-fmt.left.tmp", "x"), (".clnrm-fmt.busy.tmp", "y")]);
    let busy = fs::File::open(workspace.path(".clnrm-fmt.busy.tmp")).expect("the file");
    busy.lock().expect("a lock");
    let names = || {
        let entries = fs::read_dir(workspace.path("")).expect("the folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(workspace.run(&["--format", "--check"]).code, Some(0));
    assert_eq!(names().len(), 3, "a check changes nothing");
    assert_eq!(workspace.run(&["--format"]).code, Some(0));
    assert_eq!(names(), [".clnrm-fmt.busy.tmp", "a.clnrm.toml"]);
}

#[test]
fn a_library_is_formatted_when_a_test_that_uses_it_is_at_hand() {
    let library = "{% macro step(name) %}\n[[steps]]\ncommand=[\"x\"]\nname=\"{{ name }}\"\n{% endmacro %}\n";
    let test = "{% import \"_lib.toml.tera\" as lib %}\n[meta]\nname = \"n\"\n\n{{ lib::step(name=\"a\") }}\n";
    let expected = library.replace("command=[\"x\"]\nname=\"{{ name }}\"", "name = \"{{ name }}\"\ncommand = [\"x\"]");
    let workspace = Workspace::new(&[("_lib.toml.tera", library)]);
    let alone = workspace.run(&["--format", "_lib.toml.tera"]);
    assert!(alone.stderr.contains("no test that imports this library is at hand"), "{}", alone.stderr);
    assert_eq!(read(&workspace, "_lib.toml.tera"), library);
    // Named with the library, or found beside it.
    for path in [".", "_lib.toml.tera"] {
        workspace.write("_lib.toml.tera", library.as_bytes());
        workspace.write("a.clnrm.toml.tera", test.as_bytes());
        assert_eq!(workspace.run(&["--format", path]).code, Some(0));
        assert_eq!(read(&workspace, "_lib.toml.tera"), expected, "{path}");
    }
}
