//! What is asked of an attribute's value. A text is compared with the canonical text of any value; every other value must
//! have the type that the file writes, so `200` is neither `200.0` nor `"200"`.

use regex::Regex;

use crate::expectation::tree::{AttributeTest, Literal, Reading, ValueTest};
use crate::trace::{Attributes, Value};

/// A test, ready to be made many times.
#[derive(Debug)]
pub(in crate::expectation) struct Test<'t> {
    test: &'t ValueTest,
    regex: Option<Regex>,
}

impl<'t> Test<'t> {
    pub fn new(test: &'t ValueTest) -> Self {
        let regex = match test {
            // Patterns that do not compile have become constraints that can't be evaluated.
            ValueTest::Regex(pattern) => Regex::new(pattern).ok(),
            _ => None,
        };
        Self { test, regex }
    }

    /// Whether the attribute `value` passes; `None` where the key is not there.
    pub fn passes(&self, value: Option<&Value>, reading: Reading) -> bool {
        let Some(value) = value else { return *self.test == ValueTest::Present(false) };
        match self.test {
            ValueTest::Equals(literal) => equals(literal, value, reading),
            ValueTest::Not(literal) => !equals(literal, value, reading),
            ValueTest::OneOf(literals) => literals.iter().any(|literal| equals(literal, value, reading)),
            ValueTest::Regex(_) => self.regex.as_ref().is_some_and(|regex| regex.is_match(&value.to_string())),
            ValueTest::AtLeast(least) => number(value).is_some_and(|number| number >= *least),
            ValueTest::AtMost(most) => number(value).is_some_and(|number| number <= *most),
            ValueTest::Present(present) => *present,
        }
    }
}

/// An attribute of `attrs.any`, ready to be tested many times.
#[derive(Debug)]
pub(in crate::expectation) struct KeyedTest<'t> {
    key: &'t str,
    tests: Vec<Test<'t>>,
}

impl<'t> KeyedTest<'t> {
    pub fn new(test: &'t AttributeTest) -> Self {
        Self { key: &test.key, tests: test.tests.iter().map(Test::new).collect() }
    }

    /// Whether all tests of the key pass.
    pub fn passes(&self, attributes: &Attributes, reading: Reading) -> bool {
        let value = attributes.get(self.key);
        self.tests.iter().all(|test| test.passes(value, reading))
    }
}

fn equals(literal: &Literal, value: &Value, reading: Reading) -> bool {
    match (literal, value) {
        (Literal::Text(text), Value::String(value)) => text == value.as_str(),
        // clnrm 1.0 compared texts with texts only.
        (_, _) if reading == Reading::Clnrm1 => false,
        (Literal::Text(text), value) => *text == value.to_string(),
        (Literal::Integer(integer), Value::Int(value)) => integer == value,
        (Literal::Float(float), Value::Double(value)) => float == value,
        (Literal::Boolean(boolean), Value::Bool(value)) => boolean == value,
        (Literal::Array(literals), Value::Array(values)) => {
            literals.len() == values.len()
                && literals.iter().zip(values).all(|(literal, value)| equals(literal, value, reading))
        }
        _ => false,
    }
}

/// A number; a text that looks like one is none.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(*value as f64),
        Value::Double(value) => Some(*value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(test: ValueTest, value: impl Into<Value>) -> bool {
        Test::new(&test).passes(Some(&value.into()), Reading::Sound)
    }

    fn text(text: &str) -> ValueTest {
        ValueTest::Equals(Literal::Text(text.to_owned()))
    }

    #[test]
    fn a_text_is_compared_with_the_canonical_text_of_any_value() {
        assert!(passes(text("200"), 200) && passes(text("true"), true) && passes(text("1.5"), 1.5));
        assert!(passes(text("200"), "200") && !passes(text("200"), "200 "));
        let list = Value::Array(Box::new(["a".into(), 1.into()]));
        assert!(Test::new(&text(r#"["a",1]"#)).passes(Some(&list), Reading::Sound));
    }

    #[test]
    fn a_typed_value_asks_for_its_type() {
        let integer = || ValueTest::Equals(Literal::Integer(200));
        assert!(passes(integer(), 200) && !passes(integer(), 200.0) && !passes(integer(), "200"));
        let float = || ValueTest::Equals(Literal::Float(200.0));
        assert!(passes(float(), 200.0) && !passes(float(), 200));
        let boolean = || ValueTest::Equals(Literal::Boolean(true));
        assert!(passes(boolean(), true) && !passes(boolean(), "true") && !passes(boolean(), 1));
    }

    #[test]
    fn bounds_are_inclusive_and_for_numbers_only() {
        assert!(passes(ValueTest::AtLeast(2.0), 2) && passes(ValueTest::AtMost(2.0), 2.0));
        assert!(!passes(ValueTest::AtLeast(2.0), 1) && !passes(ValueTest::AtMost(2.0), 2.5));
        assert!(!passes(ValueTest::AtLeast(2.0), "3") && !passes(ValueTest::AtLeast(2.0), f64::NAN));
    }

    #[test]
    fn a_key_that_is_missing_passes_the_test_for_absence_only() {
        for test in
            [text(""), ValueTest::Not(Literal::Integer(1)), ValueTest::Present(true), ValueTest::OneOf(Vec::new())]
        {
            assert!(!Test::new(&test).passes(None, Reading::Sound), "{test:?}");
        }
        assert!(Test::new(&ValueTest::Present(false)).passes(None, Reading::Sound));
        assert!(!passes(ValueTest::Present(false), Value::Empty));
    }

    #[test]
    fn the_older_reading_knows_texts_only() {
        let older = |test: ValueTest, value: Value| Test::new(&test).passes(Some(&value), Reading::Clnrm1);
        assert!(older(text("200"), "200".into()) && !older(text("200"), 200.into()));
        assert!(!older(ValueTest::Equals(Literal::Integer(200)), 200.into()));
    }
}
