//! One text as its author wrote it, with what can be read off it alone: lines, template tokens, tables. It is there before any
//! analysis, so what needs nothing else does not wait for one. Each part is made once, when first asked for.

use std::sync::{Arc, OnceLock};

use super::syntax::SyntaxTree;
use crate::template::lexer::TokenKind;
use crate::template::parsed::ParsedFile;
use crate::text::{Document, LineIndex, Span};

/// One text of one document. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Written {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What `text` is made of, unless it was there from the start.
    document: Document,
    text: OnceLock<Arc<str>>,
    lines: OnceLock<LineIndex>,
    template: OnceLock<ParsedFile>,
    syntax: OnceLock<SyntaxTree>,
}

impl Written {
    /// A text.
    pub fn new(text: Arc<str>) -> Self {
        Self::with(Document::default(), OnceLock::from(text))
    }

    /// The present text of an edited document, copied when first asked for.
    pub fn of(document: Document) -> Self {
        Self::with(document, OnceLock::new())
    }

    fn with(document: Document, text: OnceLock<Arc<str>>) -> Self {
        let (lines, template, syntax) = Default::default();
        Self { shared: Arc::new(Shared { document, text, lines, template, syntax }) }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        self.shared.text.get_or_init(|| self.shared.document.text())
    }

    /// Where its lines begin.
    pub fn lines(&self) -> &LineIndex {
        self.shared.lines.get_or_init(|| LineIndex::new(self.text()))
    }

    /// Its template tokens, macros, imports. A plain file is one token of text.
    pub fn template(&self) -> &ParsedFile {
        self.shared.template.get_or_init(|| ParsedFile::new(self.text()))
    }

    /// Its tables, keys and values, template tags taken as opaque.
    pub fn syntax(&self) -> &SyntaxTree {
        self.shared.syntax.get_or_init(|| SyntaxTree::new(self.text(), &self.template().lexed))
    }

    /// Whether a template tag stands in `span`: what stands there is known once it is rendered.
    pub fn holds_tag(&self, span: Span) -> bool {
        let tokens = &self.template().lexed.tokens;
        let first = tokens.partition_point(|token| token.span.end <= span.start);
        let mut inside = tokens.iter().skip(first).take_while(|token| token.span.start < span.end);
        inside.any(|token| token.kind != TokenKind::Text)
    }
}
