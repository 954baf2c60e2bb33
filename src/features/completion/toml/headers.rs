//! Headers: the tables that a file may have, each with the keys that it can't do without.

use super::{Request, sample};
use crate::config::schema::{Presence, Shape, Table};
use crate::features::completion::{Completions, Item, ItemKind, Replaced, Snippet, Topic};
use crate::features::cursor::PathStep;
use crate::features::format_path::FormatPlace;
use crate::features::syntax::Header;
use crate::formatting::order;
use crate::template::language::toml_key;

/// Headers nest no deeper than this.
const MAX_DEPTH: usize = 4;

/// Keys that a new block has beside the required ones.
const BLOCK_KEYS: &[(&[&str], &[&str])] = &[
    (&["meta"], &["description"]),
    (&["service"], &["plugin", "image"]),
    (&["services"], &["plugin", "image"]),
    (&["steps"], &["command"]),
    (&["scenario"], &["service", "run"]),
    (&["scenario", "steps"], &["command"]),
    (&["otel"], &["sample_ratio"]),
    (&["determinism"], &["seed", "freeze_clock"]),
    (&["limits"], &["cpu_millicores", "memory_mb"]),
    (&["report"], &["json", "junit", "digest"]),
    (&["expect", "span"], &["kind"]),
    (&["expect", "graph"], &["must_include"]),
    (&["expect", "order"], &["must_precede"]),
    (&["expect", "window"], &["outer", "contains"]),
    (&["expect", "status"], &["all"]),
    (&["expect", "hermeticity"], &["no_external_services"]),
];

/// A table that the file may have.
#[derive(Clone)]
struct Candidate {
    path: Vec<Part>,
    /// Whether it is written in double brackets: always, never, or as the author likes.
    brackets: Brackets,
    /// What the format says about it.
    format: FormatPlace,
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Key(String),
    /// A name that the author still has to choose.
    NewName,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Single,
    Double,
    Either,
}

/// Completes a header, its brackets included.
pub(super) fn in_header(request: &Request<'_>, header: &Header) -> Completions {
    let text = request.view.text();
    let typed = text.get(header.span.start..request.offset).unwrap_or_default();
    if request.is_templated(header.span) {
        return Completions::default();
    }
    let brackets = if typed.starts_with("[[") { "[[" } else { "[" };
    let replaced = crate::text::Span::new(header.span.start, header.span.end.max(request.offset));
    let with_keys = request.cursor.table.pairs.is_empty();
    let items = candidates(request, Some(header)).into_iter().filter_map(|candidate| {
        let is_double = match candidate.brackets {
            Brackets::Double => true,
            Brackets::Single if brackets == "[[" => return None,
            Brackets::Single => false,
            Brackets::Either => brackets == "[[",
        };
        let item = item(request, &candidate, is_double, with_keys);
        let filter = format!("{brackets}{}", candidate.name());
        Some(item.found_by(filter))
    });
    Completions {
        items: items.collect(),
        replaced: Replaced { insert: replaced, replace: replaced },
        ..Completions::default()
    }
}

/// The headers, where a line may start one.
pub(super) fn blocks(request: &Request<'_>) -> Vec<Item> {
    let candidates = candidates(request, None).into_iter();
    let items = candidates.map(|candidate| {
        let is_double = match candidate.brackets {
            Brackets::Double => true,
            Brackets::Single => false,
            Brackets::Either => is_there(request, &candidate, None),
        };
        item(request, &candidate, is_double, true).found_by(candidate.name())
    });
    items.collect()
}

fn item(request: &Request<'_>, candidate: &Candidate, is_double: bool, with_keys: bool) -> Item {
    let (open, close) = if is_double { ("[[", "]]") } else { ("[", "]") };
    let mut header = Snippet::text(open);
    for (index, part) in candidate.path.iter().enumerate() {
        header = header.and(if index > 0 { "." } else { "" });
        header = match part {
            Part::Key(key) => header.and(&toml_key(key)),
            Part::NewName => header.and_place("name"),
        };
    }
    header = header.and(close);
    let insert = if with_keys { body(request, candidate, header) } else { header };
    let mut item = Item::new(ItemKind::Table, format!("{open}{}{close}", candidate.name())).writes(insert);
    let path = candidate.path.iter().map(|part| match part {
        Part::Key(key) => Some(key.clone()),
        Part::NewName => Some("name".to_owned()),
    });
    let project = std::ptr::eq(request.root, &raw const crate::config::schema::PROJECT);
    let path: Vec<Option<String>> = path.collect();
    // A name has no documentation of its own: what it stands in has.
    let known = if candidate.format.key.is_some() { path.len() } else { path.len().saturating_sub(1) };
    item.topic = Some(Topic::Key { path: path.into_iter().take(known).collect(), project });
    item
}

/// The header with the keys that the table can't do without, and those that people mostly give it.
fn body(request: &Request<'_>, candidate: &Candidate, header: Snippet) -> Snippet {
    let known: Vec<&str> = candidate.path.iter().filter_map(Part::key).collect();
    let extra = BLOCK_KEYS.iter().find(|(path, _)| known == *path || (candidate.ends_in_name() && known == *path));
    let extra = extra.map_or(&[][..], |(_, keys)| *keys);
    let mut snippet = header;
    let tables = candidate.format.tables();
    let keys = tables.iter().flat_map(|table| table.keys);
    let mut keys: Vec<_> = keys
        .filter(|key| {
            let is_needed = matches!(
                key.presence,
                Presence::Required | Presence::Expected | Presence::RequiredUnless(["name_pattern"])
            );
            (is_needed || extra.contains(&key.name)) && key.alias_of.is_none()
        })
        .collect();
    // Without a service there is none to name.
    keys.retain(|key| key.name != "service" || !request.names.services.is_empty());
    let canonical = order::keys_of(&candidate.schema_path()).unwrap_or_default();
    keys.sort_by_key(|key| canonical.iter().position(|name| *name == key.name).unwrap_or(canonical.len()));
    for key in keys {
        let place = candidate.format.below(&PathStep::Key(key.name.to_owned()));
        snippet = sample::value(snippet.and("\n").and(key.name).and(" = "), &place, &request.names);
    }
    snippet.and("\n").and_end()
}

