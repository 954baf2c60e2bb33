//! Every command in the documents runs: a document that tells people what to type must not be wrong.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

#[cfg(unix)]
#[path = "shared/engine.rs"]
#[expect(dead_code, clippy::expect_used, reason = "tests of runs use the rest")]
mod engine;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

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

/// A folder with the examples in `tests`, as the documents have them.
fn place() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tests = folder.path().join("tests");
    copy_files(&repository().join("docs/examples"), &tests);
    copy_files(&repository().join("docs/examples/traces"), &tests.join("traces"));
    folder
}

/// Runs a line as a shell does, with our programs on its path.
fn typed(line: &str, folder: &Path) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_clnrm-lsp")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    Command::new("sh").args(["-c", line]).current_dir(folder).env("PATH", &path).output().unwrap()
}

/// Whether an engine answers; where none does, it is said what is skipped.
fn has_engine() -> bool {
    #[cfg(unix)]
    return engine::engine();
    #[cfg(not(unix))]
    return false;
}

#[test]
fn every_command_runs() {
    let (folder, has_engine) = (place(), has_engine());
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
            let line = match watches {
                true => format!("{command} | grep -m1 -E '^(ok|invalid|none): '"),
                // The engines of tests have no image but those that `scripts/setup-images` makes.
                false if is("init") && !command.contains("--image") => format!("{command} --image localhost/busybox:1"),
                false => command.clone(),
            };
            let output = typed(&line, &folder.path().join(within));
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

/// The fields that a row of docs/json.md promises: those of the object, and those that items of its lists may have.
fn promised(row: &str) -> (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) {
    let mut outside = String::new();
    let mut depth = 0;
    for letter in row.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        outside.extend((depth == 0 && letter != ')').then_some(letter));
    }
    let (mut fields, mut lists) = (BTreeSet::new(), BTreeMap::new());
    for part in outside.split(';') {
        let mut list: Option<String> = None;
        for name in part.split('`').skip(1).step_by(2) {
            match (&list, name.strip_suffix("[]")) {
                (_, Some(name)) => {
                    fields.insert(name.to_owned());
                    list = Some(name.to_owned());
                    lists.insert(name.to_owned(), BTreeSet::new());
                }
                (Some(list), None) => drop(lists.get_mut(list).unwrap().insert(name.to_owned())),
                (None, None) => drop(fields.insert(name.to_owned())),
            }
        }
    }
    (fields, lists)
}

#[test]
fn programs_are_told_what_the_page_says() {
    let (folder, has_engine) = (place(), has_engine());
    if has_engine {
        assert_eq!(typed("clnrm run tests/hello.clnrm.toml", folder.path()).status.code(), Some(0));
    }
    let page = fs::read_to_string(repository().join("docs/json.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `clnrm ")?.split_once("` | "));
    let mut seen = 0;
    for (command, row) in rows {
        if !has_engine && ["trace", "pull", "cleanup"].iter().any(|it| command.starts_with(it)) {
            continue;
        }
        let output = typed(&format!("clnrm {command}"), folder.path());
        let told: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{command}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
        let (fields, lists) = promised(row);
        let keys: BTreeSet<String> = told.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, fields, "`clnrm {command}`");
        for (list, known) in lists {
            for item in told[&list].as_array().unwrap_or_else(|| panic!("`{list}` of `clnrm {command}`")) {
                let Some(item) = item.as_object() else { continue };
                let unknown: Vec<&String> = item.keys().filter(|key| !known.contains(*key)).collect();
                assert!(unknown.is_empty(), "`{list}` of `clnrm {command}` has {unknown:?}");
            }
        }
        seen += 1;
    }
    assert!(seen >= 9, "only {seen} commands were found: has the form of the page changed?");
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
