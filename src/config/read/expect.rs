//! `[expect.*]` and `[otel_validation]` in all their forms. Tables that a file repeats (`[[expect.graph]]`) are merged.

use toml::de::{DeTable, DeValue};

use super::service::split_at_equals;
use super::source::{Key, Source, Value};
use crate::config::model::{
    AttributeMatch, AttributeValue, Bound, Counts, DurationBounds, Expect, ExpectedSpan, ExpectedTrace, Graph,
    Hermeticity, Keyed, NamePair, Order, OtelValidation, Scalar, SpanExpectation, Spanned, Status, Text, Window,
};
use crate::text::Span;

pub(super) fn expect(source: &Source<'_>, value: &Value<'_>, expect: &mut Expect) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "span" => spans(source, key, value, &mut expect.spans),
            "graph" => graph(source, key, value, &mut expect.graph),
            "counts" | "count" => counts(source, key, value, &mut expect.counts),
            "window" | "windows" => windows(source, key, value, &mut expect.windows),
            "order" => order(source, key, value, &mut expect.order),
            "status" => status(source, key, value, &mut expect.status),
            "hermeticity" => hermeticity(source, key, value, &mut expect.hermeticity),
            "compat" => expect.compat = source.text(value),
            _ => expect.unread.push(source.name(key)),
        }
    }
}

/// Whether a key only tells people what an expectation is for.
fn is_remark(key: &str) -> bool {
    matches!(key, "description" | "name" | "relationship" | "edge_type")
}

fn spans(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, spans: &mut Vec<SpanExpectation>) {
    let DeValue::Table(table) = value.get_ref() else {
        source.tables(key, value, |table, header| spans.push(span(source, table, header, None)));
        return;
    };
    // `[expect.span.NAME]`, unless `[expect.span]` holds the keys of one expectation.
    if table.get("name").is_some_and(|name| name.get_ref().is_str()) {
        spans.push(span(source, table, source.header(key, value), None));
        return;
    }
    for (key, value) in table.iter() {
        if let DeValue::Table(table) = value.get_ref() {
            spans.push(span(source, table, source.header(key, value), Some(source.key_text(key))));
        }
    }
}

fn span(source: &Source<'_>, table: &DeTable<'_>, header: Span, label: Option<Text>) -> SpanExpectation {
    let mut span = SpanExpectation { header, ..SpanExpectation::default() };
    let mut pattern = None;
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "name" => span.name = source.text(value),
            "name_pattern" => pattern = pattern_text(source, value),
            "parent" => span.parent = source.text(value),
            "ancestor" => span.ancestor = source.text(value),
            "kind" => span.kind = Some(source.scalar(value)),
            "status" => span.status = source.text(value),
            "attrs" | "attributes" => attributes(source, value, &mut span),
            "events" => {
                span.events_any = value.get_ref().get("any").and_then(|any| source.texts(any));
                span.events_all = value.get_ref().get("all").and_then(|all| source.texts(all));
            }
            "duration_ms" => duration(source, key, value, &mut span.duration),
            "min_duration_ms" => bound_of_duration(source, key, value, &mut span.duration, true),
            "max_duration_ms" => bound_of_duration(source, key, value, &mut span.duration, false),
            "count" => span.count = bound(source, key, value),
            "exists" => span.exists = source.boolean(value),
            "absent" => span.absent = source.boolean(value),
            "distinct" => span.distinct = source.boolean(value),
            remark if is_remark(remark) => {}
            _ => span.unread.push(source.name(key)),
        }
    }
    span.name = span.name.or(pattern).or(label);
    span
}

/// A regular expression where other dialects have a name: its content can't be judged as a name.
fn pattern_text(source: &Source<'_>, value: &Value<'_>) -> Option<Text> {
    source.text(value).map(Text::into_regex)
}

/// `attrs.all`, `attrs.any`; in `attributes` also the pairs themselves.
fn attributes(source: &Source<'_>, value: &Value<'_>, span: &mut SpanExpectation) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "all" => span.attrs_all = attribute_matches(source, value),
            "any" => span.attrs_any = attribute_matches(source, value),
            _ => {
                let place = source.span(value.span());
                let all = span.attrs_all.get_or_insert_with(|| Spanned::new(Vec::new(), place));
                all.value.push(attribute_match(source, key, value));
            }
        }
    }
}

fn attribute_matches(source: &Source<'_>, value: &Value<'_>) -> Option<Spanned<Vec<AttributeMatch>>> {
    let matches = match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(key, value)| attribute_match(source, key, value)).collect(),
        DeValue::Array(items) => items.iter().filter_map(|item| listed_attribute(source, item)).collect(),
        _ => return None,
    };
    Some(Spanned::new(matches, source.span(value.span())))
}

