//! Where macros stand: from `namespace::name` at a tag to the definition in this or another file of the render, with its
//! doc comment.

use super::DocumentView;
use crate::template::lexer::TokenKind;
use crate::template::parsed::{MacroDefinition, ParsedFile};
use crate::template::{FileId, SourceFile};
use crate::text::Span;

/// A macro and the file that it stands in.
#[derive(Clone, Copy, Debug)]
pub struct MacroPlace<'v> {
    /// The file.
    pub file: FileId,
    /// Its name and text.
    pub source: &'v SourceFile,
    /// Its tokens.
    pub parsed: &'v ParsedFile,
    /// The macro.
    pub definition: &'v MacroDefinition,
}

/// The macro that `namespace::name` means in the document.
pub fn resolve<'v>(view: &'v DocumentView, namespace: &str, name: &str) -> Option<MacroPlace<'v>> {
    resolve_in(view, FileId::DOCUMENT, namespace, name)
}

/// The macro that `namespace::name` means in one of the files of the render.
pub fn resolve_in<'v>(view: &'v DocumentView, from: FileId, namespace: &str, name: &str) -> Option<MacroPlace<'v>> {
    let file = namespace_file(view, from, namespace)?;
    let parsed = view.parsed(file)?;
    let definition = parsed.macros.get(name)?;
    Some(MacroPlace { file, source: view.file(file)?, parsed, definition })
}

/// The file that the namespace `alias` means in `from`.
pub fn namespace_file(view: &DocumentView, from: FileId, alias: &str) -> Option<FileId> {
    if alias == "self" {
        return Some(from);
    }
    let import = view.parsed(from)?.imports.iter().rfind(|import| import.alias == alias)?;
    *view.analysis().links.get(from.0 as usize)?.get(import.reference)?
}

impl MacroPlace<'_> {
    /// The macro with its parameters and their defaults, as a call is written: `span(name, kind=none)`.
    pub fn usage(&self) -> String {
        let text = &self.source.text;
        let params = self.definition.params.iter().map(|param| match param.default.and_then(|span| span.slice(text)) {
            Some(default) => format!("{}={default}", param.name),
            None => param.name.clone(),
        });
        format!("{}({})", self.definition.name, params.collect::<Vec<_>>().join(", "))
    }

    /// The tag that opens it.
    pub fn tag(&self) -> Span {
        self.parsed.lexed.tokens.get(self.definition.token).map(|token| token.span).unwrap_or_default()
    }

    /// The template comment that stands directly before it, as prose: lines joined, paragraphs kept.
    pub fn documentation(&self) -> Option<String> {
        let text = &self.source.text;
        let mut before = self.definition.token.checked_sub(1)?;
        let between = self.parsed.lexed.tokens.get(before)?;
        if between.kind == TokenKind::Text {
            // A blank line parts a comment from what it does not belong to.
            let gap = between.span.slice(text)?;
            if !gap.trim().is_empty() || gap.matches('\n').count() > 1 {
                return None;
            }
            before = before.checked_sub(1)?;
        }
        let comment = self.parsed.lexed.tokens.get(before).filter(|token| token.kind == TokenKind::Comment)?;
        let body = comment.inner.slice(text)?.trim().trim_matches('-').trim();
        let mut prose = String::with_capacity(body.len());
        for line in body.lines().map(str::trim) {
            if line.is_empty() {
                prose.push_str("\n\n");
            } else {
                if !prose.is_empty() && !prose.ends_with('\n') {
                    prose.push(' ');
                }
                prose.push_str(line);
            }
        }
        (!prose.is_empty()).then_some(prose)
    }
}
