//! Values of attributes that pass a test, and values that just miss it.

use super::name::names;
use crate::expectation::tree::{Literal, NameSelector, ValueTest};
use crate::trace::Value;

/// A value that passes all tests; `None` stands for no attribute at all. The outer `None`: no such value is known.
pub fn satisfying(tests: &[ValueTest]) -> Option<Option<Value>> {
    if tests.contains(&ValueTest::Present(false)) {
        return Some(None);
    }
    let mut least: Option<f64> = None;
    let mut most: Option<f64> = None;
    for test in tests {
        match test {
            ValueTest::Equals(value) => return Some(Some(value_of(value))),
            ValueTest::OneOf(values) => {
                let refused = |value: &&Literal| tests.contains(&ValueTest::Not((*value).clone()));
                return values.iter().find(|value| !refused(value)).map(|value| Some(value_of(value)));
            }
            ValueTest::Regex(pattern) => {
                let texts = names(&NameSelector::Regex(pattern.clone()));
                return texts.into_iter().next().map(|text| Some(Value::from(text.as_str())));
            }
            ValueTest::AtLeast(bound) => least = Some(least.map_or(*bound, |known| known.max(*bound))),
            ValueTest::AtMost(bound) => most = Some(most.map_or(*bound, |known| known.min(*bound))),
            ValueTest::Not(_) | ValueTest::Present(_) => {}
        }
    }
    if let Some(bound) = least.or(most) {
        return Some(Some(number_near(bound, 0.0)));
    }
    let refused = |text: &str| tests.contains(&ValueTest::Not(Literal::Text(text.to_owned())));
    ["value", "another"].into_iter().find(|text| !refused(text)).map(|text| Some(Value::from(text)))
}

/// Values that miss the test, each in another way; `None` is the absent attribute.
pub fn violating(test: &ValueTest) -> Vec<Option<Value>> {
    match test {
        ValueTest::Equals(value) => vec![None, Some(another(value))],
        ValueTest::Not(value) => vec![None, Some(value_of(value))],
        ValueTest::OneOf(values) => {
            let text = another_text(&values.iter().map(text_of).collect::<Vec<_>>().join(""));
            vec![None, Some(Value::from(text.as_str()))]
        }
        ValueTest::Regex(_) => vec![None, Some(Value::from("")), Some(Value::from("\u{1}"))],
        ValueTest::AtLeast(bound) => vec![None, Some(number_near(*bound, -1.0))],
        ValueTest::AtMost(bound) => vec![None, Some(number_near(*bound, 1.0))],
        ValueTest::Present(true) => vec![None],
        ValueTest::Present(false) => vec![Some(Value::from("value"))],
    }
}

/// The number `bound` and `step`, as an integer where it is one.
pub fn number_near(bound: f64, step: f64) -> Value {
    let number = bound + step;
    // Whole numbers below 2^53 are exact in both.
    match number.fract() == 0.0 && number.abs() < 9e15 {
        true => Value::Int(number as i64),
        false => Value::Double(number),
    }
}

/// The value that equals a literal.
pub(super) fn value_of(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::from(text.as_str()),
        Literal::Integer(number) => Value::Int(*number),
        Literal::Float(number) => Value::Double(*number),
        Literal::Boolean(truth) => Value::Bool(*truth),
        Literal::Array(items) => Value::Array(items.iter().map(value_of).collect()),
    }
}

/// A value of the same type that does not equal the literal.
fn another(literal: &Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::from(another_text(text).as_str()),
        Literal::Integer(number) => Value::Int(number.wrapping_add(1)),
        Literal::Float(number) => Value::Double(number + 1.0),
        Literal::Boolean(truth) => Value::Bool(!truth),
        Literal::Array(items) => Value::Array(items.iter().map(value_of).chain([Value::from("another")]).collect()),
    }
}

/// A text that is not `text`.
pub fn another_text(text: &str) -> String {
    format!("not-{text}")
}

fn text_of(literal: &Literal) -> String {
    value_of(literal).to_string()
}
