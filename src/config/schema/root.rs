//! The top level of a test file, and the small tables that stand there.

use super::{
    ANY_MAP, COUNT, Content, EVERYONE, RUN, Rest, Shape, TEXT, TEXT_MAP, Table, action, expect, form, identity, inert,
    key, otel, otel_validation, refused, service, table,
};

/// The top level.
pub static ROOT: Table = table(&[
    inert("ai_management", "Notes for a test generator; not interpreted by clnrm."),
    key(
        "assertions",
        Shape::Forms(&[form(ANY_MAP), refused(Shape::List(&ANY_MAP), "repeated `[[assertions]]` tables")]),
        "What the author expects of the whole run, under free names (`execution_should_be_hermetic`). Nothing evaluates it.",
    ),
    inert("cleanup", "How to clean up behind a chaos test; not interpreted by clnrm.").unmet(),
    key("determinism", Shape::Table(&DETERMINISM), "Makes runs repeat: a seed for generated data and a frozen clock.")
        .read_by(RUN),
    key("expect", Shape::Table(&expect::EXPECT), "What the spans of a run must look like.").read_by(EVERYONE),
    inert("generated", "Values that a template writes down for its own use; not interpreted by clnrm."),
    key("limits", Shape::Table(&LIMITS), "Limits for CPU time and memory of the whole test."),
    key("matrix", Shape::Map(&MATRIX_VALUES), "Lists of values, one for each name; a template may be checked with every combination."),
    key("meta", Shape::Table(&identity::META), "Name, version and description of the test.").read_by(EVERYONE),
    inert("metrics", "Metrics to collect; not interpreted by clnrm.").unmet(),
    key("otel", Shape::Table(&otel::OTEL), "How the spans of a run are exported.").read_by(EVERYONE),
    inert("otel_expectations", "Notes for the harness that runs tests which must fail; not interpreted by clnrm."),
    key("otel_headers", TEXT_MAP, "Headers for the exporter; the older place of `otel.headers`."),
    key("otel_propagators", Shape::Table(&otel::PROPAGATORS), "Context propagators; the older place of `otel.propagators`."),
    key("otel_validation", Shape::Table(&otel_validation::OTEL_VALIDATION), "What the spans of a run must look like, in the form before `[expect]`.")
        .read_by(RUN),
    inert("output", "Where an earlier version wrote its results; not interpreted by clnrm."),
    inert("policy", "Security policy of an earlier version; not interpreted by clnrm.").unmet(),
    key("report", Shape::Table(&REPORT), "Files to write the results to.").read_by(RUN),
    key("scenario", Shape::Tables(&action::SCENARIO), "What the test does: one command in one service each.").read_by(EVERYONE),
    key("service", Shape::Map(&service::SERVICE_SHAPE), "The services that the test starts, by name.").read_by(EVERYONE),
    key("services", Shape::Map(&service::SERVICE_SHAPE), "The services that the test starts, by name.").read_by(EVERYONE),
    key("steps", Shape::Tables(&action::STEP), "What the test does: commands that run one after the other.").read_by(EVERYONE),
    key("template", Shape::Table(&TEMPLATE), "Variables and matrix of a template that reads its own header."),
    key("test", Shape::Table(&identity::TEST), "The older place of the test's name and description.").read_by(EVERYONE),
    inert("validation", "How many failures an earlier version allowed; not interpreted by clnrm.").unmet(),
    key("vars", ANY_MAP, "Variables for templates: `{{ vars.name }}`.").read_by(RUN),
])
.slips(&[
    ("asserts", "assertions"),
    ("expectations", "expect"),
    ("metadata", "meta"),
    ("scenarios", "scenario"),
    ("variables", "vars"),
]);

/// Tables that people write at top level though they belong into another table, each with that table. TOML has no relative
/// headers: `[attrs.all]` behind `[[expect.span]]` is a table of its own that nothing reads.
pub static MISPLACED: &[(&str, &str)] = &[
    ("artifacts", "scenario.artifacts"),
    ("attributes", "expect.span.attrs"),
    ("attrs", "expect.span.attrs"),
    ("by_name", "expect.counts.by_name"),
    ("count", "expect.counts"),
    ("counts", "expect.counts"),
    ("duration_ms", "expect.span.duration_ms"),
    ("env", "services.NAME.env"),
    ("errors_total", "expect.counts.errors_total"),
    ("events", "expect.span.events"),
    ("events_total", "expect.counts.events_total"),
    ("graph", "expect.graph"),
    ("headers", "otel.headers"),
    ("health_check", "services.NAME.health_check"),
    ("hermeticity", "expect.hermeticity"),
    ("order", "expect.order"),
    ("propagators", "otel.propagators"),
    ("resource_attrs", "expect.hermeticity.resource_attrs"),
    ("resources", "otel.resources"),
    ("span", "expect.span"),
    ("span_attrs", "expect.hermeticity.span_attrs"),
    ("spans_total", "expect.counts.spans_total"),
    ("status", "expect.status"),
    ("window", "expect.window"),
];

static MATRIX_VALUES: Shape = Shape::List(&Shape::Any);

static DETERMINISM: Table = table(&[
    key(
        "freeze_clock",
        Shape::Forms(&[form(TEXT), refused(Shape::Datetime, "native date-times as `freeze_clock`")]),
        "The point in time that the clock stands still at, in RFC 3339 with an offset (`2025-01-01T00:00:00Z`).",
    )
    .holds(Content::Usual(&["2025-01-01T00:00:00Z"]))
    .read_by(RUN),
    key("seed", COUNT, "Seed of all generated data. The same seed yields the same data.").read_by(RUN),
]);

static LIMITS: Table = table(&[
    key("cpu_millicores", COUNT, "CPU time, in thousandths of one core."),
    key("max_containers", COUNT, "How many containers may run at a time."),
    key("max_duration_seconds", COUNT, "How long the whole test may take, in seconds."),
    key("memory_mb", COUNT, "Memory, in megabytes."),
]);

static REPORT: Table = table(&[
    inert("cleanup_verification", "Report of a chaos test; not interpreted by clnrm.").unmet(),
    key(
        "digest",
        Shape::Forms(&[form(TEXT), refused(Shape::Table(&DIGEST), "a `digest` with settings")]),
        "File for the digest of all spans, which two equal runs share.",
    )
    .read_by(RUN)
    .default("\"digest.txt\""),
    key("json", TEXT, "File for the results as JSON.").read_by(RUN).default("\"report.json\""),
    key("junit", TEXT, "File for the results as JUnit XML.").read_by(RUN).default("\"junit.xml\""),
    inert("stress_metrics", "Report of a chaos test; not interpreted by clnrm.").unmet(),
    inert("timeout_metrics", "Report of a chaos test; not interpreted by clnrm.").unmet(),
]);

static DIGEST: Table = table(&[
    inert("algorithm", "Name of the hash function; not interpreted by clnrm.").unmet(),
    inert("file", "File for the digest; not interpreted by clnrm.").unmet(),
    inert("include_timestamps", "Whether times count; not interpreted by clnrm.").unmet(),
]);

static TEMPLATE: Table = Table {
    keys: &[
        key("matrix", ANY_MAP, "Lists of values for the template; the older place of `[matrix]`."),
        key("otel", ANY_MAP, "Values about telemetry for the template."),
        key("vars", ANY_MAP, "Variables for the template; the older place of `[vars]`."),
    ],
    rest: Rest::Named(&Shape::Any),
    slips: &[],
};
