//! From the dialect of steps (`[test.metadata]`, `[services.*]`, `[[steps]]`) to the flat one (`[meta]`, `[service.*]`, `[[scenario]]`),
//! and back. The whole file; what one dialect can't say in the words of the other makes it impossible.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, replacement};
use crate::config::shell_words;
use crate::features::cursor::{Cursor, PathStep, TomlPlace};
use crate::features::format_path;
use crate::features::syntax::{KeyPart, Pair, SyntaxTree, Table, ValueKind};
use crate::formatting::TextEdit;
use crate::template::language::toml_literal;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Steps,
    Flat,
}

impl Dialect {
    /// The header of the identity, the key of the services, the key of the actions and that of their commands.
    const fn words(self) -> [&'static str; 4] {
        match self {
            Self::Steps => ["test.metadata", "services", "steps", "command"],
            Self::Flat => ["meta", "service", "scenario", "run"],
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Steps => Self::Flat,
            Self::Flat => Self::Steps,
        }
    }
}

/// What of a test both dialects say in their own words.
#[derive(Debug, Default, PartialEq, Eq)]
struct Meaning {
    identity: BTreeMap<String, String>,
    services: BTreeMap<String, String>,
    actions: Vec<BTreeMap<String, String>>,
    rest: BTreeMap<String, String>,
}

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let Cursor::Toml(cursor) = Cursor::at(request.view, request.range.start) else { return Vec::new() };
    let (TomlPlace::Header { .. }, Some(from)) = (&cursor.place, dialect(cursor.table)) else { return Vec::new() };
    let title = match from {
        Dialect::Steps => "write this test with `[meta]`, `[service.*]` and `[[scenario]]`",
        Dialect::Flat => "write this test with `[test.metadata]`, `[services.*]` and `[[steps]]`",
    };
    let change = edits(request.view.text(), request.view.syntax(), from);
    vec![Draft {
        title: title.to_owned(),
        kind: ActionKind::Rewrite,
        change: change.map(|edits| Change { edits, keeps: Keeps::Meaning(same) }),
    }]
}

/// The dialect that the header of a table belongs to alone.
fn dialect(table: &Table) -> Option<Dialect> {
    let path: Vec<&str> = table.path().iter().map(|part| part.text.as_str()).collect();
    match (path.as_slice(), table.is_array()) {
        (["test"] | ["test", "metadata"], false) | (["steps"], true) => Some(Dialect::Steps),
        (["meta"], false) | (["scenario"], true) => Some(Dialect::Flat),
        _ => None,
    }
}

fn edits(text: &str, tree: &SyntaxTree, from: Dialect) -> Result<Vec<TextEdit>, String> {
    let to = from.other();
    let [_, from_services, from_actions, from_command] = from.words();
    let [identity, services, actions, command] = to.words();
    let mut edits = Vec::new();
    for table in &tree.tables {
        let path: Vec<&str> = table.path().iter().map(|part| part.text.as_str()).collect();
        if table.header.is_some() && dialect(table) == Some(to) || path.first() == Some(&actions) {
            return Err("the test is written in both dialects".to_owned());
        }
        match path.as_slice() {
            ["test"] | ["test", "metadata"] | ["meta"] if dialect(table) == Some(from) => {
                edits.extend(whole_key(table).map(|span| replacement(span, identity)));
            }
            [first, ..] if *first == from_services => {
                edits.extend(table.path().first().map(|part| replacement(part.span, services)));
            }
            [first] if *first == from_actions && table.is_array() => {
                edits.extend(whole_key(table).map(|span| replacement(span, actions)));
                for pair in &table.pairs {
                    edits.extend(action_key(text, pair, actions, from_command, command)?);
                }
            }
            [first, rest @ ..] if *first == from_actions => {
                return Err(format!("`{}` has no place in `[[{actions}]]`", rest.join(".")));
            }
            _ => {}
        }
    }
    Ok(edits)
}

fn whole_key(table: &Table) -> Option<crate::text::Span> {
    let path: &[KeyPart] = table.path();
    Some(path.first()?.span.join(path.last()?.span))
}

