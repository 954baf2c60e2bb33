//! Walks through the text line by line, and takes the entries of the tables that define variables.

use memchr::memmem;
use tera::Value;
use toml::de::DeTable;

use super::lines::{header, header_follows, key_path, string_end, without_comment};
use super::values::flatten;
use crate::template::variables::{DefinedValue, Definition, FileVariables};
use crate::text::Span;

/// Where the entries of a table go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Vars,
    Matrix,
    Otel,
    Determinism,
}

/// An array of tables below a namespace, whose tables are gathered until another header comes.
struct List {
    target: Target,
    path: Vec<String>,
    items: Vec<Value>,
    span: Span,
}

/// A walk through a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    variables: &'a mut FileVariables,
    lists: Vec<List>,
    /// How many bytes may still be read in vain, for ends that never come. Keeps the time linear.
    budget: usize,
    /// How many bytes were looked at for the ends of entries.
    #[cfg(test)]
    pub(super) looked_at: usize,
}

impl<'a> Scan<'a> {
    /// A walk that has not begun.
    pub(super) fn new(text: &'a str, variables: &'a mut FileVariables) -> Self {
        Self {
            text,
            at: 0,
            variables,
            lists: Vec::new(),
            budget: 4 * text.len(),
            #[cfg(test)]
            looked_at: 0,
        }
    }

    /// Walks through all of it.
    pub(super) fn run(&mut self) {
        // Keys before the first header belong to the root: `vars.x = 1`, `matrix = { … }`.
        let mut table: Vec<String> = Vec::new();
        let mut in_list = false;
        while self.at < self.text.len() {
            let line = self.line();
            let written = line.slice(self.text).unwrap_or_default();
            let trimmed = written.trim_start();
            let indent = written.len() - trimmed.len();
            if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("{%") || trimmed.starts_with("{{")
            {
                self.at = line.end;
            } else if trimmed.starts_with('[') {
                if let Some((path, list)) = header(trimmed) {
                    table = path;
                    in_list = list;
                    if let (true, Some((target, path))) = (list, target_of(&table)) {
                        self.begin_item(target, path, line);
                    }
                }
                self.at = line.end;
            } else {
                let start = line.start + indent;
                let end = self.entry_end(start);
                if table.is_empty() || target_of(&table).is_some() {
                    self.entry(&table, in_list, Span::new(start, end));
                }
                self.at = end.max(line.start + 1);
                self.skip_line_end();
            }
        }
        for list in std::mem::take(&mut self.lists) {
            let value = DefinedValue::Toml(list.items.into());
            self.push(list.target, Definition { path: list.path, value, span: list.span });
        }
    }

    /// The line at the cursor, its end included.
    fn line(&self) -> Span {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        Span::new(self.at, self.at + length)
    }

