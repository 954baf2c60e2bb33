//! The comments and strings of a text, found by lexing alone: works on any text, broken or not.

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::text::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextToken {
    /// A comment with its `#`, without the end of its line.
    Comment,
    /// A string of any of the four kinds with its quotes. Quoted keys are strings too.
    String,
}

/// All comments and strings of `text`, in order.
pub fn text_tokens(text: &str) -> impl Iterator<Item = (TextToken, Span)> + '_ {
    Source::new(text).lex().filter_map(|token| {
        let kind = match token.kind() {
            TokenKind::Comment => TextToken::Comment,
            TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => TextToken::String,
            _ => return None,
        };
        Some((kind, Span::new(token.span().start(), token.span().end())))
    })
}

/// All comments of `text`, in order. Costs one search for `#` in a text without any.
pub fn comments(text: &str) -> impl Iterator<Item = Span> + '_ {
    let text = if memchr::memchr(b'#', text.as_bytes()).is_some() { text } else { "" };
    text_tokens(text).filter(|(kind, _)| *kind == TextToken::Comment).map(|(_, span)| span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_apart() {
        let text = "a = \"# no\" # yes\n'b' = '''\n# no'''\n[c # open\n";
        let comments: Vec<_> = comments(text).filter_map(|span| span.slice(text)).collect();
        assert_eq!(comments, ["# yes", "# open"]);
        let strings: Vec<_> = text_tokens(text)
            .filter(|(kind, _)| *kind == TextToken::String)
            .filter_map(|(_, span)| span.slice(text))
            .collect();
        assert_eq!(strings, ["\"# no\"", "'b'", "'''\n# no'''"]);
    }
}
