//! The format as a JSON schema (draft 7), for TOML tools that know nothing of this one. Made from [`super::schema`], so it can't
//! say anything else.
//!
//! It describes plain files: a text that holds a template expression is accepted wherever a text is. Words are compared as this
//! tool compares them, without regard to case. What several keys must hold together is beyond it.

use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use super::duration;
use super::schema::{Choice, Form, Key, PROJECT, Presence, ROOT, Rest, Shape, Table, TextRule};

/// Texts that are rendered before anybody reads them.
const TEMPLATE: &str = r"\{\{|\{%";

/// The schema of a test.
pub fn of_tests() -> Value {
    document(&ROOT, "Cleanroom test", "A test of a program in containers, judged by the spans that it emits.")
}

/// The schema of `cleanroom.toml`.
pub fn of_projects() -> Value {
    document(&PROJECT, "Cleanroom project", "What all tests of a project share.")
}

fn document(root: &'static Table, title: &str, description: &str) -> Value {
    let mut schema = Schema { definitions: Map::new(), known: Vec::new() };
    let mut top = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "description": description,
    });
    let body = schema.table_body(root, "");
    extend(&mut top, body);
    extend(&mut top, json!({ "definitions": schema.definitions }));
    top
}

/// Tables stand in `definitions` once, however often the format uses them.
struct Schema {
    definitions: Map<String, Value>,
    /// The tables that have a definition, with its name.
    known: Vec<(*const Table, String)>,
}

impl Schema {
    fn table(&mut self, table: &'static Table, path: &str) -> Value {
        let address = std::ptr::from_ref(table);
        let name = match self.known.iter().find(|(known, _)| *known == address) {
            Some((_, name)) => name.clone(),
            None => {
                let name = path.trim_start_matches('.').to_owned();
                // Two tables may be found at one path: the forms of one key.
                let taken = self.known.iter().filter(|(_, known)| known.split('#').next() == Some(&name)).count();
                let name = if taken == 0 { name } else { format!("{name}#{}", taken + 1) };
                self.known.push((address, name.clone()));
                let mut definition = json!({ "title": name.split('#').next() });
                extend(&mut definition, self.table_body(table, path));
                self.definitions.insert(name.clone(), definition);
                name
            }
        };
        json!({ "$ref": format!("#/definitions/{}", name.replace('#', "%23")) })
    }

    fn table_body(&mut self, table: &'static Table, path: &str) -> Value {
        let mut properties = Map::new();
        for key in table.keys {
            properties.insert(key.name.to_owned(), self.key(key, &format!("{path}.{}", key.name)));
        }
        let mut body = json!({ "type": "object", "properties": properties });
        let named = format!("{path}.NAME");
        let others = match &table.rest {
            Rest::Unknown => json!(false),
            Rest::Named(shape) => self.shape(shape, &named),
            Rest::Marked(marked, marks) => {
                let has_mark: Vec<Value> = marks.iter().map(|mark| json!({ "required": [mark] })).collect();
                json!({ "allOf": [self.table(marked, &named), { "anyOf": has_mark }] })
            }
        };
        // A key with an expression in it is not known before it is rendered.
        extend(&mut body, json!({ "patternProperties": { TEMPLATE: {} }, "additionalProperties": others }));
        let required: Vec<Value> = table.keys.iter().filter_map(|key| presence(table, key)).collect();
        if !required.is_empty() {
            extend(&mut body, json!({ "allOf": required }));
        }
        body
    }

    fn key(&mut self, key: &'static Key, path: &str) -> Value {
        let mut schema = json!({ "description": key.documentation });
        if let Some(default) = key.default.and_then(literal) {
            extend(&mut schema, json!({ "default": default }));
        }
        if let Some(canonical) = key.alias_of {
            let message = format!("the canonical name is `{canonical}`");
            extend(&mut schema, json!({ "deprecated": true, "deprecationMessage": message }));
        }
        // What nothing reads may hold anything.
        if key.readers.is_empty() {
            return schema;
        }
        let shape = self.shape(&key.shape, path);
        // Beside `$ref` draft 7 reads nothing.
        let shape = if shape.get("$ref").is_some() { json!({ "allOf": [shape] }) } else { shape };
        extend(&mut schema, shape);
        schema
    }

    fn shape(&mut self, shape: &'static Shape, path: &str) -> Value {
        match shape {
            Shape::Any => json!({}),
            Shape::Text(rule) => text(*rule),
            Shape::Integer(low, high) => {
                let mut schema = json!({ "type": "integer" });
                if *low != i64::MIN {
                    extend(&mut schema, json!({ "minimum": low }));
                }
                if *high != i64::MAX {
                    extend(&mut schema, json!({ "maximum": high }));
                }
                schema
            }
            Shape::Number(low, high) => {
                let mut schema = json!({ "type": "number" });
                if *low > f64::MIN {
                    extend(&mut schema, json!({ "minimum": low }));
                }
                if *high < f64::MAX {
                    extend(&mut schema, json!({ "maximum": high }));
                }
                schema
            }
            Shape::Boolean => json!({ "type": "boolean" }),
            // Tools hand dates on as texts.
            Shape::Datetime => json!({ "type": "string", "format": "date-time" }),
            Shape::List(item) => json!({ "type": "array", "items": self.shape(item, path) }),
            Shape::Table(table) => self.table(table, path),
            Shape::Map(item) => {
                let named = self.shape(item, &format!("{path}.NAME"));
                json!({ "type": "object", "additionalProperties": named })
            }
            Shape::Tables(table) => json!({ "type": "array", "items": self.table(table, path) }),
            Shape::NamedTables(table, named, single) => {
                let list = json!({ "type": "array", "items": self.table(table, path) });
                let named = self.table(named, &format!("{path}.NAME"));
                let map = json!({ "type": "object", "additionalProperties": named });
                let single = single.then(|| self.table(table, path));
                let forms: Vec<Value> = [list, map].into_iter().chain(single).collect();
                json!({ "anyOf": forms })
            }
            Shape::Repeatable(table) => {
                let one = self.table(table, path);
                json!({ "anyOf": [one, { "type": "array", "items": one }] })
            }
            Shape::Forms(forms) => {
                let forms: Vec<Value> = forms.iter().map(|form| self.form(form, path)).collect();
                json!({ "anyOf": forms })
            }
        }
    }

