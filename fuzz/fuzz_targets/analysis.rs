//! Any text is analysed, twice with the same result, and every place and edit lies in it.

#![no_main]

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::default);

fuzz_target!(|text: &str| {
    let document = SourceFile { name: "fuzz.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    let loader = MemoryLoader::of([("inc", "[x]\n")]);
    let analyze = || ANALYZER.analyze_with(&document, &AnalysisOptions::default(), &loader);
    let analysis = analyze();
    for diagnostic in &analysis.diagnostics {
        assert!(diagnostic.span.slice(text).is_some(), "{diagnostic:?}");
        for related in &diagnostic.related {
            let file = &analysis.files[related.file.0 as usize];
            assert!(related.span.slice(&file.text).is_some(), "{diagnostic:?}");
        }
        for (place, _) in diagnostic.fixes.iter().flat_map(|fix| &fix.edits) {
            assert!(place.slice(text).is_some(), "{diagnostic:?}");
        }
    }
    assert_eq!(analysis.diagnostics, analyze().diagnostics);
});
