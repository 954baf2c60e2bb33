//! Reads a broken text statement by statement: says what is wrong in our own words, and how to get over it.
//!
//! Nothing here decides whether a text is TOML: the parser does. This runs on texts that it refused.

use toml_parser::lexer::TokenKind;

use super::cursor::{Cursor, is_bare_key};
use super::repair::Repair;
use super::{SyntaxError, SyntaxErrorKind, scalar};
use crate::text::Span;

/// Arrays, inline tables and keys nested deeper than this are refused by the parser.
const DEPTH_LIMIT: usize = 79;
/// The header in the place of one without a name: however many there are, they don't define anything twice.
const UNNAMED_TABLE: &str = "[['[]']]";
/// How far to look for the end of an inline table.
const LOOK_AHEAD: usize = 4096;
/// How far a string may go on behind the end of its line, in bytes.
const STRING_LIMIT: usize = 16 * 1024;

/// All mistakes that can be told from the statements of `text` alone, and the edits that get over them.
pub(super) fn diagnose(text: &str) -> (Vec<SyntaxError>, Repair) {
    let mut reader =
        Reader { cursor: Cursor::new(text), errors: Vec::new(), repair: Repair::default(), depth: 0, broken_off: 0 };
    reader.statements();
    (reader.errors, reader.repair)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    errors: Vec<SyntaxError>,
    repair: Repair,
    depth: usize,
    /// Arrays that were given up since the last header: their closing brackets may still come.
    broken_off: usize,
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind `key =` on a line.
    Statement,
    /// In an array or inline table.
    Nested,
}

/// How a key ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyEnd {
    /// Where `=` or a bracket may follow.
    Plain,
    /// At a `:` that was meant for `=`.
    Colon,
    /// With its whole line, which is reported.
    Line,
}

/// Whether a value was read to its end, or given up because the next statement starts.
type Complete = bool;

impl<'a> Reader<'a> {
    fn statements(&mut self) {
        loop {
            match self.cursor.kind() {
                TokenKind::Eof => return,
                TokenKind::Whitespace | TokenKind::Newline | TokenKind::Comment => self.cursor.advance(),
                TokenKind::LeftSquareBracket => self.header(),
                TokenKind::RightSquareBracket if self.broken_off > 0 => {
                    self.broken_off -= 1;
                    // The bracket is there after all, only too late: closing the array earlier would leave this one over.
                    if let Some(error) =
                        self.errors.iter_mut().rev().find(|error| error.kind == SyntaxErrorKind::UnclosedArray)
                    {
                        error.mend.clear();
                    }
                    self.blank_rest_of_line();
                }
                TokenKind::RightSquareBracket
                | TokenKind::LeftCurlyBracket
                | TokenKind::RightCurlyBracket
                | TokenKind::Comma => {
                    let rest = self.cursor.rest_of_line();
                    self.error(SyntaxErrorKind::Unexpected { text: self.written(rest) }, rest);
                    self.blank_rest_of_line();
                }
                _ => self.pairs(),
            }
        }
    }

    // Headers

