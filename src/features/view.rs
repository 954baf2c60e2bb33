//! One revision of one document, with all that features look at. What is derived is derived once, when first asked for.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::symbols::Symbols;
use super::syntax::SyntaxTree;
use super::{Written, expectation_changes};
use crate::analysis::Analysis;
use crate::config::FileKind;
use crate::expectation::ExpectationTree;
use crate::template::parsed::ParsedFile;
use crate::template::{FileId, FileSpan, ReadingMode, SourceFile, SourceMap, Variables};
use crate::text::{Rebase, Span};

/// One revision of one document. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DocumentView {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    source: SourceFile,
    written: Written,
    analysis: Arc<Analysis>,
    is_analysed: bool,
    variables: OnceLock<Variables>,
    /// The other files of the render, from the second on.
    others: OnceLock<Vec<ParsedFile>>,
    symbols: OnceLock<Symbols>,
    expectations: OnceLock<Option<ExpectationTree>>,
    /// What was typed since the analysis; `None` where the analysis is of this very text.
    typed: Option<Rebase>,
}

impl DocumentView {
    /// The view of an analysed document.
    pub fn new(analysis: Arc<Analysis>) -> Self {
        let text = analysis.files.first().map(|file| Arc::clone(&file.text)).unwrap_or_default();
        Self::with(Written::new(text), analysis, true)
    }

    /// The view of an analysed document of which the text may have been looked at already; it is the text that was analysed.
    pub fn of_written(written: Written, analysis: Arc<Analysis>) -> Self {
        Self::with(written, analysis, true)
    }

    fn with(written: Written, analysis: Arc<Analysis>, is_analysed: bool) -> Self {
        let nameless = || SourceFile { name: String::new(), path: None, text: Arc::clone(written.text()) };
        let source = analysis.files.first().cloned().unwrap_or_else(nameless);
        let (symbols, variables, others, expectations, typed) = Default::default();
        let shared = Shared { source, written, analysis, is_analysed, symbols, variables, others, expectations, typed };
        Self { shared: Arc::new(shared) }
    }

    /// The document as it reads now, with what is known of an earlier text of it: for what is asked while somebody types, which should
    /// wait for no render. The text, its tokens, tables and variables are those of now; which names there are was true then, and
    /// [`Self::present_origin`] tells where they are now. Nothing else that the analysis tells fits the text.
    ///
    /// `None`: it names other files now, and what they mean nobody knows yet.
    pub fn ahead(&self, written: Written) -> Option<Self> {
        let named = |written: &Written| -> Vec<Vec<String>> {
            let references = written.template().references.iter();
            references.map(|reference| reference.names.iter().map(|(name, _)| name.clone()).collect()).collect()
        };
        if named(self.written()) != named(&written) {
            return None;
        }
        let typed = Some(Rebase::new(self.text(), written.text()));
        let source = SourceFile { text: Arc::clone(written.text()), ..self.source().clone() };
        let (symbols, variables, others, expectations) = Default::default();
        let (analysis, is_analysed) = (Arc::clone(&self.shared.analysis), self.shared.is_analysed);
        let shared = Shared { source, written, analysis, is_analysed, symbols, variables, others, expectations, typed };
        Some(Self { shared: Arc::new(shared) })
    }

    /// Whether the text was typed since the analysis.
    pub fn is_ahead(&self) -> bool {
        self.shared.typed.is_some()
    }

    /// The view of a file that was not analysed: of what it renders to nothing is known.
    pub fn of_text(source: SourceFile) -> Self {
        let kind = FileKind::of(source.path.as_deref().unwrap_or(Path::new(&source.name)), &source.text);
        let written = Written::new(Arc::clone(&source.text));
        Self::with(written, Arc::new(Analysis::unjudged(source, kind, ReadingMode::Plain)), false)
    }

    /// Whether the document was analysed, or is known by its text alone.
    pub fn is_analysed(&self) -> bool {
        self.shared.is_analysed
    }

    /// The document: its name, path and text.
    pub fn source(&self) -> &SourceFile {
        &self.shared.source
    }

