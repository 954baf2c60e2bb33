//! Shapes, values and bounds in people's words.

use toml::de::DeValue;

use crate::config::schema::{Form, Shape, TextRule};

/// The type of a value in people's words.
pub(super) fn found(value: &DeValue<'_>) -> &'static str {
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

pub(super) fn bounds(low: i64, high: i64) -> String {
    match (low, high) {
        (i64::MIN, i64::MAX) => "of 64 bits".to_owned(),
        (0, i64::MAX) => "0 or more".to_owned(),
        (low, i64::MAX) => format!("{low} or more"),
        (low, high) => format!("from {low} to {high}"),
    }
}

pub(super) fn number_bounds(low: f64, high: f64) -> String {
    if high == f64::MAX { format!("{low} or more") } else { format!("from {low} to {high}") }
}
