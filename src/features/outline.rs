//! The outline of a document: tables with their keys, scenarios with their steps, services and expectations by their names,
//! macros, blocks and calls of macros, nested as they stand in the text.

use rayon::prelude::*;

use super::Written;
use super::names::macro_calls;
use super::syntax::{Pair, Table, Value, ValueKind};
use crate::template::expression::{self, Kind};
use crate::template::lexer::{Keyword, Token, TokenKind};
use crate::text::Span;

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineItem {
    /// How people call it.
    pub name: String,
    /// What it is, or what it says, in few words; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: OutlineKind,
    /// All of it, its children included.
    pub span: Span,
    /// Its name in the text; within `span`.
    pub selection: Span,
    /// Its parts, in order.
    pub children: Vec<OutlineItem>,
}

/// What a part of a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineKind {
    /// A table.
    Table,
    /// `[services.X]`.
    Service,
    /// `[[scenario]]`.
    Scenario,
    /// `[[steps]]`.
    Step,
    /// A block below `[expect]`.
    Expectation,
    /// `{% macro %}`.
    Macro,
    /// `{% block %}`.
    Block,
    /// `{% component %}`.
    Component,
    /// A call of a macro that stands by itself.
    Call,
    /// A key with a text.
    Text,
    /// A key with a list.
    List,
    /// A key with an inline table.
    InlineTable,
    /// A key with anything else.
    Scalar,
}

/// Keys in tables in tables deeper than this are left out.
const MAX_DEPTH: usize = 32;

/// A part while it looks for its place.
struct Part {
    item: OutlineItem,
    /// The keys of its header, if it is a table: tables nest by them.
    path: Option<Vec<String>>,
}

/// The outline of a document.
pub fn outline(written: &Written) -> Vec<OutlineItem> {
    let tokens = &written.template().lexed.tokens;
    let mut containers: Vec<(Span, OutlineItem)> =
        tokens.iter().filter_map(|token| container(written, tokens, token)).collect();
    // Inner ones first: they are whole when they are put into those around.
    containers.sort_by_key(|(inside, _)| std::cmp::Reverse(inside.start));
    let mut loose: Vec<Part> = tables(written);
    loose.extend(calls(written).map(|item| Part { item, path: None }));
    for (inside, mut item) in containers {
        let (own, rest): (Vec<Part>, Vec<Part>) =
            loose.into_iter().partition(|part| inside.contains(part.item.span.start));
        item.children = nest(own);
        loose = rest;
        loose.push(Part { item, path: None });
    }
    nest(loose)
}

/// Puts each table below the one before it whose header it goes on.
fn nest(mut parts: Vec<Part>) -> Vec<OutlineItem> {
    parts.sort_by_key(|part| part.item.span.start);
    let mut roots: Vec<OutlineItem> = Vec::new();
    // The tables that the next one may go below, outermost first.
    let mut open: Vec<Part> = Vec::new();
    for part in parts {
        let goes_below = |parent: &Part| match (&parent.path, &part.path) {
            (Some(parent), Some(path)) => path.len() > parent.len() && path.starts_with(parent),
            _ => false,
        };
        while open.last().is_some_and(|parent| !goes_below(parent)) {
            close(&mut open, &mut roots);
        }
        open.push(part);
    }
    while !open.is_empty() {
        close(&mut open, &mut roots);
    }
    roots
}

fn close(open: &mut Vec<Part>, roots: &mut Vec<OutlineItem>) {
    let Some(Part { item, .. }) = open.pop() else { return };
    match open.last_mut() {
        Some(parent) => {
            parent.item.span = parent.item.span.join(item.span);
            parent.item.children.push(item);
        }
        None => roots.push(item),
    }
}

/// A macro, block or component, with the place between its tags.
fn container(written: &Written, tokens: &[Token], token: &Token) -> Option<(Span, OutlineItem)> {
    let kind = match token.keyword {
        Keyword::Macro => OutlineKind::Macro,
        Keyword::Block => OutlineKind::Block,
        Keyword::Component => OutlineKind::Component,
        _ => return None,
    };
    let parts = expression::tokens(written.text(), token.inner);
    let name = parts.get(1).filter(|name| name.kind == Kind::Identifier)?;
    let closing = token.mate.and_then(|mate| tokens.get(mate));
    let end = closing.map_or(token.span.end, |closing| closing.span.end);
    let inside = Span::new(token.span.end, closing.map_or(token.span.end, |closing| closing.span.start));
    let behind = Span::new(name.end(), token.inner.end);
    let detail = match kind {
        OutlineKind::Block => String::new(),
        _ => behind.slice(written.text()).map(one_line).unwrap_or_default(),
    };
    let span = Span::new(token.span.start, end);
    let name_text = name.text.to_owned();
    let item = OutlineItem { name: name_text, detail, kind, span, selection: name.span(), children: Vec::new() };
    Some((inside, item))
}