fn attribute_match(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> AttributeMatch {
    let name = source.name(key);
    let place = source.span(value.span());
    let matched = match source.scalar(value) {
        Scalar::Array(values) => AttributeValue::OneOf(values.value),
        Scalar::Table(operators) => AttributeValue::Matcher(operators.value),
        scalar => AttributeValue::Equals(scalar),
    };
    // The value of a dotted key has no place of its own.
    let span = if place.is_empty() { name.span } else { name.span.join(place) };
    AttributeMatch { key: name, value: matched, span }
}

/// `"key=value"`, or `"key"` alone.
fn listed_attribute(source: &Source<'_>, item: &Value<'_>) -> Option<AttributeMatch> {
    let text = source.text(item)?;
    let (key, value) = split_at_equals(&text, source.in_string);
    let value = value.map_or(AttributeValue::Present, |value| AttributeValue::Equals(Scalar::Text(value)));
    Some(AttributeMatch { key, value, span: text.span })
}

fn duration(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, duration: &mut Option<DurationBounds>) {
    let DeValue::Table(table) = value.get_ref() else { return };
    let bounds = duration.get_or_insert_default();
    let span = source.span(value.span());
    bounds.span = if span.is_empty() { source.span(key.span()) } else { span };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "min" | "gte" => bounds.min = source.float(value),
            "max" | "lte" => bounds.max = source.float(value),
            _ => {}
        }
    }
}

fn bound_of_duration(
    source: &Source<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    duration: &mut Option<DurationBounds>,
    lower: bool,
) {
    let key_span = source.span(key.span());
    let bounds = duration.get_or_insert_with(|| DurationBounds { span: key_span, ..DurationBounds::default() });
    *(if lower { &mut bounds.min } else { &mut bounds.max }) = source.float(value);
}

fn graph(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, graph: &mut Option<Graph>) {
    source.tables(key, value, |table, header| {
        let graph = graph.get_or_insert_with(|| Graph { header, ..Graph::default() });
        let mut parent = None;
        let mut child = None;
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "must_include" | "edges" | "parent_child" => pairs(source, value, &mut graph.must_include),
                "must_not_cross" => pairs(source, value, &mut graph.must_not_cross),
                "acyclic" => keep_true(&mut graph.acyclic, source.boolean(value)),
                "scope" => graph.scope = source.text(value),
                "parent" => parent = source.text(value),
                "child" => child = source.text(value),
                // `[expect.graph.NAME]` of the pattern dialect.
                _ => match pattern_pair(source, key, value, "parent_pattern", "child_pattern") {
                    Some(pair) => graph.must_include.push(pair),
                    None if is_remark(key.get_ref()) => {}
                    None => graph.unread.push(source.name(key)),
                },
            }
        }
        // One edge a table: `[[expect.graph]] parent = …, child = …`.
        if let (Some(parent), Some(child)) = (parent, child) {
            graph.must_include.push(NamePair { span: header, names: vec![parent, child] });
        }
    });
}

/// Pairs as `[a, b]` or as `{ parent = a, child = b }`.
fn pairs(source: &Source<'_>, value: &Value<'_>, pairs: &mut Vec<NamePair>) {
    let DeValue::Array(items) = value.get_ref() else { return };
    pairs.extend(items.iter().filter_map(|item| {
        let span = source.span(item.span());
        let names = match item.get_ref() {
            DeValue::Array(names) => {
                // A pair whose names are not all texts is a wrong type, reported as such.
                names.iter().map(|name| source.text(name)).collect::<Option<Vec<_>>>()?
            }
            DeValue::Table(table) => [source.text(table.get("parent")?)?, source.text(table.get("child")?)?].into(),
            _ => return None,
        };
        Some(NamePair { span, names })
    }));
}

fn pattern_pair(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, first: &str, second: &str) -> Option<NamePair> {
    let table = value.get_ref().as_table()?;
    let names = vec![pattern_text(source, table.get(first)?)?, pattern_text(source, table.get(second)?)?];
    Some(NamePair { span: source.header(key, value), names })
}

