//! Finds what a file says about the variables of its own render, before it is rendered.
//!
//! The text may be no TOML yet: tables hold templates, lines are being typed. So only the tables that matter are read, entry by
//! entry, each alone; an entry that can't be read is left out. The time is linear in the text, because every entry is
//! parsed once and every multi-line string skipped once.

use memchr::memmem;
use tera::Value;
use toml::de::{DeTable, DeValue};

use crate::template::variables::{DefinedValue, Definition, FileVariables};
use crate::text::Span;

/// The definitions of `[vars]`, `[matrix]`, `[template.vars]`, `[template.matrix]`, `[template.otel]` and `[determinism]` in `text`.
pub fn file_variables(text: &str) -> FileVariables {
    let mut variables = FileVariables::default();
    if !may_define(text) {
        return variables;
    }
    let mut scan = Scan { text, at: 0, variables: &mut variables, lists: Vec::new(), budget: 4 * text.len() };
    scan.run();
    variables
}

/// Most files define nothing: a search for the names is all that they cost.
fn may_define(text: &str) -> bool {
    ["vars", "matrix", "template", "determinism"]
        .iter()
        .any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

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

struct Scan<'a> {
    text: &'a str,
    at: usize,
    variables: &'a mut FileVariables,
    lists: Vec<List>,
    /// How many bytes may still be read in vain, for ends that never come. Keeps the time linear.
    budget: usize,
}

impl Scan<'_> {
    fn run(&mut self) {
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

/// Whether the line at `at` is a table header, so that what is open before it will not be closed.
fn header_follows(text: &str, at: usize) -> bool {
    let line = text.get(at..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    // Items of lists may start with a bracket too, but hold quotes, commas or braces.
    line.starts_with('[') && header(line).is_some()
}

/// The keys of `[a.b]` or `[[a.b]]`, and whether it is an array of tables.
fn header(line: &str) -> Option<(Vec<String>, bool)> {
    let line = without_comment(line).trim();
    let list = line.starts_with("[[");
    let inner =
        if list { line.strip_prefix("[[")?.strip_suffix("]]")? } else { line.strip_prefix('[')?.strip_suffix(']')? };
    // A header that holds an expression is one all the same: it ends the table before it.
    if inner.contains("{{") {
        return Some((vec![inner.to_owned()], list));
    }
    Some((key_path(inner)?, list))
}

/// The parts of a dotted key.
fn key_path(key: &str) -> Option<Vec<String>> {
    let key = key.trim();
    let bare = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    if key.split('.').all(|part| bare(part.trim())) {
        return Some(key.split('.').map(|part| part.trim().to_owned()).collect());
    }
    let line = format!("{key} = 0");
    let parsed = DeTable::parse(&line).ok()?;
    let mut leaves = Vec::new();
    flatten(parsed.get_ref(), 0, &mut Vec::new(), &mut leaves);
    leaves.pop().map(|(path, ..)| path)
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

type Leaf = (Vec<String>, Value, Span);

/// The values of a table that are no tables themselves (and empty tables), by their paths.
fn flatten(table: &DeTable<'_>, offset: usize, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    // Deeper than any real file; the stack must bear what a file may hold.
    const MAX_DEPTH: usize = 64;
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(below) if !below.is_empty() && path.len() < MAX_DEPTH => {
                flatten(below, offset, path, leaves)
            }
            other => {
                let span = Span::new(offset + key.span().start.min(value.span().start), offset + value.span().end);
                leaves.push((path.clone(), value_of(other, 0), span));
            }
        }
        path.pop();
    }
}

fn value_of(value: &DeValue<'_>, depth: usize) -> Value {
    const MAX_DEPTH: usize = 64;
    match value {
        DeValue::String(text) => Value::from(&**text),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i64::from_str_radix(&digits, number.radix()).map_or_else(|_| digits.into(), Value::from)
        }
        DeValue::Float(number) => {
            let digits = number.as_str().replace('_', "");
            digits.parse::<f64>().map_or_else(|_| digits.into(), Value::from)
        }
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) if depth < MAX_DEPTH => {
            items.iter().map(|item| value_of(item.get_ref(), depth + 1)).collect::<Vec<_>>().into()
        }
        DeValue::Table(table) if depth < MAX_DEPTH => table
            .iter()
            .map(|(key, item)| (key.get_ref().to_string().into(), value_of(item.get_ref(), depth + 1)))
            .collect::<tera::Map>()
            .into(),
        DeValue::Array(_) | DeValue::Table(_) => Value::none(),
    }
}