/// Calls of macros that are all that their tag holds.
fn calls(written: &Written) -> impl Iterator<Item = OutlineItem> {
    let text = written.text();
    let tags = written.template().lexed.tokens.iter().filter(|token| token.kind == TokenKind::Expression);
    tags.filter_map(move |tag| {
        let starts_line = text.get(..tag.span.start)?.rsplit('\n').next()?.trim().is_empty();
        let call = macro_calls(text, tag).into_iter().next().filter(|_| starts_line)?;
        if call.span.start > tag.inner.start
            && !Span::new(tag.inner.start, call.span.start).slice(text)?.trim().is_empty()
        {
            return None;
        }
        let first = call.arguments.first().and_then(|argument| argument.span.slice(text)).map(one_line);
        let name = first.map_or_else(|| call.name.text.to_owned(), |first| format!("{} {first}", call.name.text));
        let (kind, span, selection) = (OutlineKind::Call, tag.span, call.name.span());
        Some(OutlineItem { name, detail: "macro".to_owned(), kind, span, selection, children: Vec::new() })
    })
}

/// The tables, read side by side: in a plain test they are all that there is.
fn tables(written: &Written) -> Vec<Part> {
    written.syntax().tables.par_iter().flat_map_iter(|table| parts(written.text(), table)).collect()
}

/// A table with its keys; only the keys where it has no header.
fn parts(text: &str, table: &Table) -> Vec<Part> {
    let children: Vec<OutlineItem> = table.pairs.iter().filter_map(|pair| key(text, pair, 0)).collect();
    let Some(header) = &table.header else {
        return children.into_iter().map(|item| Part { item, path: None }).collect();
    };
    let path: Vec<String> = header.path.iter().map(|part| part.text.clone()).collect();
    let end = children.last().map_or(header.span.end, |last| last.span.end).max(header.span.end);
    let (kind, name, detail) = title(text, table, &path);
    let first = header.path.first().map_or(header.span, |first| first.span);
    let selection = header.path.last().map_or(header.span, |last| first.join(last.span));
    let span = Span::new(header.span.start, end);
    vec![Part { item: OutlineItem { name, detail, kind, span, selection, children }, path: Some(path) }]
}

/// What a table is called, and what it is.
fn title(text: &str, table: &Table, path: &[String]) -> (OutlineKind, String, String) {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    let says = |key: &str| {
        let pair = table.pairs.iter().find(|pair| matches!(pair.key.as_slice(), [only] if only.text == key))?;
        let value = pair.value.as_ref()?;
        let content = if let ValueKind::String { content } = value.kind { content } else { value.span };
        content.slice(text).map(one_line).filter(|said| !said.is_empty())
    };
    let header = keys.join(".");
    let named = |kind: OutlineKind, detail: &str| match says("name") {
        Some(name) => (kind, name, detail.to_owned()),
        None => (kind, header.clone(), String::new()),
    };
    match keys.as_slice() {
        ["services" | "service", name] => (OutlineKind::Service, (*name).to_owned(), says("image").unwrap_or_default()),
        ["scenario"] => named(OutlineKind::Scenario, "scenario"),
        ["steps"] | ["scenario", "steps"] => named(OutlineKind::Step, "step"),
        ["expect", "span"] => named(OutlineKind::Expectation, "span"),
        ["expect", "window"] => match says("outer") {
            Some(outer) => (OutlineKind::Expectation, outer, "window".to_owned()),
            None => (OutlineKind::Expectation, header, String::new()),
        },
        ["expect", ..] | ["otel_validation", ..] => (OutlineKind::Expectation, header, String::new()),
        ["meta"] | ["test", "metadata"] => (OutlineKind::Table, header.clone(), says("name").unwrap_or_default()),
        _ => (OutlineKind::Table, header, String::new()),
    }
}

fn key(text: &str, pair: &Pair, depth: usize) -> Option<OutlineItem> {
    let selection = pair.key_span();
    let name = one_line(selection.slice(text)?);
    // A template expression that stands where a key may start is no key.
    let is_expression = pair.equals.is_none() && pair.key.iter().all(|part| part.is_templated);
    if name.is_empty() || is_expression || depth > MAX_DEPTH {
        return None;
    }
    let (kind, children) = match pair.value.as_ref().map(|value| &value.kind) {
        Some(ValueKind::String { .. }) => (OutlineKind::Text, Vec::new()),
        Some(ValueKind::Array { items, .. }) => {
            (OutlineKind::List, items.iter().flat_map(|it| below(text, it, depth)).collect())
        }
        Some(ValueKind::InlineTable { .. }) => {
            (OutlineKind::InlineTable, pair.value.iter().flat_map(|it| below(text, it, depth)).collect())
        }
        Some(ValueKind::Bare) | None => (OutlineKind::Scalar, Vec::new()),
    };
    let detail = match (&pair.value, kind) {
        (Some(value), OutlineKind::Text | OutlineKind::Scalar) => {
            value.span.slice(text).map(one_line).unwrap_or_default()
        }
        _ => String::new(),
    };
    Some(OutlineItem { name, detail, kind, span: pair.span.join(selection), selection, children })
}

/// The keys of an inline table.
fn below(text: &str, value: &Value, depth: usize) -> Vec<OutlineItem> {
    match &value.kind {
        ValueKind::InlineTable { pairs, .. } => pairs.iter().filter_map(|pair| key(text, pair, depth + 1)).collect(),
        _ => Vec::new(),
    }
}

/// The first line of a text, cut where it is long.
fn one_line(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
