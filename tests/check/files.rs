//! Which files are checked, and what happens to those that can't be.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::workspace::{GOOD, Ran, Workspace, broken, command, doubtful};

#[test]
fn exit_codes_follow_the_worst_finding() {
    let (broken, doubtful) = (broken(), doubtful());
    let workspace = Workspace::new(&[
        ("good.clnrm.toml", GOOD),
        ("doubtful.clnrm.toml", &doubtful),
        ("broken.clnrm.toml", &broken),
    ]);
    assert_eq!(workspace.check(&["good.clnrm.toml"]).code, Some(0));
    assert_eq!(workspace.check(&["--strict", "good.clnrm.toml"]).code, Some(0));
    assert_eq!(workspace.check(&["doubtful.clnrm.toml"]).code, Some(0));
    assert_eq!(workspace.check(&["--strict", "doubtful.clnrm.toml"]).code, Some(1));
    assert_eq!(workspace.check(&["broken.clnrm.toml"]).code, Some(1));
    assert_eq!(workspace.check(&["missing.clnrm.toml"]).code, Some(2));
    assert_eq!(workspace.check(&[]).code, Some(1));
}

#[test]
fn a_directory_is_searched_for_tests() {
    let workspace = Workspace::new(&[
        ("b/c.clnrm.toml", GOOD),
        ("b.clnrm.toml", GOOD),
        ("b/a.clnrm.toml.tera", GOOD),
        ("b/d.toml.tera", GOOD),
        ("b/e.clnrm.tera", GOOD),
        ("b/other.toml", GOOD),
        ("b/.hidden/f.clnrm.toml", GOOD),
        ("b/.clnrm.toml", GOOD),
        ("cleanroom.toml", ""),
    ]);
    let expected = [
        "b/a.clnrm.toml.tera test",
        "b/c.clnrm.toml test",
        "b/d.toml.tera test",
        "b/e.clnrm.tera test",
        "b.clnrm.toml test",
    ];
    assert_eq!(workspace.check(&["--format", "json"]).files(), expected);
    assert_eq!(
        workspace.check(&["--format", "json", ".", "./b", "b/c.clnrm.toml"]).files(),
        expected,
        "each file once"
    );
    let absolute = workspace.path("b");
    let absolute = absolute.to_str().expect("a path");
    assert_eq!(
        workspace.check(&["--format", "json", absolute]).files(),
        expected[..4],
        "shown relative to where we are"
    );
}

#[test]
fn ignored_files_are_left_out_unless_named() {
    let workspace = Workspace::new(&[
        (".gitignore", "target/\n*.tmp.clnrm.toml\n"),
        ("target/a.clnrm.toml", GOOD),
        ("b.tmp.clnrm.toml", GOOD),
        ("c.clnrm.toml", GOOD),
        ("d/.gitignore", "e.clnrm.toml\n"),
        ("d/e.clnrm.toml", GOOD),
    ]);
    assert_eq!(workspace.check(&["--format", "json"]).files(), ["c.clnrm.toml test"]);
    let named = workspace.check(&["--format", "json", "target/a.clnrm.toml", "d/e.clnrm.toml"]);
    assert_eq!(named.files(), ["d/e.clnrm.toml test", "target/a.clnrm.toml test"]);
}

#[test]
fn what_git_ignores_everywhere_is_left_out() {
    let workspace = Workspace::new(&[("a.clnrm.toml", GOOD), ("b.clnrm.toml", GOOD)]);
    assert_eq!(workspace.check(&["--format", "json"]).files().len(), 2);
    workspace.write(".config/git/ignore", b"b.clnrm.toml\n");
    assert_eq!(workspace.check(&["--format", "json"]).files(), ["a.clnrm.toml test"]);
    workspace
        .write(".gitconfig", format!("[core]\n\tExcludesFile = {}\n", workspace.path("mine").display()).as_bytes());
    workspace.write("mine", b"a.clnrm.toml\n");
    assert_eq!(workspace.check(&["--format", "json"]).files(), ["b.clnrm.toml test"]);
}

