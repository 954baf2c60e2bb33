//! One walk of the parsed table along the schema: unknown keys, wrong types, missing keys and values out of bounds.
//!
//! All spellings of a path (dotted key, inline table, header) are alike here. Where a value is unknown until run time, or
//! damaged by a mistake that is reported already, nothing is said. Costs a binary search a key; paths are put
//! together only where there is something to say.

use toml::de::{DeTable, DeValue};

use super::duration::{self, DurationError};
use super::read::{Key as TomlKey, Source, Value, split_port};
use super::schema::{Choice, Form, Key, MISPLACED, Presence, ROOT, Rest, Shape, Table, TextRule};
use crate::text::{Span, nearest};

/// One place where the shape of a file differs from the format.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeProblem {
    /// What differs.
    pub kind: ShapeProblemKind,
    /// The tightest place.
    pub span: Span,
    /// The path of the key or table, as people write it (`services.db.image`); empty at top level.
    pub path: String,
}

/// The ways in which a file can differ from the format.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeProblemKind {
    /// A key that nothing knows at this place. `path` is that of the table around it.
    UnknownKey {
        /// The key.
        key: String,
        /// Whether its value is a table.
        is_table: bool,
        /// What was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A table at top level that belongs into another one.
    MisplacedTable {
        /// Its name.
        name: String,
        /// The header that was meant (`expect.span.attrs`).
        belongs: &'static str,
    },
    /// A value of a type that its key can't have.
    WrongType {
        /// What the key wants, as a noun phrase ("a text or a list of texts").
        expected: String,
        /// What it has ("an integer").
        found: &'static str,
        /// What to do, where that is known ("write `[[steps]]`").
        help: Option<String>,
        /// The new text of the place, where a mend is safe.
        mend: Option<String>,
    },
    /// A key that must be there. `path` is that of the table that lacks it.
    MissingKey {
        /// The key.
        key: &'static str,
        /// Whether the test works without it all the same.
        is_optional: bool,
    },
    /// A text of white space only.
    BlankValue,
    /// A word that is none of those to choose from.
    UnknownValue {
        /// What is chosen ("span kind").
        what: &'static str,
        /// As written.
        value: String,
        /// The words to choose from.
        allowed: &'static [&'static str],
        /// What was probably meant.
        suggestion: Option<&'static str>,
        /// Whether the test fails with it.
        is_strict: bool,
    },
    /// A number out of its bounds.
    OutOfRange {
        /// As written.
        value: String,
        /// The bounds, as a clause ("from 0 to 255").
        bounds: String,
    },
    /// A text that is no duration.
    InvalidDuration {
        /// As written.
        value: String,
        /// Why.
        error: DurationError,
    },
    /// A key that is read, but has a canonical name.
    Alias {
        /// As written.
        key: &'static str,
        /// The canonical name.
        canonical: &'static str,
        /// Whether the table has that key too, so that this one can't simply be renamed.
        has_canonical: bool,
    },
    /// A form that is read here, but that clnrm 1.0 refuses. Told once for each form, at its first place.
    Refused {
        /// The form, as a noun phrase in the plural ("ports as texts").
        what: &'static str,
    },
    /// A table among the expectations that nothing checks.
    InertTable,
}

/// All differences from `schema`, sorted by place.
pub(super) fn check(root: &DeTable<'_>, schema: &'static Table, source: &Source<'_>) -> Vec<ShapeProblem> {
    let mut walk = Walk { source, problems: Vec::new(), refused: Vec::new() };
    let path = Path { parent: None, name: "" };
    let body = Body { table: root, header: Span::default(), can_miss: true };
    walk.table(&body, schema, &path);
    walk.problems.sort_by_key(|problem| problem.span);
    walk.problems
}

/// The way to a value; put together as a text only for a problem.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'a str,
}

impl Path<'_> {
    fn text(&self) -> String {
        let mut text = self.parent.map(Path::text).unwrap_or_default();
        if !text.is_empty() && !self.name.is_empty() {
            text.push('.');
        }
        text.push_str(self.name);
        text
    }
}

/// A table in the file.
struct Body<'v, 't> {
    table: &'v DeTable<'t>,
    /// Its header, its braces, or the key that it hangs on.
    header: Span,
    /// Whether keys that it must have can be missed.
    can_miss: bool,
}

