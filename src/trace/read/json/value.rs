//! Values and lists of attributes, in the ways in which JSON carries them.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};

use super::fields;
use super::tree::{Json, Object};
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;
use crate::trace::{Attributes, Loss, Name, Value};

/// The bytes of a base64 text of either alphabet, padded or not.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    const CONFIG: GeneralPurposeConfig =
        general_purpose::NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG);
    let engine = if text.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    engine.decode(text).ok()
}

/// The attributes under one of `keys`: OTLP's list of keys and values, or an object.
pub(super) fn attributes(object: &Object<'_>, keys: &[&str], intake: &mut Intake<'_>, at: &At<'_>) -> Attributes {
    match object.any(keys) {
        None => Attributes::default(),
        Some((key, value)) => attributes_of(value, intake, &at.key(key)),
    }
}

fn attributes_of(value: &Json<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Attributes {
    match value {
        Json::Null => Attributes::default(),
        Json::List(pairs) => {
            let each = pairs.iter().enumerate();
            each.filter_map(|(index, pair)| key_value(pair, intake, &at.index(index))).collect::<Vec<_>>().into()
        }
        Json::Object(object) => {
            let each = object.0.iter();
            each.map(|(key, value)| (intake.name(key), any_value(value, intake, &at.key(key))))
                .collect::<Vec<_>>()
                .into()
        }
        other => {
            intake.lost(at, Loss::Value, format!("attributes are expected, this is {}", other.type_name()));
            Attributes::default()
        }
    }
}

/// `{"key":…,"value":…}`.
fn key_value(pair: &Json<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Option<(Name, Value)> {
    let pair = match pair {
        Json::Object(pair) => pair,
        Json::Null => {
            intake.note(at, Note::NullElement);
            return None;
        }
        other => {
            intake.lost(
                at,
                Loss::Value,
                format!("an object with `key` and `value` is expected, this is {}", other.type_name()),
            );
            return None;
        }
    };
    let Some(Json::Text(key)) = pair.get("key") else {
        intake.lost(at, Loss::Value, "an attribute has no `key`");
        return None;
    };
    let value = pair.get("value").map_or(Value::Empty, |value| any_value(value, intake, &at.key("value")));
    Some((intake.name(key), value))
}

/// A value: OTLP's object with the type in its key, or plain JSON. What can't be read is told and is the empty value.
pub(super) fn any_value(value: &Json<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Value {
    if let Json::Object(object) = value
        && object.0.iter().all(|(key, _)| Form::of(key).is_some())
    {
        // Encoders that write all members of a union write null for those that are not set.
        let set = object.0.iter().find(|(_, inner)| *inner != Json::Null);
        return set.and_then(|(key, inner)| Some((key, inner, Form::of(key)?))).map_or(
            Value::Empty,
            |(key, inner, form)| {
                form.read(inner, intake, &at.key(key)).unwrap_or_else(|message| {
                    intake.lost(&at.key(key), Loss::Value, message);
                    Value::Empty
                })
            },
        );
    }
    plain(value, intake, at)
}

/// A value without a type beside it.
pub(super) fn plain(value: &Json<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Value {
    match value {
        Json::Null => Value::Empty,
        Json::Bool(value) => Value::Bool(*value),
        Json::Int(value) => Value::Int(*value),
        Json::Unsigned(value) => {
            intake.lost(
                at,
                Loss::Value,
                format!("`{value}` is bigger than OpenTelemetry's integers and was read as a double"),
            );
            Value::Double(*value as f64)
        }
        Json::Float(value) => Value::Double(*value),
        Json::Text(text) => Value::String(intake.name(text)),
        Json::List(list) => Value::Array(
            list.iter().enumerate().map(|(index, element)| any_value(element, intake, &at.index(index))).collect(),
        ),
        Json::Object(object) => Value::Map(
            object
                .0
                .iter()
                .map(|(key, value)| (intake.name(key), any_value(value, intake, &at.key(key))))
                .collect::<Vec<_>>()
                .into(),
        ),
    }
}

/// The types of OTLP's values.
#[derive(Clone, Copy, Debug)]
enum Form {
    String,
    Bool,
    Int,
    Double,
    Bytes,
    Array,
    Map,
}

impl Form {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "stringValue" | "string_value" => Self::String,
            "boolValue" | "bool_value" => Self::Bool,
            "intValue" | "int_value" => Self::Int,
            "doubleValue" | "double_value" => Self::Double,
            "bytesValue" | "bytes_value" => Self::Bytes,
            "arrayValue" | "array_value" => Self::Array,
            "kvlistValue" | "kvlist_value" => Self::Map,
            _ => return None,
        })
    }

    fn read(self, value: &Json<'_>, intake: &mut Intake<'_>, at: &At<'_>) -> Result<Value, String> {
        let expected = |what: &str| Err(format!("{what} is expected, this is {}", value.type_name()));
        Ok(match (self, value) {
            (Self::String, Json::Text(text)) => Value::String(intake.name(text)),
            (Self::String, _) => return expected("a string"),
            (Self::Bool, Json::Bool(value)) => Value::Bool(*value),
            (Self::Bool, Json::Text(text)) if text == "true" || text == "false" => Value::Bool(text == "true"),
            (Self::Bool, _) => return expected("a truth value"),
            (Self::Int, Json::Int(value)) => Value::Int(*value),
            (Self::Int, Json::Float(float)) if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => {
                Value::Int(*float as i64)
            }
            (Self::Int, Json::Text(text)) => match text.trim().parse() {
                Ok(value) => Value::Int(value),
                Err(_) => return Err(format!("`{text}` is no integer of 64 bits")),
            },
            (Self::Int, _) => return expected("an integer of 64 bits"),
            (Self::Double, Json::Float(value)) => Value::Double(*value),
            (Self::Double, Json::Int(value)) => Value::Double(*value as f64),
            (Self::Double, Json::Unsigned(value)) => Value::Double(*value as f64),
            (Self::Double, Json::Text(text)) => {
                Value::Double(double(text).ok_or_else(|| format!("`{text}` is no number"))?)
            }
            (Self::Double, _) => return expected("a number"),
            (Self::Bytes, Json::Text(text)) => match base64(text) {
                Some(bytes) => Value::Bytes(bytes.into_boxed_slice()),
                None => return Err("this is no base64".to_owned()),
            },
            (Self::Bytes, _) => return expected("base64"),
            (Self::Array, Json::Object(object)) => {
                let (key, values) = fields::list(object, &["values"], intake, at);
                let at = at.key(key);
                Value::Array(
                    values
                        .iter()
                        .enumerate()
                        .map(|(index, value)| any_value(value, intake, &at.index(index)))
                        .collect(),
                )
            }
            (Self::Array, Json::List(_)) => plain(value, intake, at),
            (Self::Array, _) => return expected("an object with `values`"),
            (Self::Map, Json::Object(object)) if object.0.is_empty() || object.has(&["values"]) => {
                Value::Map(attributes(object, &["values"], intake, at))
            }
            (Self::Map, Json::Object(_)) => plain(value, intake, at),
            (Self::Map, _) => return expected("an object with `values`"),
        })
    }
}

/// A double from its text, with protobuf's words for what JSON has no number for.
fn double(text: &str) -> Option<f64> {
    match text.trim() {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        text => text.parse().ok().filter(|value: &f64| value.is_finite()),
    }
}
