//! What of a document can be folded away: tables, values over several lines, template blocks, runs of comments.

use super::Written;
use super::syntax::{Pair, Value, ValueKind};
use crate::template::lexer::{Token, TokenKind};
use crate::text::Span;

/// A part of a document that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// What is folded; its first line stays visible.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// A table, a value, a block of the template.
    Region,
    /// Comments.
    Comment,
    /// `import` tags.
    Imports,
}

/// All folds of a document that reach over more than one line, sorted by place.
pub fn folds(written: &Written) -> Vec<Fold> {
    let (text, tree) = (written.text(), written.syntax());
    let mut folds = Vec::new();
    for table in &tree.tables {
        if table.header.is_some() {
            folds.push(Fold { span: without_trailing_remarks(text, table.span), kind: FoldKind::Region });
        }
        table.pairs.iter().for_each(|pair| values(pair, &mut folds));
    }
    folds.extend(runs(text, &tree.comments, FoldKind::Comment));
    let tokens = &written.template().lexed.tokens;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == TokenKind::Comment || token.kind == TokenKind::Raw {
            let kind = if token.kind == TokenKind::Raw { FoldKind::Region } else { FoldKind::Comment };
            folds.push(Fold { span: token.span, kind });
        } else {
            folds.extend(arms(tokens, index).map(|span| Fold { span, kind: FoldKind::Region }));
        }
    }
    let imports: Vec<Span> = written
        .template()
        .imports
        .iter()
        .filter_map(|import| {
            let reference = written.template().references.get(import.reference)?;
            Some(tokens.get(reference.token)?.span)
        })
        .collect();
    folds.extend(runs(text, &imports, FoldKind::Imports));
    folds.retain(|fold| fold.span.slice(text).is_some_and(|folded| folded.trim_end().contains('\n')));
    folds.sort();
    folds.dedup();
    folds
}

/// The arms of the block that the tag `index` opens: up to the next `elif`, `else` or the closing tag, which stays visible.
fn arms(tokens: &[Token], index: usize) -> impl Iterator<Item = Span> {
    let opener = &tokens[index];
    let mate = opener.mate.filter(|&mate| mate > index);
    let tags: Vec<usize> = mate
        .map(|mate| [index].into_iter().chain(opener.middles.iter().copied()).chain([mate]).collect())
        .unwrap_or_default();
    let span = |at: usize| tokens.get(at).map(|token| token.span).unwrap_or_default();
    (1..tags.len()).map(move |next| Span::new(span(tags[next - 1]).start, span(tags[next]).start))
}

fn values(pair: &Pair, folds: &mut Vec<Fold>) {
    if let Some(value) = &pair.value {
        value_folds(value, folds);
    }
}

fn value_folds(value: &Value, folds: &mut Vec<Fold>) {
    folds.push(Fold { span: value.span, kind: FoldKind::Region });
    match &value.kind {
        ValueKind::Array { items, .. } => items.iter().for_each(|item| value_folds(item, folds)),
        ValueKind::InlineTable { pairs, .. } => pairs.iter().for_each(|pair| values(pair, folds)),
        ValueKind::String { .. } | ValueKind::Bare => {}
    }
}

/// Runs of spans on lines that follow each other, with nothing but white space between them.
fn runs(text: &str, spans: &[Span], kind: FoldKind) -> Vec<Fold> {
    let mut runs: Vec<Fold> = Vec::new();
    for &span in spans {
        let follows = |last: &Fold| {
            let between = text.get(last.span.end..span.start).unwrap_or("x");
            between.trim().is_empty() && between.matches('\n').count() == 1
        };
        match runs.last_mut().filter(|last| follows(last)) {
            Some(last) => last.span.end = span.end,
            None => runs.push(Fold { span, kind }),
        }
    }
    runs
}

/// A table without the comments, tags and blank lines at its end: they belong to what follows.
fn without_trailing_remarks(text: &str, span: Span) -> Span {
    let body = span.slice(text).unwrap_or_default();
    let mut end = 0;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        at += line.len();
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') && !line.starts_with("{#") && !line.starts_with("{%") {
            end = at;
        }
    }
    Span::new(span.start, span.start + body.get(..end).unwrap_or(body).trim_end().len())
}
