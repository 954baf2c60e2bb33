//! What each piece of a document is, so that an editor can colour it by meaning: for the TOML what the format says about keys
//! and values, inside template tags what names refer to. Text that no rule of colouring needs (brackets, commas) has no token.

mod role;
mod tag;
mod toml;

use super::Written;
use crate::template::lexer::{Token, TokenKind};
use crate::text::Span;

/// A coloured piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SemanticToken {
    /// Where; may reach over several lines.
    pub span: Span,
    /// What it is.
    pub kind: SemanticKind,
    /// What else is to be said about it.
    pub modifiers: SemanticModifiers,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SemanticKind {
    /// A part of the key of a table header.
    Table,
    /// A key that the format knows.
    Key,
    /// A key that the format does not know.
    UnknownKey,
    /// A name that the author chose, as a key.
    Name,
    /// A service: its definition and its mention.
    Service,
    /// The name of a span, or a pattern of names.
    SpanName,
    /// One of several words that a value may be.
    Choice,
    /// A regular expression.
    Pattern,
    /// Any other string.
    String,
    /// A number.
    Number,
    /// A duration: a number with its unit.
    Duration,
    /// A date or a time.
    Date,
    /// `true` or `false`.
    Boolean,
    /// `=`, and operators in tags.
    Operator,
    /// A comment, of the TOML or of the template.
    Comment,
    /// A word of the template language.
    Keyword,
    /// The delimiters of a tag.
    Delimiter,
    /// A variable.
    Variable,
    /// A parameter of a macro, and a named argument.
    Parameter,
    /// A function, a filter or a test of the template language.
    Function,
    /// A macro.
    Macro,
    /// The name of an imported file.
    Namespace,
}

impl SemanticKind {
    /// All kinds.
    pub const ALL: [Self; 22] = [
        Self::Table,
        Self::Key,
        Self::UnknownKey,
        Self::Name,
        Self::Service,
        Self::SpanName,
        Self::Choice,
        Self::Pattern,
        Self::String,
        Self::Number,
        Self::Duration,
        Self::Date,
        Self::Boolean,
        Self::Operator,
        Self::Comment,
        Self::Keyword,
        Self::Delimiter,
        Self::Variable,
        Self::Parameter,
        Self::Function,
        Self::Macro,
        Self::Namespace,
    ];
}

/// What else is to be said about a piece of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SemanticModifiers {
    /// It is defined here.
    pub definition: bool,
    /// Another spelling of a key that has a canonical one.
    pub deprecated: bool,
    /// Part of the template language or of the format.
    pub built_in: bool,
}

/// All tokens of a document that touch `range`, in order, none overlapping another. The work is bounded by the range, but for a
/// look at what the document defines.
pub fn tokens(written: &Written, range: Span) -> Vec<SemanticToken> {
    let mut tokens = Vec::new();
    let tags = &written.template().lexed.tokens;
    let first = tags.partition_point(|tag| tag.span.end <= range.start);
    let touching = || tags[first..].iter().take_while(|tag| tag.span.start < range.end);
    let scope = tag::Scope::new(written);
    touching().enumerate().for_each(|(index, tag)| scope.tag(first + index, tag, &mut tokens));
    let mut found = Vec::new();
    toml::tokens(written, range, &mut found);
    found.into_iter().for_each(|token| cut(token, tags, &mut tokens));
    tokens.retain(|token| !token.span.is_empty() && token.span.overlaps(range));
    tokens.sort_unstable();
    // Broken texts may be read twice; what starts first counts.
    let mut end = 0;
    tokens.retain(|token| {
        let is_free = token.span.start >= end;
        end = if is_free { token.span.end } else { end };
        is_free
    });
    tokens
}

/// A token of the TOML without the tags inside it: these have tokens of their own.
fn cut(token: SemanticToken, tags: &[Token], tokens: &mut Vec<SemanticToken>) {
    let mut start = token.span.start;
    let first = tags.partition_point(|tag| tag.span.end <= token.span.start);
    for tag in tags[first..].iter().take_while(|tag| tag.span.start < token.span.end) {
        if tag.kind == TokenKind::Text {
            continue;
        }
        // Of a raw block the text inside is text.
        let holes = match tag.kind {
            TokenKind::Raw => [Span::new(tag.span.start, tag.inner.start), Span::new(tag.inner.end, tag.span.end)],
            _ => [tag.span, Span::at(tag.span.end)],
        };
        for hole in holes {
            if hole.start > start {
                tokens.push(SemanticToken { span: Span::new(start, hole.start.min(token.span.end)), ..token });
            }
            start = start.max(hole.end);
        }
    }
    if start < token.span.end {
        tokens.push(SemanticToken { span: Span::new(start, token.span.end), ..token });
    }
}
