//! One JSON value in memory, borrowed from its text where it can be.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Too big for an `i64`.
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// Keys with values. Where a key occurs twice, the first counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object<'a>(pub Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// The value of `key`; null counts as absent.
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value).filter(|value| **value != Json::Null)
    }

    /// The value of the first of `keys` that is there, with that key.
    pub fn any<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, &Json<'a>)> {
        keys.iter().find_map(|key| self.get(key).map(|value| (*key, value)))
    }

    /// Whether one of `keys` is there, even as null.
    pub fn has(&self, keys: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| keys.contains(&name.as_ref()))
    }

    /// The object under `key`.
    pub fn object(&self, key: &str) -> Option<&Object<'a>> {
        match self.get(key) {
            Some(Json::Object(object)) => Some(object),
            _ => None,
        }
    }
}

impl Json<'_> {
    /// The word for its type, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::Int(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(Any)? {
            Json::Text(text) => Ok(Self(text)),
            _ => Ok(Self(Cow::Borrowed(""))),
        }
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Json::Unsigned(value), Json::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut object = Vec::new();
        while let Some((Key(key), value)) = entries.next_entry()? {
            object.push((key, value));
        }
        Ok(Json::Object(Object(object)))
    }
}

/// `text` with `NaN`, `Infinity` and `-Infinity` put into quotes where they stand without; `None` when there are none.
pub(super) fn with_quoted_non_finite(text: &[u8]) -> Option<Vec<u8>> {
    let mut quoted = Vec::with_capacity(text.len() + 8);
    let (mut at, mut string, mut found) = (0, false, false);
    while let Some(&byte) = text.get(at) {
        let word = [b"NaN".as_slice(), b"Infinity", b"-Infinity"]
            .into_iter()
            .find(|word| !string && text[at..].starts_with(word));
        if let Some(word) = word {
            quoted.push(b'"');
            quoted.extend_from_slice(word);
            quoted.push(b'"');
            at += word.len();
            found = true;
            continue;
        }
        match byte {
            b'"' => string = !string,
            b'\\' if string => {
                quoted.push(byte);
                at += 1;
            }
            _ => {}
        }
        quoted.extend(text.get(at));
        at += 1;
    }
    found.then_some(quoted)
}

#[cfg(test)]
mod tests {
    use super::with_quoted_non_finite;

    #[test]
    fn only_words_outside_of_strings_are_quoted() {
        assert_eq!(
            with_quoted_non_finite(br#"{"a":NaN,"NaN":[-Infinity,"\"Infinity"]}"#).as_deref(),
            Some(br#"{"a":"NaN","NaN":["-Infinity","\"Infinity"]}"#.as_slice())
        );
        assert_eq!(with_quoted_non_finite(br#"{"a":"NaN"}"#), None);
    }
}