    fn header(&mut self) {
        self.broken_off = 0;
        let open = self.cursor.span();
        self.cursor.advance();
        let double = self.cursor.kind() == TokenKind::LeftSquareBracket;
        if double {
            self.cursor.advance();
        }
        self.cursor.skip_blanks();
        if matches!(
            self.cursor.kind(),
            TokenKind::RightSquareBracket | TokenKind::Newline | TokenKind::Comment | TokenKind::Eof
        ) {
            self.cursor.skip_rest_of_line();
            let span = Span::new(open.start, self.cursor.previous_end());
            self.error(SyntaxErrorKind::EmptyHeader, span);
            // What stands below belongs to a table that nobody knows yet, and not to the one above.
            self.repair.replace(span, UNNAMED_TABLE);
            return;
        }
        self.key();
        let key_end = self.cursor.previous_end();
        self.cursor.skip_blanks();
        let mut closers = 0;
        let mut last = key_end;
        while self.cursor.kind() == TokenKind::RightSquareBracket && closers < 2 {
            closers += 1;
            last = self.cursor.span().end;
            self.cursor.advance();
        }
        let wanted = if double { 2 } else { 1 };
        if closers < wanted {
            let missing = if wanted - closers == 2 { "]]" } else { "]" };
            self.error(SyntaxErrorKind::UnclosedHeader { missing }, Span::new(open.start, last));
            self.mend(vec![(Span::at(last), missing.to_owned())]);
            self.repair.insert(last, missing);
        } else if closers > wanted {
            self.error(SyntaxErrorKind::MismatchedHeader, Span::new(open.start, last));
            self.mend(vec![(Span::at(open.start), "[".to_owned())]);
            self.repair.replace(Span::new(last - 1, last), " ");
        }
        self.cursor.skip_blanks();
        let rest = self.cursor.rest_of_line();
        if rest.is_empty() {
            return;
        }
        if closers == wanted {
            self.error(SyntaxErrorKind::TextAfterHeader, rest);
            if self.cursor.is_pair(0) {
                self.mend(vec![(Span::new(last, rest.start), "\n".to_owned())]);
                self.repair.insert(rest.start, "\n");
                return;
            }
        }
        self.blank_rest_of_line();
    }

    // Pairs

    /// `key = value` and whatever else stands on its line.
    fn pairs(&mut self) {
        let mut pairs_error: Option<usize> = None;
        loop {
            if !self.pair() {
                return;
            }
            let value_end = self.cursor.previous_end();
            self.cursor.skip_blanks();
            if matches!(self.cursor.kind(), TokenKind::Newline | TokenKind::Comment | TokenKind::Eof) {
                return;
            }
            let token = self.cursor.span();
            let separator = match self.cursor.kind() {
                TokenKind::Comma => Some(','),
                TokenKind::Atom if self.cursor.is_letter(";") => Some(';'),
                _ => None,
            };
            let next = if separator.is_some() { self.after_separator() } else { 0 };
            if !self.cursor.is_pair(next) {
                let rest = self.cursor.rest_of_line();
                self.error(SyntaxErrorKind::TextAfterValue { text: self.written(rest) }, rest);
                if separator.is_some() && rest.len() == 1 {
                    self.mend(vec![(rest, String::new())]);
                }
                self.blank_rest_of_line();
                return;
            }
            let next_start = self.cursor.peek(next).span.start;
            match separator {
                Some(_) => self.repair.replace(token, "\n"),
                None => self.repair.insert(next_start, "\n"),
            }
            let mend = (Span::new(value_end, next_start), format!("\n{}", self.indent_of_line(value_end)));
            match pairs_error {
                // One line, one mistake: the others only add to its mend.
                Some(index) => {
                    if let Some(error) = self.errors.get_mut(index) {
                        error.mend.push(mend);
                    }
                }
                None => {
                    pairs_error = Some(self.errors.len());
                    self.error(SyntaxErrorKind::PairsOnOneLine { separator }, token);
                    self.mend(vec![mend]);
                }
            }
            for _ in 0..next {
                self.cursor.advance();
            }
        }
    }

    /// How many tokens a separator and the blanks behind it are.
    fn after_separator(&mut self) -> usize {
        if self.cursor.peek(1).kind == TokenKind::Whitespace { 2 } else { 1 }
    }

    /// One `key = value`; whether its line goes on behind it.
    fn pair(&mut self) -> bool {
        let start = self.cursor.span().start;
        let has_key = self.cursor.kind() != TokenKind::Equals;
        let (key, end) = if has_key { self.key() } else { (Span::at(start), KeyEnd::Plain) };
        self.cursor.skip_blanks();
        if end == KeyEnd::Line {
            return false;
        }
        if end == KeyEnd::Plain {
            if self.cursor.kind() != TokenKind::Equals {
                self.key_without_value(key);
                return false;
            }
            let equals = self.cursor.span();
            self.cursor.advance();
            if !has_key {
                let rest = Span::new(equals.start, self.cursor.rest_of_line().end.max(equals.end));
                self.error(SyntaxErrorKind::MissingKey, rest);
                self.repair.blank(rest, self.cursor.text);
                self.cursor.skip_rest_of_line();
                return false;
            }
        }
        self.value_of(key, Place::Statement)
    }

