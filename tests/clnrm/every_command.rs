//! Each command tells how it is used, what it found, and what went wrong, in words that are kept here for people to read. The list of
//! commands is clap's own: one without its page here fails.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use regex::Regex;

use crate::example;
use crate::workspace::{GOOD, Ran, Workspace, broken};

/// A project with everything that a command may want, in a folder whose name is always the same.
fn project() -> Workspace {
    Workspace::new(&[
        ("shop/cleanroom.toml", "[project]\nname = \"shop\"\n"),
        ("shop/tests/good.clnrm.toml", GOOD),
        ("shop/tests/hello.clnrm.toml", &example("hello.clnrm.toml")),
        ("shop/tests/checkout.clnrm.toml.tera", &example("checkout.clnrm.toml.tera")),
        ("shop/traces/hello.json", &example("traces/hello.json")),
        ("shop/traces/hello-slow.json", &example("traces/hello-slow.json")),
        ("shop/broken/broken.clnrm.toml", &broken()),
    ])
}

/// Runs `clnrm` in the project, where no engine is and no editor.
fn run(workspace: &Workspace, line: &str) -> Ran {
    let folder = workspace.path("shop");
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command
        .args(line.split_whitespace())
        .current_dir(&folder)
        .env_clear()
        .env("HOME", workspace.path("home"))
        .env("PATH", workspace.path("bin"))
        .env("DOCKER_HOST", "unix:///no/such/engine.sock");
    Ran::from(command.stdin(Stdio::null()).output().expect("the binary runs"))
}

/// Every command with those below it: `cache stats`, `template render`.
fn commands() -> Vec<String> {
    fn below(command: &clap::Command, path: &str, all: &mut Vec<String>) {
        for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
            let path = format!("{path} {}", command.get_name()).trim().to_owned();
            all.push(path.clone());
            below(command, &path, all);
        }
    }
    let mut all = Vec::new();
    below(&clnrm_lsp::cli::clnrm_program(), "", &mut all);
    all
}

/// What is told, without what differs from run to run.
fn told(workspace: &Workspace, ran: &Ran) -> String {
    let text = format!("exit code {}\n--- stdout\n{}--- stderr\n{}", ran.code.unwrap_or(-1), ran.stdout, ran.stderr);
    let binaries = std::path::Path::new(env!("CARGO_BIN_EXE_clnrm")).parent().expect("a folder");
    let text = text.replace(&workspace.path("").display().to_string(), "~/");
    let text = text.replace(&binaries.display().to_string(), "/opt/clnrm");
    let replaced = [
        (r"\b\d{8}-\d{6}-[0-9a-f]{6}\b", "RUN"),
        (r"\b\d+(\.\d+)? ?(µs|ms|s)\b", "TIME"),
        (r"\b[1-9][\d.]* [KM]?i?B\b", "SIZE"),
        (r#""bytes": [1-9]\d*"#, "\"bytes\": SIZE"),
    ];
    replaced
        .iter()
        .fold(text, |text, (pattern, by)| Regex::new(pattern).expect("a pattern").replace_all(&text, *by).into_owned())
}

/// Where a command's output is told.
enum Output {
    /// By the last of these command lines, which are typed one after the other.
    Here(&'static [&'static str]),
    /// In these tests, for it is no text, or needs an engine or a terminal.
    Elsewhere(&'static str),
}

/// The output of each command.
fn output(command: &str) -> Option<Output> {
    use Output::{Elsewhere, Here};
    Some(match command {
        "init" => Here(&["init new --no-engine"]),
        "gen" => Here(&["gen span"]),
        "template" => Here(&["template matrix"]),
        "template render" => Here(&["template render tests/checkout.clnrm.toml.tera --cache --cache-stats"]),
        "render" => Here(&["render tests/checkout.clnrm.toml.tera --show-vars"]),
        "validate" => Here(&["validate"]),
        "fmt" => Here(&["gen span -o a.clnrm.toml", "fmt --check"]),
        "run" => Here(&["run tests/good.clnrm.toml"]),
        "redgreen" => Here(&["redgreen tests/good.clnrm.toml --expect green"]),
        "repro" => Here(&["run tests/good.clnrm.toml", "repro"]),
        "report" => Here(&["run tests/good.clnrm.toml", "report"]),
        "trace" => {
            Here(&["record tests/hello.clnrm.toml --traces traces/hello.json --keep", "trace tests/hello.clnrm.toml"])
        }
        "doctor" => Here(&["doctor tests --no-engine"]),
        "cache" => Here(&["run tests/good.clnrm.toml", "cache stats"]),
        "cache stats" => Here(&["run tests/good.clnrm.toml", "cache stats tests --format json"]),
        "cache clear" => Here(&["run tests/good.clnrm.toml", "cache clear --all"]),
        "analyze" => Here(&["analyze tests/hello.clnrm.toml --traces traces/hello.json"]),
        "mutate" => Here(&["mutate tests/hello.clnrm.toml --traces traces/hello.json"]),
        "record" => Here(&["record --traces traces/hello.json"]),
        "diff" => Here(&["diff tests/good.clnrm.toml tests/hello.clnrm.toml"]),
        "graph" => Here(&["graph tests/hello.clnrm.toml --traces traces/hello.json"]),
        "spans" => Here(&["spans traces/hello.json"]),
        "pull" | "cleanup" => Elsewhere("tests/runs: it needs an engine"),
        "watch" => Elsewhere("tests/clnrm/watch.rs: it does not end by itself"),
        "completions" | "man" => Elsewhere("tests/clnrm/shell.rs: it is as long as all help texts together"),
        "lsp" => Elsewhere("tests/server: it speaks the protocol"),
        _ => return None,
    })
}

/// What can go wrong with each command: command lines that fail.
fn errors(command: &str) -> Option<&'static [&'static str]> {
    Some(match command {
        "init" => &["init --template nope", "init --template minimal --no-engine shop tests", "init new"],
        "gen" => &["gen", "gen spam", "gen span -o no/such/folder/a.toml"],
        "template" => &["template", "template otle"],
        "template render" => &["template render", "template render none.tera"],
        "render" => &["render none.tera", "render tests/checkout.clnrm.toml.tera --set image"],
        "validate" => &["validate none.clnrm.toml", "validate broken", "validate --format xml"],
        "fmt" => &["fmt none.clnrm.toml", "fmt --chekc"],
        "run" => &["run none.clnrm.toml", "run --only nope", "run broken", "run --jobs 0"],
        "redgreen" => &["redgreen", "redgreen tests --expect blue"],
        "repro" => &["repro", "repro nope"],
        "report" => &["report", "report --format pdf"],
        "trace" => &["trace", "trace tests/good.clnrm.toml"],
        "cleanup" => &["cleanup", "cleanup --format xml"],
        "pull" => &["pull tests/good.clnrm.toml", "pull none.clnrm.toml", "pull broken", "pull --policy sometimes"],
        "cache" => &["cache", "cache empty"],
        "cache stats" => &["cache stats nowhere"],
        "cache clear" => &["cache clear nowhere", "cache clear --everything"],
        "doctor" => &["doctor tests", "doctor none.clnrm.toml --no-engine", "doctor broken --no-engine --quiet"],
        "analyze" => &["analyze tests/hello.clnrm.toml", "analyze tests/hello.clnrm.toml --traces none.json"],
        "mutate" => &["mutate tests/hello.clnrm.toml --traces traces/hello-slow.json", "mutate"],
        "record" => &["record --traces none.json", "record --last"],
        "diff" => &["diff tests/good.clnrm.toml", "diff HEAD:a.clnrm.toml tests/good.clnrm.toml"],
        "graph" => &["graph none.json", "graph tests/good.clnrm.toml --format png"],
        "spans" => &["spans none.json", "spans traces/hello.json --grep ("],
        "watch" => &["watch none.clnrm.toml", "watch --debounce soon", "watch --untrusted"],
        "completions" => &["completions", "completions nushell"],
        "man" => &["man --output cleanroom.toml"],
        "lsp" => &["lsp a.clnrm.toml", "lsp --listen nowhere"],
        _ => return None,
    })
}

