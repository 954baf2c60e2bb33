//! `[otel_validation]` of the older dialect: the same constraints under other paths.

use super::{Builder, counts, graph, hermeticity, known, order, span, status, window};
use crate::config::model::{ExpectedSpan, ExpectedTrace, OtelValidation};
use crate::expectation::tree::{
    BlockKind, ConstraintPath, NameSelector, Requirement, SpanRequirement, TraceRequirement,
};
use crate::expectation::verdict::Reason;

pub(super) fn blocks(builder: &mut Builder, older: &OtelValidation) {
    let root = ConstraintPath::root("otel_validation");
    if let Some(enabled) = older.enabled.filter(|enabled| !enabled.value) {
        builder.unjudged(root, enabled.span, "`enabled = false` switches `[otel_validation]` off");
        return;
    }
    if let Some(off) = older.validate_spans.filter(|validated| !validated.value) {
        builder.unjudged(root.key("expected_spans"), off.span, "`validate_spans = false` switches them off");
    } else {
        for (index, expected) in older.expected_spans.iter().enumerate() {
            expected_span(builder, &root.key("expected_spans").index(index), expected);
        }
    }
    if let Some(off) = older.validate_traces.filter(|validated| !validated.value) {
        builder.unjudged(root.key("expected_traces"), off.span, "`validate_traces = false` switches them off");
    } else {
        for (index, expected) in older.expected_traces.iter().enumerate() {
            expected_trace(builder, &root.key("expected_traces").index(index), expected);
        }
    }
    if let Some(graph) = &older.graph {
        graph::block(builder, &root.key("expect_graph"), graph);
    }
    if let Some(counts) = &older.counts {
        counts::block(builder, &root.key("expect_counts"), counts);
    }
    for (index, window) in older.windows.iter().enumerate() {
        window::block(builder, &root.key("expect_windows").index(index), window);
    }
    if let Some(order) = &older.order {
        order::block(builder, &root.key("expect_order"), order);
    }
    if let Some(status) = &older.status {
        status::block(builder, &root.key("expect_status"), status);
    }
    if let Some(hermeticity) = &older.hermeticity {
        hermeticity::block(builder, &root.key("expect_hermeticity"), hermeticity);
    }
    for entry in &older.about_the_run {
        builder.unjudged(root.key(&entry.key.text), entry.key.span, "spans alone can't tell it");
    }
}

fn expected_span(builder: &mut Builder, path: &ConstraintPath, expected: &ExpectedSpan) {
    let name = expected.name.as_ref().map_or(Err(Reason::NoName), |name| builder.selector(name));
    let subject = name.as_ref().ok().cloned();
    builder.block(path, expected.header, BlockKind::Span, subject, |builder| {
        let place = expected.name.as_ref().map_or(expected.header, |name| name.span);
        let read = name.map(|name| Requirement::Span(SpanRequirement::Name(name)));
        builder.push_read(path.key("name"), place, read);
        for entry in &expected.attributes {
            let read = entry.key.known().ok_or(Reason::KnownAtRunTime).and_then(|key| {
                let test = span::value_test(&entry.value)?;
                Ok(Requirement::Span(SpanRequirement::Attribute(key.to_owned(), test)))
            });
            let value = entry.value.span();
            let place = if value.is_empty() { entry.key.span } else { entry.key.span.join(value) };
            builder.push_read(path.key("attributes").key(&entry.key.text), place, read);
        }
        if let Some(bounds) = &expected.duration {
            if let Some(min) = bounds.min {
                let requirement = Requirement::Span(SpanRequirement::DurationAtLeast(min.value));
                builder.push(path.key("min_duration_ms"), min.span, requirement);
            }
            if let Some(max) = bounds.max {
                let requirement = Requirement::Span(SpanRequirement::DurationAtMost(max.value));
                builder.push(path.key("max_duration_ms"), max.span, requirement);
            }
        }
        // Left out or `false`: the span may be missing, but not be wrong.
        if !expected.required.is_some_and(|required| required.value) {
            let place = expected.required.map_or(place, |required| required.span);
            builder.push(path.key("required"), place, Requirement::Span(SpanRequirement::IfPresent));
        }
    });
}

fn expected_trace(builder: &mut Builder, path: &ConstraintPath, expected: &ExpectedTrace) {
    builder.block(path, expected.header, BlockKind::Trace, None, |builder| {
        if let Some(id) = &expected.trace_id {
            let read = known(id).map(|id| Requirement::Trace(TraceRequirement::Id(id.to_owned())));
            builder.push_read(path.key("trace_id"), id.span, read);
        }
        let names: Vec<Result<NameSelector, Reason>> =
            expected.span_names.iter().map(|name| builder.selector(name)).collect();
        let places = expected.span_names.iter().map(|name| name.span);
        if expected.complete.is_some_and(|complete| !complete.value) {
            // Not all of them must be there, but none at all is no trace of this kind.
            if let Some(place) = places.reduce(crate::text::Span::join) {
                let read: Result<Vec<_>, _> = names.into_iter().collect();
                let read = read.map(|names| Requirement::Trace(TraceRequirement::ContainsAny(names)));
                builder.push_read(path.key("span_names"), place, read);
            }
        } else {
            for (index, (name, place)) in names.into_iter().zip(places).enumerate() {
                let read = name.map(|name| Requirement::Trace(TraceRequirement::Contains(name)));
                builder.push_read(path.key("span_names").index(index), place, read);
            }
        }
        for (index, pair) in expected.parent_child.iter().enumerate() {
            let read = graph::both(builder, pair)
                .map(|(parent, child)| Requirement::Trace(TraceRequirement::Edge(parent, child)));
            builder.push_read(path.key("parent_child").index(index), pair.span, read);
        }
        if let Some(complete) = expected.complete.filter(|complete| complete.value) {
            builder.push(path.key("complete"), complete.span, Requirement::Trace(TraceRequirement::Complete));
        }
    });
}