/// The edits of one key of a step or scenario.
fn action_key(text: &str, pair: &Pair, table: &str, from: &str, to: &str) -> Result<Vec<TextEdit>, String> {
    let name = pair.key.first().map_or("", |part| part.text.as_str());
    if name != from {
        let place = format_path::resolve(&[PathStep::Key(table.to_owned()), PathStep::Key(name.to_owned())]);
        return match place.key {
            Some(_) => Ok(Vec::new()),
            None => Err(format!("`{name}` has no place in `[[{table}]]`")),
        };
    }
    let refused = || format!("this `{from}` can't be written as `{to}`");
    let value = pair.value.as_ref().ok_or_else(refused)?;
    let written = value.span.slice(text).unwrap_or_default();
    let new = match (&value.kind, to) {
        (ValueKind::Array { .. }, "run") => {
            let words = strings(written).ok_or_else(refused)?;
            toml_string(&joined(&words))
        }
        (ValueKind::String { .. }, "run") => written.to_owned(),
        (ValueKind::String { .. }, _) => {
            let command = string(written).ok_or_else(refused)?;
            let words = shell_words::split(&command).map_err(|_| refused())?;
            let words: Vec<String> = words.into_iter().map(|word| toml_string(&word.text)).collect();
            format!("[{}]", words.join(", "))
        }
        _ => return Err(refused()),
    };
    Ok(vec![replacement(pair.key_span(), to), replacement(value.span, new)])
}

/// The text of a string as written.
fn string(written: &str) -> Option<String> {
    strings(&format!("[{written}]"))?.pop()
}

/// The texts of a list of strings as written; `None` for anything else, and for values that a template makes.
fn strings(written: &str) -> Option<Vec<String>> {
    if written.contains("{{") || written.contains("{%") {
        return None;
    }
    let pair = format!("list = {written}");
    let table = DeTable::parse(&pair).ok()?;
    let items = table.get_ref().get("list")?.get_ref().as_array()?;
    items.iter().map(|item| Some(item.get_ref().as_str()?.to_owned())).collect()
}

/// Words as one text that splits into them again.
fn joined(words: &[String]) -> String {
    let is_bare = |word: &str| {
        !word.is_empty() && !word.contains(|char: char| char.is_ascii_whitespace() || matches!(char, '\'' | '"' | '\\'))
    };
    let quoted = words.iter().map(|word| match (is_bare(word), word.contains('\'')) {
        (true, _) => word.clone(),
        (false, false) => format!("'{word}'"),
        (false, true) => format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A text as a TOML string.
fn toml_string(text: &str) -> String {
    // A string can always be written.
    toml_literal(&text.into()).unwrap_or_default()
}

fn same(before: &DeTable<'_>, after: &DeTable<'_>) -> bool {
    Meaning::of(before) == Meaning::of(after)
}

impl Meaning {
    fn of(root: &DeTable<'_>) -> Self {
        let mut meaning = Self::default();
        for (key, value) in root {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("meta", DeValue::Table(table)) => meaning.identify(table),
                ("test", DeValue::Table(table)) => match table.get("metadata").map(|metadata| metadata.get_ref()) {
                    Some(DeValue::Table(metadata)) if table.len() == 1 => meaning.identify(metadata),
                    _ => meaning.identify(table),
                },
                ("service" | "services", DeValue::Table(table)) => {
                    let services =
                        table.iter().map(|(name, value)| (name.get_ref().to_string(), plain(value.get_ref())));
                    meaning.services.extend(services);
                }
                ("steps" | "scenario", DeValue::Array(list)) => {
                    meaning.actions.extend(list.iter().map(|item| action(item.get_ref())));
                }
                (other, value) => {
                    meaning.rest.insert(other.to_owned(), plain(value));
                }
            }
        }
        meaning
    }

    fn identify(&mut self, table: &DeTable<'_>) {
        self.identity.extend(table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))));
    }
}

/// A step or scenario; its command as the words that are run.
fn action(value: &DeValue<'_>) -> BTreeMap<String, String> {
    let DeValue::Table(table) = value else { return BTreeMap::from([(String::new(), plain(value))]) };
    let entry = |(key, value): (&str, &DeValue<'_>)| match (key, value) {
        ("run" | "command", DeValue::String(text)) => {
            let words =
                shell_words::split(text).map(|words| words.into_iter().map(|word| word.text).collect::<Vec<_>>());
            ("command".to_owned(), words.map_or_else(|_| text.to_string(), |words| format!("{words:?}")))
        }
        ("run" | "command", DeValue::Array(list)) => {
            let words: Option<Vec<&str>> = list.iter().map(|item| item.get_ref().as_str()).collect();
            ("command".to_owned(), words.map_or_else(|| plain(value), |words| format!("{words:?}")))
        }
        _ => (key.to_owned(), plain(value)),
    };
    table.iter().map(|(key, value)| entry((key.get_ref().as_ref(), value.get_ref()))).collect()
}

/// A value without its places, keys in order.
fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::Array(list) => {
            let items: Vec<String> = list.iter().map(|item| plain(item.get_ref())).collect();
            format!("[{}]", items.join(","))
        }
        DeValue::Table(table) => {
            let items: BTreeMap<&str, String> =
                table.iter().map(|(key, value)| (key.get_ref().as_ref(), plain(value.get_ref()))).collect();
            format!("{items:?}")
        }
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => format!("{}:{}", number.radix(), number.as_str()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(date) => date.to_string(),
    }
}