fn name(command: &str) -> String {
    command.replace(' ', "_")
}

#[test]
fn help_shows_arguments_examples_and_exit_codes() {
    let workspace = project();
    for command in commands() {
        let ran = run(&workspace, &format!("{command} --help"));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{command}");
        insta::assert_snapshot!(format!("help_of_{}", name(&command)), ran.stdout);
    }
}

#[test]
fn output_is_what_people_read() {
    for command in commands() {
        let output = output(&command).unwrap_or_else(|| panic!("`{command}` has no output here: add it"));
        let lines = match output {
            Output::Here(lines) => lines,
            Output::Elsewhere(place) => {
                println!("{command}: {place}");
                continue;
            }
        };
        let workspace = project();
        let mut ran = None;
        for line in lines {
            ran = Some(run(&workspace, line));
        }
        let ran = ran.expect("a command line");
        insta::assert_snapshot!(format!("output_of_{}", name(&command)), told(&workspace, &ran));
    }
}

#[test]
fn errors_say_what_happened_where_and_what_to_do() {
    for command in commands() {
        let lines = errors(&command).unwrap_or_else(|| panic!("`{command}` has no error here: add one"));
        let mut text = String::new();
        for line in lines {
            let workspace = project();
            let ran = run(&workspace, line);
            assert!(matches!(ran.code, Some(1..=5)), "{line}: {ran:?}");
            text.push_str(&format!("$ clnrm {line}\n{}\n", told(&workspace, &ran)));
        }
        insta::assert_snapshot!(format!("errors_of_{}", name(&command)), text);
    }
}

#[test]
fn no_page_is_left_of_a_command_that_is_gone() {
    let commands: BTreeSet<String> = commands().iter().map(|it| name(it)).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clnrm/snapshots");
    for path in std::fs::read_dir(folder).expect("the snapshots").map(|entry| entry.expect("an entry").path()) {
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(page) = file.strip_prefix("clnrm__every_command__") else { continue };
        let page = page.split('.').next().unwrap_or(page);
        let command = ["help_of_", "output_of_", "errors_of_"].iter().find_map(|kind| page.strip_prefix(kind));
        assert!(command.is_some_and(|it| commands.contains(it)), "{file}");
    }
}
