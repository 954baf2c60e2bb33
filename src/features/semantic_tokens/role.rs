//! What a value names, by the path to it: a service, a span, a pattern. What the format's schema leaves open.

use crate::features::cursor::PathStep;

/// What a value names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A service.
    Service,
    /// A span, or a glob of names of spans.
    SpanName,
    /// A regular expression.
    Pattern,
}

/// Whether the root key holds services.
pub(super) fn is_services(key: &str) -> bool {
    matches!(key, "services" | "service")
}

/// What the value at `path` names.
pub(super) fn of_value(path: &[PathStep]) -> Option<Role> {
    let keys: Vec<&str> = path.iter().filter_map(PathStep::key).collect();
    Some(match keys.as_slice() {
        [.., last] if last.starts_with("expected_output_regex") || last.ends_with("_pattern") => Role::Pattern,
        ["steps", "service"] | ["scenario", "service"] | ["scenario", "run" | "steps", "service"] => Role::Service,
        [first, _, "depends_on"] if is_services(first) => Role::Service,
        [first, _, "wait_for_span"] if is_services(first) => Role::SpanName,
        ["expect", "span", .., "name" | "parent"] => Role::SpanName,
        ["expect", "graph", "must_include" | "must_not_cross" | "edges" | "parent_child" | "parent" | "child", ..]
        | ["expect", "order", "must_precede" | "must_follow", ..]
        | ["expect", "window" | "windows", .., "outer" | "contains" | "start_span" | "end_span"] => Role::SpanName,
        ["otel_validation", "expected_spans", "name"] => Role::SpanName,
        ["otel_validation", "expected_traces", "span_names"] => Role::SpanName,
        ["otel_validation", "expected_traces", "parent_child", "parent" | "child"] => Role::SpanName,
        _ => return None,
    })
}

/// What a name that the author chose is, where it is the last step of `path`.
pub(super) fn of_name(path: &[PathStep]) -> Option<Role> {
    let keys: Vec<&str> = path.iter().filter_map(PathStep::key).collect();
    match keys.as_slice() {
        [first, _] if is_services(first) => Some(Role::Service),
        ["expect", "span", _] | ["expect", "counts" | "count" | "status", "by_name", _] => Some(Role::SpanName),
        _ => None,
    }
}
