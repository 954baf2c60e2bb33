//! Any text is formatted to the same value, with every visible byte, and formatting it again changes nothing.

#![no_main]

use std::sync::LazyLock;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::formatting::{FormatOptions, Formatted, Formatter, Style, Surroundings};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use libfuzzer_sys::fuzz_target;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::default);

fn format(text: &str, style: Style) -> Formatted {
    let (options, analysis) = (FormatOptions { style, ..FormatOptions::default() }, AnalysisOptions::default());
    let loader = MemoryLoader::of([("inc", "[x]\n")]);
    let surroundings = Surroundings { analyzer: &ANALYZER, options: &analysis, loader: &loader, importers: &[] };
    let document = SourceFile { name: "fuzz.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    Formatter { options: &options, surroundings: Some(surroundings) }.format(&document)
}

fn visible(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect();
    letters.sort_unstable();
    letters
}

fuzz_target!(|text: &str| {
    for style in [Style::Canonical, Style::Alphabetical, Style::Keep] {
        let formatted = format(text, style);
        let once = formatted.apply(text);
        assert_eq!(visible(text), visible(&once));
        if let Ok(value) = text.parse::<toml::Table>() {
            assert_eq!(once.parse::<toml::Table>().as_ref(), Ok(&value));
        }
        assert_eq!(format(&once, style).apply(&once), once);
    }
});
