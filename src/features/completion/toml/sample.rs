//! A value that a key may have from the start: valid where the format alone decides, with places to fill in.

use crate::config::schema::{Content, Key, Presence, Shape, TextRule};
use crate::features::completion::document_names::DocumentNames;
use crate::features::completion::snippet::Snippet;
use crate::features::cursor::PathStep;
use crate::features::format_path::FormatPlace;

/// More names than this are no choice that anybody reads.
const MOST_CHOICES: usize = 20;

/// `snippet` with a value for `place` behind it.
pub(super) fn value(snippet: Snippet, place: &FormatPlace, names: &DocumentNames) -> Snippet {
    let Some(shape) = place.shapes.first() else { return snippet.and_place("\"\"") };
    let default = place.key.and_then(|key| key.default);
    match shape {
        Shape::Text(rule) => text(snippet.and("\""), place, *rule, names).and("\""),
        Shape::Integer(least, most) => {
            let usual = place.key.map_or(1, |key| usual_number(key.name)).clamp(*least, *most).to_string();
            snippet.and_place(default.unwrap_or(&usual))
        }
        Shape::Number(_, most) => snippet.and_place(default.unwrap_or(if *most <= 1.0 { "1.0" } else { "1000" })),
        Shape::Boolean if default == Some("true") => snippet.and_choice(&["false", "true"]),
        Shape::Boolean => snippet.and_choice(&["true", "false"]),
        Shape::Datetime => snippet.and_place("2025-01-01T00:00:00Z"),
        Shape::List(_) => list(snippet.and("["), place, names).and("]"),
        Shape::Table(table) => {
            let required = table.keys.iter().filter(|key| key.presence == Presence::Required);
            let required: Vec<&Key> = required.collect();
            if required.is_empty() {
                return snippet.and("{").and_place("").and("}");
            }
            let mut snippet = snippet.and("{ ");
            for (index, key) in required.into_iter().enumerate() {
                snippet = snippet.and(if index > 0 { ", " } else { "" }).and(key.name).and(" = ");
                snippet = value(snippet, &place.below(&PathStep::Key(key.name.to_owned())), names);
            }
            snippet.and(" }")
        }
        Shape::Map(_) => snippet.and("{").and_place("").and("}"),
        Shape::Tables(_) | Shape::NamedTables(..) | Shape::Repeatable(_) => snippet.and("[").and_place("").and("]"),
        Shape::Any | Shape::Forms(_) => snippet.and_place("\"\""),
    }
}

/// The content of a text.
fn text(snippet: Snippet, place: &FormatPlace, rule: TextRule, names: &DocumentNames) -> Snippet {
    let choose = |snippet: Snippet, names: &[String], otherwise: &str| match names.get(..MOST_CHOICES).unwrap_or(names)
    {
        [] => snippet.and_place(otherwise),
        names => snippet.and_choice(names),
    };
    let default = place.key.and_then(|key| key.default).map(|default| default.trim_matches('"'));
    match (rule, place.content()) {
        (TextRule::Choice(choice), _) => snippet.and_choice(choice.values),
        (TextRule::Duration, _) => snippet.and_place("30s"),
        (TextRule::Port, _) => snippet.and_place("8080:80"),
        (_, Some(Content::Service)) => choose(snippet, &names.services, "service"),
        (_, Some(Content::Step)) => choose(snippet, &names.steps, "step"),
        (_, Some(Content::Span)) => {
            let owner = place.owner.map_or("span", |owner| owner.name);
            snippet.and_place(&format!("{owner}.span"))
        }
        (_, Some(Content::SpanGlob)) => snippet.and_place("span.name"),
        (_, Some(Content::SpanRegex | Content::Regex)) => snippet.and_place(".+"),
        (_, Some(Content::Image)) => snippet.and_place("alpine:3.20"),
        (_, Some(Content::ServiceKind)) => snippet.and_place("generic_container"),
        (_, Some(Content::Usual(values))) => snippet.and_choice(values),
        _ if place.is_named => snippet.and_place("value"),
        _ => snippet.and_place(default.or(place.owner.map(|owner| usual_text(owner.name))).unwrap_or_default()),
    }
}

/// The items of a list.
fn list(snippet: Snippet, place: &FormatPlace, names: &DocumentNames) -> Snippet {
    let is_empty = match place.content() {
        Some(Content::Service) => names.services.is_empty(),
        Some(Content::Step) => names.steps.is_empty(),
        _ => false,
    };
    if is_empty {
        return snippet.and_place("");
    }
    let items = place.below(&PathStep::Item);
    // A pair of names: parent and child, first and second.
    if place.content() == Some(Content::Span) && matches!(items.shapes.first(), Some(Shape::List(_))) {
        return snippet.and("[\"").and_place("first").and("\", \"").and_place("second").and("\"]");
    }
    if place.key.is_some_and(|key| matches!(key.name, "command" | "cmd")) {
        return snippet.and("\"").and_place("echo").and("\", \"").and_place("hello").and("\"");
    }
    value(snippet, &items, names)
}

/// A text that says by itself what belongs there.
fn usual_text(key: &'static str) -> &'static str {
    match key {
        "version" => "1.0.0",
        "run" | "command" | "cmd" => "echo hello",
        "args" => "sh",
        "host_path" | "container_path" | "workdir" => "/tmp",
        "json" => "report.json",
        "junit" => "junit.xml",
        "digest" => "digest.txt",
        other => other,
    }
}

fn usual_number(key: &str) -> i64 {
    match key {
        "ports" | "container" | "host" => 8080,
        "seed" => 42,
        "cpu_millicores" | "memory_mb" => 512,
        _ if key.ends_with("_ms") => 30_000,
        _ if key.contains("seconds") || key.ends_with("_secs") => 30,
        _ => 1,
    }
}
