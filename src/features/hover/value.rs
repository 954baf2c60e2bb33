//! A value of the format: what it means, resolved.

use super::card::{Card, inline};
use super::{Hover, glob, key, regex, rule, symbol};
use crate::config::duration;
use crate::config::model::{ImageSource, service_kind};
use crate::config::schema::{Content, Shape, TextRule};
use crate::features::DocumentView;
use crate::features::cursor::PathStep;
use crate::features::format_path::{self, FormatPlace};
use crate::features::image::Image;
use crate::features::known_spans::KnownSpans;
use crate::features::quantities;
use crate::features::syntax::{Value, ValueKind};
use crate::validation::expectations::is_pattern;

/// What is said about the value at `path`.
pub(super) fn at(
    view: &DocumentView,
    known: &KnownSpans,
    offset: usize,
    path: &[PathStep],
    value: &Value,
) -> Option<Hover> {
    let span = value.span;
    // Between the brackets of a list and before its items there is nothing to explain but the key.
    let card = match &value.kind {
        ValueKind::Array { .. } | ValueKind::InlineTable { .. } => None,
        ValueKind::String { .. } | ValueKind::Bare if view.holds_tag(value.span) => symbol::at(view, known, offset),
        ValueKind::String { .. } | ValueKind::Bare => {
            let place = format_path::resolve_from(format_path::root(view), path);
            let meaning = meaning(view, known, &place, path, value);
            symbol::at(view, known, offset).or(meaning)
        }
    };
    let key = key::of_value(view, path);
    let card = match (card, key) {
        (Some(card), Some(key)) => card.and(key),
        (card, key) => card.or(key)?,
    };
    Some(Hover { span, card })
}

fn meaning(
    view: &DocumentView,
    known: &KnownSpans,
    place: &FormatPlace,
    path: &[PathStep],
    value: &Value,
) -> Option<Card> {
    let text = value.decoded(view.text());
    let key = place.owner.map_or("", |owner| owner.name);
    if let (None, ValueKind::Bare) = (&text, &value.kind) {
        return number(key, value.span.slice(view.text())?);
    }
    let text = text?;
    if let Some(card) = by_shape(place, &text) {
        return Some(card);
    }
    match place.content()? {
        Content::Image => image(view, &text),
        Content::ServiceKind => kind(&text),
        Content::SpanGlob if is_pattern(&text) => glob::card(known, &text),
        Content::Span | Content::SpanGlob => Some(symbol::span_name(known, &text)),
        Content::SpanRegex | Content::Regex => regex::card(&text),
        Content::Rule => rule::page_of(&text),
        Content::Usual(_) if path.first().and_then(PathStep::key) == Some("lint") => None,
        Content::Service | Content::Step | Content::SpanAttribute | Content::ResourceAttribute | Content::Usual(_) => {
            None
        }
    }
}

fn by_shape(place: &FormatPlace, text: &str) -> Option<Card> {
    place.shapes.iter().find_map(|shape| match shape {
        Shape::Text(TextRule::Duration) => {
            let milliseconds = duration::parse(text).ok()?;
            Some(
                Card::new(format!("{} = {}", inline(text), quantities::duration(milliseconds)))
                    .text(if milliseconds < 1e3 { String::new() } else { format!("That is {milliseconds} ms.") }),
            )
        }
        Shape::Text(TextRule::Choice(choice)) => {
            let is = |word: &&&str| word.eq_ignore_ascii_case(text);
            let chosen = choice.values.iter().find(is).or_else(|| choice.also.iter().find(is));
            Some(match chosen {
                Some(word) => Card::new(format!("{}: {}", inline(word), choice.what)),
                None => Card::new(format!("{}: no {} that is known", inline(text), choice.what)),
            })
        }
        Shape::Text(TextRule::Port) => port(text),
        _ => None,
    })
}

/// A number whose key says that it is a length of time.
fn number(key: &str, written: &str) -> Option<Card> {
    let milliseconds = quantities::key_milliseconds(key, written)?;
    Some(Card::new(format!("{} = {}", inline(written), quantities::duration(milliseconds))))
}

fn port(text: &str) -> Option<Card> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let mut parts = ports.rsplit(':');
    let container = parts.next()?;
    let host = parts.next().unwrap_or(container);
    let address = parts.next().map(|address| format!(" at {}", inline(address))).unwrap_or_default();
    Some(Card::new(format!(
        "port {} of the host{address} leads to port {} of the container ({protocol})",
        inline(host),
        inline(container)
    )))
}

fn image(view: &DocumentView, text: &str) -> Option<Card> {
    let image = Image::of(text)?;
    let registry = image.registry.map_or_else(|| "`docker.io`, because none is written".to_owned(), inline);
    let tag = match (image.tag, image.digest) {
        (Some(tag), _) => inline(tag),
        (None, Some(_)) => "none, the digest decides".to_owned(),
        (None, None) => "`latest`, because none is written".to_owned(),
    };
    let mut facts = vec![
        format!("registry: {registry}"),
        format!("repository: {}", inline(image.repository)),
        format!("tag: {tag}"),
    ];
    facts.extend(image.digest.map(|digest| format!("digest: {}", inline(digest))));
    facts.extend(image.page().map(|page| format!("<{page}>")));
    let users: Vec<String> = view
        .analysis()
        .config
        .services
        .iter()
        .filter(|service| service.image.as_ref().and_then(|image| image.known()) == Some(text))
        .map(|service| inline(&service.name.text))
        .collect();
    if users.len() > 1 {
        facts.push(format!("used by {}", users.join(", ")));
    }
    Some(Card::new(format!("image {}", inline(text))).list(facts))
}

fn kind(text: &str) -> Option<Card> {
    let Some(kind) = service_kind(text) else {
        return Some(Card::new(format!("{}: a label; no kind of service that is known", inline(text))));
    };
    let image = match kind.image {
        ImageSource::Required => "The service has to name its image.".to_owned(),
        ImageSource::Default(image) => format!("Its image is {}, unless the service names another.", inline(image)),
        ImageSource::None => "It needs no image: it runs elsewhere.".to_owned(),
    };
    Some(Card::new(format!("{}: kind of service", inline(kind.name))).text(image))
}
