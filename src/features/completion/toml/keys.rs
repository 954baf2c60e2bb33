//! Keys: what the table at the place may have and has not yet, required ones first.

use std::collections::{BTreeMap, BTreeSet};

use super::{Request, headers, own_name, sample, values};
use crate::config::schema::{Content, Key, Presence, Shape, TextRule};
use crate::features::completion::semantic_conventions::{self, Attribute};
use crate::features::completion::{Completions, Item, ItemKind, Replaced, Snippet, Topic};
use crate::features::cursor::PathStep;
use crate::features::format_path::FormatPlace;
use crate::features::syntax::{KeyPart, Pair};
use crate::formatting::order;
use crate::template::language::toml_key;
use crate::text::Span;

/// More attributes than this are not listed at once.
const MOST_ATTRIBUTES: usize = 200;

/// Where a new key stands.
struct KeyPlace<'a> {
    /// The path of the table that the key is looked up in.
    path: &'a [PathStep],
    /// What the format says about that table.
    format: FormatPlace,
    /// The keys that are there already.
    present: BTreeSet<String>,
    /// What is typed of the key.
    prefix: &'a str,
    /// Whether a value is to be written behind the key.
    with_value: bool,
    /// Whether the key stands behind a dot.
    is_dotted: bool,
}

/// Completes in the part `part` of the key of `pair`.
pub(super) fn in_key(request: &Request<'_>, pair: &Pair, part: usize) -> Completions {
    let (view, offset) = (request.view, request.offset);
    let path = &request.cursor.path;
    let base = path.len().saturating_sub(part.min(pair.key.len()));
    let base = path.get(..base).unwrap_or_default();
    let with_value = pair.equals.is_none();
    let siblings = siblings(request, pair);
    // Names such as `http.request.method` are one key, though without quotes they are read as several.
    let outer = request.place(base);
    if part > 0 && outer.names().is_some() {
        let span = pair.key_span();
        let prefix = Span::new(span.start, offset).slice(view.text()).unwrap_or_default();
        let present = siblings.iter().map(|pair| dotted(&pair.key)).collect();
        let place = KeyPlace { path: base, format: outer, present, prefix, with_value, is_dotted: false };
        return of_place(request, &place, Replaced::new(span.start, offset, span.end), false);
    }
    let word = pair.key.get(part).map_or(Span::at(offset), |part| part.span);
    if request.is_templated(word) {
        return Completions::default();
    }
    let prefix = Span::new(word.start, offset).slice(view.text()).unwrap_or_default();
    let before = pair.key.get(..part.min(pair.key.len())).unwrap_or_default();
    let present = match part {
        0 => present(request, base, siblings.iter().copied()),
        _ => {
            let below = siblings.iter().filter(|pair| starts_with(&pair.key, before));
            below.filter_map(|pair| pair.key.get(part)).map(|part| part.text.clone()).collect()
        }
    };
    let is_dotted = part > 0;
    let place = KeyPlace { path, format: request.place(path), present, prefix, with_value, is_dotted };
    // A word alone may become a header.
    let is_alone = with_value && pair.key.len() <= 1 && request.line_before(word.start).trim().is_empty();
    of_place(request, &place, Replaced::new(word.start, offset, word.end), is_alone && !is_inline(request, pair))
}

/// Completes where nothing is written yet. `pairs` are those of the table around.
pub(super) fn in_blank(request: &Request<'_>, pairs: &[Pair], is_inline: bool) -> Completions {
    let offset = request.offset;
    let before = request.view.text().get(..offset).unwrap_or_default().trim_end();
    let starts_key = if is_inline {
        before.ends_with(['{', ','])
    } else {
        is_blank_or_tag(request.line_before(offset)) && is_blank_or_tag(line_behind(request.view.text(), offset))
    };
    if !starts_key {
        return Completions::default();
    }
    let path = &request.cursor.path;
    let present = if is_inline {
        pairs.iter().filter_map(|pair| pair.key.first()).map(|part| part.text.clone()).collect()
    } else {
        present(request, path, pairs.iter())
    };
    let format = request.place(path);
    let place = KeyPlace { path, format, present, prefix: "", with_value: true, is_dotted: false };
    of_place(request, &place, Replaced::new(offset, offset, offset), !is_inline)
}

fn of_place(request: &Request<'_>, place: &KeyPlace<'_>, replaced: Replaced, with_headers: bool) -> Completions {
    let mut completions = Completions { replaced, ..Completions::default() };
    completions.items = known_keys(request, place);
    free_keys(request, place, &mut completions);
    if with_headers {
        completions.items.extend(headers::blocks(request));
    }
    completions
}

