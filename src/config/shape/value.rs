//! A value against the shape that its key has.

use toml::de::{DeArray, DeValue};

use super::wording::{bounds, found, in_words, number_bounds};
use super::{Body, Path, ShapeProblemKind, Walk, is_own_key};
use crate::config::duration;
use crate::config::read::{Key as TomlKey, Value, split_port};
use crate::config::schema::{Choice, Form, Shape, Table, TextRule};
use crate::text::{Span, nearest};

impl Walk<'_, '_> {
    pub(super) fn value(&mut self, shape: &'static Shape, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
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
                // Nothing of it is known, nor a table: it is one item all the same.
                DeValue::Table(entries) if !entries.values().any(|value| value.get_ref().is_table()) && !*single => {
                    self.single_table(table, key, value, path);
                }
                DeValue::Table(entries) => {
                    for (key, value) in entries.iter() {
                        let here = Path { parent: Some(path), name: key.get_ref() };
                        if !value.get_ref().is_table() {
                            self.unknown_key(table, entries, key, value, path);
                            continue;
                        }
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
                DeValue::Array(items) if is_flat_pair(item, items) => self.flat_pair(items.len(), value, path),
                DeValue::Array(items) => {
                    for value in items.iter() {
                        self.item(item, key, value, path);
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

    /// An item of a list. What a table lacks is missed at the table, not at the key of the list.
    fn item(&mut self, shape: &'static Shape, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
        let of_table = |form: &'static Form| match &form.shape {
            Shape::Table(table) => Some((*table, form.refused)),
            _ => None,
        };
        let table = match shape {
            Shape::Table(table) => Some((*table, None)),
            Shape::Forms(forms) => forms.iter().find_map(of_table),
            _ => None,
        };
        match table {
            Some((table, refused)) if value.get_ref().is_table() => {
                if let Some(what) = refused {
                    self.tell_refused(what, self.source.span(value.span()), path);
                }
                self.item_table(table, value, path, true);
            }
            _ => self.value(shape, key, value, path),
        }
    }

    /// `["a", "b"]` where a list of pairs is wanted.
    fn flat_pair(&mut self, items: usize, value: &Value<'_>, path: &Path<'_>) {
        let span = self.source.span(value.span());
        if self.source.is_hole(span) {
            return;
        }
        let written = span.slice(self.source.text).filter(|_| items == 2);
        let kind = ShapeProblemKind::WrongType {
            expected: "a list of pairs".into(),
            found: "a list of texts",
            help: Some("put each pair in brackets of its own: `[[\"a\", \"b\"]]`".into()),
            mend: written.map(|written| format!("[{written}]")),
        };
        self.problem(kind, span, path);
    }

    pub(super) fn value_table(&mut self, table: &'static Table, key: &TomlKey<'_>, value: &Value<'_>, path: &Path<'_>) {
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
            // What the table lacks, in the place where it is told already that it is none.
            self.table(&Body { table: entries, header, can_miss: false }, table, path);
        }
    }

    pub(super) fn text(&mut self, rule: TextRule, text: &str, value: &Value<'_>, path: &Path<'_>) {
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
                    Shape::Integer(low, high) => is_toml_integer(text, *low, *high),
                    _ => is_toml_number(text),
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
}

/// Whether all items of a list of pairs are texts, so that the list was meant to be a pair.
fn is_flat_pair(item: &Shape, items: &DeArray<'_>) -> bool {
    let wants_pairs = matches!(item, Shape::Forms([Form { shape: Shape::List(Shape::Text(_)), .. }, ..]));
    wants_pairs && items.iter().next().is_some() && items.iter().all(|item| item.get_ref().is_str())
}

fn is_toml_integer(text: &str, low: i64, high: i64) -> bool {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    number.is_some_and(|number| (low..=high).contains(&number))
}

fn is_toml_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_toml_integer(whole, 0, i64::MAX) && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
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
