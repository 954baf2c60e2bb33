//! Good tests, changed: other spellings of the same stay good, and each thing broken is an error at its line, without a
//! flood behind it.
//!
//! The material is what the project has: its examples, and the right example of every rule. `CLNRM_MUTATE=DIRECTORY` adds
//! the files of a directory.

#![expect(clippy::unwrap_used, reason = "a file that can't be read is a failed test")]

mod breaking;
mod spelling;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::validation::{RULES, Severity};

/// More errors than this for one mistake are a flood.
const FLOOD: usize = 3;

/// A good test.
struct Good {
    name: String,
    text: String,
}

/// What an analysis found.
struct Found {
    /// Line (from 1) and text of each error.
    errors: Vec<(usize, String)>,
    /// How often each rule found an error or a warning.
    codes: BTreeMap<&'static str, usize>,
}

fn find(analyzer: &Analyzer, name: &str, text: &str) -> Found {
    let document = SourceFile { name: name.to_owned(), path: None, text: text.into() };
    let analysis = analyzer.analyze(&document, &AnalysisOptions::default());
    let mut found = Found { errors: Vec::new(), codes: BTreeMap::new() };
    for it in analysis.diagnostics.iter().filter(|it| it.severity <= Severity::Warning) {
        *found.codes.entry(it.rule.code).or_default() += 1;
        if it.severity == Severity::Error {
            let line = text[..it.span.start].matches('\n').count() + 1;
            found.errors.push((line, format!("{}: {}", it.rule.code, it.message)));
        }
    }
    found
}

/// All good tests of the project, without any error.
fn material(analyzer: &Analyzer) -> Vec<Good> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples");
    let extra = std::env::var_os("CLNRM_MUTATE").map(PathBuf::from);
    let mut paths: Vec<PathBuf> = Vec::new();
    for directory in [Some(examples), extra].into_iter().flatten() {
        paths.extend(fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()));
    }
    paths.sort();
    let files = paths.iter().filter_map(|path| {
        Some(Good { name: path.file_name()?.to_str()?.to_owned(), text: fs::read_to_string(path).ok()? })
    });
    let rules =
        RULES.iter().map(|rule| Good { name: format!("{}.clnrm.toml", rule.code), text: rule.right.to_owned() });
    files.chain(rules).filter(|good| find(analyzer, &good.name, &good.text).errors.is_empty()).collect()
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn other_spellings_stay_good() {
    let analyzer = Analyzer::default();
    let mut complaints = Vec::new();
    let mut tried = 0;
    for good in material(&analyzer) {
        let before = find(&analyzer, &good.name, &good.text).codes;
        for spelling in spelling::ALL {
            let Some(text) = (spelling.respell)(&good.text) else { continue };
            let after = find(&analyzer, &good.name, &text);
            tried += 1;
            if !after.errors.is_empty() {
                complaints.push(format!("{} {}: {:?}", good.name, spelling.name, after.errors));
            } else if spelling.same_findings && after.codes != before {
                complaints.push(format!("{} {}: {before:?} became {:?}", good.name, spelling.name, after.codes));
            }
        }
    }
    assert!(tried > 500, "only {tried}");
    report(&complaints);
}

#[test]
fn what_is_broken_is_an_error_at_its_line() {
    let analyzer = Analyzer::default();
    let mut complaints = Vec::new();
    let mut tried = 0;
    for good in material(&analyzer) {
        for broken in breaking::all(&good.text) {
            let errors = find(&analyzer, &good.name, &broken.text).errors;
            tried += 1;
            let place = format!("{}:{} {}", good.name, broken.line, broken.what);
            if !errors.iter().any(|(line, _)| *line == broken.line) {
                complaints.push(format!("{place}: no error there, but {errors:?}"));
            } else if errors.len() > FLOOD {
                complaints.push(format!("{place}: {} errors: {errors:?}", errors.len()));
            }
        }
    }
    assert!(tried > 1000, "only {tried}");
    report(&complaints);
}
