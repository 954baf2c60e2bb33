//! From the events of the TOML parser to the tree.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use toml_parser::Source;
use toml_parser::decoder::Encoding;
use toml_parser::lexer::Token;
use toml_parser::parser::{Event, EventKind, parse_document};

use super::mask::Masked;
use super::{Header, KeyPart, Pair, SyntaxTree, Table, Value, ValueKind};
use crate::text::Span;

/// Brackets nested deeper than this are not followed.
const MAX_DEPTH: usize = 64;

/// The halves of a text of so many bytes are read side by side: less takes hardly longer than a thread to start.
const LONG: usize = 64 * 1024;

pub(super) fn build(text: &str, masked: &Masked) -> SyntaxTree {
    let sections = masked.headers.len() + 1;
    if text.len() < LONG {
        return read(text, masked, 0..sections);
    }
    let middle = masked.headers.partition_point(|header| *header < text.len() / 2) + 1;
    // Not rayon, whose threads take other work while they wait: whoever asks may be filling a cell that it needs.
    thread::scope(|scope| {
        let behind = scope.spawn(|| read(text, masked, middle..sections));
        let mut tree = read(text, masked, 0..middle);
        let behind = behind.join().unwrap_or_else(|panic| resume_unwind(panic));
        tree.tables.extend(behind.tables);
        tree.comments.extend(behind.comments);
        tree
    })
}

/// Reads some of the parts into which the headers cut the text; the first has none.
fn read(text: &str, masked: &Masked, sections: Range<usize>) -> SyntaxTree {
    let mut tree = SyntaxTree::default();
    let start_of =
        |section: usize| section.checked_sub(1).map_or(Some(0), |header| masked.headers.get(header).copied());
    let (mut tokens, mut events): (Vec<Token>, Vec<Event>) = Default::default();
    // Each header is parsed with what follows it, so that nothing left open reaches beyond the next header.
    for section in sections {
        let Some(start) = start_of(section) else { continue };
        let end = start_of(section + 1).unwrap_or(masked.text.len());
        let Some(part) = masked.text.get(start..end) else { continue };
        tokens.clear();
        tokens.extend(Source::new(part).lex());
        events.clear();
        parse_document(&tokens, &mut events, &mut ());
        let mut table = Table { span: Span::new(start, end), ..Table::default() };
        let mut builder = Builder { text, masked, base: start, events: &events, at: 0, comments: &mut tree.comments };
        builder.table(&mut table, section == 0);
        tree.tables.push(table);
    }
    tree
}

struct Builder<'a> {
    text: &'a str,
    masked: &'a Masked,
    /// Where the parsed part starts.
    base: usize,
    events: &'a [Event],
    at: usize,
    comments: &'a mut Vec<Span>,
}

