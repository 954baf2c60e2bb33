//! Why a constraint does not hold: the span that comes nearest, what was asked and what was seen instead, and what was
//! probably meant. Decides nothing; every verdict comes from `evaluate`.

mod counts;
mod graph;
mod hermeticity;
mod names;
mod order;
mod show;
mod span;
mod status;
mod text;
mod trace;
mod window;

pub(super) use names::{nearest_by_name, similar_name};

use super::evaluate::Observed;
use super::tree::{ExpectationTree, Requirement};
use super::verdict::{Judgement, Reason, Reception, Verdict};
use crate::trace::{Origin, SpanIndex, Trace};

/// Why one constraint does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What is wrong, in one line: for a diagnostic at the place of the constraint.
    pub message: String,
    /// What is wrong with the block as a whole, where its constraints are judged together; equal for all of them.
    pub block: Option<String>,
    /// The span that comes nearest to what is asked for.
    pub nearest: Option<Nearest>,
    /// What else was found out, most telling first; each a line.
    pub facts: Vec<String>,
    /// What was probably meant, or what to do.
    pub help: Option<String>,
    /// The value that would make the constraint hold for the nearest span, as TOML: what accepting the run would write.
    pub accept: Option<String>,
    /// Where the spans were read that this is about.
    pub related: Vec<Related>,
}

/// The span that comes nearest, compared with what is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The span.
    pub span: SpanIndex,
    /// Its name.
    pub name: String,
    /// Its id, as hexadecimal digits.
    pub span_id: String,
    /// `service.name` of its resource.
    pub service: Option<String>,
    /// What was asked and seen, one row for each constraint of the block that a span can satisfy.
    pub rows: Vec<Row>,
}

impl Nearest {
    /// How many rows hold.
    pub fn holding(&self) -> usize {
        self.rows.iter().filter(|row| row.holds).count()
    }
}

/// One constraint, asked of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The key, as in the block.
    pub key: String,
    /// What the span says.
    pub seen: String,
    /// What is asked.
    pub asked: String,
    /// Whether the two agree.
    pub holds: bool,
}

/// A span, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The span.
    pub span: SpanIndex,
    /// Its name.
    pub name: String,
    /// Where it was read.
    pub origin: Origin,
}

/// Explains the failures of one judgement.
pub struct Explainer<'a> {
    tree: &'a ExpectationTree,
    judgement: &'a Judgement,
    observed: Observed<'a>,
}

impl<'a> Explainer<'a> {
    /// For `judgement`, which came of the other three.
    pub fn new(
        tree: &'a ExpectationTree,
        trace: &'a Trace,
        reception: &'a Reception,
        judgement: &'a Judgement,
    ) -> Self {
        Self { tree, judgement, observed: Observed::new(trace, tree.reading, reception) }
    }

    /// Why the constraint at `index` does not hold; `None` where it does.
    pub fn explain(&self, index: usize) -> Option<Explanation> {
        let constraint = self.tree.constraints.get(index)?;
        let verdict = self.judgement.verdicts.get(index)?;
        let mut explanation = match &verdict.verdict {
            Verdict::Holds => return None,
            Verdict::Undecided(Reason::NoSpans) => self.no_spans(),
            Verdict::Undecided(reason) if !matches!(reason, Reason::NoCandidate | Reason::NoMatch) => {
                Explanation { message: format!("not judged: {reason}"), ..Explanation::default() }
            }
            _ => match &constraint.requirement {
                Requirement::Span(requirement) => {
                    span::explain(self.tree, index, requirement, verdict, &self.observed, self.judgement)
                }
                Requirement::Trace(requirement) => {
                    trace::explain(self.tree, index, requirement, self.judgement, &self.observed)
                }
                Requirement::Graph(requirement) => graph::explain(requirement, verdict, &self.observed),
                Requirement::Count(counted, bound) => counts::explain(counted, *bound, &self.observed),
                Requirement::Window(requirement) => window::explain(requirement, verdict, &self.observed),
                Requirement::Order(requirement) => order::explain(requirement, &self.observed),
                Requirement::Status(requirement) => status::explain(requirement, verdict, &self.observed),
                Requirement::Hermeticity(requirement) => hermeticity::explain(requirement, verdict, &self.observed),
                Requirement::Unevaluable(reason) => {
                    Explanation { message: format!("not judged: {reason}"), ..Explanation::default() }
                }
            },
        };
        let told = explanation.nearest.as_ref().map(|nearest| nearest.span);
        let spans = told.into_iter().chain(verdict.culprits.iter().copied().filter(|span| Some(*span) != told));
        explanation.related = spans.take(RELATED).map(|span| related(span, &self.observed)).collect();
        Some(explanation)
    }

    /// The explanation as text for people: at most [`LINES`] lines, the first one with the subject and how many spans came.
    pub fn text(&self, index: usize) -> Option<String> {
        let explanation = self.explain(index)?;
        let constraint = self.tree.constraints.get(index)?;
        Some(text::text(&explanation, self.tree, constraint, self.judgement))
    }

    /// What [`Self::text`] tells beside the message and the help of the explanation; `None` where that is nothing.
    pub fn detail(&self, index: usize) -> Option<String> {
        let explanation = self.explain(index)?;
        let constraint = self.tree.constraints.get(index)?;
        let title = usize::from(explanation.block.is_none());
        let detail = Explanation { help: None, ..explanation };
        let text = text::text(&detail, self.tree, constraint, self.judgement);
        let lines: Vec<&str> = text.lines().skip(title).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn no_spans(&self) -> Explanation {
        let cause = self.judgement.no_spans.clone().unwrap_or_default();
        Explanation { message: cause.to_string(), help: Some(cause.advice().to_owned()), ..Explanation::default() }
    }
}

/// The longest explanation as text.
pub const LINES: usize = 12;

/// So many places of spans are told.
const RELATED: usize = 3;

fn related(span: SpanIndex, observed: &Observed<'_>) -> Related {
    let found = &observed.trace[span];
    Related { span, name: found.name.to_string(), origin: found.origin.clone() }
}

/// An explanation that is nothing but a message.
fn message(message: impl Into<String>) -> Explanation {
    Explanation { message: message.into(), ..Explanation::default() }
}