    fn value_of(&mut self, key: Span, place: Place) -> Complete {
        self.cursor.skip_blanks();
        if self.cursor.kind() == TokenKind::Equals {
            let equals = self.cursor.span();
            self.error(SyntaxErrorKind::Unexpected { text: "=".into() }, equals);
            self.mend(vec![(equals, String::new())]);
            self.repair.replace(equals, " ");
            self.cursor.advance();
            self.cursor.skip_blanks();
        }
        if self.is_value_start() {
            return self.value(place);
        }
        let end = self.cursor.previous_end();
        let written_end = self.cursor.text.get(..end).map_or(end, |before| before.trim_end().len());
        self.error(SyntaxErrorKind::MissingValue { key: Some(self.written(key)) }, Span::new(key.start, written_end));
        self.repair.insert(written_end, "0");
        true
    }

    fn key_without_value(&mut self, key: Span) {
        let rest = self.cursor.rest_of_line();
        let has_equals = rest.slice(self.cursor.text).is_some_and(|rest| rest.contains('='));
        let span = if rest.is_empty() { key } else { key.join(rest) };
        let is_told = self
            .errors
            .last()
            .is_some_and(|error| matches!(error.kind, SyntaxErrorKind::InvalidKey { .. }) && span.covers(error.span));
        if is_told {
            // The key itself is wrong: that it has no value either is the same mistake.
        } else if has_equals {
            self.error(SyntaxErrorKind::InvalidKey { key: self.written(key) }, key);
        } else {
            self.error(SyntaxErrorKind::KeyWithoutValue { key: self.written(span) }, span);
        }
        self.repair.insert(key.end, "=0");
        if !rest.is_empty() {
            self.repair.blank(rest, self.cursor.text);
        }
        self.cursor.skip_rest_of_line();
    }

    /// A key, dotted or not: its place, and how it ends.
    fn key(&mut self) -> (Span, KeyEnd) {
        let mut span = Span::at(self.cursor.span().start);
        let mut parts = 0;
        // However many parts of it are wrong, a key is one mistake.
        let mut is_told = false;
        loop {
            self.cursor.skip_blanks();
            let token = self.cursor.peek(0);
            let written = token.span.slice(self.cursor.text).unwrap_or_default();
            match token.kind {
                TokenKind::Atom if is_bare_key(written) => {}
                TokenKind::Atom
                    if written.ends_with(':') && (parts > 0 || is_bare_key(written.trim_end_matches(':'))) =>
                {
                    return (self.colon(span, token.span), KeyEnd::Colon);
                }
                // `key:value`, unless an `=` shows that the colon belongs to the key.
                TokenKind::Atom
                    if written.find(':').is_some_and(|colon| is_bare_key(&written[..colon]))
                        && !self.has_equals_next() =>
                {
                    let colon = token.span.start + written.find(':').unwrap_or_default();
                    let key = self.colon(span, Span::new(token.span.start, colon + 1));
                    self.cursor.jump(colon + 1);
                    return (key, KeyEnd::Colon);
                }
                TokenKind::BasicString | TokenKind::LiteralString if is_closed(written) => {
                    self.check_escapes(token.span)
                }
                TokenKind::Atom
                | TokenKind::BasicString
                | TokenKind::LiteralString
                | TokenKind::MlBasicString
                | TokenKind::MlLiteralString => {
                    if !is_told {
                        self.error(SyntaxErrorKind::InvalidKey { key: written.to_owned() }, token.span);
                    }
                    let needs_quotes_only = token.kind == TokenKind::Atom && !written.contains(['"', '\'', '\\']);
                    if needs_quotes_only && !is_told {
                        self.mend(vec![(token.span, format!("\"{written}\""))]);
                    }
                    is_told = true;
                    if needs_quotes_only {
                        self.repair.replace(token.span, &format!("\"{written}\""));
                    } else {
                        self.repair.replace(token.span, &unique_key(token.span));
                    }
                }
                // An empty part: `.a`, `a..b`, `a. = 1`.
                _ => {
                    let place = if token.kind == TokenKind::Dot { token.span } else { span };
                    if !is_told {
                        self.error(SyntaxErrorKind::InvalidKey { key: self.written(place) }, place);
                    }
                    is_told = true;
                    self.repair.insert(token.span.start, "\"\"");
                    if token.kind != TokenKind::Dot {
                        return (span, KeyEnd::Plain);
                    }
                }
            }
            parts += 1;
            if token.kind != TokenKind::Dot {
                span = Span::new(span.start, token.span.end);
                self.cursor.advance();
                // `"key": value`
                if self.cursor.is_letter(":") {
                    let colon = self.cursor.span();
                    return (self.colon(span, colon), KeyEnd::Colon);
                }
            }
            let blanks = usize::from(self.cursor.kind() == TokenKind::Whitespace);
            if self.cursor.peek(blanks).kind != TokenKind::Dot {
                break;
            }
            self.cursor.skip_blanks();
            self.cursor.advance();
            if parts > DEPTH_LIMIT {
                let rest = span.join(self.cursor.rest_of_line());
                self.error(SyntaxErrorKind::TooDeep, rest);
                self.repair.replace(rest, &format!("{}=0", unique_key(rest)));
                self.cursor.skip_rest_of_line();
                return (span, KeyEnd::Line);
            }
        }
        (span, KeyEnd::Plain)
    }

