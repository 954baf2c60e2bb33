//! Completion in template tags: words of the language by position, names with their values, files.

mod files;
mod macros;
mod operands;
mod tags;
mod values;

use super::{Completions, Replaced, Surroundings};
use crate::features::DocumentView;
use crate::features::scope::Scope;
use crate::template::expression::{self, Kind, Token};
use crate::template::lexer::{self, Keyword, TokenKind};

/// Where something is completed in a tag, and what is known there.
struct Request<'v> {
    view: &'v DocumentView,
    /// The tag, as an index of a token.
    index: usize,
    tag: &'v lexer::Token,
    /// The tokens of the tag that end before the word at the cursor.
    before: Vec<Token<'v>>,
    replaced: Replaced,
    scope: Scope,
    around: Surroundings<'v>,
}

impl Request<'_> {
    fn text(&self) -> &str {
        self.view.text()
    }

    /// Whether a bracket follows the word at the cursor.
    fn has_brackets(&self) -> bool {
        self.text().get(self.replaced.replace.end..).is_some_and(|behind| behind.starts_with('('))
    }

    fn last(&self) -> Option<&Token<'_>> {
        self.before.last()
    }

    fn before_last(&self) -> Option<&Token<'_>> {
        self.before.len().checked_sub(2).and_then(|at| self.before.get(at))
    }
}

pub(super) fn complete(
    view: &DocumentView,
    offset: usize,
    index: usize,
    tag: &lexer::Token,
    around: Surroundings<'_>,
) -> Completions {
    let text = view.text();
    let tokens = expression::tokens(text, tag.inner);
    if let Some(string) = tokens.iter().find(|token| is_inside_string(token, offset)) {
        return files::in_string(view, tag, string, offset, around);
    }
    let word = tokens.iter().find(|token| token.start <= offset && offset <= token.end());
    let word = word.filter(|word| word.kind == Kind::Identifier || (word.kind == Kind::Number && offset > word.start));
    if word.is_some_and(|word| word.kind == Kind::Number) {
        return Completions::default();
    }
    let start = word.map_or(offset, |word| word.start);
    let replaced = Replaced::new(start, offset, word.map_or(offset, Token::end));
    let before: Vec<Token<'_>> = tokens.iter().copied().take_while(|token| token.end() <= start).collect();
    let scope = Scope::at(view, index);
    let request = Request { view, index, tag, before, replaced, scope, around };
    if tag.kind == TokenKind::Tag { in_tag(&request) } else { operands::in_expression(&request) }
}

fn is_inside_string(token: &Token<'_>, offset: usize) -> bool {
    let is_open = token.string_body().is_none();
    token.kind == Kind::String && token.start < offset && (offset < token.end() || (is_open && offset == token.end()))
}

fn in_tag(request: &Request<'_>) -> Completions {
    let words = request.before.len();
    match request.tag.keyword {
        _ if words == 0 => tags::keywords(request),
        Keyword::Import | Keyword::Include | Keyword::Extends => match words {
            1 => files::quoted(request),
            2 if request.tag.keyword == Keyword::Import => tags::words(request, &["as"]),
            2 if request.tag.keyword == Keyword::Include => tags::words(request, &["ignore missing"]),
            _ => Completions::default(),
        },
        Keyword::For if !request.before.iter().any(|token| token.is_word("in")) => {
            let is_behind_name = words > 1 && request.last().is_some_and(|last| last.kind == Kind::Identifier);
            if is_behind_name { tags::words(request, &["in"]) } else { Completions::default() }
        }
        Keyword::Set | Keyword::SetGlobal if !request.before.iter().any(|token| token.is_operator("=")) => {
            Completions::default()
        }
        Keyword::Filter if words == 1 => operands::filters(request),
        Keyword::If | Keyword::Elif | Keyword::For | Keyword::Set | Keyword::SetGlobal | Keyword::Filter => {
            operands::in_expression(request)
        }
        _ => Completions::default(),
    }
}
