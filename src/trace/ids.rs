//! Ids of traces and spans: the bytes of OpenTelemetry, or the free text of tools that never knew those.

use std::fmt;

use super::Name;

/// Why a text or some bytes are no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing there.
    #[error("the id is empty")]
    Empty,
    /// All bytes are zero, which OpenTelemetry keeps for "no id".
    #[error("the id consists of zeros only")]
    Zero,
    /// Not the number of bytes that OpenTelemetry prescribes.
    #[error("an id of {expected} bytes is expected, this one has {found}")]
    Length {
        /// How many bytes there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// Neither hexadecimal digits nor base64 of the right length.
    #[error("`{0}` is not an id in hexadecimal digits")]
    NotHex(String),
}

/// Which bytes or which text an id is. `N` is the number of bytes that OpenTelemetry prescribes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Id<const N: usize> {
    Bytes([u8; N]),
    Text(Name),
}

impl<const N: usize> Id<N> {
    fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
        if bytes.is_empty() {
            return Err(IdError::Empty);
        }
        let bytes: [u8; N] = bytes.try_into().map_err(|_| IdError::Length { found: bytes.len(), expected: N })?;
        if bytes == [0; N] { Err(IdError::Zero) } else { Ok(Self::Bytes(bytes)) }
    }

    fn from_hex(text: &str) -> Result<Self, IdError> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        if digits.is_empty() {
            return Err(IdError::Empty);
        }
        let not_hex = || IdError::NotHex(shortened(text));
        if !digits.len().is_multiple_of(2) {
            return Err(not_hex());
        }
        let mut bytes = Vec::with_capacity(digits.len() / 2);
        for pair in digits.as_bytes().chunks_exact(2) {
            let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
            let (Some(high), Some(low)) = (high, low) else { return Err(not_hex()) };
            bytes.push((high << 4 | low) as u8);
        }
        Self::from_bytes(&bytes)
    }

    fn from_text(text: &str) -> Result<Self, IdError> {
        match Self::from_hex(text) {
            Ok(id) => Ok(id),
            Err(error @ (IdError::Empty | IdError::Zero)) => Err(error),
            Err(IdError::Length { .. } | IdError::NotHex(_)) => Ok(Self::Text(Name::from(text))),
        }
    }
}

/// A text of any length, fit for a message.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl<const N: usize> fmt::Display for Id<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(formatter, "{byte:02x}")),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Id<$bytes>);

        impl $name {
            /// How many bytes OpenTelemetry prescribes.
            pub const BYTES: usize = $bytes;

            /// The id with these bytes.
            ///
            /// # Errors
            /// Wrong number of bytes, or zeros only.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
                Id::from_bytes(bytes).map(Self)
            }

            /// The id with these hexadecimal digits, of either case, with or without `0x`.
            ///
            /// # Errors
            /// Other characters, another number of digits, or zeros only.
            pub fn from_hex(text: &str) -> Result<Self, IdError> {
                Id::from_hex(text).map(Self)
            }

            /// The id with this text: its bytes when it is what [`Self::from_hex`] accepts, else the text as it stands, for
            /// tools that number spans as they like.
            ///
            /// # Errors
            /// Empty, or zeros only.
            pub fn from_text(text: &str) -> Result<Self, IdError> {
                Id::from_text(text).map(Self)
            }

            /// The bytes, if this is an id as OpenTelemetry prescribes it.
            pub fn bytes(&self) -> Option<&[u8; $bytes]> {
                match &self.0 {
                    Id::Bytes(bytes) => Some(bytes),
                    Id::Text(_) => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl From<[u8; $bytes]> for $name {
            /// For bytes that are known to be an id; zeros are not refused.
            fn from(bytes: [u8; $bytes]) -> Self {
                Self(Id::Bytes(bytes))
            }
        }
    };
}

id!(
    /// The id of a trace: 16 bytes, shown as 32 lower-case hexadecimal digits, or free text.
    TraceId,
    16
);
id!(
    /// The id of a span, unique within its trace: 8 bytes, shown as 16 lower-case hexadecimal digits, or free text.
    SpanId,
    8
);

#[cfg(test)]
mod tests {
    use super::{IdError, SpanId, TraceId};

    #[test]
    fn digits_of_either_case_and_with_a_prefix_are_one_id() {
        let id = SpanId::from_hex("00F067AA0BA902B7").unwrap();
        assert_eq!(id, SpanId::from_hex("0x00f067aa0ba902b7").unwrap());
        assert_eq!(id, SpanId::from_text("00f067aa0ba902b7").unwrap());
        assert_eq!(id.to_string(), "00f067aa0ba902b7");
        assert_eq!(id.bytes(), Some(&[0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]));
    }

    #[test]
    fn what_opentelemetry_forbids_is_no_id() {
        assert_eq!(TraceId::from_hex("abcd"), Err(IdError::Length { found: 2, expected: 16 }));
        assert_eq!(SpanId::from_hex("0000000000000000"), Err(IdError::Zero));
        assert_eq!(SpanId::from_hex(""), Err(IdError::Empty));
        assert_eq!(SpanId::from_hex("span-1"), Err(IdError::NotHex("span-1".to_owned())));
        assert_eq!(SpanId::from_hex("+1+1+1+1+1+1+1+1"), Err(IdError::NotHex("+1+1+1+1+1+1+1+1".to_owned())));
        assert_eq!(TraceId::from_bytes(&[1, 2]), Err(IdError::Length { found: 2, expected: 16 }));
    }

    #[test]
    fn free_text_is_an_id_where_it_is_allowed() {
        let id = SpanId::from_text("span-1").unwrap();
        assert_eq!((id.to_string().as_str(), id.bytes()), ("span-1", None));
        assert_eq!(TraceId::from_text("abc").unwrap().to_string(), "abc");
        assert_eq!(SpanId::from_text("0000000000000000"), Err(IdError::Zero));
    }
}
