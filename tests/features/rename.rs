//! Renames: what they change, what they refuse, and that they change nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::rename::{FileEdits, Recheck, Refusal, prove, rename};
use clnrm_lsp::features::symbols::Spelling;
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::text::Span;

use crate::workspace::{Files, source};

/// All files after a rename at `$0` of the first one, or why there is none.
fn renamed(files: &[(&str, &str)], new_name: &str) -> String {
    let (files, cursor) = Files::new(files);
    match try_rename(&files, files.first(), cursor, new_name) {
        Ok(edits) => {
            let texts = edits.iter().map(|file| format!("── {}\n{}", file.view.source().name, file.text()));
            texts.collect::<Vec<_>>().join("\n")
        }
        Err(refusal) => refusal.to_string(),
    }
}

fn try_rename(files: &Files, view: &DocumentView, offset: usize, new_name: &str) -> Result<Vec<FileEdits>, Refusal> {
    let edits = rename(view, offset, new_name, files)?;
    prove(&edits, new_name, files)?;
    Ok(edits)
}

const TEST: &str = "test.clnrm.toml.tera";

#[test]
fn a_service_is_renamed_with_its_sub_tables_and_quoted_keys() {
    let text = r#"[meta]
name = "demo"
version = "1.0"
[services."d$0b"]
image = "alpine:3.20"
[services.db.env]
A = "db"
[[scenario]]
name = "db"
service = 'db'
run = "echo db"
"#;
    insta::assert_snapshot!(renamed(&[(TEST, text)], "käse brot"));
}

#[test]
fn names_are_edited_in_arguments_loops_and_branches_that_are_not_taken() {
    let text = r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"
{% for name in ["db", "web"] %}
[services.{{ name }}]
image = "alpine:3.20"
{% endfor %}
[[scenario]]
name = "é"
service = "d$0b"
run = "true"
{% if false %}
[[scenario]]
name = "two"
service = "db"
run = "true"
{% endif %}
{{ m::span("db") }}
"#;
    insta::assert_snapshot!(renamed(&[(TEST, text)], "pg"));
}

#[test]
fn a_text_that_serves_two_names_or_more_than_a_name_is_left_alone() {
    let both = r#"{% macro both(name) %}
[services.{{ name }}]
image = "alpine:3.20"
[[expect.span]]
name = "{{ name }}"
{% endmacro %}
[meta]
name = "demo"
version = "1.0"
{{ self::both("d$0b") }}
"#;
    insta::assert_snapshot!(renamed(&[(TEST, both)], "pg"), @"the service `db` can't be renamed alone: the same text also names the span `db`");
    let command = both
        .replace("[[expect.span]]\nname = \"{{ name }}\"", "[[scenario]]\nname = \"s\"\nrun = \"start {{ name }}\"");
    insta::assert_snapshot!(renamed(&[(TEST, &command)], "pg"), @"renaming would change more than the name: in `test.clnrm.toml.tera`, the rendered text would change elsewhere");
    let derived = both.replace("name = \"{{ name }}\"", "name = \"{{ name }}.start\"");
    insta::assert_snapshot!(renamed(&[(TEST, &derived)], "pg"), @"renaming would change more than the name: in `test.clnrm.toml.tera`, a name would mean something else");
}

#[test]
fn names_of_the_template_keep_to_their_scope() {
    let text = r#"[vars]
image = "alpine"
{% macro one(image, tag="x") %}{{ image }}:{{ tag }}{% endmacro one %}
{% for im$0age in ["a", "b"] %}
x{{ image }} {{ [image for image in [image]] }}
{% endfor %}
{{ image }} {{ vars.image }} {{ self::one(image=image, tag="1") }}
"#;
    insta::assert_snapshot!(renamed(&[(TEST, text)], "each"));
    let variable = text.replace("im$0age", "image").replacen("image = ", "im$0age = ", 1);
    insta::assert_snapshot!(renamed(&[(TEST, &variable)], "picture"));
    let parameter = text.replace("im$0age", "image").replacen("one(image", "one(im$0age", 1);
    insta::assert_snapshot!(renamed(&[(TEST, &parameter)], "picture"));
    insta::assert_snapshot!(renamed(&[(TEST, &parameter)], "tag"), @"there is a parameter `tag` already");
}

#[test]
fn a_macro_and_its_parameters_are_renamed_across_files() {
    let library = "{% macro check(name, kind=\"internal\") %}\n[[expect.span]]\nname = {{ name | toml_encode }}\nkind = {{ kind | toml_encode }}\n{% endmacro check %}\n{% macro twice(n) %}{{ self::check(n) }}{{ self::check(name=n) }}{% endmacro %}\n";
    let test = "{% import \"_own.toml.tera\" as m %}\n{{ m::check(na$0me=\"é\") }}\n";
    let other = "{% import \"_own.toml.tera\" as other %}\n{{ other::twice(\"a\") }}{{ other::check(\"b\", kind=\"client\") }}\n";
    let files = [(TEST, test), ("_own.toml.tera", library), ("o.clnrm.toml.tera", other)];
    insta::assert_snapshot!(renamed(&files, "span"));
    let test = test.replace("$0", "").replace("::check", "::ch$0eck");
    let files = [(TEST, test.as_str()), ("_own.toml.tera", library), ("o.clnrm.toml.tera", other)];
    insta::assert_snapshot!(renamed(&files, "is_there"));
    insta::assert_snapshot!(renamed(&files, "twice"), @"there is a macro `twice` already");
}

