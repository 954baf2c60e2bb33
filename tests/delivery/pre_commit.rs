//! The hooks of `docs/ci/pre-commit.md`, run by pre-commit itself on commits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{Machine, RIGHT, VERSION, WRONG, blocks, programs, repository, told};

fn pre_commit() -> Option<PathBuf> {
    let program = repository().join("target/tools/python/bin/pre-commit");
    if program.exists() {
        return Some(program);
    }
    assert!(std::env::var_os("CI").is_none(), "pre-commit is missing: run scripts/setup --test");
    eprintln!("SKIPPED: pre-commit is not in target/tools; scripts/setup --test puts it there");
    None
}

fn git(folder: &Path, home: &Path, arguments: &[&str]) {
    let author = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"];
    let output =
        Command::new("git").args(author).args(arguments).current_dir(folder).env("HOME", home).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", told(&output));
}

/// A repository with the configuration of the document, for which ours is a folder with the version that it names.
fn project(examples: &[&str]) -> Machine {
    let machine = Machine::with(examples);
    let (home, project, ours) = (machine.path("home"), machine.path("project"), machine.path("ours"));
    fs::create_dir(&ours).unwrap();
    fs::copy(repository().join(".pre-commit-hooks.yaml"), ours.join(".pre-commit-hooks.yaml")).unwrap();
    let elsewhere =
        format!("[url \"file://{}\"]\n    insteadOf = https://github.com/clnrm/clnrm-lsp\n", ours.display());
    fs::write(home.join(".gitconfig"), elsewhere).unwrap();
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "hooks"], &["tag", &format!("v{VERSION}")]]
    {
        git(&ours, &home, arguments);
    }
    fs::write(project.join(".pre-commit-config.yaml"), &blocks("docs/ci/pre-commit.md", "yaml")[0]).unwrap();
    git(&project, &home, &["init", "-q"]);
    git(&project, &home, &["add", "."]);
    machine
}

/// One hook, on what is about to be committed.
fn hook(program: &Path, machine: &Machine, hook: &str) -> Output {
    let programs = programs();
    let mut command = machine.command(program.to_str().unwrap());
    let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    command.env("PATH", format!("{}:{}", programs.path().display(), path.to_str().unwrap()));
    command.env("PRE_COMMIT_HOME", machine.path("temp/pre-commit")).args(["run", hook]).output().unwrap()
}

#[test]
fn the_check_stops_a_commit_with_mistakes() {
    let Some(program) = pre_commit() else { return };
    let wrong = hook(&program, &project(&WRONG), "clnrm-check");
    assert!(!wrong.status.success() && told(&wrong).contains("error[orphan-service]"), "{}", told(&wrong));
    let right = hook(&program, &project(&RIGHT), "clnrm-check");
    assert!(right.status.success() && told(&right).contains("Passed"), "{}", told(&right));

    // A commit without any of our files has nothing to do with it.
    let machine = project(&WRONG);
    git(&machine.path("project"), &machine.path("home"), &["rm", "-q", "--cached", "-r", "tests"]);
    let other = hook(&program, &machine, "clnrm-check");
    assert!(other.status.success() && told(&other).contains("Skipped"), "{}", told(&other));
}

#[test]
fn the_formatter_stops_a_commit_once() {
    let Some(program) = pre_commit() else { return };
    let machine = project(&RIGHT);
    let before = machine.file("tests/hello.clnrm.toml");
    let first = hook(&program, &machine, "clnrm-format");
    assert!(!first.status.success() && told(&first).contains("files were modified"), "{}", told(&first));
    assert_ne!(machine.file("tests/hello.clnrm.toml"), before);
    git(&machine.path("project"), &machine.path("home"), &["add", "."]);
    let second = hook(&program, &machine, "clnrm-format");
    assert!(second.status.success() && told(&second).contains("Passed"), "{}", told(&second));
}
