//! `[expect.*]`.

use super::{
    ANALYZE, COUNT, Choice, Content, EVERYONE, Form, MILLISECONDS, NAME, RUN, Reader, Rest, Shape, TEXT, TEXTS, Table,
    TextRule, form, inert, key, refused, table,
};

/// `[expect]`.
pub(super) static EXPECT: Table = table(&[
    inert("chaos", "Expectations of a chaos test; not interpreted by clnrm."),
    key(
        "compat",
        Shape::Text(TextRule::Choice(&COMPAT)),
        "The version of clnrm whose reading of these expectations is asked for. Without it they are read as documented.",
    ),
    inert("concurrent", "Expectations of a chaos test; not interpreted by clnrm."),
    key("count", Shape::Repeatable(&COUNTS), "How many spans, events and errors there must be.").alias_of("counts"),
    key("counts", Shape::Repeatable(&COUNTS), "How many spans, events and errors there must be.").read_by(EVERYONE),
    key("graph", Shape::Repeatable(&GRAPH), "Which spans must be parent and child, and which must not.")
        .read_by(EVERYONE),
    key("hermeticity", Shape::Repeatable(&HERMETICITY), "That the run used nothing from outside.").read_by(EVERYONE),
    inert("isolation", "Expectations of a chaos test; not interpreted by clnrm."),
    key("order", Shape::Repeatable(&ORDER), "Which spans must end before others start.").read_by(ANALYZE),
    inert("resource", "Expectations of an earlier macro; not interpreted by clnrm."),
    inert("resources", "Expectations of a chaos test; not interpreted by clnrm."),
    key(
        "span",
        Shape::NamedTables(&SPAN, &NAMED_SPAN, false),
        "A span that must be there, and what it must look like.",
    )
    .read_by(EVERYONE),
    key("status", Shape::Repeatable(&STATUS), "The status that spans must have.").read_by(ANALYZE),
    inert("temporal", "Expectations of an earlier macro; not interpreted by clnrm."),
    inert("timeouts", "Expectations of a chaos test; not interpreted by clnrm."),
    key("window", Shape::NamedTables(&WINDOW, &NAMED_WINDOW, true), "A span whose time must enclose that of others.")
        .read_by(EVERYONE),
    key("windows", Shape::NamedTables(&WINDOW, &NAMED_WINDOW, true), "A span whose time must enclose that of others.")
        .alias_of("window"),
])
.slips(&[("spans", "span"), ("hermetic", "hermeticity"), ("ordering", "order"), ("statuses", "status")]);

static SPAN: Table = SPAN_TABLE;

/// In `[expect.span.NAME]` the key is the name.
static NAMED_SPAN: Table = Table { keys: NAMED_SPAN_KEYS, ..SPAN_TABLE };

const NAME_DOCUMENTATION: &str = "The span's name. Checks here read it as a glob; clnrm 1.0 compares it as it stands.";

const SPAN_TABLE: Table = table(SPAN_KEYS).slips(SPAN_SLIPS);

const SPAN_SLIPS: &[(&str, &str)] = &[
    ("attr", "attrs"),
    ("duration", "duration_ms"),
    ("event", "events"),
    ("parent_name", "parent"),
    ("span_name", "name"),
];

static COMPAT: Choice = Choice {
    what: "version to be compatible with",
    values: &["1.0"],
    also: &["1", "v1.0", "clnrm-1.0"],
    slips: &[],
    strict: true,
};