fn counts(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, counts: &mut Option<Counts>) {
    source.tables(key, value, |table, header| {
        let counts = counts.get_or_insert_with(|| Counts { header, ..Counts::default() });
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "spans_total" | "spans" => total(source, key, value, &mut counts.spans_total, &mut counts.repeated),
                "events_total" => total(source, key, value, &mut counts.events_total, &mut counts.repeated),
                "errors_total" => total(source, key, value, &mut counts.errors_total, &mut counts.repeated),
                "by_name" => named_bounds(source, value, &mut counts.by_name),
                "by_kind" | "spans_by_kind" | "spans_per_kind" => named_bounds(source, value, &mut counts.by_kind),
                remark if is_remark(remark) => {}
                _ => counts.unread.push(source.name(key)),
            }
        }
    });
}

/// The bound of a total. One that another table states again is kept beside the first: both must hold.
fn total(
    source: &Source<'_>,
    key: &Key<'_>,
    value: &Value<'_>,
    first: &mut Option<Bound>,
    repeated: &mut Vec<Keyed<Bound>>,
) {
    let Some(bound) = bound(source, key, value) else { return };
    if first.is_none() {
        *first = Some(bound);
    } else {
        repeated.push(Keyed { key: source.name(key), value: bound });
    }
}

/// `true` of one table is not undone by `false` in another.
fn keep_true(kept: &mut Option<Spanned<bool>>, value: Option<Spanned<bool>>) {
    if !kept.is_some_and(|kept| kept.value) {
        *kept = value.or(*kept);
    }
}

fn named_bounds(source: &Source<'_>, value: &Value<'_>, bounds: &mut Vec<Keyed<Bound>>) {
    let DeValue::Table(table) = value.get_ref() else { return };
    bounds.extend(
        table
            .iter()
            .filter_map(|(key, value)| Some(Keyed { key: source.name(key), value: bound(source, key, value)? })),
    );
}

fn bound(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Bound> {
    let span = source.span(value.span());
    let mut bound = Bound { span, ..Bound::default() };
    match value.get_ref() {
        // A bare number asks for exactly that many.
        DeValue::Integer(_) => bound.eq = source.integer(value),
        DeValue::Table(table) => {
            if span.is_empty() {
                bound.span = source.span(key.span());
            }
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "gte" | "min" => bound.gte = source.integer(value),
                    "lte" | "max" => bound.lte = source.integer(value),
                    "eq" => bound.eq = source.integer(value),
                    _ => {}
                }
            }
        }
        _ => return None,
    }
    Some(bound)
}

/// Keys that only a window itself has; any other key with a table is the outer span of the table form.
const WINDOW_KEYS: [&str; 12] = [
    "contained_pattern",
    "container_pattern",
    "contains",
    "description",
    "end_span",
    "max_duration_ms",
    "min_duration_ms",
    "min_span_count",
    "name",
    "outer",
    "start_span",
    "tolerance_ms",
];

fn windows(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, windows: &mut Vec<Window>) {
    source.tables(key, value, |table, header| {
        let is_window = table.values().all(|value| !value.get_ref().is_table())
            || table.keys().any(|key| WINDOW_KEYS.contains(&key.get_ref().as_ref()));
        if is_window {
            windows.push(window(source, table, header));
            return;
        }
        for (key, value) in table.iter() {
            let DeValue::Table(table) = value.get_ref() else { continue };
            let mut window = window(source, table, source.span(key.span()));
            window.outer = window.outer.or_else(|| Some(source.key_text(key)));
            windows.push(window);
        }
    });
}

fn window(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> Window {
    let mut window = Window { header, ..Window::default() };
    let mut patterns = (None, None);
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "outer" => window.outer = source.text(value),
            "contains" => window.contains = source.texts(value),
            "start_span" => window.start_span = source.text(value),
            "end_span" => window.end_span = source.text(value),
            "tolerance_ms" => window.tolerance_ms = source.float(value),
            "min_span_count" => window.min_span_count = source.integer(value),
            "min_duration_ms" => bound_of_duration(source, key, value, &mut window.duration, true),
            "max_duration_ms" => bound_of_duration(source, key, value, &mut window.duration, false),
            "container_pattern" => patterns.0 = pattern_text(source, value),
            "contained_pattern" => patterns.1 = pattern_text(source, value),
            remark if is_remark(remark) => {}
            _ => window.unread.push(source.name(key)),
        }
    }
    if let (Some(outer), Some(contained)) = patterns {
        window.contains = Some(Spanned::new(vec![contained.clone()], contained.span));
        window.outer = Some(outer);
    }
    window
}