    fn form(&mut self, form: &'static Form, path: &str) -> Value {
        let shape = self.shape(&form.shape, path);
        let Some(refused) = form.refused else { return shape };
        let mut schema = json!({ "description": format!("clnrm 1.0 refuses {refused}.") });
        let shape = if shape.get("$ref").is_some() { json!({ "allOf": [shape] }) } else { shape };
        extend(&mut schema, shape);
        schema
    }
}

/// What must be there because of the key, if anything. Other spellings of it count.
fn presence(table: &'static Table, key: &'static Key) -> Option<Value> {
    let others: &[&str] = match key.presence {
        Presence::Required => &[],
        Presence::RequiredUnless(others) => others,
        // The test works without: an error would be too much.
        Presence::Expected | Presence::Optional => return None,
    };
    let aliases = table.keys.iter().filter(|other| other.alias_of == Some(key.name)).map(|other| other.name);
    let names: Vec<&str> = [key.name].into_iter().chain(aliases).chain(others.iter().copied()).collect();
    match names.as_slice() {
        [only] => Some(json!({ "required": [only] })),
        _ => {
            let any: Vec<Value> = names.iter().map(|name| json!({ "required": [name] })).collect();
            Some(json!({ "anyOf": any }))
        }
    }
}

fn text(rule: TextRule) -> Value {
    match rule {
        TextRule::Free => json!({ "type": "string" }),
        TextRule::NonBlank => json!({ "type": "string", "pattern": r"\S" }),
        TextRule::Choice(choice) => choice_of(choice),
        TextRule::Duration => {
            let units: Vec<String> = duration::unit_names().map(in_any_case).collect();
            let duration = format!(r"^\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*({})\s*$", units.join("|"));
            json!({ "type": "string", "pattern": format!("{duration}|{TEMPLATE}"), "examples": ["30s", "250ms", "5m"] })
        }
        TextRule::Port => {
            let port = r"^(([^/]*:)?[0-9]+:)?[0-9]+(/(tcp|udp|sctp))?$";
            // Ranges and variables of the shell are for the engine to judge.
            json!({ "type": "string", "pattern": format!(r"{port}|[$-]|{TEMPLATE}"), "examples": ["8080", "8080:80"] })
        }
    }
}

/// The words to offer, and beside them every spelling that counts; any other text where that makes no test fail.
fn choice_of(choice: &'static Choice) -> Value {
    if !choice.strict {
        return json!({ "anyOf": [{ "enum": choice.values }, { "type": "string" }] });
    }
    let words: Vec<String> = choice.values.iter().chain(choice.also).map(|word| in_any_case(word)).collect();
    let pattern = format!("^({})$|{TEMPLATE}", words.join("|"));
    json!({ "type": "string", "anyOf": [{ "enum": choice.values }, { "pattern": pattern }] })
}

/// A pattern for a word in upper, lower and mixed case; flags are not known to all.
fn in_any_case(word: &str) -> String {
    let mut pattern = String::with_capacity(4 * word.len());
    for letter in word.chars() {
        match letter {
            letter if letter.is_ascii_alphabetic() => {
                pattern.extend(['[', letter.to_ascii_lowercase(), letter.to_ascii_uppercase(), ']']);
            }
            letter if r"\^$.|?*+()[]{}".contains(letter) => pattern.extend(['\\', letter]),
            letter => pattern.push(letter),
        }
    }
    pattern
}

/// A value as TOML writes it.
fn literal(toml: &str) -> Option<Value> {
    let line = format!("value = {toml}");
    let table = DeTable::parse(&line).ok()?;
    Some(match table.get_ref().get("value")?.get_ref() {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().ok()?),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

/// Adds the keys of `more`; what is there already stays.
fn extend(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        for (key, value) in more {
            schema.entry(key).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_in_any_case() {
        assert_eq!(in_any_case("otlp-http"), "[oO][tT][lL][pP]-[hH][tT][tT][pP]");
    }

    #[test]
    fn every_default_is_a_value() {
        fn defaults(schema: &Value, found: &mut usize) {
            match schema {
                Value::Object(map) => {
                    *found += usize::from(map.contains_key("default"));
                    map.values().for_each(|value| defaults(value, found));
                }
                Value::Array(items) => items.iter().for_each(|item| defaults(item, found)),
                _ => {}
            }
        }
        let mut found = 0;
        defaults(&of_tests(), &mut found);
        assert!(found > 5, "only {found}");
        assert_eq!(of_projects()["definitions"]["format"]["properties"]["width"]["default"], 80);
    }
}
