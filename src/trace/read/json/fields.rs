//! Single fields of a span as JSON writes them: numbers as numbers or strings, times, enums by number or name.

use super::tree::{Json, Object};
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;
use crate::trace::{IdError, Loss, Name, SpanId, SpanKind, StatusCode, TraceId};

/// An unsigned number, as a number or a string. Strings keep 64 bits where JavaScript's numbers can't.
pub(super) fn unsigned(value: &Json<'_>) -> Result<u64, String> {
    let out_of_range = || "a number from 0 to 18446744073709551615 is expected".to_owned();
    match value {
        Json::Int(value) => u64::try_from(*value).map_err(|_| out_of_range()),
        Json::Unsigned(value) => Ok(*value),
        // Exact up to here; beyond, a float has lost digits.
        Json::Float(value) if value.fract() == 0.0 && (0.0..=18_446_744_073_709_549_568.0).contains(value) => {
            Ok(*value as u64)
        }
        Json::Float(_) => Err(out_of_range()),
        Json::Text(text) => text.trim().parse().map_err(|_| out_of_range()),
        other => Err(format!("a number is expected, this is {}", other.type_name())),
    }
}

/// A count of what was dropped. What can't be read is told and counts as none.
pub(super) fn count(object: &Object<'_>, keys: &[&str], intake: &mut Intake<'_>, at: &At<'_>) -> u32 {
    let Some((key, value)) = object.any(keys) else { return 0 };
    match unsigned(value) {
        Ok(count) => u32::try_from(count).unwrap_or(u32::MAX),
        Err(message) => {
            intake.lost(&at.key(key), Loss::Value, message);
            0
        }
    }
}

/// The text under one of `keys`; empty when there is none.
pub(super) fn text<'j>(object: &'j Object<'_>, keys: &[&str], intake: &mut Intake<'_>, at: &At<'_>) -> &'j str {
    match object.any(keys) {
        None => "",
        Some((_, Json::Text(text))) => text,
        Some((key, other)) => {
            intake.lost(&at.key(key), Loss::Value, format!("a string is expected, this is {}", other.type_name()));
            ""
        }
    }
}

/// The same as an interned name.
pub(super) fn name(object: &Object<'_>, keys: &[&str], intake: &mut Intake<'_>, at: &At<'_>) -> Name {
    let text = text(object, keys, intake, at);
    intake.name(text)
}

