//! Cuts a file into statements. Template constructs are opaque: a string or a number may hold them, and what they do to the
//! structure of the file is not guessed. What is not understood becomes one verbatim statement.

use super::directives::{self, Directive};
use super::layout::{Header, Item, List, Pair, Remark, Statement, StatementKind, Value};
use crate::template::lexer::{Keyword, Lexed, TokenKind};
use crate::text::Span;

/// Values nested deeper than this are left as they are.
const MAX_DEPTH: usize = 48;

/// A byte order mark.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A tag, expression, comment or raw block of the template.
#[derive(Clone, Copy, Debug)]
struct Construct {
    span: Span,
    kind: TokenKind,
    trims: bool,
}

/// What is not understood.
struct Unknown;

/// The statements of `text`; their spans tile it, but for a byte order mark. With `lexed`, the text is a template.
pub(super) fn scan(text: &str, lexed: Option<&Lexed>) -> Vec<Statement> {
    let tokens = lexed.map_or(&[][..], |lexed| &lexed.tokens);
    let constructs = tokens
        .iter()
        .filter(|token| token.kind != TokenKind::Text)
        .map(|token| Construct { span: token.span, kind: token.kind, trims: token.trims_left || token.trims_right })
        .collect();
    let at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut scanner = Scanner { text, bytes: text.as_bytes(), constructs, at, has_tag: false };
    let mut statements = Vec::new();
    while scanner.at < text.len() {
        statements.push(scanner.statement());
    }
    for token in tokens {
        // What a block captures is a text: white space in it counts.
        let captures = token.opens_set_block || token.keyword == Keyword::Filter;
        if let Some(mate) = token.mate.filter(|_| captures).and_then(|mate| tokens.get(mate)) {
            let body = Span::new(token.span.start, mate.span.end.max(token.span.start));
            statements.iter_mut().filter(|it| it.span.overlaps(body)).for_each(|it| it.verbatim = true);
        }
    }
    obey(text, &mut statements);
    statements
}