/// The length of the string at the start of `bytes`, quotes included; expressions in it may hold quotes. `None` when it is
/// not closed.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let quote = *bytes.first()?;
    let triple = [quote; 3];
    if bytes.starts_with(&triple) {
        let end = memmem::find(bytes.get(3..)?, &triple)?;
        // Up to two quotes may stand before the closing three.
        let mut length = 3 + end + 3;
        while bytes.get(length) == Some(&quote) && length < 3 + end + 5 {
            length += 1;
        }
        return Some(length);
    }
    let mut at = 1;
    loop {
        let rest = bytes.get(at..)?;
        match *rest.first()? {
            b'\n' => return None,
            b'\\' if quote == b'"' => at += 2,
            b'{' if rest.starts_with(b"{{") || rest.starts_with(b"{%") => {
                let close: &[u8] = if rest.starts_with(b"{{") { b"}}" } else { b"%}" };
                let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
                at += memmem::find(line, close).map_or(1, |end| end + 2);
            }
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// `value` up to a `#` that starts a comment.
fn without_comment(value: &str) -> &str {
    let bytes = value.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => return value.get(..at).unwrap_or(value),
            b'"' | b'\'' => at += bytes.get(at..).and_then(string_end).unwrap_or(1),
            b'{' if bytes.get(at + 1) == Some(&b'{') => {
                at += bytes.get(at..).and_then(|rest| memmem::find(rest, b"}}")).map_or(1, |end| end + 2);
            }
            _ => at += 1,
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::variables::{Sources, Variables};

    /// The variables of a file, one a line: where from, path, value, the text of the definition.
    fn found(text: &str) -> String {
        let variables = file_variables(text);
        let mut lines = String::new();
        for (namespace, definitions) in
            [("vars", &variables.vars), ("matrix", &variables.matrix), ("otel", &variables.otel)]
        {
            for definition in definitions {
                let value = match &definition.value {
                    DefinedValue::Toml(value) => value.to_string(),
                    DefinedValue::QuotedTemplate(text) => format!("quoted {text}"),
                    DefinedValue::BareTemplate(text) => format!("bare {text}"),
                };
                let place = definition.span.slice(text).unwrap().lines().next().unwrap();
                lines += &format!("{namespace}.{} = {value}    <- {place}\n", definition.path.join("."));
            }
        }
        for name in &variables.unreadable {
            lines += &format!("{name}: unreadable\n");
        }
        lines
    }

    #[test]
    fn reads_the_header_of_a_templated_file() {
        let text = r#"
# [vars] in a comment
[template.vars]
service = "clnrm" # why
timeout_ms = 5_000
ratio = 0.5
on = true
since = 2025-01-01
list = [
    ["a", "b"], # first
    ["c"],
]
db = { host = "x", port = 1 }
db2.host = "y"

[template.matrix]
exporters = [
    { name = "stdout", port = 80 },
    { name = "otlp" }
]

[template.otel]
dev = "http://localhost"

[meta]
name = "{{ vars.service }}"
{% for e in matrix.exporters %}
[vars.late]
x = 1
[service.{{ e.name }}]
vars = 2
{% endfor %}
"#;
        insta::assert_snapshot!(found(text), @r#"
        vars.service = clnrm    <- service = "clnrm"
        vars.timeout_ms = 5000    <- timeout_ms = 5_000
        vars.ratio = 0.5    <- ratio = 0.5
        vars.on = true    <- on = true
        vars.since = 2025-01-01    <- since = 2025-01-01
        vars.list = [["a", "b"], ["c"]]    <- list = [
        vars.db.host = x    <- host = "x"
        vars.db.port = 1    <- port = 1
        vars.db2.host = y    <- host = "y"
        vars.late.x = 1    <- x = 1
        matrix.exporters = [{"name": "stdout", "port": 80}, {"name": "otlp"}]    <- exporters = [
        otel.dev = http://localhost    <- dev = "http://localhost"
        "#);
    }

    #[test]
    fn reads_values_that_are_no_toml_yet() {
        let text = r#"
[vars]
a = "{{ X | default(value="clnrm") }}" # comment
b = {{ seed | default(value=42) }}
c = "{{ env(name='E', default='d') }}"
d = "unclosed
e =
f
g = [1,
h = 1
[meta]
name = "x"
"#;
        insta::assert_snapshot!(found(text), @r#"
        vars.a = quoted {{ X | default(value="clnrm") }}    <- a = "{{ X | default(value="clnrm") }}" # comment
        vars.b = bare {{ seed | default(value=42) }}    <- b = {{ seed | default(value=42) }}
        vars.c = {{ env(name='E', default='d') }}    <- c = "{{ env(name='E', default='d') }}"
        vars.h = 1    <- h = 1
        d: unreadable
        e: unreadable
        f: unreadable
        g: unreadable
        "#);
    }

    #[test]
    fn line_ends_of_two_bytes_are_no_part_of_a_value() {
        let variables = file_variables("[vars]\r\na = \"x\"\r\nb = [\r\n  1,\r\n]\r\nc = 2\r");
        assert_eq!(variables.vars.iter().map(|it| it.path.concat()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn skips_what_stands_in_strings_of_other_tables() {
        let text = "[[steps]]\nrun = \"\"\"\n[vars]\na = 1\n\"\"\"\nregex = '''\n[vars]\nb = 1\n'''\n[vars]\nc = 1\n";
        assert_eq!(found(text), "vars.c = 1    <- c = 1\n");
    }

    #[test]
    fn reads_root_keys_and_arrays_of_tables() {
        let text = "vars.a = 1\nmatrix = { os = ['linux'] }\n[[template.matrix.services]]\nname = 'x'\nport = 1\n[[template.matrix.services]]\nname = 'y'\n";
        insta::assert_snapshot!(found(text), @r#"
        vars.a = 1    <- a = 1
        matrix.os = ["linux"]    <- os = ['linux']
        matrix.services = [{"name": "x", "port": 1}, {"name": "y"}]    <- [[template.matrix.services]]
        "#);
    }

    #[test]
    fn reads_seed_and_clock_where_they_are_literal() {
        let literal = file_variables("[determinism]\nseed = 7\nfreeze_clock = \"2024-01-01T00:00:00Z\"\n");
        assert_eq!((literal.seed, literal.freeze_clock.as_deref()), (Some(7), Some("2024-01-01T00:00:00Z")));
        let templated = file_variables("[determinism]\nseed = {{ seed }}\nfreeze_clock = \"{{ freeze_clock }}\"\n");
        assert_eq!((templated.seed, templated.freeze_clock), (None, None));
    }

    #[test]
    fn costs_little_for_hostile_text() {
        for piece in [
            "[vars]\na = [\n",
            "[vars]\na = \"\"\"\n",
            "vars.a = {\n",
            "[vars]\na = {{\n",
            "[vars]\na = '''",
            "[",
            "[vars]\na = [[[[",
        ] {
            let text = piece.repeat(20_000);
            let start = std::time::Instant::now();
            file_variables(&text);
            assert!(start.elapsed().as_secs() < 2, "{piece:?}");
        }
    }

    #[test]
    fn the_real_files_define_what_their_templates_use() {
        let text = "[template.vars]\nenv = \"{{ env(name='TEST_ENV', default='dev') }}\"\n";
        let file = file_variables(text);
        let variables = Variables::resolve(&Sources { file: Some(&file), ..Sources::default() });
        assert_eq!(variables.get("vars.env").and_then(Value::as_str), Some("dev"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
        #[test]
        fn takes_any_text(text in r#"(\[vars\]|\[\[matrix.a\]\]|a|=|"|'''|\{\{|\}\}|\n|#|\[|\]|é|,|\{|\.| ){0,40}"#) {
            for definition in file_variables(&text).vars {
                proptest::prop_assert!(definition.span.slice(&text).is_some());
            }
        }
    }
}
