//! Identifiers and headers of OpenTelemetry.

use std::fmt::Write;

use tera::{TeraResult, Value};

use super::text::hex;
use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED, optional, required};
use crate::template::language::draw::Draw;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "trace_id",
        &[SEED],
        "A trace id: 32 hexadecimal digits, not all zero",
        "{{ trace_id() }}",
        |arguments| Ok(trace_id(&mut arguments.draw()).into()),
    ),
    Builtin::function(
        "span_id",
        &[SEED],
        "A span id: 16 hexadecimal digits, not all zero",
        "{{ span_id() }}",
        |arguments| Ok(span_id(&mut arguments.draw()).into()),
    ),
    Builtin::function(
        "traceparent",
        &[optional("trace_id", ""), optional("span_id", ""), optional("sampled", "1"), SEED],
        "A W3C `traceparent` header; ids that are left out are random",
        "{{ traceparent() }}",
        traceparent,
    ),
    Builtin::function(
        "baggage",
        &[required("map").alias(&["values", "pairs"])],
        "A W3C `baggage` header of a map",
        r#"{{ baggage(map={"user": "7", "region": "eu west"}) }}"#,
        baggage,
    ),
];

fn trace_id(draw: &mut Draw) -> String {
    loop {
        let bytes: [u8; 16] = draw.array();
        if bytes != [0; 16] {
            return hex(&bytes);
        }
    }
}

fn span_id(draw: &mut Draw) -> String {
    loop {
        let bytes: [u8; 8] = draw.array();
        if bytes != [0; 8] {
            return hex(&bytes);
        }
    }
}

fn traceparent(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let mut draw = arguments.draw();
    let trace = arguments.text("trace_id").map_or_else(|| trace_id(&mut draw), Into::into);
    let span = arguments.text("span_id").map_or_else(|| span_id(&mut draw), Into::into);
    let sampled = arguments.value("sampled").is_none_or(Value::is_truthy);
    Ok(format!("00-{trace}-{span}-{:02}", u8::from(sampled)).into())
}

fn baggage(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let value = arguments.required("map")?;
    let Some(map) = value.as_map() else { return Err(arguments.wrong_input("a map", value)) };
    let mut header = String::new();
    for (key, value) in map {
        if !header.is_empty() {
            header.push(',');
        }
        let _ = write!(header, "{key}=");
        percent_encode(&mut header, &value.to_string());
    }
    Ok(header.into())
}

/// What RFC 7230 lets stand in a baggage value stays, the rest becomes `%XX`.
fn percent_encode(header: &mut String, value: &str) {
    for byte in value.bytes() {
        let plain = byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\' | b'%');
        if plain {
            header.push(char::from(byte));
        } else {
            let _ = write!(header, "%{byte:02X}");
        }
    }
}