/// The tables that the file may still have, in the order of the format.
fn candidates(request: &Request<'_>, edited: Option<&Header>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let root = request.place(&[]);
    walk(request, request.root, &root, &[], &mut found);
    found.retain(|candidate| {
        let is_repeatable = candidate.brackets != Brackets::Single || candidate.ends_in_name();
        let has_parent = array_above(candidate, &found_arrays(request)).is_none_or(|there| there);
        has_parent && (is_repeatable || !is_there(request, candidate, edited))
    });
    found.sort_by_key(|candidate| {
        let first = candidate.path.first().and_then(Part::key).unwrap_or_default();
        let is_missing = first == "meta" && !has_identity(request);
        (!is_missing, order::section_rank(first), candidate.path.len() > 1 && !candidate.ends_in_name())
    });
    found
}

fn walk(request: &Request<'_>, table: &Table, place: &FormatPlace, path: &[Part], found: &mut Vec<Candidate>) {
    if path.len() >= MAX_DEPTH {
        return;
    }
    for key in table.keys.iter().filter(|key| key.alias_of.is_none() && !key.readers.is_empty()) {
        let below = place.below(&PathStep::Key(key.name.to_owned()));
        let path: Vec<Part> = path.iter().cloned().chain([Part::Key(key.name.to_owned())]).collect();
        let Some(shape) = below.shapes.iter().copied().find(|shape| holds_keys(shape)) else { continue };
        let (brackets, inner) = match shape {
            Shape::Table(table) => (Brackets::Single, Some(*table)),
            Shape::Repeatable(table) => (Brackets::Either, Some(*table)),
            Shape::Tables(table) | Shape::NamedTables(table, ..) => (Brackets::Double, Some(*table)),
            _ => (Brackets::Single, None),
        };
        // Below an array of tables single lines do as well.
        if let Shape::Map(Shape::Table(entry)) = shape {
            let named = |name: Part| path.iter().cloned().chain([name]).collect::<Vec<_>>();
            let format = below.below(&PathStep::Key("*".to_owned()));
            let brackets = Brackets::Single;
            found.push(Candidate { path: named(Part::NewName), brackets, format: format.clone() });
            for name in &request.names.services {
                walk(request, entry, &format, &named(Part::Key(name.clone())), found);
            }
            continue;
        }
        found.push(Candidate { path: path.clone(), brackets, format: below.clone() });
        if let Some(inner) = inner {
            walk(request, inner, &below, &path, found);
        }
    }
}

fn holds_keys(shape: &Shape) -> bool {
    matches!(shape, Shape::Table(_) | Shape::Map(_) | Shape::Tables(_) | Shape::NamedTables(..) | Shape::Repeatable(_))
}

/// The paths of the arrays of tables above the cursor.
fn found_arrays(request: &Request<'_>) -> Vec<Vec<String>> {
    let above = request.view.syntax().tables.iter().filter(|table| table.span.start < request.offset);
    let arrays = above.filter(|table| table.is_array());
    arrays.map(|table| table.path().iter().map(|part| part.text.clone()).collect()).collect()
}

/// Whether the array of tables that the candidate lies below has an item that it may belong to; `None` where it lies below
/// none.
fn array_above(candidate: &Candidate, arrays: &[Vec<String>]) -> Option<bool> {
    const ARRAYS: &[&[&str]] = &[&["scenario"], &["steps"], &["expect", "span"], &["expect", "window"]];
    let known: Vec<&str> = candidate.path.iter().filter_map(Part::key).collect();
    let above = ARRAYS.iter().find(|array| known.len() > array.len() && known.starts_with(array))?;
    Some(arrays.iter().any(|array| array.iter().map(String::as_str).eq(above.iter().copied())))
}

/// Whether the file has such a table, apart from the one that is edited.
fn is_there(request: &Request<'_>, candidate: &Candidate, edited: Option<&Header>) -> bool {
    let tables = request.view.syntax().tables.iter();
    let others = tables.filter_map(|table| table.header.as_ref());
    let mut others = others.filter(|header| edited.is_none_or(|edited| edited.span != header.span));
    others.any(|header| {
        header.path.len() == candidate.path.len()
            && header.path.iter().zip(&candidate.path).all(|(part, wanted)| Some(part.text.as_str()) == wanted.key())
    })
}

fn has_identity(request: &Request<'_>) -> bool {
    let tables = request.view.syntax().tables.iter();
    tables.filter_map(|table| table.path().first()).any(|first| first.text == "meta" || first.text == "test")
}

impl Part {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::NewName => None,
        }
    }
}

impl Candidate {
    fn name(&self) -> String {
        let parts = self.path.iter().map(|part| part.key().map_or_else(|| "NAME".to_owned(), toml_key));
        parts.collect::<Vec<_>>().join(".")
    }

    fn ends_in_name(&self) -> bool {
        self.path.last() == Some(&Part::NewName)
    }

    /// The path with something in place of a new name, as the order of keys wants it.
    fn schema_path(&self) -> Vec<&str> {
        self.path.iter().map(|part| part.key().unwrap_or("*")).collect()
    }
}