macro_rules! span_keys {
    ($name:expr) => {
        &[
            key("absent", Shape::Boolean, "Whether no such span may be there; the opposite of `exists`.")
                .default("false"),
            key("ancestor", NAME, "The name of a span somewhere above: the parent, its parent and so on."),
            key("attributes", ATTRIBUTES, "Attributes that the span must have.")
                .keyed_by(Content::SpanAttribute)
                .alias_of("attrs"),
            key(
                "attrs",
                ATTRIBUTES,
                "Attributes that the span must have: `attrs.all` all of them, `attrs.any` one at least.",
            )
            .keyed_by(Content::SpanAttribute)
            .read_by(EVERYONE),
            inert("children", "Spans that must be children; not interpreted by clnrm."),
            key("count", BOUND, "How many spans that satisfy the whole block there must be."),
            inert("description", "Why the span is expected; not interpreted by clnrm."),
            key(
                "distinct",
                Shape::Boolean,
                "Whether the span must be one that no other block with `distinct` needs. Otherwise two blocks may be satisfied by one span.",
            )
            .default("false"),
            key("duration_ms", Shape::Table(&DURATION_MS), "How long the span may take, in milliseconds.").read_by(RUN),
            key("events", Shape::Table(&EVENTS), "Events that the span must have.").read_by(RUN),
            key("exists", Shape::Boolean, "Whether such a span must be there at all.").default("true"),
            key("kind", KIND_SHAPE, "The span's kind: `internal`, `server`, `client`, `producer` or `consumer`.")
                .read_by(RUN),
            key("max_duration_ms", MILLISECONDS, "Upper bound of the span's duration; `duration_ms.max` elsewhere."),
            key("min_duration_ms", MILLISECONDS, "Lower bound of the span's duration; `duration_ms.min` elsewhere."),
            $name,
            key("name_pattern", TEXT, "A regular expression for the span's name, in the pattern dialect.")
                .holds(Content::SpanRegex),
            key("parent", NAME, "The name of the span's parent.").holds(Content::Span).read_by(RUN),
            inert(
                "required_attributes",
                "Attributes that must be there, in the pattern dialect; not interpreted by clnrm.",
            ),
            inert("required_events", "Events that must be there, in the pattern dialect; not interpreted by clnrm."),
            key("status", Shape::Text(TextRule::Choice(&SPAN_STATUS)), "The span's status: `OK`, `ERROR` or `UNSET`."),
        ]
    };
}

const SPAN_KEYS: &[super::Key] = span_keys!(
    key("name", NAME, NAME_DOCUMENTATION).holds(Content::SpanGlob).required_unless(&["name_pattern"]).read_by(EVERYONE)
);

const NAMED_SPAN_KEYS: &[super::Key] =
    span_keys!(key("name", NAME, NAME_DOCUMENTATION).holds(Content::SpanGlob).read_by(EVERYONE));

const ATTRIBUTES: Shape = Shape::Table(&ATTRIBUTES_TABLE);

static ATTRIBUTES_TABLE: Table = Table {
    keys: &[
        key(
            "all",
            Shape::Forms(&[form(ATTRIBUTE_MAP), refused(TEXTS, "`attrs.all` as a list of `key=value`")]),
            "Attributes that must all be there with these values.",
        )
        .keyed_by(Content::SpanAttribute)
        .read_by(EVERYONE),
        key(
            "any",
            Shape::Forms(&[form(ATTRIBUTE_MAP), refused(TEXTS, "`attrs.any` as a list of `key=value`")]),
            "Attributes of which one at least must be there with its value.",
        )
        .keyed_by(Content::SpanAttribute)
        .read_by(RUN),
    ],
    rest: Rest::Named(&ATTRIBUTE_VALUE),
    slips: &[],
};

const ATTRIBUTE_MAP: Shape = Shape::Map(&ATTRIBUTE_VALUE);

static ATTRIBUTE_VALUE: Shape = Shape::Forms(&[
    form(TEXT),
    not_text(Shape::Integer(i64::MIN, i64::MAX)),
    not_text(Shape::Number(f64::MIN, f64::MAX)),
    not_text(Shape::Boolean),
    not_text(Shape::List(&Shape::Any)),
    not_text(Shape::Table(&MATCHER)),
]);

/// `attrs.all.KEY = { gte = 200 }`: all operators must hold.
static MATCHER: Table = table(&[
    key("absent", Shape::Boolean, "Whether the attribute must not be there; the opposite of `exists`."),
    key("eq", Shape::Any, "The value, as without braces."),
    key("exists", Shape::Boolean, "Whether the attribute must be there, with any value."),
    key("gte", ANY_NUMBER, "A number, and at least this."),
    key("lte", ANY_NUMBER, "A number, and at most this."),
    key("max", ANY_NUMBER, "A number, and at most this.").alias_of("lte"),
    key("min", ANY_NUMBER, "A number, and at least this.").alias_of("gte"),
    key("not", Shape::Any, "There, but with another value than this."),
    key("one_of", Shape::List(&Shape::Any), "One of these values; an array alone says the same."),
    key("regex", TEXT, "A regular expression that matches somewhere in the value's text; `^` and `$` anchor it."),
])
.slips(&[
    ("any_of", "one_of"),
    ("equals", "eq"),
    ("ge", "gte"),
    ("in", "one_of"),
    ("le", "lte"),
    ("matches", "regex"),
    ("ne", "not"),
    ("pattern", "regex"),
    ("present", "exists"),
]);

