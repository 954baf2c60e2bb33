//! Values of TOML as templates see them.

use tera::Value;
use toml::de::{DeTable, DeValue};

use crate::text::Span;

/// The path, the value and the place of an entry.
pub(super) type Leaf = (Vec<String>, Value, Span);

/// The values of a table that are no tables themselves (and empty tables), by their paths.
pub(super) fn flatten(table: &DeTable<'_>, offset: usize, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
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