struct Walk<'s, 'a> {
    source: &'s Source<'a>,
    problems: Vec<ShapeProblem>,
    /// Refused forms that are told already.
    refused: Vec<&'static str>,
}

impl Walk<'_, '_> {
    // Tables

    fn table(&mut self, body: &Body<'_, '_>, schema: &'static Table, path: &Path<'_>) {
        let mut has_hole = false;
        for (key, value) in body.table.iter() {
            let name: &str = key.get_ref();
            let here = Path { parent: Some(path), name };
            if let Some(known) = schema.key(name) {
                self.known_key(known, key, value, body, &here);
                continue;
            }
            let span = self.source.span(key.span());
            if self.source.is_unknown(name, span) {
                has_hole = true;
                continue;
            }
            match &schema.rest {
                Rest::Named(shape) => self.value(shape, key, value, &here),
                Rest::Marked(table, marks) if is_marked(value, marks) => {
                    self.value_table(table, key, value, &here);
                }
                _ => self.unknown_key(schema, body.table, key, value, path),
            }
        }
        if body.can_miss && !has_hole {
            self.missing_keys(body, schema, path);
        }
    }

    fn known_key(
        &mut self,
        known: &'static Key,
        key: &TomlKey<'_>,
        value: &Value<'_>,
        body: &Body<'_, '_>,
        path: &Path<'_>,
    ) {
        if let Some(canonical) = known.alias_of {
            let has_canonical = body.table.contains_key(canonical);
            let kind = ShapeProblemKind::Alias { key: known.name, canonical, has_canonical };
            self.problem(kind, self.source.span(key.span()), path);
        }
        if known.readers.is_empty() {
            if value.get_ref().is_table()
                && path.parent.is_some_and(|parent| {
                    parent.name == "expect" && parent.parent.is_some_and(|root| root.parent.is_none())
                })
            {
                self.problem(ShapeProblemKind::InertTable, self.source.header(key, value), path);
            }
            return;
        }
        self.value(&known.shape, key, value, path);
    }

    fn unknown_key(
        &mut self,
        schema: &'static Table,
        table: &DeTable<'_>,
        key: &TomlKey<'_>,
        value: &Value<'_>,
        path: &Path<'_>,
    ) {
        let name: &str = key.get_ref();
        let span = self.source.span(key.span());
        let is_table = is_table(value);
        if path.parent.is_none()
            && std::ptr::eq(schema, &ROOT)
            && is_table
            && let Ok(index) = MISPLACED.binary_search_by(|(misplaced, _)| (*misplaced).cmp(name))
        {
            let kind = ShapeProblemKind::MisplacedTable { name: name.to_owned(), belongs: MISPLACED[index].1 };
            self.problem(kind, span, path);
            return;
        }
        let slip = schema.slips.iter().find(|(wrong, _)| *wrong == name).map(|(_, right)| *right);
        let suggestion = slip.or_else(|| {
            let near = nearest(name, schema.keys.iter().map(|key| key.name))?;
            let key = schema.key(near)?;
            Some(key.alias_of.unwrap_or(key.name))
        });
        // What is there already can't have been meant a second time; a table without a header of its own can.
        let suggestion = suggestion.filter(|suggestion| {
            table.get(*suggestion).is_none_or(|other| {
                is_table && !self.source.opens_with(self.source.span(other.span()), b'[') && other.get_ref().is_table()
            })
        });
        let kind = ShapeProblemKind::UnknownKey { key: name.to_owned(), is_table, suggestion };
        self.problem(kind, span, path);
    }

    fn missing_keys(&mut self, body: &Body<'_, '_>, schema: &'static Table, path: &Path<'_>) {
        for key in schema.keys {
            let is_missing = match key.presence {
                Presence::Optional => false,
                Presence::Expected | Presence::Required => !has(body.table, schema, key.name),
                Presence::RequiredUnless(others) => {
                    !has(body.table, schema, key.name) && !others.iter().any(|other| body.table.contains_key(*other))
                }
            };
            if is_missing && !self.body_has_hole(body.header) {
                let is_optional = key.presence == Presence::Expected;
                self.problem(ShapeProblemKind::MissingKey { key: key.name, is_optional }, body.header, path);
            }
        }
    }

