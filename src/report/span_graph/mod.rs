//! Who calls whom, by the names of spans: what a test expects, what a trace has, or both laid over each other.

mod ascii;
mod dot;
mod json;
mod mermaid;
mod svg;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::expectation::example::selects;
use crate::expectation::tree::{
    ExpectationTree, GraphRequirement, NameSelector, Requirement, SpanRequirement, TraceRequirement, WindowRequirement,
    WindowSpan,
};
use crate::trace::Trace;

/// Names and the edges between them, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanGraph {
    nodes: BTreeMap<String, Presence>,
    edges: BTreeMap<(String, String), Presence>,
    /// Whether a test and a trace are compared.
    compared: bool,
}

/// Whether something is expected, and how often it was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// How often it was seen in the trace.
    pub seen: usize,
    /// Whether the test expects it.
    pub expected: bool,
    /// Whether the test forbids it.
    pub forbidden: bool,
}

/// What is to be said of a node or an edge where a test and a trace are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be, or nothing is compared.
    Plain,
    /// Expected, and not seen.
    Missing,
    /// Seen, and not expected.
    Extra,
    /// Forbidden; a fault where it was seen.
    Forbidden,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum GraphFormat {
    /// A tree in the terminal
    Ascii,
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// Nodes and edges
    Json,
    /// A picture
    Svg,
}

impl SpanGraph {
    /// The graph of what a test expects, of a trace, or of both.
    pub fn new(test: Option<&ExpectationTree>, trace: Option<&Trace>) -> Self {
        let mut graph = Self { compared: test.is_some() && trace.is_some(), ..Self::default() };
        if let Some(trace) = trace {
            graph.see(trace);
        }
        for block in test.iter().flat_map(|tree| tree.blocks.iter().map(move |block| (tree, block))) {
            let (tree, block) = block;
            let absent = tree.constraints_of(block).any(|(_, constraint)| {
                matches!(constraint.requirement, Requirement::Span(SpanRequirement::Exists(false)))
            });
            for (_, constraint) in tree.constraints_of(block) {
                graph.expect(block.subject.as_ref(), absent, &constraint.requirement);
            }
        }
        graph
    }

    /// The names that are wanted, and the edges between them.
    pub fn filtered(mut self, is_wanted: impl Fn(&str) -> bool) -> Self {
        self.nodes.retain(|name, _| is_wanted(name));
        self.edges.retain(|(from, to), _| is_wanted(from) && is_wanted(to));
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The names that were seen and that nobody expects, with how often.
    pub fn extra_names(&self) -> impl Iterator<Item = (&str, usize)> {
        let is_extra = |(_, node): &(&String, &Presence)| !node.expected && node.seen > 0;
        self.nodes.iter().filter(is_extra).map(|(name, node)| (name.as_str(), node.seen))
    }

    /// The edges between expected names that were seen and that nobody expects, with how often.
    pub fn extra_edges(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        let is_expected = |name: &str| self.nodes.get(name).is_some_and(|node| node.expected);
        let is_extra = move |((from, to), edge): &(&(String, String), &Presence)| {
            !edge.expected && edge.seen > 0 && is_expected(from) && is_expected(to)
        };
        self.edges.iter().filter(is_extra).map(|((from, to), edge)| (from.as_str(), to.as_str(), edge.seen))
    }

    /// Writes the graph in this format.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, format: GraphFormat, out: &mut dyn Write) -> io::Result<()> {
        match format {
            GraphFormat::Ascii => self.write_ascii(out),
            GraphFormat::Dot => self.write_dot(out),
            GraphFormat::Mermaid => self.write_mermaid(out),
            GraphFormat::Json => self.write_json(out),
            GraphFormat::Svg => self.write_svg(out),
        }
    }

    fn see(&mut self, trace: &Trace) {
        for (index, span) in trace.iter() {
            self.nodes.entry(span.name.to_string()).or_default().seen += 1;
            if let Some(parent) = trace.parent(index) {
                let edge = (trace[parent].name.to_string(), span.name.to_string());
                self.edges.entry(edge).or_default().seen += 1;
            }
        }
    }

