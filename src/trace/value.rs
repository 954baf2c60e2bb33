//! Values of attributes as OpenTelemetry types them.

use std::fmt;

use super::Name;

/// A typed value. Two doubles are equal when their bits are, so that a value equals itself.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value: the key was there without one.
    #[default]
    Empty,
    /// Text.
    String(Name),
    /// A truth value.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// A floating-point number, NaN and infinities included.
    Double(f64),
    /// Bytes without a known encoding.
    Bytes(Box<[u8]>),
    /// Values, which need not have one type.
    Array(Box<[Value]>),
    /// Keys with values.
    Map(Attributes),
}

impl Value {
    /// The word for its type, for messages: `string`, `bool`, `int`, `double`, `bytes`, `array`, `map` or `empty`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::String(_) => "string",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Double(_) => "double",
            Self::Bytes(_) => "bytes",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, Self::Empty) => true,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Int(left), Self::Int(right)) => left == right,
            (Self::Double(left), Self::Double(right)) => left.to_bits() == right.to_bits(),
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            (Self::Array(left), Self::Array(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            _ => false,
        }
    }
}

impl Eq for Value {}

/// The canonical text, to compare and to show: a string as it stands, numbers and truth values as in JSON (an integral
/// double without a fraction: `1`), bytes as hexadecimal digits, arrays and maps like JSON, the empty value as nothing.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::String(text) => formatter.write_str(text),
            _ => self.write_nested(formatter),
        }
    }
}

impl Value {
    /// As inside an array or a map, where strings need quotes.
    fn write_nested(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("null"),
            Self::String(text) => write!(formatter, "{:?}", text.as_str()),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Int(value) => write!(formatter, "{value}"),
            Self::Double(value) if value.is_nan() => formatter.write_str("NaN"),
            Self::Double(value) if value.is_infinite() => {
                formatter.write_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Self::Double(value) => write!(formatter, "{value}"),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(formatter, "{byte:02x}")),
            Self::Array(values) => {
                formatter.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    value.write_nested(formatter)?;
                }
                formatter.write_str("]")
            }
            Self::Map(entries) => {
                formatter.write_str("{")?;
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    write!(formatter, "{:?}:", key.as_str())?;
                    value.write_nested(formatter)?;
                }
                formatter.write_str("}")
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(Name::from(text))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

/// Keys with values, in the order in which they were recorded.
///
/// OpenTelemetry demands that keys are unique. Where a sender gave one twice, both are kept and [`Attributes::get`] answers the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Box<[(Name, Value)]>);

impl Attributes {
    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.iter().find(|(name, _)| name.as_str() == key).map(|(_, value)| value)
    }

    /// Keys and values, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> + DoubleEndedIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same, with `key` set to `value` in its place, or added at the end.
    #[must_use]
    pub fn with(self, key: impl Into<Name>, value: impl Into<Value>) -> Self {
        let (key, value) = (key.into(), value.into());
        let mut entries = self.0.into_vec();
        match entries.iter_mut().find(|(name, _)| *name == key) {
            Some(entry) => entry.1 = value,
            None => entries.push((key, value)),
        }
        Self(entries.into_boxed_slice())
    }

    /// The same without `key`.
    #[must_use]
    pub fn without(self, key: &str) -> Self {
        self.0.into_vec().into_iter().filter(|(name, _)| name.as_str() != key).collect()
    }
}

impl<K: Into<Name>, V: Into<Value>> FromIterator<(K, V)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl From<Vec<(Name, Value)>> for Attributes {
    fn from(entries: Vec<(Name, Value)>) -> Self {
        Self(entries.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Value};

    #[test]
    fn attributes_keep_their_order_and_the_first_of_two_answers() {
        let attributes: Attributes =
            [("b", Value::Int(1)), ("a", Value::Bool(true)), ("b", Value::Int(2))].into_iter().collect();
        assert_eq!(attributes.get("b"), Some(&Value::Int(1)));
        assert_eq!(attributes.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        let changed = attributes.with("a", "x").without("b");
        assert_eq!(changed, [("a", "x")].into_iter().collect());
    }

    #[test]
    fn the_text_of_a_value_is_what_people_write() {
        let text = |value: Value| value.to_string();
        assert_eq!(text(Value::Int(200)), "200");
        assert_eq!(text(Value::Double(1.5)), "1.5");
        assert_eq!(text(Value::Double(f64::NEG_INFINITY)), "-Infinity");
        assert_eq!(text("a \"b\"".into()), "a \"b\"");
        let map: Attributes = [("k", Value::Array(Box::new(["x".into(), Value::Empty])))].into_iter().collect();
        assert_eq!(text(Value::Map(map)), r#"{"k":["x",null]}"#);
    }

    #[test]
    fn not_a_number_equals_itself() {
        assert_eq!(Value::Double(f64::NAN), Value::Double(f64::NAN));
        assert_ne!(Value::Int(1), Value::Double(1.0));
    }
}
