//! Strings of one line and of many, and their backslash sequences.

use super::super::SyntaxErrorKind;
use super::super::cursor::{Cursor, is_bare_key};
use super::Reader;
use crate::text::Span;

/// How far a string may go on behind the end of its line, in bytes.
const STRING_LIMIT: usize = 16 * 1024;

impl Reader<'_> {
    pub(super) fn string(&mut self) {
        let token = self.cursor.span();
        let written = token.slice(self.cursor.text).unwrap_or_default();
        if is_closed(written) {
            self.check_escapes(token);
            self.cursor.advance();
            return;
        }
        let quote = if written.starts_with('\'') { '\'' } else { '"' };
        if let Some(close) = self.closing_quote(token.end, quote) {
            self.error(SyntaxErrorKind::NewlineInString { quote }, token);
            let triple = quote.to_string().repeat(3);
            self.mend(vec![
                (Span::new(token.start, token.start + 1), triple.clone()),
                (Span::new(close, close + 1), triple),
            ]);
            self.repair.replace(Span::new(token.start, close + 1), "\"\"");
            self.cursor.jump(close + 1);
            return;
        }
        // A comma, bracket or comment at the end of the line may belong to the string or not: take the whole line.
        let end = token.start + written.trim_end().len();
        let quotes = if quote == '"' { "\"" } else { "'" };
        self.error(SyntaxErrorKind::UnclosedString { quotes }, Span::new(token.start, end));
        self.mend(vec![(Span::at(end), quotes.to_owned())]);
        let span = Span::new(token.start, end);
        self.repair.replace(span, if span.len() > 1 { "\"\"" } else { "0" });
        self.cursor.advance();
    }

    /// The quote that ends a string which goes on behind the end of its line at `from`.
    fn closing_quote(&self, from: usize, quote: char) -> Option<usize> {
        let text = self.cursor.text;
        let mut escaped = false;
        let mut line_start = from;
        for (offset, letter) in text.get(from..)?.char_indices().take(STRING_LIMIT) {
            let at = from + offset;
            match letter {
                '\n' => {
                    line_start = at + 1;
                    let line = text[line_start..].lines().next().unwrap_or_default();
                    if line.starts_with('[') && Cursor::new(line).is_header() {
                        return None;
                    }
                }
                '\\' if quote == '"' && !escaped => {
                    escaped = true;
                    continue;
                }
                _ if letter == quote && !escaped => {
                    // A quote behind `=`, `[`, `{`, `(` or `,` rather opens the next string.
                    let before = text[line_start..at].trim_end();
                    return (!before.ends_with(['=', '[', '{', ',', '(', ':'])).then_some(at);
                }
                _ => {}
            }
            escaped = false;
        }
        None
    }

    pub(super) fn long_string(&mut self) {
        let token = self.cursor.span();
        let written = token.slice(self.cursor.text).unwrap_or_default();
        let is_closed = is_closed_long(written);
        if is_closed && !ends_as_the_next_opens(written) {
            self.check_escapes(token);
            self.cursor.advance();
            return;
        }
        let quotes = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
        self.error(SyntaxErrorKind::UnclosedString { quotes }, Span::new(token.start, token.start + 3));
        // The lines of a script read like pairs (`A=1`), so behind quotes that end their line only a header ends the string.
        let is_block = written[3..].lines().next().is_some_and(|rest| rest.trim().is_empty());
        let mut lines = written.split_inclusive('\n').peekable();
        let mut end = token.start + lines.next().map_or(0, str::len);
        while let Some(line) = lines.next() {
            let mut cursor = Cursor::new(line);
            let is_header = !line.starts_with(char::is_whitespace) && !line.starts_with("[ ") && cursor.is_header();
            cursor.skip_blanks();
            let opens_the_next = is_closed && lines.peek().is_none();
            if is_header || opens_the_next || (!is_block && cursor.is_pair(0)) {
                break;
            }
            end += line.len();
        }
        let text = self.cursor.text.get(token.start..end).unwrap_or_default();
        let end = token.start + text.trim_end().len();
        self.repair.replace(Span::new(token.start, end), "\"\"");
        self.cursor.jump(end);
    }

    /// Quotes of three where a statement should start: the string that they would open is none.
    pub(super) fn stray_quotes(&mut self) {
        let token = self.cursor.span();
        let quotes = Span::new(token.start, token.start + 3);
        self.error(SyntaxErrorKind::Unexpected { text: self.written(quotes) }, quotes);
        self.repair.blank(quotes, self.cursor.text);
        self.cursor.jump(quotes.end);
    }

    /// Reports unknown backslash sequences of the string at `token`.
    pub(super) fn check_escapes(&mut self, token: Span) {
        let written = token.slice(self.cursor.text).unwrap_or_default();
        if !written.starts_with('"') || !written.contains('\\') {
            return;
        }
        let is_long = written.starts_with("\"\"\"") && written.len() >= 6;
        let mut letters = written.char_indices().peekable();
        while let Some((offset, letter)) = letters.next() {
            if letter != '\\' {
                continue;
            }
            let Some((_, escaped)) = letters.next() else { break };
            let rest = &written[offset + 1 + escaped.len_utf8()..];
            let digits = |count: usize| {
                rest.get(..count).is_some_and(|digits| {
                    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).is_some() && !digits.starts_with('+')
                })
            };
            let is_known = match escaped {
                'b' | 't' | 'n' | 'f' | 'r' | 'e' | '"' | '\\' => true,
                'x' => digits(2),
                'u' => digits(4),
                'U' => digits(8),
                ' ' | '\t' | '\r' | '\n' => is_long && rest_of_line_is_blank(escaped, rest),
                _ => false,
            };
            if !is_known {
                let span = Span::new(token.start + offset, token.start + offset + 1 + escaped.len_utf8());
                self.error(SyntaxErrorKind::InvalidEscape { escape: self.written(span) }, span);
                if !matches!(escaped, 'x' | 'u' | 'U' | '\r' | '\n') {
                    self.mend(vec![(Span::at(span.start), "\\".to_owned())]);
                }
                let blanks = if escaped == '\n' { "_\n" } else { "__" };
                self.repair.replace(span, blanks);
            }
        }
    }
}

/// Whether the string ends with the quote that it starts with.
pub(super) fn is_closed(written: &str) -> bool {
    let quote = if written.starts_with('\'') { '\'' } else { '"' };
    written.len() >= 2 && written.ends_with(quote) && !(quote == '"' && is_escaped(&written[..written.len() - 1]))
}

fn is_closed_long(written: &str) -> bool {
    let quotes = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
    written.len() >= 6
        && written.ends_with(quotes)
        && !(quotes == "\"\"\"" && is_escaped(&written[..written.len() - 3]))
}

/// Whether the quotes that end the string stand as those that open a value do (`run = """`): then it is the string before them
/// that was never closed.
fn ends_as_the_next_opens(written: &str) -> bool {
    let Some((_, last)) = written[..written.len() - 3].rsplit_once('\n') else { return false };
    last.trim_end().strip_suffix('=').is_some_and(|key| is_bare_key(key.trim()))
}

/// Whether what follows `before` has a backslash of its own.
fn is_escaped(before: &str) -> bool {
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

/// Whether a backslash, the blank behind it and `rest` end a line.
fn rest_of_line_is_blank(first: char, rest: &str) -> bool {
    first == '\n' || rest.trim_start_matches([' ', '\t', '\r']).starts_with('\n')
}