    /// Whether `=`, `.` or `]` follows the current token.
    fn has_equals_next(&mut self) -> bool {
        let ahead = if self.cursor.peek(1).kind == TokenKind::Whitespace { 2 } else { 1 };
        matches!(self.cursor.peek(ahead).kind, TokenKind::Equals | TokenKind::Dot | TokenKind::RightSquareBracket)
    }

    /// `key: value`: reads the colon as the equals sign that was meant.
    fn colon(&mut self, key: Span, token: Span) -> Span {
        let colon = Span::new(token.end - 1, token.end);
        self.error(SyntaxErrorKind::ColonForEquals, colon);
        self.mend(vec![(colon, " =".to_owned())]);
        self.repair.replace(colon, "=");
        self.cursor.advance();
        Span::new(key.start, colon.start)
    }

    // Values

    fn is_value_start(&mut self) -> bool {
        match self.cursor.kind() {
            TokenKind::Atom => !self.cursor.is_letter(";"),
            TokenKind::Dot
            | TokenKind::LeftSquareBracket
            | TokenKind::LeftCurlyBracket
            | TokenKind::BasicString
            | TokenKind::LiteralString
            | TokenKind::MlBasicString
            | TokenKind::MlLiteralString => true,
            _ => false,
        }
    }

    fn value(&mut self, place: Place) -> Complete {
        match self.cursor.kind() {
            TokenKind::LeftSquareBracket if self.may_go_deeper() => self.array(),
            TokenKind::LeftCurlyBracket if self.may_go_deeper() => self.inline_table(),
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => self.too_deep(),
            TokenKind::BasicString | TokenKind::LiteralString => {
                self.string();
                true
            }
            TokenKind::MlBasicString | TokenKind::MlLiteralString => {
                self.long_string();
                true
            }
            _ => {
                self.bare(place);
                true
            }
        }
    }

    fn may_go_deeper(&self) -> bool {
        self.depth < DEPTH_LIMIT
    }

    fn too_deep(&mut self) -> Complete {
        let open = self.cursor.span();
        let mut depth = 0_usize;
        loop {
            match self.cursor.kind() {
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth -= 1,
                TokenKind::Eof => break,
                _ => {}
            }
            self.cursor.advance();
            if depth == 0 {
                break;
            }
        }
        // One mistake, however many values go too deep.
        if !self.errors.iter().any(|error| error.kind == SyntaxErrorKind::TooDeep) {
            self.error(SyntaxErrorKind::TooDeep, open);
        }
        let end = self.cursor.previous_end().max(open.end);
        self.repair.replace(Span::new(open.start, end), "0");
        true
    }

    fn array(&mut self) -> Complete {
        let open = self.cursor.span();
        self.cursor.advance();
        self.depth += 1;
        let complete = self.items(open);
        self.depth -= 1;
        complete
    }