/// Marks what `# clnrm: fmt off` and `# clnrm: fmt skip` ask to be left alone.
fn obey(text: &str, statements: &mut [Statement]) {
    let (mut off, mut skip) = (false, false);
    for statement in statements {
        let comment = match &statement.kind {
            StatementKind::Comment(comment) => Some(*comment),
            StatementKind::Header(header) => header.comment,
            StatementKind::Pair(pair) => pair.comment,
            _ => None,
        };
        let directive = comment.and_then(|comment| directives::of(comment.slice(text)?));
        let alone = matches!(statement.kind, StatementKind::Comment(_));
        match directive {
            Some(Directive::Off) if alone => off = true,
            Some(Directive::On) if alone => {
                // The line that ends it still belongs to it.
                statement.verbatim |= off;
                off = false;
            }
            _ => {}
        }
        statement.verbatim |= off;
        if !alone && (directive == Some(Directive::Skip) || skip) {
            statement.verbatim = true;
        }
        let blank = matches!(statement.kind, StatementKind::Blank);
        skip = (alone && directive == Some(Directive::Skip)) || (skip && (alone || blank));
        statement.verbatim |= skip;
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    constructs: Vec<Construct>,
    at: usize,
    /// Whether the statement at hand holds a `{% … %}`.
    has_tag: bool,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn construct(&self) -> Option<Construct> {
        // All of them begin like this, and it is asked at each byte.
        if self.peek() != Some(b'{') {
            return None;
        }
        let index = self.constructs.partition_point(|construct| construct.span.start < self.at);
        self.constructs.get(index).copied().filter(|construct| construct.span.start == self.at)
    }

    fn holds_construct(&self, span: Span) -> bool {
        let index = self.constructs.partition_point(|construct| construct.span.end <= span.start);
        self.constructs.get(index).is_some_and(|construct| construct.span.start < span.end)
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes a line end.
    fn line_end(&mut self) -> bool {
        let length = match self.bytes.get(self.at..) {
            Some([b'\n', ..]) => 1,
            Some([b'\r', b'\n', ..]) => 2,
            _ => return false,
        };
        self.at += length;
        true
    }

    fn at_line_end(&self) -> bool {
        matches!(self.bytes.get(self.at..), Some([b'\n', ..] | [b'\r', b'\n', ..] | []) | None)
    }

    fn statement(&mut self) -> Statement {
        let start = self.at;
        self.has_tag = false;
        let kind = self.understood().unwrap_or_else(|Unknown| {
            self.at = start;
            self.skip_blanks();
            let kind = if self.construct().is_some() { StatementKind::Construct } else { StatementKind::Unknown };
            self.pass_unknown();
            kind
        });
        let verbatim = matches!(kind, StatementKind::Construct | StatementKind::Unknown);
        Statement { span: Span::new(start, self.at), kind, verbatim }
    }

    fn understood(&mut self) -> Result<StatementKind, Unknown> {
        self.skip_blanks();
        if self.construct().is_some() {
            return Err(Unknown);
        }
        let kind = match self.peek() {
            _ if self.at_line_end() => StatementKind::Blank,
            Some(b'#') => StatementKind::Comment(self.comment()?),
            Some(b'[') => {
                let mut header = self.header()?;
                header.comment = self.remark()?;
                StatementKind::Header(header)
            }
            _ => {
                let key = self.key()?;
                let pinned = key.iter().any(|part| self.holds_construct(*part));
                if self.peek() != Some(b'=') {
                    return Err(Unknown);
                }
                self.at += 1;
                self.skip_blanks();
                let value = self.value(0)?;
                let comment = self.remark()?;
                StatementKind::Pair(Pair { key, value, comment, pinned: pinned || self.has_tag })
            }
        };
        if !self.line_end() && self.at < self.bytes.len() {
            return Err(Unknown);
        }
        Ok(kind)
    }

    /// Passes what is not understood: to the first line end outside of brackets and strings, or, where one of these is never
    /// closed, to the end of the text.
    fn pass_unknown(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            if let Some(construct) = self.construct() {
                self.at = construct.span.end;
                continue;
            }
            match byte {
                b'\n' => {
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'"' | b'\'' => {
                    let start = self.at;
                    let triple = self.bytes[start..].starts_with(&[byte; 3]);
                    if self.string().is_ok() {
                        continue;
                    }
                    if triple {
                        self.at = self.bytes.len();
                        return;
                    }
                    // An apostrophe in what a construct writes, perhaps.
                    self.at = start + 1;
                    continue;
                }
                b'#' => {
                    while self.peek().is_some_and(|byte| byte != b'\n') {
                        self.at = self.construct().map_or(self.at + 1, |construct| construct.span.end);
                    }
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A comment, without white space at its end.
    fn comment(&mut self) -> Result<Span, Unknown> {
        let start = self.at;
        while !self.at_line_end() {
            if self.construct().is_some() {
                return Err(Unknown);
            }
            self.at += 1;
        }
        let text = self.text.get(start..self.at).ok_or(Unknown)?;
        Ok(Span::new(start, start + text.trim_end_matches([' ', '\t']).len()))
    }

    /// The comment behind a statement, if there is one.
    fn remark(&mut self) -> Result<Option<Span>, Unknown> {
        self.skip_blanks();
        if self.peek() == Some(b'#') && self.construct().is_none() { self.comment().map(Some) } else { Ok(None) }
    }

    fn header(&mut self) -> Result<Header, Unknown> {
        self.at += 1;
        let repeated = self.peek() == Some(b'[');
        if repeated {
            self.at += 1;
        }
        self.skip_blanks();
        let start = self.at;
        let name = self.key()?;
        let end = self.at;
        if self.holds_construct(Span::new(start, end)) {
            return Err(Unknown);
        }
        for _ in 0..=usize::from(repeated) {
            if self.peek() != Some(b']') {
                return Err(Unknown);
            }
            self.at += 1;
        }
        Ok(Header { name, repeated, comment: None })
    }

    /// A dotted key and the white space behind it.
    fn key(&mut self) -> Result<Vec<Span>, Unknown> {
        let mut parts = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.at;
            match self.peek() {
                Some(b'"' | b'\'') if self.construct().is_none() => {
                    if self.bytes[start..].starts_with(b"\"\"\"") || self.bytes[start..].starts_with(b"'''") {
                        return Err(Unknown);
                    }
                    self.string()?;
                }
                _ => loop {
                    if let Some(construct) = self.construct() {
                        self.inline(construct)?;
                        continue;
                    }
                    match self.peek() {
                        Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') => self.at += 1,
                        _ => break,
                    }
                },
            }
            if self.at == start {
                return Err(Unknown);
            }
            parts.push(Span::new(start, self.at));
            self.skip_blanks();
            if self.peek() != Some(b'.') {
                return Ok(parts);
            }
            self.at += 1;
        }
    }

    /// Passes a construct that stands outside of strings.
    fn inline(&mut self, construct: Construct) -> Result<(), Unknown> {
        if construct.kind != TokenKind::Expression || construct.trims {
            return Err(Unknown);
        }
        self.at = construct.span.end;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, Unknown> {
        if depth > MAX_DEPTH {
            return Err(Unknown);
        }
        if self.construct().is_none() {
            match self.peek() {
                Some(b'[') => return Ok(Value::Array(self.list(b']', depth)?)),
                Some(b'{') => return Ok(Value::Table(self.list(b'}', depth)?)),
                Some(b'"' | b'\'') => {
                    let start = self.at;
                    self.string()?;
                    return self.atom(start);
                }
                _ => {}
            }
        }
        let start = self.at;
        loop {
            if let Some(construct) = self.construct() {
                self.inline(construct)?;
                continue;
            }
            match self.peek() {
                Some(byte) if byte.is_ascii_alphanumeric() || b"_+-.:".contains(&byte) => self.at += 1,
                // A date and a time may be parted by a blank.
                Some(b' ') if self.is_date(start) => self.at += 1,
                _ => break,
            }
        }
        if self.at == start {
            return Err(Unknown);
        }
        self.atom(start)
    }

    /// The atom from `start`, if what follows can follow one.
    fn atom(&self, start: usize) -> Result<Value, Unknown> {
        let ends = self.construct().is_none()
            && matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}' | b'#'));
        if ends { Ok(Value::Atom(Span::new(start, self.at))) } else { Err(Unknown) }
    }

    fn is_date(&self, start: usize) -> bool {
        let word = &self.bytes[start..self.at];
        let digit = |index: usize| word.get(index).is_some_and(u8::is_ascii_digit);
        word.len() == 10
            && word[4] == b'-'
            && word[7] == b'-'
            && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digit)
            && self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit)
            && self.bytes.get(self.at + 3) == Some(&b':')
    }

    /// Passes a string of any kind, with the constructs in it.
    fn string(&mut self) -> Result<(), Unknown> {
        let quote = self.bytes[self.at];
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        loop {
            if let Some(construct) = self.construct() {
                self.has_tag |= construct.kind != TokenKind::Expression;
                self.at = construct.span.end;
                continue;
            }
            match self.peek().ok_or(Unknown)? {
                b'\\' if quote == b'"' => self.at = (self.at + 2).min(self.bytes.len()),
                b'\n' if !triple => return Err(Unknown),
                byte if byte == quote && !triple => {
                    self.at += 1;
                    return Ok(());
                }
                byte if byte == quote && self.bytes[self.at..].starts_with(&[quote; 3]) => {
                    let quotes = self.bytes[self.at..].iter().take(5).take_while(|byte| **byte == quote).count();
                    self.at += quotes;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn list(&mut self, close: u8, depth: usize) -> Result<List, Unknown> {
        self.at += 1;
        let mut list = List::default();
        let gap = self.gap(&mut list.tail, None)?;
        list.broken = gap.line_end;
        let mut apart = gap.apart;
        loop {
            if self.construct().is_none() && self.peek() == Some(close) {
                self.at += 1;
                return Ok(list);
            }
            let lead = std::mem::take(&mut list.tail);
            let mut key = Vec::new();
            if close == b'}' {
                key = self.key()?;
                if key.iter().any(|part| self.holds_construct(*part)) || self.peek() != Some(b'=') {
                    return Err(Unknown);
                }
                self.at += 1;
                self.skip_blanks();
            }
            let start = self.at;
            let is_text = matches!(self.peek(), Some(b'"' | b'\'' | b'[' | b'{')) && self.construct().is_none();
            let value = self.value(depth + 1)?;
            let written = Span::new(start, self.at);
            list.dynamic |= !is_text && self.holds_construct(written);
            let mut item = Item { lead, apart, key, value, comment: None };
            let before = self.gap(&mut list.tail, Some(&mut item.comment))?;
            apart = before.apart;
            if self.construct().is_some() {
                return Err(Unknown);
            }
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    let same_line = !before.line_end && item.comment.is_none();
                    apart |= self.gap(&mut list.tail, same_line.then_some(&mut item.comment))?.apart;
                }
                Some(byte) if byte == close => {}
                _ => return Err(Unknown),
            }
            list.items.push(item);
        }
    }

    /// Passes white space, line ends and comments. The first comment on the line goes to `same_line`, the others to `own_line`.
    fn gap(&mut self, own_line: &mut Vec<Remark>, mut same_line: Option<&mut Option<Span>>) -> Result<Gap, Unknown> {
        let mut gap = Gap::default();
        let mut ends = 0;
        loop {
            self.skip_blanks();
            if self.construct().is_some() {
                return Ok(gap);
            }
            if self.peek() == Some(b'#') {
                let comment = self.comment()?;
                match same_line.take().filter(|_| !gap.line_end) {
                    Some(place) => *place = Some(comment),
                    None => own_line.push(Remark { apart: ends > 1, span: comment }),
                }
                gap.apart = false;
                ends = 0;
            } else if self.line_end() {
                ends += 1;
                gap.line_end = true;
                gap.apart |= ends > 1;
            } else {
                return Ok(gap);
            }
        }
    }
}

/// What was passed between two items.
#[derive(Default)]
struct Gap {
    line_end: bool,
    /// Whether a blank line stands behind the last comment.
    apart: bool,
}
