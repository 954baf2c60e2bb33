//! Expectations in one line, close to how a test writes them.

use std::fmt;

use super::Expectation;
use crate::expectation::tree::{
    AttributeTest, BlockKind, Bound, Counted, CrossScope, GraphRequirement, HermeticityRequirement, Literal,
    OrderBasis, OrderMode, OrderRequirement, Requirement, SpanRequirement, StatusRequirement, TraceRequirement,
    ValueTest, WindowRequirement, WindowSpan,
};

impl Expectation {
    /// What it is about, in a few words.
    pub fn head(&self) -> String {
        match (self.kind, &self.subject) {
            (BlockKind::Span, Some(subject)) => format!("span `{subject}`"),
            (BlockKind::Window, _) => match self.requirements.first() {
                Some(Requirement::Window(window)) => format!("window {}", window_text(window.window())),
                _ => "window".to_owned(),
            },
            (kind, _) => kind.name().to_owned(),
        }
    }

    /// What it asks for, besides what its head says.
    pub fn details(&self) -> impl Iterator<Item = &Requirement> {
        let said = |requirement: &&Requirement| self.kind != BlockKind::Trace && is_said_by_head(requirement);
        self.requirements.iter().filter(move |requirement| !said(requirement))
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.head())?;
        let parts: Vec<String> = self.details().map(words).collect();
        if !parts.is_empty() {
            write!(formatter, ": {}", parts.join(", "))?;
        }
        Ok(())
    }
}

/// Whether the head of the line says it already.
fn is_said_by_head(requirement: &Requirement) -> bool {
    matches!(
        requirement,
        Requirement::Span(SpanRequirement::Name(_)) | Requirement::Window(WindowRequirement::Present(_))
    )
}

/// One requirement in a few words.
pub fn words(requirement: &Requirement) -> String {
    match requirement {
        Requirement::Span(span) => span_words(span),
        Requirement::Graph(graph) => graph_words(graph),
        Requirement::Count(counted, bound) => format!("{} {}", counted_text(counted), bound_text(*bound)),
        Requirement::Window(window) => window_words(window),
        Requirement::Order(order) => order_words(order),
        Requirement::Status(StatusRequirement::All(status)) => format!("all = {status}"),
        Requirement::Status(StatusRequirement::None(status)) => format!("none = {status}"),
        Requirement::Status(StatusRequirement::Named(name, status)) => format!("`{name}` = {status}"),
        Requirement::Hermeticity(hermeticity) => hermeticity_words(hermeticity),
        Requirement::Trace(trace) => trace_words(trace),
        Requirement::Unevaluable(reason) => format!("can't be evaluated: {reason}"),
    }
}

fn span_words(span: &SpanRequirement) -> String {
    match span {
        SpanRequirement::Name(name) => format!("name = `{name}`"),
        SpanRequirement::Parent(name) => format!("parent = `{name}`"),
        SpanRequirement::Ancestor(name) => format!("ancestor = `{name}`"),
        SpanRequirement::Kind(kind) => format!("kind = {kind}"),
        SpanRequirement::Status(status) => format!("status = {status}"),
        SpanRequirement::Attribute(key, test) => format!("attrs.{key} {}", test_text(test)),
        SpanRequirement::AnyAttribute(tests) => {
            format!("one of {}", listed(tests.iter().map(attribute_text)))
        }
        SpanRequirement::Event(name) => format!("event `{name}`"),
        SpanRequirement::AnyEvent(names) => {
            format!("one event of {}", listed(names.iter().map(|name| format!("`{name}`"))))
        }
        SpanRequirement::DurationAtLeast(least) => format!("duration ≥ {least} ms"),
        SpanRequirement::DurationAtMost(most) => format!("duration ≤ {most} ms"),
        SpanRequirement::Count(bound) => format!("count {}", bound_text(*bound)),
        SpanRequirement::Exists(true) => "exists".to_owned(),
        SpanRequirement::Exists(false) => "absent".to_owned(),
        SpanRequirement::IfPresent => "not required".to_owned(),
        SpanRequirement::Distinct => "distinct".to_owned(),
    }
}

fn attribute_text(attribute: &AttributeTest) -> String {
    let tests: Vec<String> = attribute.tests.iter().map(test_text).collect();
    format!("{} {}", attribute.key, tests.join(" and "))
}

