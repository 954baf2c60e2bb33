//! One walk of the parsed table along the schema: unknown keys, wrong types, missing keys and values out of bounds.
//!
//! All spellings of a path (dotted key, inline table, header) are alike here. Where a value is unknown until run time, or
//! damaged by a mistake that is reported already, nothing is said. Costs a binary search a key; paths are put
//! together only where there is something to say.

mod problem;
mod refused;
#[cfg(test)]
mod tests;
mod value;
mod wording;

use toml::de::{DeTable, DeValue};

use super::read::{Key as TomlKey, Source, Value};
use super::schema::{Key, MISPLACED, Presence, ROOT, Rest, Table};
use crate::text::{Span, nearest};

pub use problem::{ShapeProblem, ShapeProblemKind};
pub use wording::in_words;

/// All differences from `schema`, sorted by place.
pub(super) fn check(root: &DeTable<'_>, schema: &'static Table, source: &Source<'_>) -> Vec<ShapeProblem> {
    let mut walk = Walk { source, problems: Vec::new(), refused: Vec::new() };
    let path = Path { parent: None, name: "" };
    let body = Body { table: root, header: Span::default(), can_miss: true };
    walk.table(&body, schema, &path);
    walk.problems.sort_by_key(|problem| problem.span);
    walk.problems
}

/// The way to a value; put together as a text only for a problem.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'a str,
}

impl Path<'_> {
    fn text(&self) -> String {
        let mut text = self.parent.map(Path::text).unwrap_or_default();
        if !text.is_empty() && !self.name.is_empty() {
            text.push('.');
        }
        text.push_str(self.name);
        text
    }
}

/// A table in the file.
struct Body<'v, 't> {
    table: &'v DeTable<'t>,
    /// Its header, its braces, or the key that it hangs on.
    header: Span,
    /// Whether keys that it must have can be missed.
    can_miss: bool,
}

struct Walk<'s, 'a> {
    source: &'s Source<'a>,
    problems: Vec<ShapeProblem>,
    /// Refused forms that are told already.
    refused: Vec<&'static str>,
}

impl Walk<'_, '_> {
    fn table(&mut self, body: &Body<'_, '_>, schema: &'static Table, path: &Path<'_>) {
        let mut has_hole = false;
        for (key, value) in body.table.iter() {
            let name: &str = key.get_ref();
            let here = Path { parent: Some(path), name };
            if let Some(known) = schema.key(name) {
                self.known_key(known, key, value, body, &here);
                continue;
            }
            let span = self.source.span(key.span());
            if self.source.is_unknown(name, span) {
                has_hole = true;
                continue;
            }
            match &schema.rest {
                Rest::Named(shape) => self.value(shape, key, value, &here),
                Rest::Marked(table, marks) if is_marked(value, marks) => {
                    self.value_table(table, key, value, &here);
                }
                _ => self.unknown_key(schema, body.table, key, value, path),
            }
        }
        if body.can_miss && !has_hole {
            self.missing_keys(body, schema, path);
        }
    }

    fn known_key(
        &mut self,
        known: &'static Key,
        key: &TomlKey<'_>,
        value: &Value<'_>,
        body: &Body<'_, '_>,
        path: &Path<'_>,
    ) {
        if let Some(canonical) = known.alias_of {
            let has_canonical = body.table.contains_key(canonical);
            let kind = ShapeProblemKind::Alias { key: known.name, canonical, has_canonical };
            self.problem(kind, self.source.span(key.span()), path);
        }
        if known.readers.is_empty() {
            if value.get_ref().is_table()
                && path.parent.is_some_and(|parent| {
                    parent.name == "expect" && parent.parent.is_some_and(|root| root.parent.is_none())
                })
            {
                self.problem(ShapeProblemKind::InertTable, self.source.header(key, value), path);
            }
            return;
        }
        self.value(&known.shape, key, value, path);
    }