    /// Whether something in the body of the table at `header` is unknown, so that a key may be there all the same.
    fn body_has_hole(&self, header: Span) -> bool {
        if self.source.holes.is_empty() {
            return false;
        }
        let text = self.source.text.get(header.end..).unwrap_or_default();
        let mut end = header.end;
        for line in text.split_inclusive('\n') {
            // The first line is the rest of the header's own.
            if end > header.end && line.trim_start().starts_with('[') {
                break;
            }
            end += line.len();
        }
        let body = Span::new(header.start, end);
        self.source.holes.iter().any(|hole| hole.start <= body.end && body.start <= hole.end)
    }

    // Values

    fn value(&mut self, shape: &'static Shape, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
        match shape {
            Shape::Any => self.inline_tables(value, path),
            Shape::Table(table) => self.value_table(table, key, value, path),
            Shape::Repeatable(table) => match value.get_ref() {
                DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()) => {
                    for item in items.iter() {
                        self.item_table(table, item, path, false);
                    }
                    if let Some(first) = items.first() {
                        self.tell_refused(
                            "expectations that are repeated as `[[…]]`",
                            self.source.span(first.span()),
                            path,
                        );
                    }
                }
                _ => self.value_table(table, key, value, path),
            },
            Shape::Tables(table) => match value.get_ref() {
                DeValue::Table(_) => self.single_table(table, key, value, path),
                _ => self.tables(table, key, value, path),
            },
            Shape::NamedTables(table, named, single) => match value.get_ref() {
                DeValue::Table(entries) if entries.keys().any(|key| is_own_key(table, entries, key.get_ref())) => {
                    if *single {
                        self.tell_refused("windows as one table", self.source.header(key, value), path);
                        self.value_table(table, key, value, path);
                    } else {
                        self.single_table(table, key, value, path);
                    }
                }
                DeValue::Table(entries) => {
                    for (key, value) in entries.iter() {
                        let here = Path { parent: Some(path), name: key.get_ref() };
                        self.value_table(named, key, value, &here);
                        self.tell_refused(
                            "expectations that are named by their key",
                            self.source.header(key, value),
                            &here,
                        );
                    }
                }
                _ => self.tables(table, key, value, path),
            },
            Shape::Map(item) => match value.get_ref() {
                DeValue::Table(entries) => {
                    self.inline_table(value, path);
                    for (key, value) in entries.iter() {
                        let here = Path { parent: Some(path), name: key.get_ref() };
                        self.value(item, key, value, &here);
                    }
                }
                _ => self.wrong_type(shape, value, path),
            },
            Shape::List(item) => match value.get_ref() {
                DeValue::Array(items) => {
                    for value in items.iter() {
                        self.value(item, key, value, path);
                    }
                }
                _ => self.wrong_type(shape, value, path),
            },
            Shape::Forms(forms) => match forms.iter().find(|form| fits(&form.shape, value.get_ref())) {
                Some(form) => {
                    if let Some(what) = form.refused {
                        self.tell_refused(what, self.source.span(value.span()), path);
                    }
                    self.value(&form.shape, key, value, path);
                }
                None => self.wrong_type(shape, value, path),
            },
            Shape::Text(rule) => match value.get_ref() {
                DeValue::String(text) => self.text(*rule, text, value, path),
                _ => self.wrong_type(shape, value, path),
            },
            Shape::Integer(low, high) => match value.get_ref() {
                DeValue::Integer(integer) => {
                    let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
                    if !number.is_some_and(|number| (*low..=*high).contains(&number)) {
                        self.out_of_range(value, bounds(*low, *high), path);
                    }
                }
                _ => self.wrong_type(shape, value, path),
            },
            Shape::Number(low, high) => match value.get_ref() {
                DeValue::Integer(_) | DeValue::Float(_) => {
                    let number = self.source.float(value).map(|number| number.value);
                    if !number.is_some_and(|number| *low <= number && number <= *high) {
                        self.out_of_range(value, number_bounds(*low, *high), path);
                    }
                }
                _ => self.wrong_type(shape, value, path),
            },
            Shape::Boolean | Shape::Datetime => {
                if !fits(shape, value.get_ref()) {
                    self.wrong_type(shape, value, path);
                }
            }
        }
    }

    fn value_table(&mut self, table: &'static Table, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(&Shape::Map(&Shape::Any), value, path);
            return;
        };
        self.inline_table(value, path);
        let header = self.source.header(key, value);
        self.table(&Body { table: entries, header, can_miss: true }, table, path);
    }

    fn item_table(&mut self, table: &'static Table, item: &Value<'_>, path: &Path<'_>, can_miss: bool) {
        let DeValue::Table(entries) = item.get_ref() else { return };
        self.inline_table(item, path);
        let span = self.source.span(item.span());
        // The braces of an inline table may go over many lines; its opening brace is enough to point at.
        let header = if self.source.opens_with(span, b'{') { Span::new(span.start, span.start + 1) } else { span };
        self.table(&Body { table: entries, header, can_miss }, table, path);
    }

    fn tables(&mut self, table: &'static Table, _key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(&Shape::List(&Shape::Map(&Shape::Any)), value, path);
            return;
        };
        for item in items.iter() {
            if item.get_ref().is_table() {
                self.item_table(table, item, path, true);
            } else {
                self.wrong_type(&Shape::Map(&Shape::Any), item, path);
            }
        }
    }

    /// `[steps]` where `[[steps]]` is meant.
    fn single_table(&mut self, table: &'static Table, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
        let header = self.source.header(key, value);
        let written = header.slice(self.source.text).unwrap_or_default();
        let is_header = written.starts_with('[') && !written.starts_with("[[");
        if !self.source.is_hole(header) {
            let right = format!("[[{}]]", path.text());
            let kind = ShapeProblemKind::WrongType {
                expected: "an array of tables".into(),
                found: "one table",
                help: Some(format!("write `{right}`")),
                mend: is_header.then(|| format!("[{written}]")),
            };
            self.problem(kind, header, path);
        }
        if let DeValue::Table(entries) = value.get_ref() {
            self.table(&Body { table: entries, header, can_miss: is_header }, table, path);
        }
    }

    fn text(&mut self, rule: TextRule, text: &str, value: &Value<'_>, path: &Path<'_>) {
        if matches!(rule, TextRule::Free) {
            return;
        }
        let span = self.source.span(value.span());
        if self.source.is_unknown(text, span) {
            return;
        }
        if text.trim().is_empty() {
            self.problem(ShapeProblemKind::BlankValue, span, path);
            return;
        }
        match rule {
            TextRule::Free | TextRule::NonBlank => {}
            TextRule::Choice(choice) => self.choice(choice, text, span, path),
            TextRule::Duration => {
                if let Err(error) = duration::parse(text) {
                    self.problem(ShapeProblemKind::InvalidDuration { value: text.to_owned(), error }, span, path);
                }
            }
            TextRule::Port => {
                // Variables of the shell and ranges are for the engine to judge.
                if split_port(text).is_none() && !text.contains(['$', '-']) {
                    let kind = ShapeProblemKind::WrongType {
                        expected: "a port such as `8080` or `8080:80`".into(),
                        found: "another text",
                        help: Some("ports go from 1 to 65535; the one on the host comes first".into()),
                        mend: None,
                    };
                    self.problem(kind, span, path);
                }
            }
        }
    }

    fn choice(&mut self, choice: &'static Choice, text: &str, span: Span, path: &Path<'_>) {
        let is = |word: &&str| word.eq_ignore_ascii_case(text);
        if choice.values.iter().any(&is) || choice.also.iter().any(is) {
            return;
        }
        let slip = choice.slips.iter().find(|(wrong, _)| wrong.eq_ignore_ascii_case(text)).map(|(_, right)| *right);
        let kind = ShapeProblemKind::UnknownValue {
            what: choice.what,
            value: text.to_owned(),
            allowed: choice.values,
            suggestion: slip.or_else(|| nearest(text, choice.values.iter().copied())),
            is_strict: choice.strict,
        };
        self.problem(kind, span, path);
    }

    fn out_of_range(&mut self, value: &Value<'_>, bounds: String, path: &Path<'_>) {
        let span = self.source.span(value.span());
        if !self.source.is_hole(span) {
            let written = span.slice(self.source.text).unwrap_or_default().to_owned();
            self.problem(ShapeProblemKind::OutOfRange { value: written, bounds }, span, path);
        }
    }

    fn wrong_type(&mut self, shape: &'static Shape, value: &Value<'_>, path: &Path<'_>) {
        let span = self.source.span(value.span());
        if self.source.is_hole(span) {
            return;
        }
        let mend = match (shape, value.get_ref()) {
            // `timeout = 30` can't be mended without knowing the unit, but a plain text can.
            (
                Shape::Text(TextRule::Free | TextRule::NonBlank),
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_),
            ) => span.slice(self.source.text).map(|written| format!("\"{written}\"")),
            (Shape::List(Shape::Text(_)), DeValue::String(_)) => {
                span.slice(self.source.text).map(|written| format!("[{written}]"))
            }
            (Shape::Integer(..) | Shape::Number(..) | Shape::Boolean, DeValue::String(text)) => {
                let is_value = match shape {
                    Shape::Boolean => matches!(text.as_ref(), "true" | "false"),
                    Shape::Integer(..) => text.parse::<i64>().is_ok() && !text.starts_with(['+', '0']),
                    _ => text.parse::<f64>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit()),
                };
                is_value.then(|| text.to_string())
            }
            _ => None,
        };
        let kind =
            ShapeProblemKind::WrongType { expected: in_words(shape), found: found(value.get_ref()), help: None, mend };
        // A table's place may be its whole header or body; point at where it starts.
        let span = if self.source.opens_with(span, b'{') { Span::new(span.start, span.start + 1) } else { span };
        self.problem(kind, span, path);
    }

    // What clnrm 1.0 refuses

    fn tell_refused(&mut self, what: &'static str, span: Span, path: &Path<'_>) {
        if self.refused.contains(&what) || self.source.is_hole(span) {
            return;
        }
        self.refused.push(what);
        self.problem(ShapeProblemKind::Refused { what }, span, path);
    }

    /// Tells of inline tables in a value with free content.
    fn inline_tables(&mut self, value: &Value<'_>, path: &Path<'_>) {
        match value.get_ref() {
            DeValue::Table(entries) => {
                self.inline_table(value, path);
                entries.values().for_each(|value| self.inline_tables(value, path));
            }
            DeValue::Array(items) => items.iter().for_each(|item| self.inline_tables(item, path)),
            _ => {}
        }
    }

    /// Tells of an inline table that only TOML 1.1 allows.
    fn inline_table(&mut self, value: &Value<'_>, path: &Path<'_>) {
        const OVER_LINES: &str = "inline tables that go over several lines";
        let span = self.source.span(value.span());
        if !self.source.opens_with(span, b'{') || self.refused.contains(&OVER_LINES) {
            return;
        }
        let written = span.slice(self.source.text).unwrap_or_default();
        if memchr::memchr(b'\n', written.as_bytes()).is_some() && breaks_between_braces(written) {
            self.tell_refused(OVER_LINES, Span::new(span.start, span.start + 1), path);
        }
    }

    fn problem(&mut self, kind: ShapeProblemKind, span: Span, path: &Path<'_>) {
        self.problems.push(ShapeProblem { kind, span, path: path.text() });
    }
}