const ANY_NUMBER: Shape = Shape::Number(f64::MIN, f64::MAX);

/// clnrm 1.0 wants texts as attribute values.
const fn not_text(shape: Shape) -> Form {
    refused(shape, "attribute values that are no texts")
}

static EVENTS: Table = table(&[
    key("all", TEXTS, "Names of events that must all be there.").read_by(RUN),
    key("any", TEXTS, "Names of events of which one at least must be there.").read_by(RUN),
]);

static DURATION_MS: Table = table(&[
    key("gte", MILLISECONDS, "Lower bound, inclusive.").alias_of("min"),
    key("lte", MILLISECONDS, "Upper bound, inclusive.").alias_of("max"),
    key("max", MILLISECONDS, "Upper bound, inclusive.").read_by(RUN),
    key("min", MILLISECONDS, "Lower bound, inclusive.").read_by(RUN),
]);

const KIND_SHAPE: Shape =
    Shape::Forms(&[form(Shape::Text(TextRule::Choice(&KIND))), refused(Shape::Integer(1, 5), "span kinds as numbers")]);

const SPAN_KINDS: &[&str] = &["internal", "server", "client", "producer", "consumer"];

static KIND: Choice = Choice {
    what: "span kind",
    values: SPAN_KINDS,
    also: &[
        "SPAN_KIND_INTERNAL",
        "SPAN_KIND_SERVER",
        "SPAN_KIND_CLIENT",
        "SPAN_KIND_PRODUCER",
        "SPAN_KIND_CONSUMER",
        "1",
        "2",
        "3",
        "4",
        "5",
    ],
    slips: &[],
    strict: true,
};

static SPAN_STATUS: Choice = Choice {
    what: "span status",
    values: &["OK", "ERROR", "UNSET"],
    also: &["STATUS_CODE_OK", "STATUS_CODE_ERROR", "STATUS_CODE_UNSET"],
    slips: &[("success", "OK"), ("failed", "ERROR"), ("failure", "ERROR"), ("fail", "ERROR"), ("passed", "OK")],
    strict: true,
};

/// `[expect.graph]`.
pub(super) static GRAPH: Table = table(&[
    key("acyclic", Shape::Boolean, "Whether no span may be its own ancestor.").read_by(RUN),
    inert("attrs", "Attributes of an edge; not interpreted by clnrm."),
    key("child", NAME, "The child of one edge, beside `parent`.").holds(Content::Span),
    inert("description", "Why the edges are expected; not interpreted by clnrm."),
    key("edges", PAIRS, "Pairs of parent and child that must be there.").holds(Content::Span).alias_of("must_include"),
    inert("max_depth", "How deep the tree may be; not interpreted by clnrm."),
    inert("must_be_connected", "Whether all spans hang together; not interpreted by clnrm."),
    key("must_include", PAIRS, "Pairs `[parent, child]` that must be there as direct edges.")
        .holds(Content::Span)
        .read_by(EVERYONE),
    key("must_not_cross", PAIRS, "Pairs that must not be parent and child.").holds(Content::Span).read_by(RUN),
    key("parent", NAME, "The parent of one edge, beside `child`.").holds(Content::Span),
    key("parent_child", PAIRS, "Pairs of parent and child that must be there.")
        .holds(Content::Span)
        .alias_of("must_include"),
    inert("relationship", "The kind of an edge; not interpreted by clnrm."),
    key(
        "scope",
        Shape::Text(TextRule::Choice(&SCOPE)),
        "How far `must_not_cross` looks: `direct` edges, or any `descendant`.",
    )
    .default("\"direct\""),
])
.or_marked(&PATTERN, PATTERN_MARKS);

static SCOPE: Choice = Choice {
    what: "scope",
    values: &["direct", "descendant"],
    also: &[],
    slips: &[("ancestor", "descendant"), ("descendants", "descendant"), ("edge", "direct"), ("child", "direct")],
    strict: true,
};

const PAIRS: Shape = Shape::List(&PAIR);

