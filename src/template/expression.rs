//! Cuts the inside of a tag into tokens with their places, and calls into their arguments. Does not judge syntax: any
//! text gives tokens.

use std::ops::Range;

use crate::text::Span;

/// What a token of an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a word operator.
    Identifier,
    /// A string with its quotes.
    String,
    /// An integer or a decimal.
    Number,
    /// Anything else.
    Operator,
}

/// A token of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As written.
    pub text: &'a str,
    /// Where it starts in the source.
    pub start: usize,
}

impl<'a> Token<'a> {
    /// Where it ends in the source.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Its place in the source.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end())
    }

    /// Whether it is this operator or bracket.
    #[inline]
    pub fn is_operator(&self, operator: &str) -> bool {
        self.kind == Kind::Operator && self.text == operator
    }

    /// Whether it is this word.
    #[inline]
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Identifier && self.text == word
    }

    /// The text of a closed string without its quotes, escapes untouched; `None` for other tokens.
    pub fn string_body(&self) -> Option<&'a str> {
        if self.kind != Kind::String || self.text.len() < 2 {
            return None;
        }
        let quote = self.text.chars().next()?;
        self.text[1..].strip_suffix(quote)
    }

    /// The value of a closed string, escapes resolved; `None` for other tokens and for a wrong escape.
    pub fn string_value(&self) -> Option<String> {
        let body = self.string_body()?;
        if !body.contains('\\') {
            return Some(body.to_owned());
        }
        let mut value = String::with_capacity(body.len());
        let mut characters = body.chars();
        while let Some(character) = characters.next() {
            value.push(match character {
                '\\' => match characters.next()? {
                    escaped @ ('"' | '\'' | '/' | '\\') => escaped,
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    _ => return None,
                },
                other => other,
            });
        }
        Some(value)
    }
}

/// How many bytes of `rest`, which is not empty, are an operator; a character that is none counts as one.
fn operator_length(rest: &[u8]) -> usize {
    match rest {
        [b'.', b'.', b'.', ..] => 3,
        [b':', b':', ..]
        | [b'=' | b'!' | b'>' | b'<', b'=', ..]
        | [b'/', b'/', ..]
        | [b'*', b'*', ..]
        | [b'?', b'.' | b'[', ..]
        | [b'<', b'/', ..] => 2,
        _ => 1,
    }
}

/// The tokens of `span` in `source`; empty where the span does not fit.
pub fn tokens(source: &str, span: Span) -> Vec<Token<'_>> {
    let Some(text) = span.slice(source) else { return Vec::new() };
    let bytes = text.as_bytes();
    // Most tokens, with the white space behind them, are longer.
    let mut found: Vec<Token<'_>> = Vec::with_capacity(text.len() / 4 + 1);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let from = at;
        let kind = match byte {
            b'"' | b'\'' | b'`' => {
                at += 1;
                while at < bytes.len() && bytes[at] != byte {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
                Kind::String
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                at += bytes[at..].iter().take_while(|b| **b == b'_' || b.is_ascii_alphanumeric()).count();
                Kind::Identifier
            }
            b'0'..=b'9' => {
                // Behind a dot (`pair.0.1`) a number is an index and has no decimals.
                let mut decimals = found.last().is_some_and(|last| last.text == "." && last.end() == span.start + at);
                while let Some(&digit) = bytes.get(at) {
                    let dot = digit == b'.' && !decimals && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                    if !digit.is_ascii_digit() && !dot {
                        break;
                    }
                    decimals |= dot;
                    at += 1;
                }
                Kind::Number
            }
            _ => {
                at += operator_length(&bytes[at..]);
                Kind::Operator
            }
        };
        while !text.is_char_boundary(at) {
            at += 1;
        }
        found.push(Token { kind, text: &text[from..at], start: span.start + from });
    }
    found
}

/// An argument of a call, or an item of a list or map literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name of a keyword argument (`name=value`), or the key of a map entry, as an index into the tokens.
    pub name: Option<usize>,
    /// The tokens of the value.
    pub value: Range<usize>,
    /// The place of the value in the source.
    pub span: Span,
}

/// The arguments between a bracket and its partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// In order. An empty argument (`f(a,,b)`) has no tokens.
    pub list: Vec<Argument>,
    /// Index of the closing bracket; the number of tokens where it is missing.
    pub close: usize,
}

