//! The white space just inside of tags: `{{x}}` becomes `{{ x }}`.

use std::borrow::Cow;

use super::layout::Statement;
use crate::template::expression;
use crate::template::lexer::{Lexed, Token, TokenKind};

/// `text` with one blank inside of the delimiters of each tag and expression that stands on one line and outside of the
/// verbatim statements that somebody asked to leave alone (`spared`).
pub(super) fn space<'t>(text: &'t str, lexed: &Lexed, statements: &[Statement], spared: &[bool]) -> Cow<'t, str> {
    let mut spaced = String::new();
    let mut at = 0;
    for token in &lexed.tokens {
        let Some(inner) = wanted(text, token) else { continue };
        let index = statements.partition_point(|statement| statement.span.end <= token.span.start);
        if spared.get(index).copied().unwrap_or(true) {
            continue;
        }
        let (Some(before), Some(inside)) = (text.get(at..token.inner.start), token.inner.slice(text)) else { continue };
        if inside == inner {
            continue;
        }
        spaced.push_str(before);
        spaced.push_str(&inner);
        at = token.inner.end;
    }
    if at == 0 {
        return Cow::Borrowed(text);
    }
    spaced.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(spaced)
}

/// What should stand between the delimiters.
fn wanted(text: &str, token: &Token) -> Option<String> {
    if !matches!(token.kind, TokenKind::Expression | TokenKind::Tag) || !token.closed {
        return None;
    }
    let inside = token.inner.slice(text)?;
    let trimmed = inside.trim_matches([' ', '\t']);
    // A dash beside a delimiter would become a trim, and braces beside braces are hard to read for other tools.
    let unsafe_end = |letter: char| matches!(letter, '-' | '%' | '#' | '{' | '}' | '\n' | '\r');
    if trimmed.is_empty() || inside.contains('\n') || trimmed.starts_with(unsafe_end) || trimmed.ends_with(unsafe_end) {
        return None;
    }
    Some(format!(" {trimmed} "))
}

/// Whether two templates differ in nothing but white space between the tokens of their tags.
pub(super) fn same_but_spacing(before: (&str, &Lexed), after: (&str, &Lexed)) -> bool {
    let (before, before_lexed) = before;
    let (after, after_lexed) = after;
    before_lexed.tokens.len() == after_lexed.tokens.len()
        && before_lexed.tokens.iter().zip(&after_lexed.tokens).all(|(old, new)| {
            if (old.kind, old.trims_left, old.trims_right) != (new.kind, new.trims_left, new.trims_right) {
                return false;
            }
            if matches!(old.kind, TokenKind::Expression | TokenKind::Tag) {
                let words = |text, token: &Token| -> Vec<String> {
                    expression::tokens(text, token.inner).iter().map(|word| word.text.to_owned()).collect()
                };
                return words(before, old) == words(after, new);
            }
            old.span.slice(before) == new.span.slice(after)
        })
}