static PAIR: Shape = Shape::Forms(&[form(TEXTS), refused(Shape::Table(&EDGE), "pairs as tables")]);

static EDGE: Table = table(&[
    inert("attrs", "Attributes of the edge; not interpreted by clnrm."),
    key("child", NAME, "The child.").holds(Content::Span).required(),
    inert("description", "Why the edge is expected; not interpreted by clnrm."),
    key("parent", NAME, "The parent.").holds(Content::Span).required(),
    inert("relationship", "The kind of the edge; not interpreted by clnrm."),
]);

/// Keys that only a table of the pattern dialect has.
const PATTERN_MARKS: &[&str] = &[
    "after_pattern",
    "before_pattern",
    "child_pattern",
    "name_pattern",
    "parent_pattern",
    "total_spans_max",
    "total_spans_min",
];

/// A table of the pattern dialect (`[expect.order.NAME]`), for all expectations alike.
static PATTERN: Table = table(&[
    key("after_pattern", TEXT, "A regular expression for the span that comes second.").holds(Content::SpanRegex),
    key("before_pattern", TEXT, "A regular expression for the span that comes first.").holds(Content::SpanRegex),
    key("child_pattern", TEXT, "A regular expression for the child.").holds(Content::SpanRegex),
    inert("description", "Why this is expected; not interpreted by clnrm."),
    inert("edge_type", "The kind of the edge; not interpreted by clnrm."),
    inert("expected_status", "The status that is expected; not interpreted by clnrm."),
    inert("max", "Upper bound; not interpreted by clnrm."),
    inert("max_errors", "How many errors there may be; not interpreted by clnrm."),
    inert("min", "Lower bound; not interpreted by clnrm."),
    inert("name_pattern", "A regular expression for the span's name; not interpreted by clnrm."),
    key("parent_pattern", TEXT, "A regular expression for the parent.").holds(Content::SpanRegex),
    inert("required_attributes", "Attributes that must be there; not interpreted by clnrm."),
    inert("total_spans_max", "Upper bound; not interpreted by clnrm."),
    inert("total_spans_min", "Lower bound; not interpreted by clnrm."),
]);

/// `[expect.counts]`.
pub(super) static COUNTS: Table = table(&[
    key("by_kind", BOUNDS, "How many spans of each kind there must be.").keyed_by(Content::Usual(SPAN_KINDS)),
    key("by_name", BOUNDS, "How many spans of each name there must be.").keyed_by(Content::SpanGlob).read_by(EVERYONE),
    inert("description", "Why this is expected; not interpreted by clnrm."),
    key("errors_total", BOUND, "How many spans with an error there must be.").read_by(TOOL_RUN),
    key("events_total", BOUND, "How many events there must be in all spans together.").read_by(TOOL_RUN),
    key("spans", BOUND, "How many spans there must be.").alias_of("spans_total"),
    key("spans_by_kind", BOUNDS, "How many spans of each kind there must be.")
        .keyed_by(Content::Usual(SPAN_KINDS))
        .alias_of("by_kind"),
    key("spans_per_kind", BOUNDS, "How many spans of each kind there must be.")
        .keyed_by(Content::Usual(SPAN_KINDS))
        .alias_of("by_kind"),
    inert("spans_per_service", "How many spans of each service there must be; not interpreted by clnrm."),
    key("spans_total", BOUND, "How many spans there must be.").read_by(EVERYONE),
])
.slips(&[("total", "spans_total"), ("errors", "errors_total"), ("events", "events_total")])
.or_marked(&PATTERN, PATTERN_MARKS);

const TOOL_RUN: &[Reader] = &[Reader::Tool];

const BOUNDS: Shape = Shape::Map(&BOUND);

const BOUND: Shape = Shape::Forms(&[form(Shape::Table(&BOUND_TABLE)), refused(COUNT, "counts as bare numbers")]);

static BOUND_TABLE: Table = table(&[
    key("eq", COUNT, "Exactly so many; `gte` and `lte` are not looked at beside it.").read_by(EVERYONE),
    key("gte", COUNT, "So many at least.").read_by(EVERYONE),
    key("lte", COUNT, "So many at most.").read_by(EVERYONE),
    key("max", COUNT, "So many at most.").alias_of("lte"),
    key("min", COUNT, "So many at least.").alias_of("gte"),
])
.slips(&[("exact", "eq"), ("equals", "eq"), ("ge", "gte"), ("le", "lte"), ("at_least", "gte"), ("at_most", "lte")]);