/// Index of the bracket that closes the one at `open`; the number of tokens where it is missing.
pub fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Operator {
            continue;
        }
        match token.text {
            "(" | "[" | "{" | "?[" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Splits at the top-level commas behind the bracket at `open`.
pub fn arguments(tokens: &[Token<'_>], open: usize) -> Arguments {
    let close = closing(tokens, open);
    let mut list = Vec::new();
    let mut from = open + 1;
    let mut depth = 0usize;
    for index in open + 1..=close {
        let token = tokens.get(index).filter(|token| token.kind == Kind::Operator).map(|token| token.text);
        match token {
            _ if index == close => {}
            Some("(" | "[" | "{" | "?[") => depth += 1,
            Some(")" | "]" | "}") => depth = depth.saturating_sub(1),
            Some(",") if depth == 0 => {}
            _ => continue,
        }
        let ends = index == close || (depth == 0 && token == Some(","));
        if !ends {
            continue;
        }
        // A trailing comma adds no argument.
        if index > from || index < close {
            list.push(argument(tokens, from..index));
        }
        from = index + 1;
    }
    Arguments { list, close }
}

fn argument(tokens: &[Token<'_>], range: Range<usize>) -> Argument {
    let named = range.len() >= 2
        && ((tokens[range.start].kind == Kind::Identifier && tokens[range.start + 1].is_operator("="))
            || tokens[range.start + 1].is_operator(":"));
    let (name, value) = if named { (Some(range.start), range.start + 2..range.end) } else { (None, range) };
    let span = match (tokens.get(value.start), tokens.get(value.end.wrapping_sub(1))) {
        (Some(first), Some(last)) if !value.is_empty() => Span::new(first.start, last.end()),
        _ => Span::at(tokens.get(value.start.saturating_sub(1)).map_or(0, Token::end)),
    };
    Argument { name, value, span }
}

/// Whether a top-level `if` of the expression has no `else`.
pub fn lacks_else(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0usize;
    let mut open = 0usize;
    for token in tokens {
        match (token.kind, token.text) {
            (Kind::Operator, "(" | "[" | "{" | "?[") => depth += 1,
            (Kind::Operator, ")" | "]" | "}") => depth = depth.saturating_sub(1),
            (Kind::Identifier, "if") if depth == 0 => open += 1,
            (Kind::Identifier, "else") if depth == 0 => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source, Span::new(0, source.len())).iter().map(|token| token.text).collect()
    }

    #[test]
    fn cuts_names_numbers_strings_and_operators() {
        assert_eq!(
            texts(r#"m::span("a\"b", p.0.1, 1.5) | x"#),
            ["m", "::", "span", "(", r#""a\"b""#, ",", "p", ".", "0", ".", "1", ",", "1.5", ")", "|", "x"]
        );
        assert_eq!(texts("é?.x"), ["é", "?.", "x"]);
        assert_eq!(texts("'open"), ["'open"]);
    }

    #[test]
    fn splits_arguments_at_top_level_commas() {
        let source = r#"f(a, b=[1, 2], {"k": 3},)"#;
        let found = tokens(source, Span::new(0, source.len()));
        let arguments = arguments(&found, 1);
        let list: Vec<_> = arguments
            .list
            .iter()
            .map(|argument| (argument.name.map(|name| found[name].text), argument.span.slice(source).unwrap()))
            .collect();
        assert_eq!(list, [(None, "a"), (Some("b"), "[1, 2]"), (None, r#"{"k": 3}"#)]);
        assert_eq!(arguments.close, found.len() - 1);
    }

    #[test]
    fn resolves_escapes() {
        let value = |source: &str| tokens(source, Span::new(0, source.len()))[0].string_value();
        assert_eq!(value(r#""a\n\"b""#).as_deref(), Some("a\n\"b"));
        assert_eq!(value(r#""a\q""#), None);
        assert_eq!(value("'open"), None);
    }

    #[test]
    fn sees_an_if_without_else() {
        let lacks = |source: &str| lacks_else(&tokens(source, Span::new(0, source.len())));
        assert!(lacks("a if b"));
        assert!(!lacks("a if b else c"));
        assert!(!lacks("f(a if b)"));
    }
}
