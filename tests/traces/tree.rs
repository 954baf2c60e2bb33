//! Traces as people write them: a span a line, indented below its parent.

use clnrm_lsp::trace::{Span, SpanId, SpanKind, StatusCode, Trace, TraceId, Value};

/// The spans of `text`. A line is a name and, in any order, a kind, a status in capitals, `key=value` (an integer where it looks
/// like one), and times in milliseconds, `@start+duration`. `×N` repeats a line without children.
pub fn spans(text: &str) -> Vec<Span> {
    let mut above: Vec<(usize, SpanId)> = Vec::new();
    let mut spans: Vec<Span> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        above.retain(|(depth, _)| *depth < indent);
        let mut repeat = 1;
        let id = |number: usize| SpanId::from((number as u64 + 1).to_be_bytes());
        let mut span = Span::new(TraceId::from([1; 16]), id(spans.len()), name);
        span.parent_span_id = above.last().map(|(_, parent)| parent.clone());
        span.kind = SpanKind::Internal;
        for word in words {
            if let Some(times) = word.strip_prefix('@') {
                let (start, duration) = times.split_once('+').unwrap();
                let start = 1_000_000_000_000_000_000 + start.parse::<u64>().unwrap() * 1_000_000;
                span.start = Some(start);
                span.end = Some(start + duration.parse::<u64>().unwrap() * 1_000_000);
            } else if let Some(count) = word.strip_prefix('×') {
                repeat = count.parse().unwrap();
            } else if let Some((key, value)) = word.split_once('=') {
                let value = value.parse::<i64>().map_or_else(|_| Value::from(value), Value::Int);
                span.attributes = std::mem::take(&mut span.attributes).with(key, value);
            } else if let Some(code) = StatusCode::from_name(word) {
                span.status.code = code;
            } else {
                span.kind = SpanKind::from_name(word).unwrap();
            }
        }
        above.push((indent, span.span_id.clone()));
        for _ in 0..repeat {
            span.span_id = id(spans.len());
            spans.push(span.clone());
        }
    }
    spans
}

/// The trace of `text`.
pub fn trace(text: &str) -> Trace {
    spans(text).into_iter().collect()
}

/// `spans`, with other ids and times and in reverse order.
pub fn again(spans: &[Span]) -> Vec<Span> {
    let other = |id: &SpanId| SpanId::from(id.bytes().unwrap().map(|byte| byte.wrapping_mul(7) ^ 0x5a));
    let mut spans = spans.to_vec();
    spans.reverse();
    for span in &mut spans {
        span.trace_id = TraceId::from([9; 16]);
        span.span_id = other(&span.span_id);
        span.parent_span_id = span.parent_span_id.as_ref().map(other);
        span.start = span.start.map(|start| start + 77);
        span.end = None;
        let resource = std::sync::Arc::make_mut(&mut span.resource);
        resource.attributes = std::mem::take(&mut resource.attributes).with("host.name", "elsewhere");
        span.attributes = std::mem::take(&mut span.attributes).with("thread.id", 5);
    }
    spans
}