#[test]
fn globs_name_files() {
    let workspace = Workspace::new(&[
        ("a/x.clnrm.toml", GOOD),
        ("a/b/y.clnrm.toml", GOOD),
        ("a/b/plain.toml", GOOD),
        ("z[1].clnrm.toml", GOOD),
    ]);
    let files = |pattern| workspace.check(&["--format", "json", pattern]).files();
    assert_eq!(files("a/*.clnrm.toml"), ["a/x.clnrm.toml test"]);
    assert_eq!(files("./a/**/*.clnrm.toml"), ["a/b/y.clnrm.toml test", "a/x.clnrm.toml test"]);
    assert_eq!(files("a/b/{y,z}.*"), ["a/b/y.clnrm.toml test"]);
    assert_eq!(files("a/b/*.toml").len(), 2, "any file that the glob names, whatever it is called");
    assert_eq!(files("z[1].clnrm.toml"), ["z[1].clnrm.toml test"], "a file of that very name");
}

#[test]
fn what_is_not_found_is_named_and_hides_nothing() {
    let broken = broken();
    let workspace = Workspace::new(&[("a.clnrm.toml", &broken)]);
    let ran = workspace.check(&["gone", "a.clnrm.toml", "no*thing", "[x"]);
    assert_eq!(ran.code, Some(2));
    for part in [
        "error[not-found]: `gone`: no such file or directory",
        "error[not-found]: `no*thing`: no file matches this glob",
        "error[not-found]: `[x`: is no valid glob: unclosed character class; missing ']'",
        "error[orphan-service]",
        "3 files could not be checked",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn programs_get_failures_in_the_report_and_people_on_standard_error() {
    let ran = Workspace::new(&[]).check(&["--format", "json", "gone"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.json()["files"][0]["failure"]["code"], "not-found");
    assert_eq!(ran.stderr, "error[not-found]: `gone`: no such file or directory\n\n");
}

#[test]
fn a_file_that_is_not_utf8_is_reported_with_its_place() {
    let workspace = Workspace::new(&[("good.clnrm.toml", GOOD)]);
    workspace.write("latin.clnrm.toml", b"[meta]\nname = \"k\xe4se\"\n");
    workspace.write("utf16.clnrm.toml", b"\xff\xfe[\0m\0");
    let ran = workspace.check(&["--quiet"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stdout, @r#"
    error[not-utf-8]: `latin.clnrm.toml:2:10`: is not UTF-8: invalid byte 0xe4

    error[not-utf-8]: `utf16.clnrm.toml:1:1`: is not UTF-8, but UTF-16: save it as UTF-8
    "#);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_hides_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let broken = broken();
    let workspace = Workspace::new(&[("a.clnrm.toml", GOOD), ("b.clnrm.toml", &broken)]);
    fs::set_permissions(workspace.path("a.clnrm.toml"), fs::Permissions::from_mode(0o0))
        .expect("to take the permission");
    if fs::read(workspace.path("a.clnrm.toml")).is_ok() {
        eprintln!("skipped: this user may read everything (root)");
        return;
    }
    let ran = workspace.check(&[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stdout.contains("error[unreadable]: `a.clnrm.toml`: permission denied"), "{}", ran.stdout);
    assert!(ran.stdout.contains("error[orphan-service]"), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_circles_of_directories_are_not() {
    use std::os::unix::fs::symlink;

    let workspace = Workspace::new(&[("a/real.clnrm.toml", GOOD)]);
    symlink(workspace.path("a"), workspace.path("a/circle")).expect("a link");
    symlink(workspace.path("a/real.clnrm.toml"), workspace.path("a/link.clnrm.toml")).expect("a link");
    symlink("nowhere", workspace.path("a/dead.clnrm.toml")).expect("a link");
    let ran = workspace.check(&["--format", "json"]);
    assert_eq!(ran.files(), ["a/link.clnrm.toml test", "a/real.clnrm.toml test"]);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn standard_input_is_checked_under_its_name() {
    let workspace = Workspace::new(&[("a.clnrm.toml", GOOD)]);
    let run = |arguments: &[&str], text: &str| workspace.run_with(arguments, &[], text.as_bytes());
    let ran = run(&["--check", "-", "--format", "json"], GOOD);
    assert_eq!((ran.code, ran.files()), (Some(0), vec!["<stdin> test".to_owned()]));
    let ran = run(&["--check", "-", "--stdin-filename", "a.clnrm.toml", "--format", "json", "."], &broken());
    assert_eq!(ran.code, Some(1), "it stands for the file of that name");
    assert_eq!(ran.findings(), ["a.clnrm.toml:17:12 error orphan-service"]);
}

#[test]
fn files_that_are_no_tests_are_said_to_be_so() {
    let workspace = Workspace::new(&[
        ("cleanroom.toml", "[project]\nname = \"x\"\n"),
        ("_macros.toml.tera", "{% macro a() %}x{% endmacro %}\n"),
        ("coverage.toml", "[system]\nname = \"x\"\n[weights]\na = 1\n[[dimensions.a]]\nname = \"b\"\n"),
        ("a.clnrm.toml", GOOD),
    ]);
    let ran = workspace.check(&["--format", "json", ".", "cleanroom.toml", "coverage.toml"]);
    let expected = [
        "_macros.toml.tera macro-library",
        "a.clnrm.toml test",
        "cleanroom.toml project-settings",
        "coverage.toml coverage-manifest",
    ];
    assert_eq!((ran.code, ran.files()), (Some(0), expected.map(str::to_owned).to_vec()));
    let ran = workspace.check(&["_macros.toml.tera", "cleanroom.toml", "coverage.toml"]);
    insta::assert_snapshot!(ran.stdout, @r#"
    note: `_macros.toml.tera` is a macro library, not a test; only its templates are checked
    note: `cleanroom.toml` holds the settings of the project, it is not a test
    note: `coverage.toml` is a coverage manifest, not a test
    no test checked (3 other files not judged)
    "#);
}

#[test]
fn a_directory_without_tests_is_said_to_be_so() {
    let workspace = Workspace::new(&[("a.toml", "")]);
    let ran = workspace.check(&[]);
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(ran.stderr, @r#"
    note: no test found in `.`
     |
     = help: in directories, tests are files named `*.clnrm.toml`, `*.clnrm.toml.tera`, `*.toml.tera` or `*.clnrm.tera` that no `.gitignore` excludes
    "#);
    assert_eq!(workspace.check(&["--quiet"]).stderr, "");
}

#[test]
fn thousands_of_files_are_checked_in_order() {
    let workspace = Workspace::new(&[]);
    for index in 0..2_000 {
        workspace.write(&format!("{:02}/{index:04}.clnrm.toml", index % 20), GOOD.as_bytes());
    }
    workspace.write("07/0127.clnrm.toml", broken().as_bytes());
    let ran = workspace.check(&["--format", "json"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.findings() == ["07/0127.clnrm.toml:17:12 error orphan-service"], "the one mistake");
    let files = ran.files();
    assert_eq!(files.len(), 2_000);
    assert!(files.is_sorted());
    assert_eq!(ran.stdout, workspace.check(&["--format", "json"]).stdout, "the same bytes every time");
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let workspace = Workspace::new(&[]);
    for index in 0..200 {
        workspace.write(&format!("{index:03}.clnrm.toml"), broken().as_bytes());
    }
    let folder = workspace.path("");
    let mut child =
        command(&folder, &["--check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
    assert_eq!(said, "");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn the_nearest_settings_of_the_project_hold() {
    let broken = broken();
    let workspace = Workspace::new(&[
        ("cleanroom.toml", "[lint]\norphan-service = \"warning\"\n"),
        ("a.clnrm.toml", &broken),
        ("b/c.clnrm.toml", &broken),
        ("d/cleanroom.toml", "[lint]\norphan-service = \"off\"\n"),
        ("d/e.clnrm.toml", &broken),
    ]);
    let ran = workspace.check(&["--format", "json"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.findings(),
        ["a.clnrm.toml:17:12 warning orphan-service", "b/c.clnrm.toml:17:12 warning orphan-service"]
    );
    let ran = workspace.check(&["--format", "json", "--strict", "b"]);
    assert_eq!(ran.code, Some(1), "settings above what is checked hold too");
}

#[test]
fn settings_that_can_not_be_used_are_told() {
    let workspace = Workspace::new(&[
        ("a/cleanroom.toml", "[lint]\norphan-servce = \"off\"\n"),
        ("a/a.clnrm.toml", GOOD),
        ("b/cleanroom.toml", "[lint\n"),
        ("b/b.clnrm.toml", GOOD),
    ]);
    let ran = workspace.check(&["a"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        ran.stderr,
        "warning: `a/cleanroom.toml:2:1`: there is no rule `orphan-servce`; did you mean `orphan-service`?\n"
    );
    let ran = workspace.check(&["b"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stdout.contains("error[unreadable]: `b/cleanroom.toml:1:"), "{}", ran.stdout);
}

#[test]
fn settings_of_a_project_count_from_wherever_it_is_checked() {
    let text = GOOD.replace("echo hello", "echo {{ vars.who }}");
    let workspace = Workspace::new(&[
        ("shop/cleanroom.toml", "[template.vars]\nwho = \"me\"\n"),
        ("shop/tests/a.clnrm.toml", &text),
        ("elsewhere/readme.md", ""),
    ]);
    for (folder, path) in
        [("", "shop"), ("shop/tests", "."), ("elsewhere", "../shop/tests"), ("elsewhere", "../shop/tests/a.clnrm.toml")]
    {
        let mut command = command(&workspace.path(folder), &["--check", path]);
        let ran = Ran::from(command.output().expect("the binary runs"));
        assert_eq!(ran.code, Some(0), "{path} in {folder}: {}", ran.stdout);
    }
    let mut command = command(&workspace.path("elsewhere"), &["--check", "--untrusted", "../shop/tests"]);
    let ran = Ran::from(command.output().expect("the binary runs"));
    assert!(
        ran.stdout.contains("undefined-variable"),
        "what lies outside of what is checked is hidden: {}",
        ran.stdout
    );
}

#[test]
fn templates_see_the_variables_and_the_environment_unless_untrusted() {
    let text = GOOD.replace("echo hello", "echo {{ env(name='WHO') }} {{ what }}");
    let workspace = Workspace::new(&[("a.clnrm.toml", &text)]);
    let check = |arguments: &[&str], environment: &[(&str, &str)]| {
        let ran = workspace.run_with(&[&["--check", "--format", "json"], arguments].concat(), environment, b"");
        ran.findings()
            .into_iter()
            .map(|found| found.rsplit(' ').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let who = &[("WHO", "me")][..];
    assert_eq!(check(&["--var", "what=x"], who), [""; 0]);
    assert_eq!(check(&[], who), ["undefined-variable"]);
    assert_eq!(check(&["--var", "what=x"], &[]), ["unset-environment-variable"]);
    assert_eq!(check(&["--var", "what=x", "--untrusted"], who), ["unset-environment-variable"]);
}

#[test]
fn settings_that_are_named_have_findings_with_places() {
    let workspace = Workspace::new(&[
        ("cleanroom.toml", "[lint]\norphan-servce = \"off\"\nentries = 3\n[cahce]\n"),
        ("b/cleanroom.toml", "[lint\n"),
        ("a.clnrm.toml", GOOD),
    ]);
    let ran = workspace.check(&["--format", "json", "cleanroom.toml", "a.clnrm.toml"]);
    assert_eq!(
        ran.findings(),
        [
            "cleanroom.toml:2:1 warning unknown-rule",
            "cleanroom.toml:3:11 error wrong-type",
            "cleanroom.toml:4:2 warning unknown-key"
        ]
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "told once");
    let ran = workspace.check(&["--format", "json", "b/cleanroom.toml"]);
    assert_eq!((ran.code, ran.findings()), (Some(1), vec!["b/cleanroom.toml:1:1 error toml-syntax".to_owned()]));
}

#[test]
fn a_library_that_is_named_has_the_mistakes_of_its_templates() {
    let library = "{% macro one(a) %}\n{{ a | uper }}\n{% endmacro %}\nnot = = toml\n";
    let workspace = Workspace::new(&[("_own.toml.tera", library), ("a.clnrm.toml", GOOD)]);
    let ran = workspace.check(&["_own.toml.tera"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(ran.stdout, @r#"
    error[unknown-filter]: there is no filter `uper`
     --> _own.toml.tera:2:8
      |
    1 | {% macro one(a) %}
    2 | {{ a | uper }}
      |        ^^^^
    3 | {% endmacro %}
      |
      = help: did you mean `upper`?

    note: `_own.toml.tera` is a macro library, not a test; only its templates are checked
    1 error in 1 file
    "#);
    let ran = workspace.check(&["--format", "json", "."]);
    assert_eq!((ran.code, ran.findings()), (Some(0), Vec::new()), "nothing uses it");
}

#[test]
fn the_variables_of_the_project_are_seen_by_its_templates() {
    let text = GOOD.replace("echo hello", "{% if vars.loud %}shout{% endif %} {{ what }} {{ svc }}");
    let text = format!("[vars]\nsvc = \"own\"\n{{% set unused = 1 %}}{text}");
    let workspace = Workspace::new(&[
        ("cleanroom.toml", "[template.vars]\nwhat = \"hello\"\nloud = true\nsvc = \"theirs\"\n"),
        ("a.clnrm.toml.tera", &text),
        ("b/a.clnrm.toml.tera", &text),
        ("b/cleanroom.toml", ""),
    ]);
    let found = workspace.check(&["--format", "json"]).findings();
    assert!(found.iter().all(|it| it.starts_with("b/") && it.ends_with("error undefined-variable")), "{found:?}");
    assert_eq!(found.len(), 1, "a condition may ask for what is not there");
}

#[test]
fn who_calls_a_macro_of_the_pack_reads_nothing_of_note_about_its_text() {
    let calls = "{{ m::span(name=\"a\") }}\n{{ m::graph_relationship(parent=\"a\", child=\"b\") }}\n\
                 {{ m::status_validation(pattern=\"a*\") }}\n{{ m::scenario(name=\"x\", service=\"app\", cmd=\"true\") }}\n";
    let text = format!("{{% import \"_macros.toml.tera\" as m %}}{GOOD}\n{calls}");
    let workspace = Workspace::new(&[("a.clnrm.toml.tera", &text)]);
    let report = workspace.check(&["--format", "json", "--hints"]).json();
    for found in report["files"][0]["diagnostics"].as_array().expect("a list of findings") {
        // A finding about an argument stands at the argument; one about the pack's own text at the call.
        let related = found["related"].as_array().expect("a list of places");
        let is_in_pack = related.iter().any(|it| it["path"].as_str().is_some_and(|path| path.contains("built-in")));
        assert!(!is_in_pack || found["range"]["start"]["column"] != 1, "{found}");
    }
}

#[test]
fn mistakes_in_the_expressions_of_strings_are_warnings() {
    let text = GOOD.replace("echo hello", "echo {{ nope() }} {{ svc | uper }} {{ who }} {{ env(name='NO_SUCH') }}");
    let workspace = Workspace::new(&[("a.clnrm.toml", &text)]);
    let ran = workspace.check(&["--format", "json"]);
    let codes: Vec<String> = ran.findings().iter().filter_map(|it| Some(it.split_once(' ')?.1.to_owned())).collect();
    let expected = ["unknown-function", "unknown-filter", "undefined-variable", "unset-environment-variable"];
    assert_eq!((ran.code, codes), (Some(0), expected.map(|code| format!("warning {code}")).to_vec()));
}
