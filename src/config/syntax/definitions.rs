//! Where each key and table of a text is defined first. Built only for texts that define something twice.

use std::collections::{HashMap, HashSet};

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, parse_document};

use super::{Former, SyntaxError, SyntaxErrorKind};
use crate::text::Span;

/// The errors for the keys at `duplicates` (places in `text`, sorted), each with the first definition of the same path. A key that is double
/// only because its table is double is no mistake of its own.
pub(super) fn duplicate_errors(text: &str, duplicates: &[Span]) -> Vec<SyntaxError> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    parse_document(&tokens, &mut events, &mut ());
    let mut walk = Walk {
        text,
        duplicates: duplicates.iter().copied().collect(),
        first: HashMap::new(),
        array_lengths: HashMap::new(),
        lists: HashMap::new(),
        values: HashSet::new(),
        errors: Vec::new(),
        header: Vec::new(),
        double_header: None,
    };
    walk.run(&events);
    walk.errors
}

/// A key segment: its text as written without quotes, and its place.
type Segment = (String, Span);

struct Walk<'a> {
    text: &'a str,
    duplicates: HashSet<Span>,
    /// The first definition of each path.
    first: HashMap<String, Span>,
    /// How many tables each array of tables has.
    array_lengths: HashMap<String, usize>,
    /// The first header of each array of tables.
    lists: HashMap<String, Span>,
    /// The paths that are keys with a value.
    values: HashSet<String>,
    errors: Vec<SyntaxError>,
    /// Path of the current table.
    header: Vec<String>,
    /// Where the current header stands, if its table was defined before.
    double_header: Option<usize>,
}

impl Walk<'_> {
    fn run(&mut self, events: &[Event]) {
        let mut segments: Vec<Segment> = Vec::new();
        // Paths of the inline tables and arrays that are open, with the number of segments that they add.
        let mut open: Vec<Vec<String>> = Vec::new();
        let mut in_header: Option<(bool, usize)> = None;
        for event in events {
            let span = Span::new(event.span().start(), event.span().end());
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    in_header = Some((event.kind() == EventKind::ArrayTableOpen, span.start));
                    segments.clear();
                    open.clear();
                }
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    if let Some((is_array, start)) = in_header.take() {
                        self.enter(&segments, is_array, Span::new(start, span.end));
                    }
                    segments.clear();
                }
                EventKind::SimpleKey => segments.push((unquoted(self.text, span), span)),
                EventKind::KeyValSep => {
                    let base = open.last().unwrap_or(&self.header).clone();
                    self.define(&base, &segments);
                }
                EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                    let mut path = open.last().unwrap_or(&self.header).clone();
                    path.extend(segments.drain(..).map(|(text, _)| text));
                    // Each value in brackets is a scope of its own.
                    path.push(format!("\u{1f}{}", span.start));
                    open.push(path);
                }
                EventKind::InlineTableClose | EventKind::ArrayClose => {
                    open.pop();
                    segments.clear();
                }
                EventKind::ValueSep | EventKind::Newline if in_header.is_none() => segments.clear(),
                _ => {}
            }
        }
    }

    /// A table header.
    fn enter(&mut self, segments: &[Segment], is_array: bool, brackets: Span) {
        let Some(((_, last), parents)) = segments.split_last() else { return };
        self.double_header = None;
        let mut path: Vec<String> = Vec::new();
        for (index, (text, span)) in segments.iter().enumerate() {
            path.push(text.clone());
            let joined = join(&path);
            let is_last = index == parents.len();
            if self.duplicates.contains(span) {
                self.report(&joined, &path, *span, Some(brackets).filter(|_| is_last && !is_array));
            }
            if is_last && is_array {
                *self.array_lengths.entry(joined.clone()).or_default() += 1;
                self.lists.entry(joined.clone()).or_insert(*span);
            }
            if let Some(length) = self.array_lengths.get(&joined) {
                path.push(format!("\u{1e}{length}"));
            }
        }
        if self.duplicates.contains(last) {
            self.double_header = Some(last.start);
        }
        self.first.entry(join(&path)).or_insert(*last);
        self.header = path;
    }

    /// A key with a value.
    fn define(&mut self, base: &[String], segments: &[Segment]) {
        let mut path = base.to_vec();
        for (text, span) in segments {
            path.push(text.clone());
            let joined = join(&path);
            if self.duplicates.contains(span) {
                let first = self.first_of(&joined, *span);
                self.push(SyntaxErrorKind::DuplicateKey { key: shown(&path), first }, *span, Vec::new(), first);
            }
            self.first.entry(joined).or_insert(*span);
        }
        self.values.insert(join(&path));
    }

    fn first_of(&self, joined: &str, span: Span) -> Option<Span> {
        self.first.get(joined).copied().filter(|first| *first != span)
    }

    /// A header that can't be; `single` is its place where it opens one table.
    fn report(&mut self, joined: &str, path: &[String], span: Span, single: Option<Span>) {
        let list = self.lists.get(joined).copied();
        let (former, first, mend) = match (list, single) {
            (Some(list), Some(header)) => {
                let brackets = [(Span::at(header.start), "[".to_owned()), (Span::at(header.end), "]".to_owned())];
                (Former::List, Some(list), brackets.to_vec())
            }
            _ if self.values.contains(joined) => (Former::Value, self.first_of(joined, span), Vec::new()),
            _ => (Former::Table, self.first_of(joined, span), Vec::new()),
        };
        self.push(SyntaxErrorKind::DuplicateTable { table: shown(path), first, former }, span, mend, first);
    }

    fn push(&mut self, kind: SyntaxErrorKind, span: Span, mend: Vec<(Span, String)>, first: Option<Span>) {
        if self.double_header.is_some_and(|header| first.is_some_and(|first| first.start < header)) {
            return;
        }
        self.errors.push(SyntaxError { kind, span, mend });
    }
}

fn join(path: &[String]) -> String {
    path.join("\u{1d}")
}

/// The path as people write it, without the marks of scopes and array items.
fn shown(path: &[String]) -> String {
    let names: Vec<&str> =
        path.iter().map(String::as_str).filter(|name| !name.starts_with(['\u{1e}', '\u{1f}'])).collect();
    names.join(".")
}

fn unquoted(text: &str, span: Span) -> String {
    let written = span.slice(text).unwrap_or_default();
    let is_quoted = written.len() >= 2 && written.starts_with(['"', '\'']);
    if is_quoted { written[1..written.len() - 1].to_owned() } else { written.to_owned() }
}