    /// What can be read off its text alone.
    pub fn written(&self) -> &Written {
        &self.shared.written
    }

    /// The document as its author wrote it.
    pub fn text(&self) -> &str {
        &self.shared.source.text
    }

    /// What the pipeline found out about it.
    pub fn analysis(&self) -> &Analysis {
        &self.shared.analysis
    }

    /// Its template tokens, macros, imports. A plain file is one token of text.
    pub fn template(&self) -> &ParsedFile {
        self.shared.written.template()
    }

    /// One of the files that took part in its render.
    pub fn file(&self, file: FileId) -> Option<&SourceFile> {
        if file == FileId::DOCUMENT { Some(self.source()) } else { self.analysis().files.get(file.0 as usize) }
    }

    /// The template tokens of one of the files that took part in its render.
    pub fn parsed(&self, file: FileId) -> Option<&ParsedFile> {
        let Some(index) = (file.0 as usize).checked_sub(1) else { return Some(self.template()) };
        let read = || self.analysis().files.iter().skip(1).map(|file| ParsedFile::new(&file.text)).collect();
        self.shared.others.get_or_init(read).get(index)
    }

    /// Its tables, keys and values as written, template tags taken as opaque.
    pub fn syntax(&self) -> &SyntaxTree {
        self.shared.written.syntax()
    }

    /// The variables that its template sees. A matrix is there with all values of its axes.
    pub fn variables(&self) -> &Variables {
        self.shared.variables.get_or_init(|| self.shared.analysis.sources.variables(&self.shared.source.text))
    }

    /// The variables that its template saw when it was analysed, where it was typed into since.
    pub fn earlier_variables(&self) -> Option<Variables> {
        let analysed = self.analysis().files.first().filter(|_| self.is_ahead())?;
        Some(self.analysis().sources.variables(&analysed.text))
    }

    /// Its names, each with every place that spells it.
    pub fn symbols(&self) -> &Symbols {
        self.shared.symbols.get_or_init(|| Symbols::new(self))
    }

    /// Whether a template tag stands in `span`: what stands there is known once it is rendered.
    pub fn holds_tag(&self, span: Span) -> bool {
        self.shared.written.holds_tag(span)
    }

    /// What it expects; `None` while a mistake leaves unclear what that is.
    pub fn expectations(&self) -> Option<&ExpectationTree> {
        self.shared.expectations.get_or_init(|| expectation_changes::expectations(self.analysis())).as_ref()
    }

    /// From the parsed text (to which all spans of the model belong) to the document; `None` where both are the same.
    pub fn map(&self) -> Option<&SourceMap> {
        self.shared.analysis.rendered.as_ref().map(|rendered| &rendered.map)
    }

    /// The text that the model's spans belong to.
    pub fn parsed_text(&self) -> &str {
        self.shared.analysis.parsed_text()
    }

    /// Where a span of the model stands in the document, if it is literal text there: only then may it be edited.
    pub fn literal(&self, parsed: Span) -> Option<Span> {
        self.map().map_or(Some(parsed), |map| map.literal(parsed))
    }

    /// Where a span of the model comes from: the very text, or the tag, argument or loop item that led to it.
    pub fn origin(&self, parsed: Span) -> Span {
        self.map().map_or(parsed, |map| map.place(parsed))
    }

    /// Where that is now; `None` where its line was typed into since the analysis.
    pub fn present_origin(&self, parsed: Span) -> Option<Span> {
        self.present(self.origin(parsed))
    }

    /// Where a place of the text that was analysed is now; `None` where its line was typed into since.
    pub fn present(&self, analysed: Span) -> Option<Span> {
        self.shared.typed.as_ref().map_or(Some(analysed), |typed| typed.map(analysed))
    }

    /// What a place of the document became in the parsed text; several in loops and repeated calls.
    pub fn parsed_spans(&self, source: Span) -> Vec<Span> {
        self.map().map_or_else(|| vec![source], |map| map.rendered(FileSpan::document(source)))
    }
}
