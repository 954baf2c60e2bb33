//! Values: what the schema allows, and the names that texts may refer to. Free texts get nothing.

use super::{Request, keys, own_name, sample};
use crate::config::model::{ImageSource, SERVICE_KINDS};
use crate::config::schema::{Content, Shape, TextRule};
use crate::features::completion::{Completions, Item, ItemKind, Replaced, Snippet, Topic};
use crate::features::cursor::PathStep;
use crate::features::syntax::{Pair, Value, ValueKind};
use crate::text::Span;
use crate::validation::RULES;

const DURATIONS: &[&str] = &["500ms", "1s", "5s", "10s", "30s", "1m", "5m"];
const PORTS: &[&str] = &["8080:80", "8080:8080", "5432:5432"];

/// Regular expressions to start from, each with what it matches.
const PATTERNS: &[(&str, &str)] =
    &[(".+", "any text"), ("^.*$", "a whole line"), ("[0-9]+", "a number"), ("(?i)error", "in upper or lower case")];

/// How a value is written at the place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// Between quotes that are there; this one, and whether the closing one is there.
    Within(char, bool),
    /// Where nothing, or something without quotes, stands.
    Bare,
}

/// A value that can be written.
pub(super) fn in_value(request: &Request<'_>, pair: &Pair, value: Option<&Value>) -> Completions {
    let Some((replaced, writing)) = written(request, pair, value) else { return Completions::default() };
    let place = request.place(&request.cursor.path);
    let mut completions = Completions { replaced, ..Completions::default() };
    let others = siblings(pair, request.offset);
    let is_taken = |text: &str| others.iter().any(|other| content_of(request, other) == Some(text));
    for shape in &place.shapes {
        match shape {
            Shape::Boolean if writing == Writing::Bare => {
                let default = place.key.and_then(|key| key.default);
                completions.items.extend(["true", "false"].map(|value| {
                    let detail = if default == Some(value) { "default" } else { "" };
                    Item::new(ItemKind::Value, value).detail(detail)
                }));
            }
            Shape::Text(rule) => {
                let items = texts(request, *rule, place.content(), &mut completions.is_incomplete);
                completions.items.extend(items.into_iter().filter_map(|item| quoted(item, writing)));
            }
            Shape::List(_) | Shape::Table(_) | Shape::Map(_) if writing == Writing::Bare && value.is_none() => {
                let sample = sample::value(Snippet::default(), &place, &request.names);
                let label = if matches!(shape, Shape::List(_)) { "[…]" } else { "{…}" };
                let filter = if matches!(shape, Shape::List(_)) { "[" } else { "{" };
                completions.items.push(Item::new(ItemKind::Value, label).writes(sample).found_by(filter));
            }
            _ => {}
        }
    }
    let default = place.key.and_then(|key| key.default).filter(|default| {
        writing == Writing::Bare && completions.items.iter().all(|item| item.insert.plain() != **default)
    });
    completions.items.extend(default.map(|default| Item::new(ItemKind::Value, default).detail("default")));
    let mut seen = std::collections::HashSet::new();
    completions.items.retain(|item| !is_taken(&item.label) && seen.insert(item.label.clone()));
    completions
}

/// What the value replaces and how it is written; `None` where nothing can be completed.
fn written(request: &Request<'_>, pair: &Pair, value: Option<&Value>) -> Option<(Replaced, Writing)> {
    let (text, offset) = (request.view.text(), request.offset);
    let Some(value) = value else {
        let before = text.get(..offset)?.trim_end();
        let is_item = request.cursor.path.last() == Some(&PathStep::Item);
        let starts = if is_item { before.ends_with(['[', ',']) } else { pair.equals == before.len().checked_sub(1) };
        return starts.then(|| (Replaced::new(offset, offset, offset), Writing::Bare));
    };
    if request.is_templated(value.span) {
        return None;
    }
    match &value.kind {
        ValueKind::String { content } => {
            let quote = text.get(value.span.start..)?.chars().next()?;
            let is_long = content.start > value.span.start + 1;
            if is_long || offset < content.start || content.end < offset {
                return None;
            }
            let is_closed = value.span.end > content.end;
            // What stands behind a quote that is never closed may be anything.
            let end = if is_closed { content.end } else { offset };
            Some((Replaced::new(content.start, offset, end), Writing::Within(quote, is_closed)))
        }
        ValueKind::Bare => Some((Replaced::new(value.span.start, offset, value.span.end), Writing::Bare)),
        ValueKind::Array { .. } | ValueKind::InlineTable { .. } => None,
    }
}

