//! Texts with marks: `$0` is where the cursor stands; two of them hold a selection.

use std::sync::{Arc, LazyLock};

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::text::Span;

/// One for all, as in the product.
pub static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::default);

/// A document with a place in it.
pub struct Fixture {
    /// The document as features see it.
    pub view: DocumentView,
    /// What the marks hold: empty for one mark, and at the start of the document for none.
    pub selection: Span,
}

impl Fixture {
    /// A test that is analysed as in an editor; no other file exists.
    pub fn new(marked: &str) -> Self {
        Self::with_files(marked, &[])
    }

    /// The same with other files: name and text.
    pub fn with_files(marked: &str, files: &[(&str, &str)]) -> Self {
        let mut parts = marked.split("$0");
        let start = parts.next().map_or(0, str::len);
        let end = start + parts.next().filter(|_| marked.matches("$0").count() > 1).map_or(0, str::len);
        let has_mark = marked.contains("$0");
        let selection = if has_mark { Span::new(start, end) } else { Span::at(0) };
        let document = document(&marked.replace("$0", ""));
        let loader = MemoryLoader::of(files.iter().map(|(name, text)| (*name, *text)));
        let options = AnalysisOptions { libraries: true, ..AnalysisOptions::default() };
        let analysis = ANALYZER.analyze_with(&document, &options, &loader);
        Self { view: DocumentView::new(Arc::new(analysis)), selection }
    }

    /// Where the cursor stands.
    pub fn cursor(&self) -> usize {
        self.selection.end
    }

    /// Where a span stands, and its text: `3:7 name`. Lines and characters are counted from 1.
    pub fn place(&self, span: Span) -> String {
        let before = &self.view.text()[..span.start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{line}:{column} {}", self.text(span))
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        span.slice(self.view.text()).unwrap()
    }
}

/// A test with this text.
pub fn document(text: &str) -> SourceFile {
    SourceFile { name: "test.clnrm.toml.tera".to_owned(), path: None, text: text.into() }
}
