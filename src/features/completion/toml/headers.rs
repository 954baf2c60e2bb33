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
    /// The arrays of tables that it lies below: it belongs to the last item of each.
    arrays: Vec<Vec<String>>,
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
            Brackets::Either => is_there(request, &candidate, None, true),
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
    let extra = BLOCK_KEYS.iter().find(|(path, _)| known == *path);
    let extra = extra.map_or(&[][..], |(_, keys)| *keys);
    let mut snippet = header;
    let tables = candidate.format.tables();
    let keys = tables.iter().flat_map(|table| table.keys);
    let mut keys: Vec<_> = keys
        .filter(|key| {
            let is_needed = key.presence != Presence::Optional;
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
    let format = request.place(&[]);
    let root = Candidate { path: Vec::new(), brackets: Brackets::Single, arrays: Vec::new(), format };
    walk(request, request.root, &root, &mut found);
    let arrays = found_arrays(request);
    let uses_service = is_used(request, "service");
    found.retain(|candidate| {
        // `[service.NAME]` is the other spelling of `[services.NAME]`: for those who have chosen it.
        let first = candidate.path.first().and_then(Part::key);
        if matches!(first, Some("service" | "services")) && (first == Some("service")) != uses_service {
            return false;
        }
        let is_repeatable = candidate.brackets != Brackets::Single || candidate.ends_in_name();
        let has_parent = candidate.arrays.iter().all(|array| arrays.contains(array));
        // One table in single brackets leaves no room for others.
        if candidate.brackets == Brackets::Either && is_there(request, candidate, edited, false) {
            return false;
        }
        has_parent
            && !lacks_parent(request, candidate)
            && (is_repeatable || !is_there(request, candidate, edited, false))
    });
    found.sort_by_key(|candidate| {
        let first = candidate.path.first().and_then(Part::key).unwrap_or_default();
        let is_missing = first == "meta" && !has_identity(request);
        (!is_missing, order::section_rank(first), candidate.path.len() > 1 && !candidate.ends_in_name())
    });
    found
}

/// Collects the tables below `from`.
fn walk(request: &Request<'_>, table: &Table, from: &Candidate, found: &mut Vec<Candidate>) {
    if from.path.len() >= MAX_DEPTH {
        return;
    }
    for key in table.keys.iter().filter(|key| key.alias_of.is_none() && !key.readers.is_empty()) {
        let format = from.format.below(&PathStep::Key(key.name.to_owned()));
        let Some(shape) = format.shapes.iter().copied().find(|shape| holds_keys(shape)) else { continue };
        if !may_be_header(&key.shape) {
            continue;
        }
        let (brackets, inner) = match shape {
            Shape::Table(table) => (Brackets::Single, Some(*table)),
            Shape::Repeatable(table) => (Brackets::Either, Some(*table)),
            Shape::Tables(table) | Shape::NamedTables(table, ..) => (Brackets::Double, Some(*table)),
            _ => (Brackets::Single, None),
        };
        let candidate = from.below(Part::Key(key.name.to_owned()), brackets, format);
        if let Shape::Map(Shape::Table(entry)) = shape {
            let format = candidate.format.below(&PathStep::Key("*".to_owned()));
            found.push(candidate.below(Part::NewName, Brackets::Single, format.clone()));
            for name in &request.names.services {
                let named = candidate.below(Part::Key(name.clone()), Brackets::Single, format.clone());
                walk(request, entry, &named, found);
            }
            continue;
        }
        if holds_values(&candidate.format) {
            found.push(candidate.clone());
        }
        if let Some(inner) = inner {
            walk(request, inner, &candidate, found);
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

/// Whether the file has such a table, in single or double brackets, apart from the one that is edited.
fn is_there(request: &Request<'_>, candidate: &Candidate, edited: Option<&Header>, is_double: bool) -> bool {
    let tables = request.view.syntax().tables.iter();
    let others = tables.filter_map(|table| table.header.as_ref());
    let mut others = others.filter(|header| edited.is_none_or(|edited| edited.span != header.span));
    others.any(|header| {
        header.is_array == is_double
            && header.path.len() == candidate.path.len()
            && header.path.iter().zip(&candidate.path).all(|(part, wanted)| Some(part.text.as_str()) == wanted.key())
    })
}

fn has_identity(request: &Request<'_>) -> bool {
    is_used(request, "meta") || is_used(request, "test")
}

/// Whether a header starts with this key.
fn is_used(request: &Request<'_>, key: &str) -> bool {
    let tables = request.view.syntax().tables.iter();
    tables.filter_map(|table| table.path().first()).any(|first| first.text == key)
}

/// Whether the table around has keys that must be there, and is not there.
fn lacks_parent(request: &Request<'_>, candidate: &Candidate) -> bool {
    let [Part::Key(first), _, ..] = &candidate.path[..] else { return false };
    let parent = request.place(&[PathStep::Key(first.clone())]);
    let is_bound = parent.tables().iter().any(|table| table.keys.iter().any(|key| key.presence == Presence::Required));
    is_bound && !is_used(request, first)
}

/// Whether a table has keys that hold values; else it only holds other tables.
fn holds_values(place: &FormatPlace) -> bool {
    let tables = place.tables();
    let mut keys = tables.iter().flat_map(|table| table.keys).filter(|key| !key.readers.is_empty()).peekable();
    keys.peek().is_none() || keys.any(|key| !may_be_header(&key.shape))
}

/// Whether a value of this shape is mostly written as a table of its own.
fn may_be_header(shape: &Shape) -> bool {
    match shape {
        Shape::Forms(forms) => {
            let is_short = forms.iter().any(|form| matches!(form.shape, Shape::Integer(..)));
            forms.first().is_some_and(|form| holds_keys(&form.shape)) && !is_short
        }
        other => holds_keys(other),
    }
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
    fn below(&self, part: Part, brackets: Brackets, format: FormatPlace) -> Self {
        let path: Vec<Part> = self.path.iter().cloned().chain([part]).collect();
        let mut arrays = self.arrays.clone();
        if self.brackets == Brackets::Double {
            arrays.push(self.path.iter().filter_map(Part::key).map(str::to_owned).collect());
        }
        Self { path, brackets, arrays, format }
    }

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