/// The item with the quotes that it needs; `None` where it can't be written between those that are there.
fn quoted(item: Item, writing: Writing) -> Option<Item> {
    let text = item.insert.plain();
    let insert = match writing {
        Writing::Bare => Snippet::text(&format!("\"{}\"", escaped(&text))),
        Writing::Within('\'', _) if text.contains(['\'', '\n']) => return None,
        Writing::Within('\'', true) => Snippet::text(&text),
        Writing::Within('\'', false) => Snippet::text(&format!("{text}'")),
        Writing::Within(_, true) => Snippet::text(&escaped(&text)),
        Writing::Within(_, false) => Snippet::text(&format!("{}\"", escaped(&text))),
    };
    Some(item.writes(insert))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Texts that may stand at a place.
fn texts(request: &Request<'_>, rule: TextRule, content: Option<Content>, is_incomplete: &mut bool) -> Vec<Item> {
    let values = |values: &[&'static str], kind| values.iter().map(|value| Item::new(kind, *value)).collect::<Vec<_>>();
    match (rule, content) {
        (TextRule::Choice(choice), _) => {
            choice.values.iter().map(|value| Item::new(ItemKind::EnumValue, *value).detail(choice.what)).collect()
        }
        (TextRule::Duration, _) => values(DURATIONS, ItemKind::Value),
        (TextRule::Port, _) => {
            PORTS.iter().map(|port| Item::new(ItemKind::Value, *port).detail("host:container")).collect()
        }
        (_, Some(content @ (Content::SpanAttribute | Content::ResourceAttribute))) => {
            let typed = typed(request);
            let (items, more) = keys::attributes(request, content, &typed);
            *is_incomplete |= more;
            items
        }
        (_, Some(content)) => of_content(request, content),
        _ => {
            let default = request.place(&request.cursor.path).key.and_then(|key| key.default);
            let default = default.and_then(|default| default.strip_prefix('"')?.strip_suffix('"'));
            default.map(|default| Item::new(ItemKind::Value, default).detail("default")).into_iter().collect()
        }
    }
}

/// What is typed of a string.
fn typed(request: &Request<'_>) -> String {
    let before = request.line_before(request.offset);
    before.rsplit(['"', '\'']).next().unwrap_or_default().to_owned()
}

/// The names and patterns that a text of this content may be.
pub(super) fn of_content(request: &Request<'_>, content: Content) -> Vec<Item> {
    match content {
        Content::Service => {
            let services = request.names.services.iter();
            services.map(|name| Item::new(ItemKind::Service, name.as_str()).detail("service")).collect()
        }
        Content::Step => {
            let steps = request.names.steps.iter();
            steps.map(|name| Item::new(ItemKind::Step, name.as_str()).detail("step")).collect()
        }
        Content::Span => spans(request),
        Content::SpanGlob => {
            let spans = spans(request);
            let mut prefixes: Vec<String> = Vec::new();
            for (prefix, _) in spans.iter().filter_map(|item| item.label.split_once(['.', '/', ':'])) {
                let end = prefix.len() + 1;
                let with_dot = spans.iter().find_map(|item| item.label.get(..end).filter(|it| it.starts_with(prefix)));
                let glob = format!("{}*", with_dot.unwrap_or(prefix));
                if !prefix.contains('*') && !prefixes.contains(&glob) {
                    prefixes.push(glob);
                }
            }
            let globs = prefixes.into_iter().map(|glob| Item::new(ItemKind::Pattern, glob).detail("glob"));
            spans.into_iter().chain(globs).collect()
        }
        Content::SpanRegex => {
            let names = spans(request).into_iter().map(|item| {
                let pattern = format!("^{}$", regex::escape(&item.label));
                Item::new(ItemKind::Pattern, pattern).detail("exactly this span")
            });
            names.chain(patterns()).collect()
        }
        Content::Regex => patterns().collect(),
        Content::Image => images(request),
        Content::ServiceKind => {
            let kinds = SERVICE_KINDS.iter().map(|kind| {
                let detail = match kind.image {
                    ImageSource::Required => "needs an image",
                    ImageSource::Default(image) => image,
                    ImageSource::None => "runs outside of containers",
                };
                Item::new(ItemKind::EnumValue, kind.name).detail(detail)
            });
            kinds.collect()
        }
        Content::Rule => {
            let rules = RULES.iter().map(|rule| {
                Item::new(ItemKind::EnumValue, rule.code)
                    .detail(rule.severity.name())
                    .about(Topic::Rule(rule.code.to_owned()))
            });
            rules.collect()
        }
        Content::Usual(values) => values.iter().map(|value| Item::new(ItemKind::Value, *value)).collect(),
        Content::SpanAttribute | Content::ResourceAttribute => keys::attributes(request, content, "").0,
    }
}

/// The spans of the last run, then those that only the document names.
fn spans(request: &Request<'_>) -> Vec<Item> {
    // No span is its own parent.
    let is_reference = request.cursor.path.last().and_then(PathStep::key) == Some("parent");
    let own = is_reference.then(|| own_name(request.view, request.cursor)).flatten();
    let known = request.around.known_spans;
    let seen = known.spans.iter().map(|span| {
        let count = span.count;
        let noun = if count == 1 { "span" } else { "spans" };
        Item::new(ItemKind::Span, span.name.as_str()).detail(format!("{count} {noun} in the last run"))
    });
    let named = request.names.spans.iter().filter(|name| known.named(name).is_none() && !name.contains(['*', '?']));
    let named = named.map(|name| Item::new(ItemKind::Span, name.as_str()).detail("span"));
    seen.chain(named).filter(|item| own != Some(item.label.as_str())).collect()
}

/// The images of the workspace, then those that the known kinds of services use.
fn images(request: &Request<'_>) -> Vec<Item> {
    let own = request.names.images.iter().cloned().chain((request.around.images)());
    let own = own.map(|image| Item::new(ItemKind::Image, image).detail("used in this workspace"));
    let usual = SERVICE_KINDS.iter().filter_map(|kind| match kind.image {
        ImageSource::Default(image) => {
            Some(Item::new(ItemKind::Image, image).detail(format!("image of `{}`", kind.name)))
        }
        ImageSource::Required | ImageSource::None => None,
    });
    own.chain(usual).collect()
}

fn patterns() -> impl Iterator<Item = Item> {
    PATTERNS.iter().map(|(pattern, what)| Item::new(ItemKind::Pattern, *pattern).detail(*what))
}

/// The other items of the array that `offset` stands in.
fn siblings(pair: &Pair, offset: usize) -> Vec<&Value> {
    fn innermost(value: &Value, offset: usize) -> Option<&[Value]> {
        let ValueKind::Array { items, .. } = &value.kind else { return None };
        if offset <= value.span.start || value.span.end < offset {
            return None;
        }
        items.iter().find_map(|item| innermost(item, offset)).or(Some(items))
    }
    let items = pair.value.as_ref().and_then(|value| innermost(value, offset)).unwrap_or_default();
    items.iter().filter(|item| offset < item.span.start || item.span.end < offset).collect()
}

fn content_of<'a>(request: &'a Request<'_>, value: &Value) -> Option<&'a str> {
    let span: Span = match value.kind {
        ValueKind::String { content } => content,
        ValueKind::Bare => value.span,
        _ => return None,
    };
    span.slice(request.view.text())
}
