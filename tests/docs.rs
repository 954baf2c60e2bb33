//! Every command in the documents runs: a document that tells people what to type must not be wrong.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

#[cfg(unix)]
#[path = "shared/engine.rs"]
#[expect(dead_code, clippy::expect_used, reason = "tests of runs use the rest")]
mod engine;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The command lines of our programs in a document: lines of code blocks that begin with the name of one, each with the folder in
/// which it is typed, as the last `cd` has it.
fn commands(document: &str) -> Vec<(PathBuf, String)> {
    let mut fenced = false;
    let mut commands = Vec::new();
    let mut folder = PathBuf::new();
    for line in document.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let code = if fenced { Some(line) } else { line.strip_prefix("    ") };
        if let Some(next) = code.and_then(|code| code.strip_prefix("cd ")) {
            folder.push(next.trim());
        }
        let Some(command) = code.filter(|code| code.starts_with("clnrm-lsp ") || code.starts_with("clnrm ")) else {
            continue;
        };
        let command = command.split(" #").next().unwrap_or_default().trim();
        // What stands for something else can't be typed.
        if !command.contains(['…', '<', '[']) {
            commands.push((folder.clone(), command.to_owned()));
        }
    }
    commands
}

/// All documents of the repository: what is in `docs/`, those of the editors, and those at the top.
fn documents() -> Vec<PathBuf> {
    let mut documents: Vec<_> = ["README.md", "CONTRIBUTING.md"].map(|name| repository().join(name)).into();
    let mut folders = vec![repository().join("docs"), repository().join("editors")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let is_installed = path.ends_with("node_modules");
            match path.is_dir() {
                true if !is_installed => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "md") => documents.push(path),
                _ => {}
            }
        }
    }
    documents.sort();
    documents
}

/// Copies the files of a folder, but not its folders.
fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn every_command_runs() {
    let folder = tempfile::tempdir().unwrap();
    let tests = folder.path().join("tests");
    copy_files(&repository().join("docs/examples"), &tests);
    copy_files(&repository().join("docs/examples/traces"), &tests.join("traces"));
    let program = Path::new(env!("CARGO_BIN_EXE_clnrm-lsp")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    #[cfg(unix)]
    let has_engine = engine::engine();
    #[cfg(not(unix))]
    let has_engine = false;
    let mut ran = 0;
    for document in documents() {
        for (within, command) in commands(&fs::read_to_string(&document).unwrap()) {
            let is = |name: &str| {
                let rest = command.strip_prefix("clnrm ").and_then(|rest| rest.strip_prefix(name));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            let runs = ["run", "repro", "redgreen", "pull", "cleanup", "init"].into_iter().any(is);
            // Without an engine these can only say that there is none; `engine` has said that they are skipped.
            let of_a_run = is("trace") || command.contains(".clnrm/");
            if !has_engine && ((runs && !command.contains("--no-engine")) || of_a_run || is("doctor")) {
                continue;
            }
            let watches = ["watch", "dev", "run --watch"].iter().any(|it| command.starts_with(&format!("clnrm {it} ")));
            // A watch ends when nobody reads it any more: here once it has said what the tests are.
            let typed = match watches {
                true => format!("{command} | grep -m1 -E '^(ok|invalid|none): '"),
                // The engines of tests have no image but those that `scripts/setup-images` makes.
                false if is("init") && !command.contains("--image") => format!("{command} --image localhost/busybox:1"),
                false => command.clone(),
            };
            let place = folder.path().join(within);
            let output =
                Command::new("sh").args(["-c", &typed]).current_dir(&place).env("PATH", &path).output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            // What mends or runs nothing may find something: some examples are there to show mistakes.
            let allowed = match output.status.code() {
                Some(0) => true,
                Some(1) => !runs,
                _ => false,
            };
            assert!(allowed, "{}: `{command}`: {told}", document.display());
            ran += 1;
        }
    }
    assert!(ran >= 6, "only {ran} commands were found: has the form of the documents changed?");
}

/// What a document links to in the repository: a file, and the heading in it where one is named.
fn links(document: &Path) -> Vec<(PathBuf, Option<String>)> {
    let text = fs::read_to_string(document).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = targets.filter(|target| !target.is_empty() && !target.contains("://") && !target.contains(' '));
    let link = |target: &str| {
        let (file, heading) = target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
        let path = if file.is_empty() { document.to_owned() } else { document.parent().unwrap().join(file) };
        (path, heading.map(str::to_owned))
    };
    targets.map(link).collect()
}

/// The names by which headings of a document are linked to.
fn headings(document: &Path) -> Vec<String> {
    let text = fs::read_to_string(document).unwrap();
    let name = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    text.lines().filter(|line| line.starts_with('#')).map(name).collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    for document in documents() {
        for (path, heading) in links(&document) {
            let shown = document.display();
            assert!(path.exists(), "{shown} links to {}, which is not there", path.display());
            let Some(heading) = heading.filter(|_| path.extension().is_some_and(|extension| extension == "md")) else {
                continue;
            };
            assert!(headings(&path).contains(&heading), "{shown} links to #{heading} of {}", path.display());
        }
    }
}

#[test]
fn every_document_is_found_from_the_readme() {
    let mut open = vec![repository().join("README.md")];
    let mut found = BTreeSet::new();
    while let Some(document) = open.pop() {
        if found.insert(document.canonicalize().unwrap()) {
            let documents = links(&document).into_iter().map(|(path, _)| path);
            open.extend(documents.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
        }
    }
    let documents = documents().into_iter().filter(|path| path.starts_with(repository().join("docs")));
    let lost: Vec<PathBuf> = documents.filter(|path| !found.contains(&path.canonicalize().unwrap())).collect();
    assert!(lost.is_empty(), "no way leads from README.md to {lost:?}");
}

/// The picture of the README is what the terminal shows; `UPDATE_DOCS=1 cargo test --test docs` takes it anew.
#[test]
fn the_picture_is_what_people_see() {
    let output = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"))
        .args(["--check", "--color", "always", "docs/examples/mistakes.clnrm.toml.tera"])
        .current_dir(repository())
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let shown = format!(
        "$ clnrm-lsp --check docs/examples/mistakes.clnrm.toml.tera\n\n{}",
        String::from_utf8(output.stdout).unwrap()
    );
    let picture = anstyle_svg::Term::new().min_width_px(840).render_svg(&shown);
    let path = repository().join("docs/images/check.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &picture).unwrap();
    }
    let taken = fs::read_to_string(&path).unwrap_or_default();
    assert!(taken == picture, "docs/images/check.svg is stale: UPDATE_DOCS=1 cargo test --test docs");
}
