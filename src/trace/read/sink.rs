//! Where spans and problems go while a source is read.

use crate::trace::{Loss, ReadProblem, Span, SpanId, Trace, TraceBuilder};

/// Takes what a reader finds, one by one, so that a source of any size is read in bounded memory.
pub trait Sink {
    /// A span was read.
    fn span(&mut self, span: Span);

    /// Something was not read, or not as it stands.
    fn problem(&mut self, problem: ReadProblem);

    /// The source says that programs were told to be children of this span of their runner. Only who trusts the source believes it: a
    /// program under test could say so too.
    fn runner_span(&mut self, _: SpanId) {}
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn span(&mut self, span: Span) {
        (**self).span(span);
    }

    fn problem(&mut self, problem: ReadProblem) {
        (**self).problem(problem);
    }

    fn runner_span(&mut self, id: SpanId) {
        (**self).runner_span(id);
    }
}

/// Collects spans into a [`Trace`], and the first problems with them.
#[derive(Debug, Default)]
pub struct Collector {
    spans: TraceBuilder,
    problems: Vec<ReadProblem>,
    more_problems: u64,
}

impl Collector {
    /// A source that is broken throughout would otherwise fill the memory with its problems.
    const PROBLEMS: usize = 1000;

    /// The problems, worst first, otherwise in the order in which they were met; at most 1000 of them.
    pub fn problems(&self) -> &[ReadProblem] {
        &self.problems
    }

    /// How many problems were met besides those that are kept.
    pub fn more_problems(&self) -> u64 {
        self.more_problems
    }

    /// How many different spans were read.
    pub fn spans(&self) -> usize {
        self.spans.len()
    }

    /// The trace, and the problems as [`Self::problems`] has them.
    pub fn into_trace(self) -> (Trace, Vec<ReadProblem>) {
        (self.spans.build(), self.problems)
    }
}

impl Sink for Collector {
    fn span(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn runner_span(&mut self, id: SpanId) {
        self.spans.runner_span(id);
    }

    fn problem(&mut self, problem: ReadProblem) {
        let place = self.problems.partition_point(|known| known.loss >= problem.loss);
        self.problems.insert(place, problem);
        if self.problems.len() > Self::PROBLEMS {
            self.problems.pop();
            self.more_problems += 1;
        }
    }
}

/// Counts what is read and keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// Spans.
    pub spans: u64,
    /// Problems, those that cost nothing included.
    pub problems: u64,
    /// The problems that may have cost spans.
    pub losses: u64,
}

impl Sink for Counter {
    fn span(&mut self, _: Span) {
        self.spans += 1;
    }

    fn problem(&mut self, problem: ReadProblem) {
        self.problems += 1;
        self.losses += u64::from(Loss::costs_spans(problem.loss));
    }
}