    fn items(&mut self, open: Span) -> Complete {
        let mut wants_item = true;
        let mut last_end = open.end;
        loop {
            let crossed = self.cursor.skip_lines();
            let token = self.cursor.peek(0);
            let gives_up = match token.kind {
                TokenKind::Eof => true,
                _ => crossed && (self.cursor.is_header() || self.cursor.is_pair(0)),
            };
            if gives_up {
                self.error(SyntaxErrorKind::UnclosedArray, open);
                self.mend(vec![(Span::at(last_end), "]".to_owned())]);
                self.repair.insert(last_end, "]");
                self.broken_off += 1;
                return false;
            }
            match token.kind {
                TokenKind::RightSquareBracket => {
                    self.cursor.advance();
                    return true;
                }
                TokenKind::Comma => {
                    if wants_item {
                        self.error(SyntaxErrorKind::ExtraComma, token.span);
                        self.mend(vec![(token.span, String::new())]);
                        self.repair.replace(token.span, " ");
                    }
                    wants_item = true;
                    last_end = token.span.end;
                    self.cursor.advance();
                }
                // `[1, 2}` inside an inline table: the table ends here.
                TokenKind::RightCurlyBracket if self.depth > 1 => {
                    self.error(SyntaxErrorKind::UnclosedArray, open);
                    self.mend(vec![(Span::at(last_end), "]".to_owned())]);
                    self.repair.insert(last_end, "]");
                    return true;
                }
                _ if self.is_value_start() => {
                    if !wants_item {
                        self.missing_comma(last_end, token.span);
                    }
                    if !self.value(Place::Nested) {
                        let end = self.last_end(last_end);
                        self.repair.insert(end, "]");
                        return false;
                    }
                    wants_item = false;
                    last_end = self.cursor.previous_end();
                }
                _ => self.unexpected(),
            }
        }
    }

    fn inline_table(&mut self) -> Complete {
        let open = self.cursor.span();
        let is_closed = self.finds_closing_brace();
        self.cursor.advance();
        self.depth += 1;
        let complete = self.members(open, is_closed);
        self.depth -= 1;
        complete
    }

    fn members(&mut self, open: Span, is_closed: bool) -> Complete {
        let mut wants_member = true;
        let mut last_end = open.end;
        loop {
            let crossed = self.cursor.skip_lines();
            let token = self.cursor.peek(0);
            let gives_up = match token.kind {
                TokenKind::Eof => true,
                _ if is_closed => false,
                TokenKind::RightSquareBracket => self.depth > 1,
                _ => crossed && (self.cursor.is_header() || self.cursor.is_pair(0)),
            };
            if gives_up {
                self.error(SyntaxErrorKind::UnclosedInlineTable, open);
                self.mend(vec![(Span::at(last_end), "}".to_owned())]);
                self.repair.insert(last_end, "}");
                return token.kind == TokenKind::RightSquareBracket;
            }
            match token.kind {
                TokenKind::RightCurlyBracket => {
                    self.cursor.advance();
                    return true;
                }
                TokenKind::Comma => {
                    if wants_member {
                        self.error(SyntaxErrorKind::ExtraComma, token.span);
                        self.mend(vec![(token.span, String::new())]);
                        self.repair.replace(token.span, " ");
                    }
                    wants_member = true;
                    last_end = token.span.end;
                    self.cursor.advance();
                }
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket | TokenKind::RightSquareBracket => {
                    self.unexpected();
                }
                TokenKind::Equals => self.unexpected(),
                _ if self.cursor.is_letter(";") => {
                    // `;` for `,`.
                    self.error(SyntaxErrorKind::MissingComma, token.span);
                    self.mend(vec![(token.span, ",".to_owned())]);
                    self.repair.replace(token.span, ",");
                    wants_member = true;
                    self.cursor.advance();
                }
                _ => {
                    if !wants_member {
                        self.missing_comma(last_end, token.span);
                    }
                    let (key, end) = self.key();
                    self.cursor.skip_blanks();
                    if end == KeyEnd::Line {
                        // The repair of that line gave it a value.
                    } else if end == KeyEnd::Plain && self.cursor.kind() != TokenKind::Equals {
                        self.error(SyntaxErrorKind::KeyWithoutValue { key: self.written(key) }, key);
                        self.repair.insert(key.end, "=0");
                    } else {
                        if end == KeyEnd::Plain {
                            self.cursor.advance();
                        }
                        if !self.value_of(key, Place::Nested) {
                            let end = self.last_end(last_end);
                            self.repair.insert(end, "}");
                            return false;
                        }
                    }
                    wants_member = false;
                    last_end = self.cursor.previous_end();
                }
            }
        }
    }