/// The keys that the format knows at the place.
fn known_keys(request: &Request<'_>, place: &KeyPlace<'_>) -> Vec<Item> {
    let names: Vec<&str> = place.path.iter().filter_map(PathStep::key).collect();
    let canonical = order::keys_of(&names).unwrap_or_default();
    let mut keys: Vec<(_, &'static Key)> = Vec::new();
    for table in place.format.tables() {
        for key in table.keys {
            let is_new = !place.present.contains(key.name) && keys.iter().all(|(_, known)| known.name != key.name);
            if key.alias_of.is_some() || !is_new || !may_stand_as_key(key, place) {
                continue;
            }
            let urgency = match key.presence {
                Presence::Required => 0,
                Presence::RequiredUnless(others) if !others.iter().any(|other| place.present.contains(*other)) => 0,
                Presence::Expected => 1,
                _ if is_inert(key) => 3,
                _ => 2,
            };
            let rank = canonical.iter().position(|name| *name == key.name).unwrap_or(canonical.len());
            keys.push(((urgency, rank), key));
        }
    }
    keys.sort_by_key(|(rank, key)| (*rank, key.name));
    keys.into_iter().map(|(_, key)| key_item(request, place, key)).collect()
}

/// Whether a key is written as `key = …` here rather than as a table of its own.
fn may_stand_as_key(key: &Key, place: &KeyPlace<'_>) -> bool {
    let is_root = place.path.is_empty();
    match &key.shape {
        Shape::Tables(_) | Shape::NamedTables(..) => false,
        Shape::Repeatable(_) => place.is_dotted,
        Shape::Table(_) | Shape::Map(_) | Shape::Any | Shape::Forms(_) => !is_root,
        _ => true,
    }
}

fn is_inert(key: &Key) -> bool {
    key.readers.is_empty()
}

fn key_item(request: &Request<'_>, place: &KeyPlace<'_>, key: &'static Key) -> Item {
    let mut path: Vec<Option<String>> = place.path.iter().map(|step| step.key().map(str::to_owned)).collect();
    path.push(Some(key.name.to_owned()));
    let topic = Topic::Key { path, project: std::ptr::eq(request.root, &raw const crate::config::schema::PROJECT) };
    let value = place.format.below(&PathStep::Key(key.name.to_owned()));
    let detail = match key.presence {
        Presence::Required => format!("{} (required)", type_name(&key.shape)),
        _ if is_inert(key) => "not interpreted".to_owned(),
        _ => type_name(&key.shape).to_owned(),
    };
    Item::new(ItemKind::Key, key.name)
        .writes(entry(request, place, Snippet::text(key.name), &value))
        .detail(detail)
        .about(topic)
}

/// `key = value`, or the key alone where the rest is there.
fn entry(request: &Request<'_>, place: &KeyPlace<'_>, key: Snippet, value: &FormatPlace) -> Snippet {
    if place.with_value { sample::value(key.and(" = "), value, &request.names) } else { key }
}

/// Names that are known for free keys: attributes, spans, kinds, rules.
fn free_keys(request: &Request<'_>, place: &KeyPlace<'_>, completions: &mut Completions) {
    let Some(names) = place.format.names() else { return };
    let typed = place.prefix.trim_start_matches(['"', '\'']);
    let quote = place.prefix.chars().next().filter(|first| matches!(first, '"' | '\''));
    let value = place.format.below(&PathStep::Key("*".to_owned()));
    let candidates = match names {
        Content::SpanAttribute | Content::ResourceAttribute => {
            let (attributes, is_incomplete) = attributes(request, names, typed);
            completions.is_incomplete |= is_incomplete;
            attributes
        }
        other => values::of_content(request, other),
    };
    for item in candidates {
        if place.present.contains(&item.label) {
            continue;
        }
        // What is typed decides about quotes: an editor looks for items that begin as the text does.
        let key = match quote {
            Some('\'') => format!("'{}'", item.label),
            Some(_) => format!("\"{}\"", item.label),
            None => toml_key(&item.label),
        };
        let filter = quote.map_or(item.label.clone(), |quote| format!("{quote}{}", item.label));
        let insert = entry(request, place, Snippet::text(&key), &value);
        completions.items.push(item.writes(insert).found_by(filter));
    }
}

/// The attributes that spans had in the last run, then those of the semantic conventions, that hold what is typed, those that
/// begin with it first; deprecated ones last. Whether there are more than are given.
pub(super) fn attributes(request: &Request<'_>, content: Content, typed: &str) -> (Vec<Item>, bool) {
    let is_resource = content == Content::ResourceAttribute;
    let typed = typed.to_ascii_lowercase();
    let seen = if is_resource { BTreeMap::new() } else { seen_attributes(request, &typed) };
    let found = semantic_conventions::attributes().iter();
    let found = found.filter(|attribute| attribute.key.contains(&typed) && !seen.contains_key(attribute.key));
    let mut found: Vec<&Attribute> = found.collect();
    let rank = |attribute: &Attribute| {
        (attribute.is_deprecated, !attribute.key.starts_with(&typed), attribute.is_resource != is_resource)
    };
    found.sort_by_key(|attribute| rank(attribute));
    let is_incomplete = found.len() > MOST_ATTRIBUTES;
    found.truncate(MOST_ATTRIBUTES);
    let items = found.into_iter().map(|attribute| {
        let detail = if attribute.is_deprecated { "deprecated" } else { "semantic conventions" };
        Item::new(ItemKind::Attribute, attribute.key).detail(detail).about(Topic::Attribute(attribute.key.to_owned()))
    });
    let seen = seen.iter().map(|(key, example)| {
        let detail = format!("in the last run, as {example}");
        Item::new(ItemKind::Attribute, *key).detail(detail).about(Topic::Attribute((*key).to_owned()))
    });
    (seen.chain(items).collect(), is_incomplete)
}

/// The attributes that hold what is typed of the spans of the last run, each with an example: of those that the block is about, where it
/// says so, else of all.
fn seen_attributes<'a>(request: &Request<'a>, typed: &str) -> BTreeMap<&'a str, &'a str> {
    let known = request.around.known_spans;
    let own = own_name(request.view, request.cursor).and_then(|name| known.named(name));
    let spans = own.map_or(known.spans.as_slice(), std::slice::from_ref);
    let attributes = spans.iter().flat_map(|span| &span.attributes);
    let held = attributes.filter(|(key, _)| key.to_ascii_lowercase().contains(typed));
    held.map(|(key, example)| (key.as_str(), example.as_str())).collect()
}