/// One `[[expect.window]]`.
pub(super) static WINDOW: Table = table(&[
    key("contained_pattern", TEXT, "A regular expression for the inner spans, in the pattern dialect."),
    key("container_pattern", TEXT, "A regular expression for the outer span, in the pattern dialect."),
    key("contains", TEXTS, "Names of the spans that must lie within the outer one.")
        .holds(Content::Span)
        .read_by(EVERYONE),
    inert("description", "Why the window is expected; not interpreted by clnrm."),
    key("end_span", NAME, "The span that closes the window, in the form with `start_span`.").holds(Content::Span),
    key("max_duration_ms", MILLISECONDS, "Upper bound of the window's duration."),
    key("min_duration_ms", MILLISECONDS, "Lower bound of the window's duration."),
    key("min_span_count", COUNT, "How many other spans must lie in the window at least."),
    inert("name", "A name for the window; not interpreted by clnrm."),
    key("outer", NAME, "The name of the span that encloses the others.").holds(Content::Span).read_by(EVERYONE),
    key("start_span", NAME, "The span that opens the window, in the form with `end_span`.").holds(Content::Span),
    TOLERANCE,
])
.slips(&[
    ("child", "contains"),
    ("children", "contains"),
    ("container", "outer"),
    ("includes", "contains"),
    ("inner", "contains"),
    ("must_contain", "contains"),
    ("parent", "outer"),
    ("within", "outer"),
]);

const TOLERANCE: super::Key =
    key("tolerance_ms", MILLISECONDS, "How far an inner span may stick out at either end, in milliseconds.")
        .default("1");

/// In `[expect.window] "OUTER" = { contains = […] }` the key is the outer span.
static NAMED_WINDOW: Table = table(&[
    key("contained_pattern", TEXT, "A regular expression for the inner spans, in the pattern dialect."),
    key("container_pattern", TEXT, "A regular expression for the outer span, in the pattern dialect."),
    key("contains", TEXTS, "Names of the spans that must lie within the outer one.").holds(Content::Span),
    inert("description", "Why the window is expected; not interpreted by clnrm."),
    key("max_duration_ms", MILLISECONDS, "Upper bound of the window's duration."),
    key("min_duration_ms", MILLISECONDS, "Lower bound of the window's duration."),
    key("min_span_count", COUNT, "How many other spans must lie in the window at least."),
    TOLERANCE,
]);

/// `[expect.order]`.
pub(super) static ORDER: Table = table(&[
    key(
        "basis",
        Shape::Text(TextRule::Choice(&BASIS)),
        "Which times are compared: the end of the first with the start of the second, or both starts.",
    )
    .default("\"end<=start\""),
    inert("description", "Why the order is expected; not interpreted by clnrm."),
    key(
        "mode",
        Shape::Text(TextRule::Choice(&MODE)),
        "Where names occur several times: `any` pair of spans in order will do, the `first` spans of both names, or `all` pairs.",
    )
    .default("\"any\""),
    key("must_follow", PAIRS, "Pairs `[second, first]`: the second span starts after the first ended.").holds(Content::Span)
        .read_by(ANALYZE),
    key("must_precede", PAIRS, "Pairs `[first, second]`: the first span ends before the second starts.").holds(Content::Span)
        .read_by(ANALYZE),
])
.or_marked(&PATTERN, PATTERN_MARKS);

static BASIS: Choice = Choice {
    what: "basis",
    values: &["end<=start", "start<=start"],
    also: &["end <= start", "start <= start"],
    slips: &[("end", "end<=start"), ("start", "start<=start")],
    strict: true,
};

static MODE: Choice = Choice {
    what: "mode",
    values: &["any", "first", "all"],
    also: &[],
    slips: &[("each", "all"), ("every", "all"), ("exists", "any"), ("some", "any")],
    strict: true,
};

