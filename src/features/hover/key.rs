//! A key of the format: what it is for, what it may hold, who reads it.

use super::card::Card;
use super::{rule, symbol};
use crate::config::schema::{Content, Key, Presence, Reader, Shape, TextRule};
use crate::config::shape;
use crate::features::DocumentView;
use crate::features::cursor::PathStep;
use crate::features::format_path::{self, FormatPlace};
use crate::features::known_spans::KnownSpans;

/// The key `name` below `path`.
pub(super) fn of(view: &DocumentView, known: &KnownSpans, path: &[PathStep], name: &str) -> Option<Card> {
    let root = format_path::root(view);
    let above = format_path::resolve_from(root, path);
    let place = above.below(&PathStep::Key(name.to_owned()));
    match place.key {
        Some(key) => Some(card(key, &dotted(path, name))),
        None if place.is_named => match above.names() {
            Some(Content::Rule) => rule::page_of(name),
            Some(Content::SpanGlob | Content::Span) => Some(symbol::span_name(known, name)),
            _ => named(&above, &dotted(path, name)),
        },
        None => None,
    }
}

/// The key that decides about the value at `path`.
pub(super) fn of_value(view: &DocumentView, path: &[PathStep]) -> Option<Card> {
    let place = format_path::resolve_from(format_path::root(view), path);
    let last = path.iter().rposition(|step| step.key() == place.owner.map(|owner| owner.name))?;
    Some(card(place.owner?, &dotted(&path[..last], path[last].key()?)))
}

/// A name that the author chose, below a key that has such names.
fn named(above: &FormatPlace, path: &str) -> Option<Card> {
    let owner = above.owner?;
    Some(Card::new(format!("**`{path}`**, a name below `{}`", owner.name)).text(owner.documentation))
}

fn card(key: &'static Key, path: &str) -> Card {
    let presence = match key.presence {
        Presence::Optional => "",
        Presence::Expected => ", expected",
        Presence::Required => ", required",
        Presence::RequiredUnless(_) => ", required",
    };
    let kind = if key.readers.is_empty() { "any value".to_owned() } else { shape::in_words(&key.shape) };
    let mut card = Card::new(format!("**`{path}`**: {kind}{presence}")).text(key.documentation);
    if let Presence::RequiredUnless(others) = key.presence {
        let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
        card = card.text(format!("It may be left out where {} is there.", others.join(" or ")));
    }
    if let Some(canonical) = key.alias_of {
        card = card.text(format!("The canonical name is `{canonical}`."));
    }
    let mut facts = Vec::new();
    facts.extend(key.default.map(|default| format!("default: `{default}`")));
    facts.extend(words(&key.shape).map(|words| format!("one of {words}")));
    if let Some(Content::Usual(values)) = key.content {
        facts.push(format!("usually {}", list(values)));
    }
    facts.extend(refused(&key.shape).map(|what| format!("clnrm 1.0 refuses {what}")));
    facts.push(readers(key.readers));
    card.list(facts)
}

/// The words to choose from.
pub(super) fn words(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Text(TextRule::Choice(choice)) => Some(list(choice.values)),
        Shape::Forms(forms) => forms.iter().find_map(|form| words(&form.shape)),
        Shape::List(item) | Shape::Map(item) => words(item),
        _ => None,
    }
}

fn refused(shape: &'static Shape) -> impl Iterator<Item = &'static str> {
    let forms = match shape {
        Shape::Forms(forms) => *forms,
        Shape::List(Shape::Forms(forms)) | Shape::Map(Shape::Forms(forms)) => *forms,
        _ => &[],
    };
    let mut told: Vec<&'static str> = Vec::new();
    forms.iter().filter_map(|form| form.refused).filter(move |what| {
        let is_new = !told.contains(what);
        told.push(what);
        is_new
    })
}

fn list(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// Who reads a key.
fn readers(readers: &[Reader]) -> String {
    let commands: Vec<&str> = readers
        .iter()
        .filter_map(|reader| match reader {
            Reader::Run => Some("`run`"),
            Reader::Analyze => Some("`analyze`"),
            Reader::DryRun => Some("`dry-run`"),
            Reader::Tool => None,
        })
        .collect();
    let is_ours = readers.contains(&Reader::Tool);
    match (is_ours, commands.is_empty()) {
        (false, true) => "read by nothing".to_owned(),
        (true, true) => "read by this tool; clnrm 1.0 passes over it".to_owned(),
        (true, false) => format!("read by this tool and by {} of clnrm 1.0", commands.join(", ")),
        (false, false) => format!("read by {} of clnrm 1.0", commands.join(", ")),
    }
}

fn dotted(path: &[PathStep], name: &str) -> String {
    path.iter().filter_map(PathStep::key).chain([name]).collect::<Vec<_>>().join(".")
}