/// The type of a value, for people.
fn type_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text(TextRule::Duration) => "duration",
        Shape::Text(TextRule::Choice(choice)) => choice.what,
        Shape::Text(_) => "text",
        Shape::Integer(..) => "integer",
        Shape::Number(..) => "number",
        Shape::Boolean => "boolean",
        Shape::Datetime => "date-time",
        Shape::List(_) => "array",
        Shape::Table(_) | Shape::Map(_) => "table",
        Shape::Tables(_) | Shape::NamedTables(..) | Shape::Repeatable(_) => "array of tables",
        Shape::Any => "any value",
        Shape::Forms(forms) => forms.first().map_or("any value", |form| type_name(&form.shape)),
    }
}

/// The first keys of `pairs`, and of the tables whose headers go one step on from `path`.
fn present<'a>(request: &Request<'_>, path: &[PathStep], pairs: impl Iterator<Item = &'a Pair>) -> BTreeSet<String> {
    let mut present: BTreeSet<String> =
        pairs.filter_map(|pair| pair.key.first()).map(|part| part.text.clone()).collect();
    let table = request.cursor.table;
    let header: Vec<&str> = table.path().iter().map(|part| part.text.as_str()).collect();
    let is_of_header = path.iter().filter_map(PathStep::key).eq(header.iter().copied());
    if is_of_header {
        let tables = &request.view.syntax().tables;
        let behind = tables.iter().skip_while(|other| other.span.start <= table.span.start);
        for other in behind {
            let keys = other.path();
            let is_below = keys.len() > header.len() && keys.iter().zip(&header).all(|(key, name)| key.text == *name);
            if is_below {
                present.extend(keys.get(header.len()).map(|part| part.text.clone()));
            } else if other.is_array() && keys.len() == header.len() {
                break;
            }
        }
    }
    present
}

/// The other pairs of the table or inline table that `pair` stands in.
fn siblings<'a>(request: &'a Request<'_>, pair: &Pair) -> Vec<&'a Pair> {
    let table = request.cursor.table;
    let own = innermost(&table.pairs, pair.span);
    own.iter().filter(|other| other.span != pair.span).collect()
}

fn is_inline(request: &Request<'_>, pair: &Pair) -> bool {
    request.cursor.table.pairs.iter().all(|other| other.span != pair.span)
}

/// The list of pairs that holds the one at `span`.
fn innermost(pairs: &[Pair], span: Span) -> &[Pair] {
    use crate::features::syntax::{Value, ValueKind};
    fn within(value: &Value, span: Span) -> Option<&[Pair]> {
        if !value.span.covers(span) {
            return None;
        }
        match &value.kind {
            ValueKind::InlineTable { pairs, .. } => Some(innermost(pairs, span)),
            ValueKind::Array { items, .. } => items.iter().find_map(|item| within(item, span)),
            ValueKind::String { .. } | ValueKind::Bare => None,
        }
    }
    if pairs.iter().any(|pair| pair.span == span) {
        return pairs;
    }
    pairs.iter().filter_map(|pair| pair.value.as_ref()).find_map(|value| within(value, span)).unwrap_or(pairs)
}

fn dotted(key: &[KeyPart]) -> String {
    key.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}

fn starts_with(key: &[KeyPart], start: &[KeyPart]) -> bool {
    key.len() > start.len() && key.iter().zip(start).all(|(part, wanted)| part.text == wanted.text)
}

/// Whether nothing but white space, or whole template tags, stands there.
fn is_blank_or_tag(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || (text.starts_with("{%") && text.ends_with("%}"))
}

fn line_behind(text: &str, offset: usize) -> &str {
    let behind = text.get(offset..).unwrap_or_default();
    let line = behind.lines().next().unwrap_or_default();
    line.split('#').next().unwrap_or_default()
}