/// `[expect.status]`.
pub(super) static STATUS: Table = table(&[
    key("all", Shape::Text(TextRule::Choice(&SPAN_STATUS)), "The status that every span must have.").read_by(ANALYZE),
    inert("all_ok", "Whether every span must be `OK`; not interpreted by clnrm."),
    key("by_name", Shape::Map(&STATUS_VALUE), "The status of the spans whose name matches a glob.")
        .keyed_by(Content::SpanGlob)
        .read_by(ANALYZE),
    inert("cleanup_must_succeed", "Expectation of a chaos test; not interpreted by clnrm."),
    inert("description", "Why this is expected; not interpreted by clnrm."),
    inert("error_count", "How many errors there may be; not interpreted by clnrm."),
    inert("errors_allowed", "Whether errors are allowed; not interpreted by clnrm."),
    inert("failed_spans", "Spans that may fail; not interpreted by clnrm."),
    key("none", Shape::Text(TextRule::Choice(&SPAN_STATUS)), "The status that no span may have."),
])
.or_marked(&PATTERN, PATTERN_MARKS);

static STATUS_VALUE: Shape = Shape::Text(TextRule::Choice(&SPAN_STATUS));

/// `[expect.hermeticity]`.
pub(super) static HERMETICITY: Table = table(&[
    inert("allow_network", "Whether the network may be used; not interpreted by clnrm."),
    inert("allowed_env_vars", "Environment variables that may be read; not interpreted by clnrm."),
    inert("allowed_images", "Images that may be used; not interpreted by clnrm."),
    inert("allowed_syscalls", "System calls that may be used; not interpreted by clnrm."),
    inert("description", "Why this is expected; not interpreted by clnrm."),
    inert("forbidden_env_vars", "Environment variables that may not be read; not interpreted by clnrm."),
    inert("forbidden_syscalls", "System calls that may not be used; not interpreted by clnrm."),
    inert("network_isolation", "Whether the network is cut off; not interpreted by clnrm."),
    inert("no_container_leakage", "Expectation of a chaos test; not interpreted by clnrm."),
    key(
        "no_external_services",
        Shape::Boolean,
        "That no span talks to a service outside (attributes such as `net.peer.name`).",
    )
    .read_by(EVERYONE),
    inert("no_file_leakage", "Expectation of a chaos test; not interpreted by clnrm."),
    inert("no_network_leakage", "Expectation of a chaos test; not interpreted by clnrm."),
    inert("no_process_leakage", "Expectation of a chaos test; not interpreted by clnrm."),
    inert("no_volume_leakage", "Expectation of a chaos test; not interpreted by clnrm."),
    inert("resource_attributes", "Resource attributes in the pattern dialect; not interpreted by clnrm."),
    key("resource_attrs", Shape::Table(&RESOURCE_ATTRS), "Resource attributes that must match.").read_by(EVERYONE),
    key("resource_attrs_must_match", Shape::Table(&RESOURCE_ATTRS), "Resource attributes that must match.")
        .alias_of("resource_attrs"),
    inert("sdk_resource_attrs", "Resource attributes of the SDK; not interpreted by clnrm."),
    inert("span_attributes", "Span attributes in the pattern dialect; not interpreted by clnrm."),
    key("span_attrs", Shape::Table(&SPAN_ATTRS), "Attributes that no span may have.").read_by(EVERYONE),
    key(
        "span_attrs_forbid_keys",
        Shape::Forms(&[form(Shape::Table(&SPAN_ATTRS)), refused(TEXTS, "`span_attrs_forbid_keys` as a list")]),
        "Attributes that no span may have.",
    )
    .holds(Content::SpanAttribute)
    .alias_of("span_attrs"),
]);

/// Values that stand here directly are read by nobody; a rule of its own tells so.
static RESOURCE_ATTRS: Table = Table {
    keys: &[key("must_match", Shape::Map(&RESOURCE_VALUE), "Attributes and their values; a list names alternatives.")
        .keyed_by(Content::ResourceAttribute)
        .read_by(EVERYONE)],
    rest: Rest::Named(&Shape::Any),
    slips: &[],
};

static RESOURCE_VALUE: Shape = Shape::Forms(&[
    form(TEXT),
    not_text(Shape::Integer(i64::MIN, i64::MAX)),
    not_text(Shape::Number(f64::MIN, f64::MAX)),
    not_text(Shape::Boolean),
    not_text(Shape::List(&Shape::Any)),
]);

static SPAN_ATTRS: Table =
    table(&[key("forbid_keys", TEXTS, "Keys of the attributes.").holds(Content::SpanAttribute).read_by(EVERYONE)]);