    fn skip_line_end(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    /// The end of the entry that starts at `start`: the first line end outside of strings, brackets and expressions, or,
    /// where one of these is never closed, the end of the line.
    fn entry_end(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let line_end = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(bytes.len(), |end| from + end)
        };
        let first_end = line_end(start);
        let mut depth = 0usize;
        let mut at = start;
        if self.budget == 0 {
            return first_end;
        }
        while let Some(&byte) = bytes.get(at) {
            #[cfg(test)]
            {
                self.looked_at += 1;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            match byte {
                b'\n' if depth == 0 => return at,
                b'\n' if at > first_end && header_follows(self.text, at + 1) => return first_end,
                b'{' if rest.starts_with(b"{{") && !rest.starts_with(b"{{}") => {
                    let Some(end) = memmem::find(rest, b"}}") else { break };
                    at += end + 1;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b'#' => at = line_end(at) - 1,
                b'"' | b'\'' => match string_end(rest) {
                    Some(length) => at += length - 1,
                    None => break,
                },
                _ => {}
            }
            at += 1;
        }
        if depth == 0 && at >= bytes.len() {
            return bytes.len();
        }
        self.budget = self.budget.saturating_sub(bytes.len() - start);
        first_end
    }

    /// Reads `key = value` below `table`.
    fn entry(&mut self, table: &[String], in_list: bool, span: Span) {
        let Some(text) = span.slice(self.text) else { return };
        // A carriage return at the end is half a line end, which no TOML may hold.
        let text = text.trim_end_matches('\r');
        if let Ok(parsed) = DeTable::parse(text) {
            // A text that TOML ends too early (`"{{ x | default(value="y") }}"`) is no TOML, so this is the whole value.
            let mut leaves = Vec::new();
            flatten(parsed.get_ref(), span.start, &mut Vec::new(), &mut leaves);
            for (path, value, place) in leaves {
                self.define(table, &path, DefinedValue::Toml(value), place, in_list);
            }
            return;
        }
        let (key, value) = text.split_once('=').unwrap_or((without_comment(text), ""));
        let Some(path) = key_path(key) else { return };
        let value = without_comment(value).trim();
        if !value.contains("{{") && !value.contains("{%") {
            self.unreadable(table, &path);
            return;
        }
        let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        let place = Span::new(span.start, span.start + text.trim_end().len());
        let value = match quoted {
            Some(inner) => DefinedValue::QuotedTemplate(inner.to_owned()),
            None => DefinedValue::BareTemplate(value.to_owned()),
        };
        self.define(table, &path, value, place, in_list);
    }

    fn unreadable(&mut self, table: &[String], below: &[String]) {
        let path: Vec<String> = table.iter().chain(below).cloned().collect();
        let Some((target, rest)) = target_of(&path) else { return };
        let name = rest.join(".");
        match target {
            Target::Vars => self.variables.unreadable.push(name),
            Target::Matrix => self.variables.unreadable.push(format!("matrix.{name}")),
            Target::Otel => self.variables.unreadable.push(format!("otel.{name}")),
            Target::Determinism => {}
        }
    }

    fn define(&mut self, table: &[String], below: &[String], value: DefinedValue, span: Span, in_list: bool) {
        let path: Vec<String> = table.iter().chain(below).cloned().collect();
        let Some((target, rest)) = target_of(&path) else { return };
        if in_list {
            self.extend_item(below, value);
            return;
        }
        self.push(target, Definition { path: rest, value, span });
    }

    fn push(&mut self, target: Target, definition: Definition) {
        if definition.path.is_empty() {
            return;
        }
        match target {
            Target::Vars => self.variables.vars.push(definition),
            Target::Matrix => self.variables.matrix.push(definition),
            Target::Otel => self.variables.otel.push(definition),
            Target::Determinism => self.determinism(&definition),
        }
    }

    fn determinism(&mut self, definition: &Definition) {
        let DefinedValue::Toml(value) = &definition.value else { return };
        let [key] = definition.path.as_slice() else { return };
        match key.as_str() {
            "seed" => self.variables.seed = self.variables.seed.or(value.as_i64().map(i64::cast_unsigned)),
            "freeze_clock" => {
                let text = value.as_str().filter(|text| !text.contains("{{") && !text.contains("{%"));
                if self.variables.freeze_clock.is_none() {
                    self.variables.freeze_clock = text.map(str::to_owned);
                }
            }
            _ => {}
        }
    }

    fn begin_item(&mut self, target: Target, path: Vec<String>, line: Span) {
        let empty = Value::from(tera::Map::new());
        match self.lists.iter_mut().position(|list| list.target == target && list.path == path) {
            // The open list is the last one.
            Some(index) => {
                let mut list = self.lists.remove(index);
                list.items.push(empty);
                self.lists.push(list);
            }
            None => self.lists.push(List { target, path, items: vec![empty], span: line }),
        }
    }

    fn extend_item(&mut self, below: &[String], value: DefinedValue) {
        let (DefinedValue::Toml(value), [key]) = (value, below) else { return };
        let Some(item) = self.lists.last_mut().and_then(|list| list.items.last_mut()) else { return };
        let mut map = item.as_map().cloned().unwrap_or_default();
        map.insert(key.clone().into(), value);
        *item = map.into();
    }
}

/// The namespace of a path, and the path below it.
fn target_of(path: &[String]) -> Option<(Target, Vec<String>)> {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let (target, skip) = match names.as_slice() {
        ["vars", ..] => (Target::Vars, 1),
        ["matrix", ..] => (Target::Matrix, 1),
        ["determinism", ..] => (Target::Determinism, 1),
        ["template", "vars", ..] => (Target::Vars, 2),
        ["template", "matrix", ..] => (Target::Matrix, 2),
        ["template", "otel", ..] => (Target::Otel, 2),
        _ => return None,
    };
    Some((target, path.get(skip..).unwrap_or_default().to_vec()))
}