fn order(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, order: &mut Option<Order>) {
    source.tables(key, value, |table, header| {
        let order = order.get_or_insert_with(|| Order { header, ..Order::default() });
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "must_precede" => pairs(source, value, &mut order.must_precede),
                "must_follow" => pairs(source, value, &mut order.must_follow),
                "mode" => order.mode = source.text(value),
                "basis" => order.basis = source.text(value),
                _ => match pattern_pair(source, key, value, "before_pattern", "after_pattern") {
                    Some(pair) => order.must_precede.push(pair),
                    None if is_remark(key.get_ref()) => {}
                    None => order.unread.push(source.name(key)),
                },
            }
        }
    });
}

fn status(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, status: &mut Option<Status>) {
    source.tables(key, value, |table, header| {
        let status = status.get_or_insert_with(|| Status { header, ..Status::default() });
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "all" => status.all = source.text(value),
                "none" => status.none = source.text(value),
                "by_name" => {
                    let DeValue::Table(table) = value.get_ref() else { continue };
                    status.by_name.extend(
                        table.iter().filter_map(|(key, value)| {
                            Some(Keyed { key: source.name(key), value: source.text(value)? })
                        }),
                    );
                }
                remark if is_remark(remark) => {}
                _ => status.unread.push(source.name(key)),
            }
        }
    });
}

fn hermeticity(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, hermeticity: &mut Option<Hermeticity>) {
    source.tables(key, value, |table, header| {
        let hermeticity = hermeticity.get_or_insert_with(|| Hermeticity { header, ..Hermeticity::default() });
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "no_external_services" => {
                    keep_true(&mut hermeticity.no_external_services, source.boolean(value));
                }
                "resource_attrs" | "resource_attrs_must_match" => resource_attributes(source, value, hermeticity),
                "span_attrs" | "span_attrs_forbid_keys" => {
                    let forbidden = value.get_ref().get("forbid_keys").unwrap_or(value);
                    hermeticity.forbid_keys.extend(source.text_list(forbidden));
                }
                remark if is_remark(remark) => {}
                _ => hermeticity.unread.push(source.name(key)),
            }
        }
    });
}

fn resource_attributes(source: &Source<'_>, value: &Value<'_>, hermeticity: &mut Hermeticity) {
    let DeValue::Table(table) = value.get_ref() else { return };
    for (key, value) in table.iter() {
        if key.get_ref() == "must_match" {
            hermeticity.must_match.extend(source.entries(value));
        } else {
            let entry = Keyed { key: source.name(key), value: source.scalar(value) };
            hermeticity.misplaced_resource_attrs.push(entry);
        }
    }
}

pub(super) fn otel_validation(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<OtelValidation> {
    let table = value.get_ref().as_table()?;
    let mut validation = OtelValidation { header: source.header(key, value), ..OtelValidation::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "enabled" => validation.enabled = source.boolean(value),
            "validate_spans" => validation.validate_spans = source.boolean(value),
            "validate_traces" => validation.validate_traces = source.boolean(value),
            "validate_exports" | "validate_performance" | "max_overhead_ms" => {
                validation.about_the_run.push(Keyed { key: source.name(key), value: source.scalar(value) });
            }
            "expected_spans" => source.tables(key, value, |table, header| {
                validation.expected_spans.push(expected_span(source, table, header));
            }),
            "expected_traces" => source.tables(key, value, |table, header| {
                validation.expected_traces.push(expected_trace(source, table, header));
            }),
            "expect_graph" => graph(source, key, value, &mut validation.graph),
            "expect_counts" => counts(source, key, value, &mut validation.counts),
            "expect_windows" => windows(source, key, value, &mut validation.windows),
            "expect_order" => order(source, key, value, &mut validation.order),
            "expect_status" => status(source, key, value, &mut validation.status),
            "expect_hermeticity" => hermeticity(source, key, value, &mut validation.hermeticity),
            _ => {}
        }
    }
    Some(validation)
}

fn expected_span(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> ExpectedSpan {
    let mut span = ExpectedSpan { header, ..ExpectedSpan::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "name" => span.name = source.text(value),
            "attributes" => span.attributes = source.entries(value),
            "required" => span.required = source.boolean(value),
            "min_duration_ms" => bound_of_duration(source, key, value, &mut span.duration, true),
            "max_duration_ms" => bound_of_duration(source, key, value, &mut span.duration, false),
            _ => {}
        }
    }
    span
}

fn expected_trace(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> ExpectedTrace {
    let mut trace = ExpectedTrace { header, ..ExpectedTrace::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "span_names" => trace.span_names = source.text_list(value),
            "trace_id" => trace.trace_id = source.text(value),
            "complete" => trace.complete = source.boolean(value),
            "parent_child" => pairs(source, value, &mut trace.parent_child),
            _ => {}
        }
    }
    trace
}