/// The same, or nothing when it is empty.
pub(super) fn name_unless_empty(
    object: &Object<'_>,
    keys: &[&str],
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> Option<Name> {
    let text = text(object, keys, intake, at);
    intake.name_unless_empty(text)
}

/// The elements of the list under one of `keys`; none when there is none.
pub(super) fn list<'j, 'a>(
    object: &'j Object<'a>,
    keys: &[&'static str],
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> (&'static str, &'j [Json<'a>]) {
    match object.any(keys) {
        None => ("", &[]),
        Some((key, Json::List(list))) => (key, list),
        // OTLP has lists only, other tools write an empty object for an empty list.
        Some((key, Json::Object(object))) if object.0.is_empty() => (key, &[]),
        Some((key, other)) => {
            intake.lost(&at.key(key), Loss::Value, format!("a list is expected, this is {}", other.type_name()));
            (key, &[])
        }
    }
}

/// A time in nanoseconds since the epoch, from a number, a string of digits, or a date and time of RFC 3339. Zero, the
/// empty string and years before 1970 are how programs write none.
pub(super) fn time(object: &Object<'_>, keys: &[&str], intake: &mut Intake<'_>, at: &At<'_>) -> Option<u64> {
    let (key, value) = object.any(keys)?;
    let read = match value {
        Json::Text(text) if text.is_empty() => Ok(0),
        Json::Text(text) if !text.trim().bytes().all(|byte| byte.is_ascii_digit()) => instant(text),
        other => unsigned(other),
    };
    match read {
        Ok(0) => None,
        Ok(time) => Some(time),
        Err(message) => {
            intake.lost(&at.key(key), Loss::Value, message);
            None
        }
    }
}

/// Nanoseconds since the epoch at a date and time; zero for years before it.
fn instant(text: &str) -> Result<u64, String> {
    match text.trim().parse::<jiff::Timestamp>() {
        Ok(instant) => Ok(u64::try_from(instant.as_nanosecond()).unwrap_or(0)),
        Err(_) => {
            Err(format!("`{text}` is neither a number of nanoseconds nor a date and time like `2025-01-01T00:00:00Z`"))
        }
    }
}

/// The kind, by number or by name. Names are told where the format prescribes numbers (`number_due`).
pub(super) fn kind(
    object: &Object<'_>,
    keys: &[&str],
    number_due: bool,
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> SpanKind {
    let (number, name) = (SpanKind::from_number, SpanKind::from_name);
    enumeration(object, keys, "kind", number, name, number_due, intake, at).unwrap_or_default()
}

/// The code of a status, by number or by name.
pub(super) fn status_code(
    object: &Object<'_>,
    keys: &[&str],
    number_due: bool,
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> StatusCode {
    let (number, name) = (StatusCode::from_number, StatusCode::from_name);
    enumeration(object, keys, "status", number, name, number_due, intake, at).unwrap_or_default()
}

#[expect(clippy::too_many_arguments, reason = "one function for both enums of OTLP")]
fn enumeration<T>(
    object: &Object<'_>,
    keys: &[&str],
    what: &str,
    from_number: impl Fn(i64) -> Option<T>,
    from_name: impl Fn(&str) -> Option<T>,
    number_due: bool,
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> Option<T> {
    let (key, value) = object.any(keys)?;
    let at = at.key(key);
    let read = match value {
        Json::Text(text) => match text.trim().parse::<i64>() {
            Ok(number) => from_number(number),
            Err(_) => {
                if number_due {
                    intake.note(&at, Note::EnumName);
                }
                from_name(text)
            }
        },
        Json::Int(number) => from_number(*number),
        _ => None,
    };
    if read.is_none() {
        let shown = match value {
            Json::Text(text) => format!("`{text}`"),
            Json::Int(number) => format!("`{number}`"),
            other => other.type_name().to_owned(),
        };
        intake.lost(&at, Loss::Value, format!("{shown} is no {what} of OpenTelemetry"));
    }
    read
}

/// How strictly ids are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ids {
    /// 16 and 8 bytes, as OTLP prescribes.
    Otlp,
    /// Any text, and numbers.
    Free,
}

/// The id of a trace.
pub(super) fn trace_id(value: &Json<'_>, ids: Ids, intake: &mut Intake<'_>, at: &At<'_>) -> Result<TraceId, String> {
    id(value, ids, intake, at, TraceId::BYTES, TraceId::from_hex, TraceId::from_bytes, TraceId::from_text)
}

/// The id of a span.
pub(super) fn span_id(value: &Json<'_>, ids: Ids, intake: &mut Intake<'_>, at: &At<'_>) -> Result<SpanId, String> {
    id(value, ids, intake, at, SpanId::BYTES, SpanId::from_hex, SpanId::from_bytes, SpanId::from_text)
}

#[expect(clippy::too_many_arguments, reason = "one function for both kinds of ids")]
fn id<T>(
    value: &Json<'_>,
    ids: Ids,
    intake: &mut Intake<'_>,
    at: &At<'_>,
    bytes: usize,
    from_hex: impl Fn(&str) -> Result<T, IdError>,
    from_bytes: impl Fn(&[u8]) -> Result<T, IdError>,
    from_text: impl Fn(&str) -> Result<T, IdError>,
) -> Result<T, String> {
    let number;
    let text = match (value, ids) {
        (Json::Text(text), _) => text.as_ref(),
        (Json::Int(value), Ids::Free) => {
            number = value.to_string();
            &number
        }
        (other, _) => return Err(format!("an id is expected, this is {}", other.type_name())),
    };
    if ids == Ids::Free {
        return from_text(text).map_err(|error| error.to_string());
    }
    let error = match from_hex(text) {
        Ok(id) => return Ok(id),
        Err(error) => error,
    };
    // Protobuf's own JSON writes bytes as base64; OTLP makes an exception of that for ids, which not everybody knows.
    if let Some(decoded) = super::value::base64(text)
        && decoded.len() == bytes
        && let Ok(id) = from_bytes(&decoded)
    {
        intake.note(at, Note::Base64Id);
        return Ok(id);
    }
    Err(error.to_string())
}

/// The id of the parent: none when it is absent, empty or zero. One that is no id is told and kept as text: a span without a
/// parent would look like a root.
pub(super) fn parent_id(
    object: &Object<'_>,
    keys: &[&str],
    ids: Ids,
    intake: &mut Intake<'_>,
    at: &At<'_>,
) -> Option<SpanId> {
    let (key, value) = object.any(keys)?;
    let at = at.key(key);
    let none = |text: &str| matches!(SpanId::from_hex(text), Err(IdError::Empty | IdError::Zero));
    match value {
        Json::Text(text) if none(text) => None,
        _ => match span_id(value, ids, intake, &at) {
            Ok(id) => Some(id),
            Err(message) => {
                intake.lost(&at, Loss::Value, message);
                match value {
                    Json::Text(text) => SpanId::from_text(text).ok(),
                    _ => None,
                }
            }
        },
    }
}