fn test_text(test: &ValueTest) -> String {
    match test {
        ValueTest::Equals(value) => format!("= {}", literal(value)),
        ValueTest::Not(value) => format!("≠ {}", literal(value)),
        ValueTest::OneOf(values) => format!("one of {}", listed(values.iter().map(literal))),
        ValueTest::Regex(pattern) => format!("matches /{pattern}/"),
        ValueTest::AtLeast(least) => format!("≥ {least}"),
        ValueTest::AtMost(most) => format!("≤ {most}"),
        ValueTest::Present(true) => "present".to_owned(),
        ValueTest::Present(false) => "absent".to_owned(),
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Integer(number) => number.to_string(),
        // As TOML writes it: a float is told from an integer.
        Literal::Float(number) => format!("{number:?}"),
        Literal::Boolean(truth) => truth.to_string(),
        Literal::Array(items) => listed(items.iter().map(literal)),
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn graph_words(graph: &GraphRequirement) -> String {
    match graph {
        GraphRequirement::Edge(parent, child) => format!("`{parent}` → `{child}`"),
        GraphRequirement::NoEdge(first, second, CrossScope::Direct) => format!("no edge `{first}` – `{second}`"),
        GraphRequirement::NoEdge(first, second, CrossScope::Descendant) => format!("no way `{first}` – `{second}`"),
        GraphRequirement::Acyclic => "acyclic".to_owned(),
        GraphRequirement::AnyEdge => "some edge".to_owned(),
        GraphRequirement::NoOrphans => "no missing parents".to_owned(),
        GraphRequirement::Tree => "each trace is one tree".to_owned(),
    }
}

fn counted_text(counted: &Counted) -> String {
    match counted {
        Counted::Spans => "spans".to_owned(),
        Counted::Events => "events".to_owned(),
        Counted::Errors => "errors".to_owned(),
        Counted::Named(name) => format!("spans `{name}`"),
        Counted::OfKind(kind) => format!("{kind} spans"),
    }
}

fn bound_text(bound: Bound) -> String {
    match bound {
        Bound::AtLeast(least) => format!("≥ {least}"),
        Bound::AtMost(most) => format!("≤ {most}"),
        Bound::Exactly(exact) => format!("= {exact}"),
    }
}

fn window_text(window: &WindowSpan) -> String {
    match window {
        WindowSpan::Outer(outer) => format!("`{outer}`"),
        WindowSpan::Between(start, end) => format!("`{start}` … `{end}`"),
    }
}

fn window_words(window: &WindowRequirement) -> String {
    match window {
        WindowRequirement::Present(_) => "present".to_owned(),
        WindowRequirement::Contains(_, name, tolerance) => format!("contains `{name}` (± {tolerance} ms)"),
        WindowRequirement::DurationAtLeast(_, least) => format!("duration ≥ {least} ms"),
        WindowRequirement::DurationAtMost(_, most) => format!("duration ≤ {most} ms"),
        WindowRequirement::SpansAtLeast(_, least, tolerance) => format!("≥ {least} spans within (± {tolerance} ms)"),
    }
}

fn order_words(order: &OrderRequirement) -> String {
    let mode = match order.mode {
        OrderMode::Any => "",
        OrderMode::First => ", the first ones",
        OrderMode::All => ", all of them",
    };
    let basis = match order.basis {
        OrderBasis::EndToStart => "before",
        OrderBasis::StartToStart => "starts before",
    };
    format!("`{}` {basis} `{}`{mode}", order.first, order.second)
}

fn hermeticity_words(hermeticity: &HermeticityRequirement) -> String {
    match hermeticity {
        HermeticityRequirement::NoExternalServices(hosts) if hosts.is_empty() => "no external services".to_owned(),
        HermeticityRequirement::NoExternalServices(hosts) => {
            format!("no services but {}", listed(hosts.iter().map(|host| format!("`{host}`"))))
        }
        HermeticityRequirement::ResourceAttribute(key, test) => format!("resource {key} {}", test_text(test)),
        HermeticityRequirement::ForbiddenKey(key) => format!("no attribute `{key}`"),
    }
}

fn trace_words(trace: &TraceRequirement) -> String {
    match trace {
        TraceRequirement::Id(id) => format!("id = {id}"),
        TraceRequirement::Contains(name) => format!("contains `{name}`"),
        TraceRequirement::ContainsAny(names) => {
            format!("contains one of {}", listed(names.iter().map(|name| format!("`{name}`"))))
        }
        TraceRequirement::Edge(parent, child) => format!("`{parent}` → `{child}`"),
        TraceRequirement::Complete => "no missing parents".to_owned(),
    }
}
