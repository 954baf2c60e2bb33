//! What of other languages stands in tags that the engine can't read.

use super::super::expression::{self, Kind, Token};
use super::super::lexer::{self, Keyword};
use super::super::problem::ProblemKind;
use crate::text::Span;

/// What of another language makes the tag unreadable, and where.
pub(super) fn of_another_language(source: &str, tag: &lexer::Token) -> Option<(Span, ProblemKind)> {
    let words = expression::tokens(source, tag.inner);
    if let [dot, name, ..] = &words[..]
        && dot.is_operator(".")
        && name.kind == Kind::Identifier
        && name.start == dot.end()
    {
        return Some((tag.span, ProblemKind::GoTemplate));
    }
    let (span, right) = operator(tag.keyword, &words)?;
    let written = span.slice(source).unwrap_or_default().to_owned();
    Some((span, ProblemKind::ForeignOperator { written, right }))
}

/// The first operator of another language in the tag: its place, and what is written for it here.
fn operator(keyword: Keyword, tokens: &[Token<'_>]) -> Option<(Span, &'static str)> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Operator {
            continue;
        }
        let next = tokens.get(index + 1).filter(|next| next.start == token.end() && next.kind == Kind::Operator);
        let both = next.map_or(token.span(), |next| token.span().join(next.span()));
        let found = match (token.text, next.map(|next| next.text)) {
            ("|", Some("|")) => (both, "or"),
            ("&", Some("&")) => (both, "and"),
            ("==", Some("=")) => (both, "=="),
            ("!=", Some("=")) => (both, "!="),
            ("<", Some(">")) => (both, "!="),
            ("!", _) => (token.span(), "not "),
            ("=", _) if depth == 0 && compares(keyword) => (token.span(), "=="),
            ("(" | "[" | "{" | "?[", _) => {
                depth += 1;
                continue;
            }
            (")" | "]" | "}", _) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => continue,
        };
        return Some(found);
    }
    None
}

/// Whether nothing in the tag assigns, outside of the arguments of a call.
fn compares(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::If | Keyword::Elif | Keyword::Empty)
}