/// Whether the table has the key or another spelling of it.
fn has(table: &DeTable<'_>, schema: &'static Table, name: &str) -> bool {
    table.contains_key(name) || schema.keys.iter().any(|key| key.alias_of == Some(name) && table.contains_key(key.name))
}

/// Whether the table has one of the marks.
fn is_marked(value: &Value<'_>, marks: &[&str]) -> bool {
    value.get_ref().as_table().is_some_and(|table| marks.iter().any(|mark| table.contains_key(*mark)))
}

/// Whether `name` is a key of one item, and not a name that happens to read like one.
fn is_own_key(schema: &'static Table, entries: &DeTable<'_>, name: &str) -> bool {
    schema.key(name).is_some() && entries.get(name).is_some_and(|value| !value.get_ref().is_table())
}

fn is_table(value: &Value<'_>) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items.first().is_some_and(|item| item.get_ref().is_table()),
        _ => false,
    }
}

/// Whether the type of the value is that of the shape, whatever it holds.
fn fits(shape: &Shape, value: &DeValue<'_>) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Text(_) => value.is_str(),
        Shape::Integer(..) => value.is_integer(),
        Shape::Number(..) => value.is_integer() || value.is_float(),
        Shape::Boolean => value.is_bool(),
        Shape::Datetime => value.is_datetime(),
        Shape::List(_) | Shape::Tables(_) => value.is_array(),
        Shape::Table(_) | Shape::Map(_) => value.is_table(),
        Shape::NamedTables(..) | Shape::Repeatable(_) => value.is_array() || value.is_table(),
        Shape::Forms(forms) => forms.iter().any(|form| fits(&form.shape, value)),
    }
}