    /// Whether the brace that opens here is closed before the next header.
    fn finds_closing_brace(&mut self) -> bool {
        let mut depth = 0_usize;
        let mut at_line_start = false;
        for ahead in 0..LOOK_AHEAD {
            match self.cursor.peek(ahead).kind {
                TokenKind::LeftCurlyBracket => depth += 1,
                TokenKind::RightCurlyBracket => {
                    depth -= 1;
                    if depth == 0 {
                        return true;
                    }
                }
                TokenKind::LeftSquareBracket if at_line_start && self.is_header_at(ahead) => return false,
                TokenKind::Eof => return false,
                _ => {}
            }
            at_line_start = matches!(self.cursor.peek(ahead).kind, TokenKind::Newline)
                || (at_line_start && self.cursor.peek(ahead).kind == TokenKind::Whitespace);
        }
        true
    }

    fn is_header_at(&mut self, ahead: usize) -> bool {
        let line = self.cursor.peek(ahead).span.start;
        let rest = self.cursor.text.get(line..).unwrap_or_default();
        Cursor::new(rest.lines().next().unwrap_or_default()).is_header()
    }

    fn missing_comma(&mut self, after: usize, next: Span) {
        self.error(SyntaxErrorKind::MissingComma, next);
        self.mend(vec![(Span::at(after), ",".to_owned())]);
        self.repair.insert(after, ",");
    }

    fn unexpected(&mut self) {
        let token = self.cursor.span();
        self.error(SyntaxErrorKind::Unexpected { text: self.written(token) }, token);
        self.repair.blank(token, self.cursor.text);
        self.cursor.advance();
    }

    /// Where a broken-off value ends: behind the last thing that is not blank before the current token.
    fn last_end(&mut self, at_least: usize) -> usize {
        let here = self.cursor.span().start;
        let before = self.cursor.text.get(..here).unwrap_or_default();
        before.trim_end().len().max(at_least)
    }

    // Strings and bare words

