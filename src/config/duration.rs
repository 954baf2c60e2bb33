//! Duration texts such as `30s`, `1.5 minutes` or `250ms`.

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It does not start with a number.
    #[error("it does not start with a number")]
    NoNumber,
    /// A number alone.
    #[error("its unit is missing")]
    NoUnit,
    /// Something behind the number that is no unit.
    #[error("`{unit}` is no unit of time")]
    UnknownUnit {
        /// As written.
        unit: String,
    },
}

/// The units by name, each with its length in milliseconds.
const UNITS: [(&str, f64); 21] = [
    ("ms", 1.0),
    ("millisecond", 1.0),
    ("milliseconds", 1.0),
    ("s", 1e3),
    ("sec", 1e3),
    ("secs", 1e3),
    ("second", 1e3),
    ("seconds", 1e3),
    ("m", 6e4),
    ("min", 6e4),
    ("mins", 6e4),
    ("minute", 6e4),
    ("minutes", 6e4),
    ("h", 3.6e6),
    ("hr", 3.6e6),
    ("hrs", 3.6e6),
    ("hour", 3.6e6),
    ("hours", 3.6e6),
    ("d", 8.64e7),
    ("day", 8.64e7),
    ("days", 8.64e7),
];

/// The names of the units, in the order of their length.
pub(super) fn unit_names() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(name, _)| *name)
}

/// Reads a duration: a number (fractions allowed), then one unit of `ms`, `s`, `m`, `h` or `d` in any of its spellings.
/// Yields milliseconds, never negative and always finite.
pub fn parse(text: &str) -> Result<f64, DurationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| DurationError::NoNumber)?;
    let unit = text[end..].trim_start();
    if unit.is_empty() {
        return Err(DurationError::NoUnit);
    }
    let length = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))
        .map(|(_, length)| *length)
        .ok_or_else(|| DurationError::UnknownUnit { unit: unit.to_owned() })?;
    let milliseconds = number * length;
    if milliseconds.is_finite() { Ok(milliseconds) } else { Err(DurationError::NoNumber) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        for (text, milliseconds) in
            [("250ms", 250.0), ("30s", 3e4), ("1.5m", 9e4), ("2 hours", 7.2e6), ("1day", 8.64e7), ("10 Secs", 1e4)]
        {
            assert_eq!(parse(text), Ok(milliseconds), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(parse(" "), Err(DurationError::Empty));
        assert_eq!(parse("soon"), Err(DurationError::NoNumber));
        assert_eq!(parse("-5s"), Err(DurationError::NoNumber));
        assert_eq!(parse("1.2.3s"), Err(DurationError::NoNumber));
        assert_eq!(parse("30"), Err(DurationError::NoUnit));
        assert_eq!(parse("5 weeks"), Err(DurationError::UnknownUnit { unit: "weeks".into() }));
    }
}