/// The type of a value in people's words.
fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => "an array of tables",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// What a shape wants, as a noun phrase.
pub fn in_words(shape: &Shape) -> String {
    let words: &str = match shape {
        Shape::Any => "any value",
        Shape::Text(TextRule::Duration) => "a duration such as `30s`",
        Shape::Text(_) => "a text",
        Shape::Integer(..) => "an integer",
        Shape::Number(..) => "a number",
        Shape::Boolean => "`true` or `false`",
        Shape::Datetime => "a date and time",
        Shape::List(Shape::Text(_)) => "a list of texts",
        Shape::List(Shape::Map(_) | Shape::Table(_)) | Shape::Tables(_) => "an array of tables",
        Shape::List(_) => "a list",
        Shape::Table(_) | Shape::Map(_) | Shape::Repeatable(_) | Shape::NamedTables(..) => "a table",
        Shape::Forms(forms) => return any_of(forms),
    };
    words.to_owned()
}

/// Several forms as one noun phrase, each once.
fn any_of(forms: &[Form]) -> String {
    let mut words: Vec<String> = Vec::new();
    for form in forms {
        let word = in_words(&form.shape);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn bounds(low: i64, high: i64) -> String {
    match (low, high) {
        (i64::MIN, i64::MAX) => "of 64 bits".to_owned(),
        (0, i64::MAX) => "0 or more".to_owned(),
        (low, i64::MAX) => format!("{low} or more"),
        (low, high) => format!("from {low} to {high}"),
    }
}

fn number_bounds(low: f64, high: f64) -> String {
    if high == f64::MAX { format!("{low} or more") } else { format!("from {low} to {high}") }
}

/// Whether a line ends directly between the braces of an inline table, or its last pair is followed by a comma. Breaks inside
/// the brackets of an array and inside strings are allowed in every TOML.
fn breaks_between_braces(written: &str) -> bool {
    use toml_parser::lexer::TokenKind;

    let mut open = Vec::new();
    for token in toml_parser::Source::new(written).lex() {
        match token.kind() {
            TokenKind::LeftCurlyBracket => open.push(true),
            TokenKind::LeftSquareBracket => open.push(false),
            TokenKind::RightCurlyBracket | TokenKind::RightSquareBracket => {
                open.pop();
            }
            TokenKind::Newline if open.last() == Some(&true) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::config::parse;
    use crate::text::Span;

    /// Each problem on a line of its own: path, what, where.
    fn problems(text: &str) -> String {
        let parsed = parse(text, &[], true);
        parsed
            .shape
            .iter()
            .map(|problem| {
                format!("{}: {:?} at {:?}\n", problem.path, problem.kind, problem.span.slice(text).unwrap_or("outside"))
            })
            .collect()
    }

    #[test]
    fn unknown_keys_have_a_suggestion_where_one_is_near() {
        assert_snapshot!(problems("[meta]\nname='a'\nversion='1'\nauthr='x'\n[expect.cunts]\n[services.db]\nimgae='x'\nzzz=1\n[[steps]]\nname='a'\ncmd=['x']\nrun='x'\nexpected_exit=0\n[expct]\n"), @r#"
    meta: UnknownKey { key: "authr", is_table: false, suggestion: Some("author") } at "authr"
    expect: UnknownKey { key: "cunts", is_table: true, suggestion: Some("counts") } at "cunts"
    services.db: UnknownKey { key: "imgae", is_table: false, suggestion: Some("image") } at "imgae"
    services.db: UnknownKey { key: "zzz", is_table: false, suggestion: None } at "zzz"
    steps: UnknownKey { key: "cmd", is_table: false, suggestion: Some("command") } at "cmd"
    steps: UnknownKey { key: "expected_exit", is_table: false, suggestion: Some("expected_exit_code") } at "expected_exit"
    : UnknownKey { key: "expct", is_table: true, suggestion: Some("expect") } at "expct"
    "#);
    }

    #[test]
    fn all_spellings_of_a_path_are_alike() {
        let dotted = problems("expect.counts.spans_total.gt = 1\n");
        assert_snapshot!(dotted, @r#"
    expect.counts.spans_total: UnknownKey { key: "gt", is_table: false, suggestion: Some("gte") } at "gt"
    "#);
        assert_eq!(problems("expect = { counts = { spans_total = { gt = 1 } } }\n"), dotted);
        assert_eq!(problems("[expect.counts.spans_total]\ngt = 1\n"), dotted);
        assert_eq!(problems("[[expect.counts]]\nspans_total.gt = 1\n").lines().last(), dotted.lines().last());
    }

    #[test]
    fn types_are_told_in_plain_words() {
        assert_snapshot!(problems("[meta]\nname=1\nversion=1.0\n[services.db]\nimage='x'\nports=[true, '99999:1']\nargs='x'\n[steps]\nname='a'\ncommand=1\nexpected_exit_code='0'\ncontinue_on_failure='true'\n"), @r#"
    meta.name: WrongType { expected: "a text", found: "an integer", help: None, mend: Some("\"1\"") } at "1"
    meta.version: WrongType { expected: "a text", found: "a number", help: None, mend: Some("\"1.0\"") } at "1.0"
    services.db.ports: WrongType { expected: "an integer, a text or a table", found: "a boolean", help: None, mend: None } at "true"
    services.db.ports: Refused { what: "ports as texts" } at "'99999:1'"
    services.db.ports: WrongType { expected: "a port such as `8080` or `8080:80`", found: "another text", help: Some("ports go from 1 to 65535; the one on the host comes first"), mend: None } at "'99999:1'"
    services.db.args: WrongType { expected: "a list of texts", found: "a text", help: None, mend: Some("['x']") } at "'x'"
    steps: WrongType { expected: "an array of tables", found: "one table", help: Some("write `[[steps]]`"), mend: Some("[[steps]]") } at "[steps]"
    steps.command: WrongType { expected: "a list of texts or a text", found: "an integer", help: None, mend: None } at "1"
    steps.expected_exit_code: WrongType { expected: "an integer", found: "a text", help: None, mend: None } at "'0'"
    steps.continue_on_failure: WrongType { expected: "`true` or `false`", found: "a text", help: None, mend: Some("true") } at "'true'"
    "#);
        assert_snapshot!(problems("steps = 1\nscenario = [1]\nmeta = []\n[expect]\nspan = 'x'\n[[expect.graph]]\nmust_include=[['a',1]]\n"), @r#"
    steps: WrongType { expected: "an array of tables", found: "an integer", help: None, mend: None } at "1"
    scenario: WrongType { expected: "a table", found: "an integer", help: None, mend: None } at "1"
    meta: WrongType { expected: "a table", found: "a list", help: None, mend: None } at "[]"
    expect.span: WrongType { expected: "an array of tables", found: "a text", help: None, mend: None } at "'x'"
    expect.graph: Refused { what: "expectations that are repeated as `[[…]]`" } at "[[expect.graph]]"
    expect.graph.must_include: WrongType { expected: "a text", found: "an integer", help: None, mend: Some("\"1\"") } at "1"
    "#);
    }

    #[test]
    fn missing_keys_stand_at_the_header() {
        assert_snapshot!(problems("[meta]\n[otel]\n[[steps]]\n[[scenario]]\nsteps=[{ name='a' }]\nartifacts={}\n[[expect.span]]\nkind='internal'\n[test]\n"), @r#"
    meta: MissingKey { key: "name", is_optional: false } at "[meta]"
    meta: MissingKey { key: "version", is_optional: true } at "[meta]"
    otel: MissingKey { key: "exporter", is_optional: false } at "[otel]"
    steps: MissingKey { key: "command", is_optional: false } at "[[steps]]"
    steps: MissingKey { key: "name", is_optional: false } at "[[steps]]"
    scenario: MissingKey { key: "name", is_optional: false } at "[[scenario]]"
    scenario.steps: MissingKey { key: "command", is_optional: false } at "{"
    scenario.artifacts: MissingKey { key: "collect", is_optional: false } at "artifacts"
    expect.span: MissingKey { key: "name", is_optional: false } at "[[expect.span]]"
    test: MissingKey { key: "name", is_optional: false } at "[test]"
    "#);
    }

    #[test]
    fn values_have_bounds_and_words_to_choose_from() {
        assert_snapshot!(problems("[otel]\nexporter='stdot'\nprotocol='json'\nsample_ratio=2\n[[steps]]\nname=' '\nrun='x'\ntimeout='soon'\nexpected_exit_code=256\n[[expect.span]]\nname='a'\nkind='SERVER'\nstatus='failed'\nduration_ms.min=-1\n[determinism]\nseed=99999999999999999999\n[services.db]\nimage='x'\nports=[0,80]\n"), @r#"
    otel.exporter: UnknownValue { what: "exporter", value: "stdot", allowed: ["stdout", "otlp", "otlp-http", "otlp-grpc", "jaeger", "zipkin", "datadog", "newrelic", "none"], suggestion: Some("stdout"), is_strict: true } at "'stdot'"
    otel.protocol: UnknownValue { what: "protocol", value: "json", allowed: ["http/protobuf", "grpc", "http/json"], suggestion: Some("http/json"), is_strict: false } at "'json'"
    otel.sample_ratio: OutOfRange { value: "2", bounds: "from 0 to 1" } at "2"
    steps.name: BlankValue at "' '"
    steps.timeout: InvalidDuration { value: "soon", error: NoNumber } at "'soon'"
    steps.expected_exit_code: OutOfRange { value: "256", bounds: "from 0 to 255" } at "256"
    expect.span.status: UnknownValue { what: "span status", value: "failed", allowed: ["OK", "ERROR", "UNSET"], suggestion: Some("ERROR"), is_strict: true } at "'failed'"
    expect.span.duration_ms.min: OutOfRange { value: "-1", bounds: "0 or more" } at "-1"
    determinism.seed: OutOfRange { value: "99999999999999999999", bounds: "0 or more" } at "99999999999999999999"
    services.db.ports: OutOfRange { value: "0", bounds: "from 1 to 65535" } at "0"
    "#);
    }

    #[test]
    fn other_spellings_and_forms() {
        assert_snapshot!(problems("[test]\nname='a'\n[services.db]\nimage='x'\nenvironment=['A=b']\nports=['1:2','3:4']\n[expect.count]\nspans_total={min=1,\nmax=2}\n[expect.span.web]\nkind='server'\n[expect.window]\n\"a\"={contains=['b']}\n[expect.chaos]\nx=1\n"), @r#"
    services.db.environment: Alias { key: "environment", canonical: "env", has_canonical: false } at "environment"
    services.db.environment: Refused { what: "environment variables as a list of `NAME=value`" } at "['A=b']"
    services.db.ports: Refused { what: "ports as texts" } at "'1:2'"
    expect.count: Alias { key: "count", canonical: "counts", has_canonical: false } at "count"
    expect.count.spans_total: Refused { what: "inline tables that go over several lines" } at "{"
    expect.count.spans_total.min: Alias { key: "min", canonical: "gte", has_canonical: false } at "min"
    expect.count.spans_total.max: Alias { key: "max", canonical: "lte", has_canonical: false } at "max"
    expect.span.web: Refused { what: "expectations that are named by their key" } at "[expect.span.web]"
    expect.chaos: InertTable at "[expect.chaos]"
    "#);
    }

    #[test]
    fn tables_that_belong_elsewhere_and_free_tables() {
        assert_snapshot!(problems("[attrs.all]\na='b'\n[by_name]\nx={gte=1}\n[vars]\nanything={a=[1]}\n[assertions]\nx=1\n[template.vars]\ny=2\n[generated]\nz=1\n[otel_expectations]\n"), @r#"
    : MisplacedTable { name: "attrs", belongs: "expect.span.attrs" } at "attrs"
    : MisplacedTable { name: "by_name", belongs: "expect.counts.by_name" } at "by_name"
    "#);
    }

    #[test]
    fn the_pattern_dialect_is_known() {
        assert_snapshot!(problems("[expect.order.a]\nbefore_pattern='x'\nafter_pattern='y'\n[expect.counts.step_spans]\nname_pattern='x'\nmin=1\n[expect.counts.spans_totl]\nmin=1\n"), @r#"
    expect.counts: UnknownKey { key: "spans_totl", is_table: true, suggestion: Some("spans_total") } at "spans_totl"
    "#);
    }

    #[test]
    fn what_is_unknown_is_not_judged() {
        assert_eq!(problems("[meta]\nname='{{ x }}'\nversion='1'\n[otel]\nexporter='{{ e }}'\n"), "");
        assert_eq!(problems("[meta]\nname=\n").lines().count(), 0, "a damaged table may have its keys all the same");
        let text = "[meta]\n____\n[otel]\nexporter=\"____\"\n";
        assert_eq!(parse(text, &[Span::new(7, 11), Span::new(28, 34)], false).shape, []);
    }
}
