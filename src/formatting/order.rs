//! The canonical order of sections and keys: that of the format's reference.

/// Top-level tables in their order. Others keep their place behind these.
const SECTIONS: &[&[&str]] = &[
    &["meta", "test"],
    &["template"],
    &["vars"],
    &["matrix"],
    &["otel", "otel_headers", "otel_propagators"],
    &["service", "services"],
    &["steps", "scenario"],
    &["expect", "otel_validation", "otel_expectations"],
    &["assertions"],
    &["limits"],
    &["determinism"],
    &["report"],
];

const IDENTITY: &[&str] = &["name", "version", "description", "timeout", "tags", "author", "created_at"];
const OTEL: &[&str] = &["exporter", "endpoint", "protocol", "sample_ratio", "resources", "headers", "propagators"];
const SERVICE: &[&str] = &[
    "name",
    "type",
    "plugin",
    "description",
    "image",
    "args",
    "command",
    "env",
    "env_vars",
    "environment",
    "ports",
    "volumes",
    "working_dir",
    "workdir",
    "depends_on",
    "health_check",
    "healthcheck",
    "wait_for_span",
    "wait_for_span_timeout_secs",
];
const HEALTH: &[&str] = &["cmd", "command", "interval", "timeout", "retries"];
const STEP: &[&str] = &[
    "name",
    "description",
    "service",
    "depends_on",
    "command",
    "run",
    "env",
    "env_vars",
    "environment",
    "workdir",
    "working_dir",
    "timeout",
    "timeout_ms",
    "expected_exit_code",
    "expected_output_contains",
    "expected_output_regex",
    "expected_output_regex_not",
    "continue_on_failure",
];
const SCENARIO: &[&str] = &[
    "name",
    "description",
    "service",
    "depends_on",
    "run",
    "concurrent",
    "timeout_ms",
    "policy",
    "artifacts",
    "steps",
];
const DETERMINISM: &[&str] = &["seed", "freeze_clock"];
const LIMITS: &[&str] = &["cpu_millicores", "memory_mb", "max_containers", "max_duration_seconds"];
const REPORT: &[&str] = &["json", "junit", "digest"];
const SPAN: &[&str] =
    &["name", "description", "parent", "kind", "status", "exists", "count", "attrs", "events", "duration_ms"];
const GRAPH: &[&str] = &["must_include", "must_not_cross", "acyclic"];
const COUNTS: &[&str] = &["spans_total", "events_total", "errors_total", "by_name"];
const WINDOW: &[&str] = &["outer", "contains"];
const ORDER: &[&str] = &["must_precede", "must_follow"];
const STATUS: &[&str] = &["all", "by_name"];
const HERMETICITY: &[&str] = &["no_external_services", "resource_attrs", "span_attrs"];

/// Where a top-level table stands among the sections.
pub(crate) fn section_rank(name: &str) -> usize {
    SECTIONS.iter().position(|names| names.contains(&name)).unwrap_or(SECTIONS.len())
}

/// The keys of a table in their order. `None`: the author's order is as good as any.
pub(crate) fn keys_of(path: &[&str]) -> Option<&'static [&'static str]> {
    Some(match path {
        ["meta"] | ["test"] | ["test", "metadata"] => IDENTITY,
        ["otel"] => OTEL,
        ["service" | "services", _] => SERVICE,
        ["service" | "services", _, "health_check" | "healthcheck"] => HEALTH,
        ["steps"] | ["scenario", "steps"] => STEP,
        ["scenario"] => SCENARIO,
        ["determinism"] => DETERMINISM,
        ["limits"] => LIMITS,
        ["report"] => REPORT,
        ["expect", "span"] => SPAN,
        ["expect", "graph"] => GRAPH,
        ["expect", "counts" | "count"] => COUNTS,
        ["expect", "window"] => WINDOW,
        ["expect", "order"] => ORDER,
        ["expect", "status"] => STATUS,
        ["expect", "hermeticity"] => HERMETICITY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::schema::ROOT;

    #[test]
    fn sections_are_those_of_the_format() {
        for name in SECTIONS.iter().flat_map(|names| names.iter()) {
            assert!(ROOT.key(name).is_some(), "{name}");
        }
        assert!(section_rank("meta") < section_rank("expect"));
        assert!(section_rank("report") < section_rank("cleanup"));
    }
}
