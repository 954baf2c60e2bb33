//! Formatting of real files: the project's own examples and, where it is at hand, the corpus of an earlier implementation
//! (see `corpus.rs`).

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::fs;
use std::path::{Path, PathBuf};

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::formatting::{FormatOptions, Formatted, Formatter, Style, Surroundings};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::DiskLoader;

fn format(analyzer: &Analyzer, path: &Path, text: &str, style: Style) -> Formatted {
    let options = FormatOptions { style, ..FormatOptions::default() };
    let analysis = AnalysisOptions::default();
    let loader = DiskLoader::trusted(path.parent().map(Path::to_owned));
    let surroundings = Surroundings { analyzer, options: &analysis, loader: &loader, importers: &[] };
    let document = SourceFile { name: path.display().to_string(), path: Some(path.to_owned()), text: text.into() };
    Formatter { options: &options, surroundings: Some(surroundings) }.format(&document)
}

/// All files of tests below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.to_string_lossy().into_owned();
            if entry.is_dir() {
                folders.push(entry);
            } else if name.ends_with(".toml") || name.ends_with(".tera") {
                files.push(entry);
            }
        }
    }
    files.sort();
    files
}

/// Comments and all other visible bytes but commas, in any order: keys may have changed places.
fn visible(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect();
    letters.sort_unstable();
    letters
}

fn check(analyzer: &Analyzer, path: &Path) -> Formatted {
    let text = fs::read_to_string(path).unwrap();
    let shown = path.display();
    for style in [Style::Canonical, Style::Alphabetical, Style::Keep] {
        let formatted = format(analyzer, path, &text, style);
        let once = formatted.apply(&text);
        assert_eq!(visible(&text), visible(&once), "{shown}: something was lost");
        match toml::from_str::<toml::Table>(&text) {
            Ok(value) => assert_eq!(Ok(value), toml::from_str(&once), "{shown}: the value changed"),
            Err(_) if !text.contains("{%") && !text.contains("{{") => assert_eq!(text, once, "{shown}: is no TOML"),
            Err(_) => {}
        }
        let again = format(analyzer, path, &once, style);
        assert_eq!(again.apply(&once), once, "{shown}: {style:?} is not stable");
    }
    format(analyzer, path, &text, Style::Canonical)
}

#[test]
fn the_examples_and_the_macro_pack_keep_their_meaning() {
    let analyzer = Analyzer::default();
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = ["docs/examples", "tests/editors", "templates"].map(|folder| files(&project.join(folder))).concat();
    assert!(examples.len() > 4);
    for path in examples {
        check(&analyzer, &path);
    }
}

#[test]
fn the_corpus_keeps_its_meaning_and_nearly_all_of_it_is_formatted() {
    let corpus = std::env::var_os("CLNRM_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if !corpus.join("expectations.tsv").is_file() {
        return println!("skipped: no corpus at {}", corpus.display());
    }
    let expectations = fs::read_to_string(corpus.join("expectations.tsv")).unwrap();
    let is_rejected = |name: &str| expectations.lines().any(|line| line.starts_with(&format!("{name}\treject\t")));
    let analyzer = Analyzer::default();
    let (mut segments, mut untouched) = (0, 0);
    for path in files(&corpus) {
        let formatted = check(&analyzer, &path);
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&corpus).unwrap().display().to_string();
        for notice in &formatted.notices {
            let line = text[..notice.span.start].matches('\n').count() + 1;
            println!("{name}:{line}: {}", notice.kind);
        }
        assert!(
            formatted.untouched == 0 || !formatted.notices.is_empty(),
            "{name}: no notice says what was left alone"
        );
        // What a human rejected has a mistake that no formatter mends.
        if ["{{", "{%"].iter().any(|mark| text.contains(mark)) && !is_rejected(&name) {
            segments += formatted.segments;
            untouched += formatted.untouched;
        }
    }
    println!("{segments} segments of templates, {untouched} of them untouched");
    assert!(segments > 300, "{segments} segments are too few to tell");
    assert!(untouched * 20 <= segments, "{untouched} of {segments} segments are left as they are");
}
