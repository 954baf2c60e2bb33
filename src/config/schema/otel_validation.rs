//! `[otel_validation]`.

use super::expect::{COUNTS, GRAPH, HERMETICITY, ORDER, STATUS, WINDOW};
use super::{ANY_MAP, Content, MILLISECONDS, NAME, RUN, Shape, TEXTS, Table, form, inert, key, refused, table};

/// `[otel_validation]`.
pub(super) static OTEL_VALIDATION: Table = table(&[
    inert("attribute_constraints", "Constraints on attributes; not interpreted by clnrm."),
    inert("collector_url", "Where the collector answers; not interpreted by clnrm."),
    key("enabled", Shape::Boolean, "Whether these expectations count.").required().read_by(RUN),
    key("expect_counts", Shape::Repeatable(&COUNTS), "As `[expect.counts]`."),
    key("expect_graph", Shape::Repeatable(&GRAPH), "As `[expect.graph]`."),
    key("expect_hermeticity", Shape::Repeatable(&HERMETICITY), "As `[expect.hermeticity]`."),
    key("expect_order", Shape::Repeatable(&ORDER), "As `[expect.order]`.").read_by(RUN),
    key("expect_status", Shape::Repeatable(&STATUS), "As `[expect.status]`."),
    key("expect_windows", Shape::Tables(&WINDOW), "As `[[expect.window]]`."),
    key("expected_spans", Shape::Tables(&EXPECTED_SPAN), "Spans that must be there.").read_by(RUN),
    key("expected_traces", Shape::Tables(&EXPECTED_TRACE), "Traces that must be there."),
    inert("graph_topology_constraints", "Constraints on the tree of spans; not interpreted by clnrm."),
    inert("hermeticity_constraints", "Constraints on isolation; not interpreted by clnrm."),
    key("max_overhead_ms", MILLISECONDS, "How much time telemetry may cost, in milliseconds."),
    inert("resource_attributes", "Resource attributes; not interpreted by clnrm."),
    inert("sibling_constraints", "Constraints on siblings; not interpreted by clnrm."),
    inert("span_count_constraints", "How many spans there must be; not interpreted by clnrm."),
    inert("temporal_constraints", "Constraints on order; not interpreted by clnrm."),
    inert("tree_structure", "The tree of spans; not interpreted by clnrm."),
    inert("validate_attributes", "Whether attributes are checked; not interpreted by clnrm."),
    inert("validate_cardinality", "Whether counts are checked; not interpreted by clnrm."),
    key("validate_exports", Shape::Boolean, "Whether exports are checked."),
    inert("validate_graph_topology", "Whether the tree of spans is checked; not interpreted by clnrm."),
    inert("validate_hermeticity", "Whether isolation is checked; not interpreted by clnrm."),
    key("validate_performance", Shape::Boolean, "Whether durations are checked."),
    key("validate_spans", Shape::Boolean, "Whether spans are checked."),
    inert("validate_temporal_ordering", "Whether order is checked; not interpreted by clnrm."),
    key("validate_traces", Shape::Boolean, "Whether traces are checked."),
]);

static EXPECTED_SPAN: Table = table(&[
    key("attributes", ANY_MAP, "Attributes that the span must have.").keyed_by(Content::SpanAttribute),
    inert("count", "How many there must be; not interpreted by clnrm."),
    inert("description", "Why the span is expected; not interpreted by clnrm."),
    inert("is_root", "Whether the span has no parent; not interpreted by clnrm."),
    inert("kind", "The span's kind; not interpreted by clnrm."),
    key("max_duration_ms", MILLISECONDS, "Upper bound of the span's duration.").read_by(RUN),
    inert("min_count", "How many there must be at least; not interpreted by clnrm."),
    key("min_duration_ms", MILLISECONDS, "Lower bound of the span's duration.").read_by(RUN),
    key("name", NAME, "The span's name.").holds(Content::Span).required().read_by(RUN),
    inert("parent", "The name of the span's parent; not interpreted by clnrm."),
    key("required", Shape::Boolean, "Whether the span must be there."),
    inert("required_attributes", "Attributes that must be there; not interpreted by clnrm."),
    inert("service_name", "The service that the span comes from; not interpreted by clnrm."),
    inert("status", "The span's status; not interpreted by clnrm."),
]);

static EXPECTED_TRACE: Table = table(&[
    key("complete", Shape::Boolean, "Whether all spans must be there."),
    inert("description", "Why the trace is expected; not interpreted by clnrm."),
    inert("is_tree", "Whether the spans make a tree; not interpreted by clnrm."),
    inert("name", "A name for the trace; not interpreted by clnrm."),
    inert("ordered", "Whether order counts; not interpreted by clnrm."),
    key("parent_child", Shape::List(&PARENT_CHILD), "Pairs of parent and child.").holds(Content::Span),
    key("span_names", TEXTS, "Names of the spans.").holds(Content::Span).expected(),
    inert("trace_count", "How many traces there must be; not interpreted by clnrm."),
    key("trace_id", super::TEXT, "The trace's identifier."),
]);

static PARENT_CHILD: Shape = Shape::Forms(&[form(TEXTS), refused(Shape::Table(&EDGE), "pairs as tables")]);

static EDGE: Table = table(&[
    key("child", NAME, "The child.").holds(Content::Span).required(),
    key("parent", NAME, "The parent.").holds(Content::Span).required(),
]);
