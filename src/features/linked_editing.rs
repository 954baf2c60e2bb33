//! The two names of a block that are typed as one: `{% macro x() %} … {% endmacro x %}`, `{% <x> %} … {% </x> %}`.

use super::Written;
use crate::template::expression::{self, Kind};
use crate::template::lexer::{Keyword, Token, TokenKind};
use crate::text::Span;

/// The names of the opening and the closing tag, if `offset` stands in one of them and they read alike.
pub fn linked_names(written: &Written, offset: usize) -> Option<[Span; 2]> {
    let lexed = &written.template().lexed;
    // The end of a name may be the end of its tag.
    let index = lexed.token_at(offset)?;
    let token = lexed.tokens.get(index).filter(|token| token.kind == TokenKind::Tag)?;
    let mate = lexed.tokens.get(token.mate?)?;
    let (own, other) = (name(written.text(), token)?, name(written.text(), mate)?);
    let is_in = own.start <= offset && offset <= own.end;
    if !is_in || own.slice(written.text()) != other.slice(written.text()) {
        return None;
    }
    Some(if own < other { [own, other] } else { [other, own] })
}

/// The name in a tag that opens or closes a named block.
fn name(text: &str, token: &Token) -> Option<Span> {
    let tokens = expression::tokens(text, token.inner);
    let first = match token.keyword {
        Keyword::Macro
        | Keyword::EndMacro
        | Keyword::Block
        | Keyword::EndBlock
        | Keyword::Component
        | Keyword::EndComponent => 1,
        Keyword::OpenElement | Keyword::CloseElement => {
            tokens.iter().position(|token| token.is_operator("<") || token.is_operator("</"))? + 1
        }
        _ => return None,
    };
    let mut span = tokens.get(first).filter(|name| name.kind == Kind::Identifier)?.span();
    // Names of components have dots.
    for part in tokens.iter().skip(first + 1) {
        let belongs = part.start == span.end && (part.is_operator(".") || part.kind == Kind::Identifier);
        if !belongs {
            break;
        }
        span.end = part.end();
    }
    Some(span)
}