    fn string(&mut self) {
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

    fn long_string(&mut self) {
        let token = self.cursor.span();
        let written = token.slice(self.cursor.text).unwrap_or_default();
        if is_closed_long(written) {
            self.check_escapes(token);
            self.cursor.advance();
            return;
        }
        let quotes = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
        self.error(SyntaxErrorKind::UnclosedString { quotes }, Span::new(token.start, token.start + 3));
        // Everything up to the next line that looks like a statement may belong to the string.
        let mut lines = written.split_inclusive('\n');
        let mut end = token.start + lines.next().map_or(0, str::len);
        for line in lines {
            let mut cursor = Cursor::new(line);
            cursor.skip_blanks();
            if cursor.is_pair(0) || cursor.is_header() {
                break;
            }
            end += line.len();
        }
        let text = self.cursor.text.get(token.start..end).unwrap_or_default();
        let end = token.start + text.trim_end().len();
        self.repair.replace(Span::new(token.start, end), "\"\"");
        self.cursor.jump(end);
    }

    /// Reports unknown backslash sequences of the string at `token`.
    fn check_escapes(&mut self, token: Span) {
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

    /// A number, boolean, date or a word that is none of these.
    fn bare(&mut self, place: Place) {
        let start = self.cursor.span().start;
        let mut end = self.bare_run(start);
        // A date and a time may be one value with a blank between them.
        let is_date =
            self.cursor.text.as_bytes().get(start..end).is_some_and(|date| date.len() == 10 && date[4] == b'-');
        if is_date && self.cursor.kind() == TokenKind::Whitespace {
            let next = self.cursor.peek(1);
            let starts_time =
                next.kind == TokenKind::Atom && self.cursor.text.as_bytes().get(next.span.start + 2) == Some(&b':');
            if starts_time {
                self.cursor.skip_blanks();
                end = self.bare_run(next.span.start);
            }
        }
        if scalar::judge(self.cursor.text.get(start..end).unwrap_or_default()).is_none() {
            return;
        }
        // A text without quotes may go on: to the end of the line, or to the next comma or bracket inside brackets.
        loop {
            let token = self.cursor.peek(0);
            let stops = match token.kind {
                TokenKind::Newline | TokenKind::Comment | TokenKind::Eof => true,
                TokenKind::Comma | TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket
                    if place == Place::Nested =>
                {
                    true
                }
                TokenKind::Comma => {
                    let next = self.after_separator();
                    self.cursor.is_pair(next)
                }
                TokenKind::Atom if self.cursor.is_letter(";") => {
                    let next = self.after_separator();
                    self.cursor.is_pair(next)
                }
                _ => false,
            };
            if stops {
                break;
            }
            if token.kind != TokenKind::Whitespace {
                end = token.span.end;
            }
            self.cursor.advance();
        }
        let span = Span::new(start, end);
        let word = span.slice(self.cursor.text).unwrap_or_default();
        let Some(kind) = scalar::judge(word) else { return };
        let mend = match &kind {
            SyntaxErrorKind::MissingQuotes { word } => quoted(word),
            SyntaxErrorKind::ForeignBoolean { value, .. } => Some(value.to_string()),
            _ => None,
        };
        self.error(kind, span);
        self.mend(mend.map(|text| vec![(span, text)]).unwrap_or_default());
        self.repair.replace(span, "0");
    }

    /// Goes behind the words and points that touch each other; where they end.
    fn bare_run(&mut self, start: usize) -> usize {
        let mut end = start;
        while matches!(self.cursor.kind(), TokenKind::Atom | TokenKind::Dot)
            && self.cursor.span().start <= end.max(start)
            && !self.cursor.is_letter(";")
        {
            end = self.cursor.span().end;
            self.cursor.advance();
        }
        end
    }

    // Findings

    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        self.errors.push(SyntaxError { kind, span, mend: Vec::new() });
    }

    /// Adds a mend to the last error.
    fn mend(&mut self, mend: Vec<(Span, String)>) {
        if let Some(error) = self.errors.last_mut() {
            error.mend = mend;
        }
    }

    fn written(&self, span: Span) -> String {
        span.slice(self.cursor.text).unwrap_or_default().to_owned()
    }

    fn blank_rest_of_line(&mut self) {
        let rest = self.cursor.rest_of_line();
        self.repair.blank(rest, self.cursor.text);
        self.cursor.skip_rest_of_line();
    }

    /// The white space at the start of the line that `offset` lies in.
    fn indent_of_line(&self, offset: usize) -> &'a str {
        let before = self.cursor.text.get(..offset).unwrap_or_default();
        let line = &self.cursor.text[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}

/// Whether the string ends with the quote that it starts with.
fn is_closed(written: &str) -> bool {
    let quote = if written.starts_with('\'') { '\'' } else { '"' };
    written.len() >= 2 && written.ends_with(quote) && !(quote == '"' && is_escaped(&written[..written.len() - 1]))
}

fn is_closed_long(written: &str) -> bool {
    let quotes = if written.starts_with('\'') { "'''" } else { "\"\"\"" };
    written.len() >= 6
        && written.ends_with(quotes)
        && !(quotes == "\"\"\"" && is_escaped(&written[..written.len() - 3]))
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

/// `word` as a string, unless that takes more than quotes.
fn quoted(word: &str) -> Option<String> {
    let bare = word.trim_matches(['"', '\'']);
    (!bare.contains(['"', '\\'])).then(|| format!("\"{bare}\""))
}

/// A key that nothing else in the text has.
fn unique_key(span: Span) -> String {
    format!("_unreadable_{}", span.start)
}
