//! Extract a variable: a value goes to `[vars]`, `{{ vars.name }}` stays in its place.

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, replacement, variables_table};
use crate::analysis::FileKind;
use crate::features::cursor::{Cursor, PathStep, TomlPlace};
use crate::features::syntax::{Value, ValueKind};

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let view = request.view;
    if view.analysis().kind != FileKind::Test {
        return Vec::new();
    }
    let Cursor::Toml(cursor) = Cursor::at(view, request.range.start) else { return Vec::new() };
    let TomlPlace::Value { value: Some(value), .. } = cursor.place else { return Vec::new() };
    let is_there = value.span.start <= request.range.start && request.range.end <= value.span.end;
    let keys: Vec<&str> = cursor.path.iter().filter_map(PathStep::key).collect();
    // A variable is not defined by another one.
    if !is_there || matches!(keys.first(), None | Some(&("vars" | "matrix" | "template"))) {
        return Vec::new();
    }
    let defined = view.syntax().tables.iter().filter(|table| matches!(table.path(), [only] if only.text == "vars"));
    let defined: Vec<&str> =
        defined.flat_map(|table| &table.pairs).filter_map(|pair| Some(pair.key.first()?.text.as_str())).collect();
    let taken = |name: &str| defined.contains(&name);
    let Some(written) = literal(view.text(), value) else { return Vec::new() };
    let name = name(&keys, &taken);
    let title = format!("extract the value to `vars.{name}`");
    let place = format!("{{{{ vars.{name} }}}}");
    let usage = match &value.kind {
        ValueKind::String { content } => replacement(*content, place),
        _ => replacement(value.span, place),
    };
    let change = variables_table::definition(view, &name, written)
        .ok_or_else(|| "there is no place for `[vars]` outside of blocks".to_owned())
        .map(|definition| {
            let mut edits = vec![usage, definition];
            edits.sort_by_key(|edit| edit.span);
            Change { edits, keeps: Keeps::ValuesBut { variable: name } }
        });
    vec![Draft { title, kind: ActionKind::Extract, change }]
}

/// A string, number or boolean as written, without template tags and on one line.
fn literal<'a>(text: &'a str, value: &Value) -> Option<&'a str> {
    let written = value.span.slice(text)?;
    let is_plain = !written.contains(['\n', '{']) && !written.contains("%}");
    let is_scalar = match &value.kind {
        ValueKind::String { content } => !content.is_empty() && is_plain,
        ValueKind::Bare => {
            is_plain
                && (matches!(written, "true" | "false")
                    || written.starts_with(|first: char| first.is_ascii_digit() || first == '-'))
        }
        ValueKind::Array { .. } | ValueKind::InlineTable { .. } => false,
    };
    is_scalar.then_some(written)
}

/// A name that is not taken: the key, with more of its path where needed, or with a number.
fn name(keys: &[&str], taken: &dyn Fn(&str) -> bool) -> String {
    let words: Vec<String> = keys.iter().map(|key| identifier(key)).filter(|key| !key.is_empty()).collect();
    let last = words.last().map_or("value", String::as_str);
    let longer = words.len().checked_sub(2).map(|index| format!("{}_{last}", words[index]));
    let numbered = (2..).map(|number| format!("{last}_{number}"));
    let mut names = std::iter::once(last.to_owned()).chain(longer).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

fn identifier(key: &str) -> String {
    let name: String =
        key.chars().map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '_' }).collect();
    let name = name.trim_matches('_');
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("value_{name}") } else { name.to_owned() }
}
