//! Entries as TOML of the test format.

use std::fmt::Write;

use super::Entry;
use crate::trace::{StatusCode, Value};
use crate::validation::expectations::is_pattern;

/// How texts are written: as they are, or by the variable that holds them.
#[derive(Clone, Debug, Default)]
pub struct Quote {
    /// Values and the template expressions for them.
    variables: Vec<(String, String)>,
}

/// A variable whose value is shorter than this may hold it by accident.
const SHORTEST: usize = 3;

impl Quote {
    /// Writes a text that is the value of one of these variables as the expression for it. `variables` are expressions and values.
    pub fn with_variables<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let is_plain = |value: &str| {
            value.len() >= SHORTEST && !value.contains(['"', '\\', '{']) && !value.chars().any(char::is_control)
        };
        let variables = variables.into_iter().filter(|(_, value)| is_plain(value));
        Self { variables: variables.map(|(expression, value)| (value.to_owned(), expression.to_owned())).collect() }
    }

    /// The text as a value or quoted key of TOML.
    fn text(&self, text: &str) -> String {
        if let Some((_, expression)) = self.variables.iter().find(|(value, _)| value == text) {
            return format!("\"{{{{ {expression} }}}}\"");
        }
        let mut quoted = String::from("\"");
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '"' | '\\' => quoted.extend(['\\', char]),
                // In a template these would begin a tag.
                '{' if matches!(chars.peek(), Some('{' | '%' | '#')) => quoted.push_str("\\u007B"),
                char if char.is_control() => {
                    // A text takes everything.
                    let _ = write!(quoted, "\\u{:04X}", u32::from(char));
                }
                char => quoted.push(char),
            }
        }
        quoted.push('"');
        quoted
    }

    /// The name of a span: what would be taken for a pattern is written so that it matches just this name.
    fn name(&self, name: &str) -> String {
        match is_pattern(name) {
            false => self.text(name),
            true => {
                let escaped = name.chars().map(|char| match char {
                    '*' | '?' | '[' | ']' => format!("[{char}]"),
                    char => char.to_string(),
                });
                self.text(&escaped.collect::<String>())
            }
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Int(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            other => self.text(&other.to_string()),
        }
    }

    fn pairs(&self, pairs: &[(&str, &str)]) -> String {
        let pair = |(first, second): &(&str, &str)| format!("[{}, {}]", self.name(first), self.name(second));
        format!("[{}]", pairs.iter().map(pair).collect::<Vec<_>>().join(", "))
    }
}

/// The entries as tables of the test format, each table once.
pub fn compose(entries: &[Entry], quote: &Quote) -> String {
    let mut blocks: Vec<String> = entries.iter().filter_map(|entry| span(entry, quote)).collect();
    let edges: Vec<(&str, &str)> = entries.iter().filter_map(|entry| pair(entry, true)).collect();
    let orders: Vec<(&str, &str)> = entries.iter().filter_map(|entry| pair(entry, false)).collect();
    let mut graph = String::new();
    if !edges.is_empty() {
        graph += &format!("must_include = {}\n", quote.pairs(&edges));
    }
    if entries.contains(&Entry::Acyclic) {
        graph += "acyclic = true\n";
    }
    if !graph.is_empty() {
        blocks.push(format!("[expect.graph]\n{graph}"));
    }
    if !orders.is_empty() {
        blocks.push(format!("[expect.order]\nmust_precede = {}\n", quote.pairs(&orders)));
    }
    if entries.contains(&Entry::NoErrors) {
        blocks.push(format!("[expect.status]\nnone = \"{}\"\n", StatusCode::Error.word()));
    }
    let service = entries.iter().find_map(|entry| match entry {
        Entry::Service(name) => Some(name),
        _ => None,
    });
    if let Some(service) = service {
        let service = quote.text(service);
        blocks.push(format!("[expect.hermeticity]\nresource_attrs.must_match = {{ \"service.name\" = {service} }}\n"));
    }
    blocks.join("\n")
}

/// The names of an edge (`edges`) or of an order.
fn pair(entry: &Entry, edges: bool) -> Option<(&str, &str)> {
    match entry {
        Entry::Edge(first, second) if edges => Some((first, second)),
        Entry::Order(first, second) if !edges => Some((first, second)),
        _ => None,
    }
}

fn span(entry: &Entry, quote: &Quote) -> Option<String> {
    let Entry::Span { name, kind, parent, failed, attributes } = entry else { return None };
    let mut text = format!("[[expect.span]]\nname = {}\n", quote.name(name));
    if let Some(parent) = parent {
        text += &format!("parent = {}\n", quote.name(parent));
    }
    if let Some(kind) = kind {
        text += &format!("kind = \"{kind}\"\n");
    }
    if *failed {
        text += &format!("status = \"{}\"\n", StatusCode::Error.word());
    }
    if !attributes.is_empty() {
        let pair = |(key, value): &(String, Value)| format!("{} = {}", Quote::default().text(key), quote.value(value));
        text += &format!("attrs.all = {{ {} }}\n", attributes.iter().map(pair).collect::<Vec<_>>().join(", "));
    }
    Some(text)
}