    fn expect(&mut self, subject: Option<&NameSelector>, absent: bool, requirement: &Requirement) {
        match (subject, requirement) {
            (Some(subject), Requirement::Span(SpanRequirement::Name(_))) => self.node(subject, absent),
            (Some(subject), Requirement::Span(SpanRequirement::Parent(parent))) if !absent => {
                self.edge(parent, subject)
            }
            (_, Requirement::Graph(GraphRequirement::Edge(parent, child)))
            | (_, Requirement::Trace(TraceRequirement::Edge(parent, child))) => self.edge(parent, child),
            (_, Requirement::Trace(TraceRequirement::Contains(name))) => self.node(name, false),
            (_, Requirement::Graph(GraphRequirement::NoEdge(first, second, _))) => {
                for (from, to) in [(first, second), (second, first)] {
                    for edge in self.edges_of(from, to) {
                        self.edges.entry(edge).or_default().forbidden = true;
                    }
                }
            }
            (_, Requirement::Window(WindowRequirement::Present(WindowSpan::Outer(outer)))) => self.node(outer, false),
            _ => {}
        }
    }

    fn node(&mut self, selector: &NameSelector, forbidden: bool) {
        for name in self.names_of(selector) {
            let node = self.nodes.entry(name).or_default();
            if forbidden { node.forbidden = true } else { node.expected = true }
        }
    }

    fn edge(&mut self, parent: &NameSelector, child: &NameSelector) {
        for (from, to) in self.edges_of(parent, child) {
            self.nodes.entry(from.clone()).or_default().expected = true;
            self.nodes.entry(to.clone()).or_default().expected = true;
            self.edges.entry((from, to)).or_default().expected = true;
        }
    }

    /// The names that were seen and that `selector` selects; the selector itself where there is none.
    fn names_of(&self, selector: &NameSelector) -> Vec<String> {
        let seen = self.nodes.iter().filter(|(name, node)| node.seen > 0 && selects(selector, name));
        let seen: Vec<String> = seen.map(|(name, _)| name.clone()).collect();
        if seen.is_empty() { vec![selector.text().to_owned()] } else { seen }
    }

    /// The edges that were seen between what the selectors select; one between the selectors themselves where there is none.
    fn edges_of(&self, parent: &NameSelector, child: &NameSelector) -> Vec<(String, String)> {
        let is_meant = |(from, to): &&(String, String)| selects(parent, from) && selects(child, to);
        let seen: Vec<(String, String)> = self.edges.keys().filter(is_meant).cloned().collect();
        if seen.is_empty() { vec![(parent.text().to_owned(), child.text().to_owned())] } else { seen }
    }

    fn state(&self, presence: Presence) -> State {
        match presence {
            Presence { forbidden: true, .. } => State::Forbidden,
            _ if !self.compared => State::Plain,
            Presence { seen: 0, expected: true, .. } => State::Missing,
            Presence { expected: false, .. } => State::Extra,
            Presence { .. } => State::Plain,
        }
    }

    /// The names without an edge to them; of a circle that nothing leads to, the first.
    fn tops(&self) -> Vec<&str> {
        let shown = |(_, presence): &(&(String, String), &Presence)| !presence.forbidden || presence.seen > 0;
        let reached: Vec<(&str, &str)> =
            self.edges.iter().filter(shown).map(|((from, to), _)| (from.as_str(), to.as_str())).collect();
        let is_top = |name: &str| !reached.iter().any(|(from, to)| *to == name && *from != name);
        let mut tops: Vec<&str> = self.nodes.keys().map(String::as_str).filter(|name| is_top(name)).collect();
        let mut met: Vec<&str> = Vec::new();
        let mut open = tops.clone();
        loop {
            while let Some(name) = open.pop() {
                if !met.contains(&name) {
                    met.push(name);
                    open.extend(reached.iter().filter(|(from, _)| *from == name).map(|(_, to)| *to));
                }
            }
            let Some(left) = self.nodes.keys().map(String::as_str).find(|name| !met.contains(name)) else { break };
            tops.push(left);
            open.push(left);
        }
        tops
    }

    /// The edges from a name, forbidden ones only where they were seen.
    fn edges_from<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, Presence)> {
        let of = move |((from, to), presence): (&'a (String, String), &'a Presence)| {
            let shown = !presence.forbidden || presence.seen > 0;
            (from == name && shown).then_some((to.as_str(), *presence))
        };
        self.edges.iter().filter_map(of)
    }
}

impl State {
    /// The word for it; empty for what needs none.
    const fn word(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Missing => "missing",
            Self::Extra => "not expected",
            Self::Forbidden => "forbidden",
        }
    }

    /// The colour of it in pictures; none for what needs none.
    const fn color(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Missing => Some("#d73a49"),
            Self::Extra => Some("#6a737d"),
            Self::Forbidden => Some("#b31d28"),
        }
    }
}

/// What is said beside a node or an edge: how often it was seen, and its state.
fn label(presence: Presence, state: State) -> String {
    let seen = if presence.seen > 1 { format!("×{}", presence.seen) } else { String::new() };
    [seen.as_str(), state.word()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