impl Builder<'_> {
    fn span(&self, event: &Event) -> Span {
        Span::new(self.base + event.span().start(), self.base + event.span().end())
    }

    /// The next event that says something, comments taken note of.
    fn next(&mut self) -> Option<(EventKind, Option<Encoding>, Span)> {
        loop {
            let event = self.events.get(self.at)?;
            self.at += 1;
            let span = self.span(event);
            match event.kind() {
                EventKind::Whitespace | EventKind::Error => {}
                EventKind::Comment => self.comments.push(span),
                kind => return Some((kind, event.encoding(), span)),
            }
        }
    }

    fn table(&mut self, table: &mut Table, is_root: bool) {
        let mut pair: Option<Pair> = None;
        let mut in_header = false;
        // Of several headers in a broken text the first counts; before the first that was recognised none does.
        let mut is_own = false;
        while let Some((kind, encoding, span)) = self.next() {
            match kind {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    let is_array = kind == EventKind::ArrayTableOpen;
                    is_own = !is_root && table.header.is_none();
                    if is_own {
                        table.header = Some(Header { span, path: Vec::new(), is_array });
                    }
                    in_header = true;
                }
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    if let Some(header) = table.header.as_mut().filter(|_| is_own) {
                        header.span = header.span.join(span);
                    }
                    in_header = false;
                }
                EventKind::Newline => {
                    in_header = false;
                    table.pairs.extend(pair.take());
                }
                // Where a part is missing, the parser reports an empty one.
                EventKind::SimpleKey if span.is_empty() => {}
                EventKind::SimpleKey if in_header => {
                    let part = self.key_part(encoding, span);
                    if let Some(header) = table.header.as_mut().filter(|_| is_own) {
                        header.span = header.span.join(span);
                        header.path.push(part);
                    }
                }
                EventKind::KeySep if in_header => {
                    if let Some(header) = table.header.as_mut().filter(|_| is_own) {
                        header.span = header.span.join(span);
                    }
                }
                _ => self.pair_event(&mut pair, kind, encoding, span, 0),
            }
        }
        table.pairs.extend(pair);
    }

    /// Takes an event for the pair at hand.
    fn pair_event(
        &mut self,
        pair: &mut Option<Pair>,
        kind: EventKind,
        encoding: Option<Encoding>,
        span: Span,
        depth: usize,
    ) {
        match kind {
            EventKind::SimpleKey if span.is_empty() => {}
            EventKind::SimpleKey => {
                let part = self.key_part(encoding, span);
                let pair = pair.get_or_insert_with(|| Pair { span, ..Pair::default() });
                pair.span = pair.span.join(span);
                pair.key.push(part);
            }
            EventKind::KeySep => {
                if let Some(pair) = pair {
                    pair.span = pair.span.join(span);
                }
            }
            EventKind::KeyValSep if span.is_empty() => {}
            EventKind::KeyValSep => {
                let pair = pair.get_or_insert_with(|| Pair { span, ..Pair::default() });
                pair.span = pair.span.join(span);
                pair.equals.get_or_insert(span.start);
            }
            EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                if let Some(value) = self.value(kind, encoding, span, depth)
                    && let Some(pair) = pair
                    && pair.value.is_none()
                    && pair.equals.is_some()
                {
                    pair.span = pair.span.join(value.span);
                    pair.value = Some(value);
                }
            }
            _ => {}
        }
    }

    fn value(&mut self, kind: EventKind, encoding: Option<Encoding>, span: Span, depth: usize) -> Option<Value> {
        let is_deep = depth >= MAX_DEPTH;
        Some(match kind {
            EventKind::Scalar => self.scalar(encoding, span)?,
            EventKind::ArrayOpen if !is_deep => self.array(span, depth + 1),
            EventKind::InlineTableOpen if !is_deep => self.inline_table(span, depth + 1),
            _ => return None,
        })
    }

    fn scalar(&self, encoding: Option<Encoding>, span: Span) -> Option<Value> {
        // Where a value is missing, the parser reports an empty one.
        if span.is_empty() {
            return None;
        }
        let quotes = match encoding {
            None => return Some(Value { span, kind: ValueKind::Bare }),
            Some(Encoding::BasicString | Encoding::LiteralString) => 1,
            Some(Encoding::MlBasicString | Encoding::MlLiteralString) => 3,
        };
        let start = (span.start + quotes).min(span.end);
        let delimiter = self.text.get(span.start..start).unwrap_or_default();
        let is_closed = self.text.get(start..span.end).is_some_and(|rest| rest.ends_with(delimiter));
        let end = if is_closed { span.end - quotes } else { span.end };
        Some(Value { span, kind: ValueKind::String { content: Span::new(start, end.max(start)) } })
    }

    fn array(&mut self, open: Span, depth: usize) -> Value {
        let (mut span, mut items, mut closed) = (open, Vec::new(), false);
        while let Some((kind, encoding, at)) = self.next() {
            match kind {
                EventKind::ArrayClose => {
                    span = span.join(at);
                    closed = !at.is_empty();
                    break;
                }
                EventKind::ValueSep => span = span.join(at),
                _ => {
                    if let Some(value) = self.value(kind, encoding, at, depth) {
                        span = span.join(value.span);
                        items.push(value);
                    }
                }
            }
        }
        Value { span, kind: ValueKind::Array { items, closed } }
    }

    fn inline_table(&mut self, open: Span, depth: usize) -> Value {
        let (mut span, mut pairs, mut closed) = (open, Vec::new(), false);
        let mut pair: Option<Pair> = None;
        while let Some((kind, encoding, at)) = self.next() {
            match kind {
                EventKind::InlineTableClose => {
                    span = span.join(at);
                    closed = !at.is_empty();
                    break;
                }
                EventKind::ValueSep => {
                    span = span.join(at);
                    pairs.extend(pair.take());
                }
                EventKind::Newline => {}
                _ => {
                    self.pair_event(&mut pair, kind, encoding, at, depth);
                    if let Some(pair) = &pair {
                        span = span.join(pair.span);
                    }
                }
            }
        }
        pairs.extend(pair);
        Value { span, kind: ValueKind::InlineTable { pairs, closed } }
    }

    fn key_part(&self, encoding: Option<Encoding>, span: Span) -> KeyPart {
        let written = span.slice(self.text).unwrap_or_default();
        let first = self.masked.expressions.partition_point(|expression| expression.end <= span.start);
        let is_templated = self.masked.expressions.get(first).is_some_and(|expression| expression.start < span.end);
        let text = if is_templated || encoding.is_none() {
            written.trim_matches(['"', '\'']).to_owned()
        } else {
            let mut decoded = String::new();
            let within = toml_parser::Span::new_unchecked(0, written.len());
            toml_parser::Raw::new_unchecked(written, encoding, within).decode_key(&mut decoded, &mut ());
            decoded
        };
        KeyPart { span, text, is_templated }
    }
}