    fn unknown_key(
        &mut self,
        schema: &'static Table,
        table: &DeTable<'_>,
        key: &TomlKey<'_>,
        value: &Value<'_>,
        path: &Path<'_>,
    ) {
        let name: &str = key.get_ref();
        let span = self.source.span(key.span());
        let is_table = is_table(value);
        if path.parent.is_none()
            && std::ptr::eq(schema, &ROOT)
            && is_table
            && let Ok(index) = MISPLACED.binary_search_by(|(misplaced, _)| (*misplaced).cmp(name))
        {
            let kind = ShapeProblemKind::MisplacedTable { name: name.to_owned(), belongs: MISPLACED[index].1 };
            self.problem(kind, span, path);
            return;
        }
        let slip = schema.slips.iter().find(|(wrong, _)| *wrong == name).map(|(_, right)| *right);
        let suggestion = slip.or_else(|| {
            let near = nearest(name, schema.keys.iter().map(|key| key.name))?;
            let key = schema.key(near)?;
            Some(key.alias_of.unwrap_or(key.name))
        });
        // What is there already can't have been meant a second time; a table without a header of its own can.
        let suggestion = suggestion.filter(|suggestion| {
            table.get(*suggestion).is_none_or(|other| {
                is_table && !self.source.opens_with(self.source.span(other.span()), b'[') && other.get_ref().is_table()
            })
        });
        let kind = ShapeProblemKind::UnknownKey { key: name.to_owned(), is_table, suggestion };
        self.problem(kind, span, path);
    }

    fn missing_keys(&mut self, body: &Body<'_, '_>, schema: &'static Table, path: &Path<'_>) {
        for key in schema.keys {
            let is_missing = match key.presence {
                Presence::Optional => false,
                Presence::Expected | Presence::Required => !has(body.table, schema, key.name),
                Presence::RequiredUnless(others) => {
                    !has(body.table, schema, key.name) && !others.iter().any(|other| body.table.contains_key(*other))
                }
            };
            if is_missing && !self.body_has_hole(body.header) {
                let is_optional = key.presence == Presence::Expected;
                self.problem(ShapeProblemKind::MissingKey { key: key.name, is_optional }, body.header, path);
            }
        }
    }

    /// Whether something in the body of the table at `header` is unknown, so that a key may be there all the same.
    fn body_has_hole(&self, header: Span) -> bool {
        if self.source.holes.is_empty() {
            return false;
        }
        let text = self.source.text.get(header.end..).unwrap_or_default();
        let mut end = header.end;
        for line in text.split_inclusive('\n') {
            // The first line is the rest of the header's own.
            if end > header.end && line.trim_start().starts_with('[') {
                break;
            }
            end += line.len();
        }
        let body = Span::new(header.start, end);
        self.source.holes.iter().any(|hole| hole.start <= body.end && body.start <= hole.end)
    }

    fn problem(&mut self, kind: ShapeProblemKind, span: Span, path: &Path<'_>) {
        self.problems.push(ShapeProblem { kind, span, path: path.text() });
    }
}

/// Whether the table has the key or another spelling of it.
fn has(table: &DeTable<'_>, schema: &'static Table, name: &str) -> bool {
    table.contains_key(name) || schema.keys.iter().any(|key| key.alias_of == Some(name) && table.contains_key(key.name))
}

/// Whether the table has one of the marks.
fn is_marked(value: &Value<'_>, marks: &[&str]) -> bool {
    value.get_ref().as_table().is_some_and(|table| marks.iter().any(|mark| table.contains_key(*mark)))
}

/// Whether `name` is a key of one item, and not a name that happens to read like one.
fn is_own_key(schema: &'static Table, entries: &DeTable<'_>, name: &str) -> bool {
    schema.key(name).is_some() && entries.get(name).is_some_and(|value| !value.get_ref().is_table())
}

fn is_table(value: &Value<'_>) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items.first().is_some_and(|item| item.get_ref().is_table()),
        _ => false,
    }
}
