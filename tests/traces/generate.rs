//! Spans of any contents that OpenTelemetry allows.

use std::sync::Arc;

use clnrm_lsp::trace::{
    Attributes, Dropped, Event, Link, Name, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z.]{1,8}", 1 => "[ -~äß✓\"\\\\{}\\[\\]]{0,12}"]
}

fn name() -> impl Strategy<Value = Name> {
    text().prop_map(Name::from)
}

/// Texts that are not empty, for fields in which the empty text is the absent one.
fn some_text() -> impl Strategy<Value = Name> {
    "[a-z]{1,6}(=[a-z]{1,4})?".prop_map(Name::from)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        name().prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e9..1e9_f64).prop_map(Value::Double),
        vec(any::<u8>(), 0..5).prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|values| Value::Array(values.into())),
            vec(("[a-z]{1,4}", inner), 1..3).prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Attributes> {
    vec(("[a-z.]{1,6}", value()), 0..4).prop_map(|entries| entries.into_iter().collect())
}

/// Nanoseconds of this century.
fn time() -> impl Strategy<Value = Option<u64>> {
    option::weighted(0.9, 1_000_000_000_000_000_000..2_000_000_000_000_000_000_u64)
}

fn trace_id() -> impl Strategy<Value = TraceId> {
    any::<[u8; 16]>().prop_map(|mut bytes| {
        bytes[0] |= 1;
        TraceId::from(bytes)
    })
}

fn span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_map(|mut bytes| {
        bytes[0] |= 1;
        SpanId::from(bytes)
    })
}

fn event() -> impl Strategy<Value = Event> {
    (name(), time(), attributes(), 0..3_u32).prop_map(|(name, time, attributes, dropped_attributes)| Event {
        name,
        time,
        attributes,
        dropped_attributes,
    })
}

fn link() -> impl Strategy<Value = Link> {
    (trace_id(), span_id(), option::of(some_text()), attributes(), option::of(1..1024_u32), 0..3_u32).prop_map(
        |(trace_id, span_id, trace_state, attributes, flags, dropped_attributes)| Link {
            trace_id,
            span_id,
            trace_state,
            attributes,
            flags,
            dropped_attributes,
        },
    )
}

fn resource() -> impl Strategy<Value = Arc<Resource>> {
    (attributes(), option::of(some_text()), 0..2_u32).prop_map(|(attributes, schema_url, dropped_attributes)| {
        Arc::new(Resource { attributes, schema_url, dropped_attributes })
    })
}

fn scope() -> impl Strategy<Value = Arc<Scope>> {
    (name(), name(), attributes(), option::of(some_text()), 0..2_u32).prop_map(
        |(name, version, attributes, schema_url, dropped_attributes)| {
            Arc::new(Scope { name, version, attributes, schema_url, dropped_attributes })
        },
    )
}

fn status() -> impl Strategy<Value = Status> {
    (prop_oneof![Just(StatusCode::Unset), Just(StatusCode::Ok), Just(StatusCode::Error)], name())
        .prop_map(|(code, message)| Status { code, message })
}

/// A span with whatever OpenTelemetry allows.
pub fn span() -> impl Strategy<Value = Span> {
    let what = (
        trace_id(),
        span_id(),
        option::of(span_id()),
        text(),
        prop::sample::select(SpanKind::ALL.to_vec()),
        time(),
        time(),
        status(),
    );
    let rest = (
        attributes(),
        vec(event(), 0..3),
        vec(link(), 0..2),
        resource(),
        scope(),
        option::of(some_text()),
        option::of(1..1024_u32),
        (0..3_u32, 0..3_u32, 0..3_u32),
    );
    (what, rest).prop_map(
        |(
            (trace_id, span_id, parent, name, kind, start, end, status),
            (attributes, events, links, resource, scope, state, flags, dropped),
        )| Span {
            parent_span_id: parent,
            kind,
            start,
            end,
            status,
            attributes,
            events: events.into(),
            links: links.into(),
            resource,
            scope,
            trace_state: state,
            flags,
            dropped: Dropped { attributes: dropped.0, events: dropped.1, links: dropped.2 },
            ..Span::new(trace_id, span_id, name)
        },
    )
}

/// A few spans.
pub fn spans() -> impl Strategy<Value = Vec<Span>> {
    vec(span(), 0..6)
}