#[test]
fn a_rename_may_mend_what_is_wrong_with_the_name() {
    let text = "[meta]\nname = \"demo\"\nversion = \"1.0\"\n[[scenario]]\nname = \"says h$0ello\"\nrun = \"true\"\n";
    insta::assert_snapshot!(renamed(&[(TEST, text)], "says_hello"));
}

#[test]
fn a_broken_document_is_renamed_as_far_as_it_is_certain() {
    let text = "[services.d$0b]\nimage = \"alpine\n[[scenario]\nname = \"one\"\nservice = \"db\"\nrun = [\n";
    insta::assert_snapshot!(renamed(&[(TEST, text)], "pg"));
}

/// The word that no file holds.
const FRESH: &str = "renamed_zq";

/// Every name of every file that is accepted, and of each case of the rules, is renamed to a fresh one; the file has the
/// diagnostics that it had, and nothing refuses because the names were not understood.
#[test]
fn renaming_leaves_every_file_with_its_diagnostics() {
    let (mut done, mut refused) = (0, BTreeMap::<String, usize>::new());
    for file in subjects() {
        let (files, _) = Files::new(&[(&file.name, &file.text)]);
        let view = files.first();
        for symbol in view.symbols().all() {
            let Some(place) = symbol.occurrences.iter().find(|it| it.spelling == Spelling::Literal) else { continue };
            match try_rename(&files, view, place.span.start, FRESH) {
                Ok(edits) => {
                    let [edit] = edits.as_slice() else { panic!("one file was there") };
                    let after = files.analyze(&source(&file.name, &edit.text()), &[]);
                    // Messages name things in the order of their names, so that only the codes stay the same. What is wrong
                    // with the old name itself may be gone.
                    let own: Vec<&str> = on_name(view, &edit.edits);
                    let (before, mut left) = (codes(view), codes(&after));
                    let lost: Vec<&str> = before
                        .into_iter()
                        .filter(|code| left.iter().position(|it| it == code).map(|at| left.remove(at)).is_none())
                        .collect();
                    let name = format!("{}: {} {}", file.name, symbol.kind.noun(), symbol.name);
                    assert_eq!(left, [""; 0], "{name}");
                    assert!(lost.iter().all(|code| own.contains(code)), "{name}: {lost:?}");
                    assert!(after.text().contains(FRESH), "{}: {}", file.name, symbol.name);
                    done += 1;
                }
                Err(refusal) => {
                    let kind = format!("{refusal:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
                    println!("{}: {} {}: {refusal}", file.name, symbol.kind.noun(), symbol.name);
                    *refused.entry(kind).or_default() += 1;
                }
            }
        }
    }
    println!("{done} renamed, refused: {refused:?}");
    assert!(done > 500, "{done} renamed, refused: {refused:?}");
}

fn codes(view: &DocumentView) -> Vec<&'static str> {
    let mut codes: Vec<_> = view.analysis().diagnostics.iter().map(|it| it.rule.code).collect();
    codes.sort_unstable();
    codes
}

/// The codes of what is reported at the edited places.
fn on_name(view: &DocumentView, edits: &[(Span, String)]) -> Vec<&'static str> {
    let found = view.analysis().diagnostics.iter();
    found.filter(|it| edits.iter().any(|(edit, _)| edit.overlaps(it.span))).map(|it| it.rule.code).collect()
}

/// The examples of the documentation, each case of the rules' fixtures, and the corpus where it is there.
pub fn subjects() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut subjects: Vec<SourceFile> =
        files(&root.join("docs/examples")).iter().filter_map(|path| read(path)).collect();
    for path in files(&root.join("tests/fixtures/rules")) {
        let Some(file) = read(&path) else { continue };
        for (index, case) in file.text.split("#: case").enumerate().skip(1) {
            let name = format!("{index}-{}.clnrm.toml.tera", path.file_stem().unwrap().to_string_lossy());
            // The marks of what is found are no part of the case.
            let is_mark = |line: &&str| line.trim_start().starts_with('#') && line.contains("^^");
            let text: String = case.split_inclusive('\n').skip(1).filter(|line| !is_mark(line)).collect();
            subjects.push(source(&name, &text));
        }
    }
    let corpus = std::env::var_os("CLNRM_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    if let Ok(expectations) = fs::read_to_string(corpus.join("expectations.tsv")) {
        let accepted = expectations.lines().filter_map(|line| {
            let mut columns = line.split('\t');
            columns.next().filter(|_| columns.next() == Some("accept")).map(|path| corpus.join(path))
        });
        subjects.extend(accepted.filter_map(|path| read(&path)));
    }
    subjects
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Option<SourceFile> {
    let name = path.file_name()?.to_str()?;
    Some(source(name, &fs::read_to_string(path).ok()?))
}
