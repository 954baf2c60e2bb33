//! Traces as people can read them, one span a line:
//!
//! ```text
//! checkout server 0..100 OK @service.name="shop" currency="EUR" items=3 !paid
//!   db.query client 10..20
//! ```
//!
//! A line is a name and any of: a kind; `start..end` in milliseconds (`?` for a missing time; `0..10` where left out); a
//! status; `key=value` for an attribute, typed as in TOML; `@key=value` for one of the resource; `!name` for an event; `~n`
//! for the trace (1 where left out). Indentation makes a child; `#n` sets the id and `^n` the parent instead.

use std::sync::Arc;

use clnrm_lsp::trace::{
    Attributes, Event, Origin, Place, Resource, Span, SpanId, SpanKind, StatusCode, Trace, TraceId, Value,
};

/// The spans of a trace, in the order of their lines.
pub fn spans(text: &str) -> Vec<Span> {
    let mut above: Vec<(usize, SpanId)> = Vec::new();
    let mut spans = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let indentation = line.len() - line.trim_start().len();
        above.retain(|(other, _)| *other < indentation);
        // Ids that the text sets are small; those of lines start behind them.
        let mut span = Span::new(trace_id(1), span_id(100 + u8::try_from(number).unwrap()), "");
        span.parent_span_id = above.last().map(|(_, id)| id.clone());
        (span.start, span.end) = (Some(EPOCH), Some(EPOCH + 10 * MILLISECOND));
        span.origin = Origin { source: "spans.txt".into(), place: Place::Line(number) };
        let mut tokens = tokens(line);
        span.name = tokens.remove(0).as_str().into();
        for token in tokens {
            read(&token, &mut span);
        }
        above.push((indentation, span.span_id.clone()));
        spans.push(span);
    }
    spans
}

/// The spans of a trace, collected.
pub fn trace(text: &str) -> Trace {
    spans(text).into_iter().collect()
}

const MILLISECOND: u64 = 1_000_000;
/// Times before the zero of a text are times too.
const EPOCH: u64 = 1_000_000 * MILLISECOND;

fn trace_id(number: u8) -> TraceId {
    TraceId::from([number; 16])
}

fn span_id(number: u8) -> SpanId {
    SpanId::from([number; 8])
}

/// The words of a line; blanks within quotes and brackets do not part them.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let (mut quoted, mut depth) = (false, 0);
    for char in line.trim().chars() {
        match char {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            _ => {}
        }
        if char == ' ' && !quoted && depth == 0 {
            tokens.push(String::new());
        } else if let Some(token) = tokens.last_mut() {
            token.push(char);
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

fn read(token: &str, span: &mut Span) {
    if let Some(event) = token.strip_prefix('!') {
        let event = Event { name: event.into(), ..Event::default() };
        span.events = span.events.iter().cloned().chain([event]).collect();
    } else if let Some(attribute) = token.strip_prefix('@') {
        let (key, value) = attribute.split_once('=').unwrap();
        let attributes = span.resource.attributes.clone().with(key, value_of(value));
        span.resource = Arc::new(Resource { attributes, ..Resource::default() });
    } else if let Some(id) = token.strip_prefix('#') {
        span.span_id = span_id(id.parse().unwrap());
    } else if let Some(id) = token.strip_prefix('^') {
        span.parent_span_id = Some(span_id(id.parse().unwrap()));
    } else if let Some(id) = token.strip_prefix('~') {
        span.trace_id = trace_id(id.parse().unwrap());
    } else if let Some((key, value)) = token.split_once('=') {
        span.attributes = span.attributes.clone().with(key, value_of(value));
    } else if let Some((start, end)) = token.split_once("..") {
        (span.start, span.end) = (time(start), time(end));
    } else if let Some(code) = StatusCode::from_name(token).filter(|code| code.word() == token) {
        span.status.code = code;
    } else {
        span.kind = SpanKind::from_name(token).unwrap_or_else(|| panic!("`{token}` means nothing"));
    }
}

fn time(text: &str) -> Option<u64> {
    if text == "?" {
        return None;
    }
    let milliseconds: f64 = text.parse().unwrap();
    Some((EPOCH as f64 + milliseconds * MILLISECOND as f64) as u64)
}

fn value_of(text: &str) -> Value {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).unwrap();
    from_toml(&table["value"])
}

fn from_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(value) => (*value).into(),
        toml::Value::Array(values) => Value::Array(values.iter().map(from_toml).collect()),
        toml::Value::Table(table) => {
            Value::Map(table.iter().map(|(key, value)| (key.as_str(), from_toml(value))).collect::<Attributes>())
        }
        toml::Value::Datetime(time) => time.to_string().as_str().into(),
    }
}
