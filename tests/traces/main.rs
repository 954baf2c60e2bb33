//! The room of traces through its public doors: every format in, digests, pictures, differences.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed test may panic")]

mod canonical;
mod diff;
mod documented;
mod generate;
mod mutated;
mod odd_json;
mod reading;
mod round_trip;
mod tree;
mod waterfall;
mod write;

use clnrm_lsp::trace::read::{ReadSummary, Sink, read};
use clnrm_lsp::trace::{ReadProblem, Span, SpanId};

/// Keeps all that is read, in its order.
#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    problems: Vec<ReadProblem>,
    runner_spans: Vec<String>,
}

impl Sink for Kept {
    fn span(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn problem(&mut self, problem: ReadProblem) {
        self.problems.push(problem);
    }

    fn runner_span(&mut self, id: SpanId) {
        self.runner_spans.push(id.to_string());
    }
}

fn read_all(bytes: &[u8]) -> (Kept, ReadSummary) {
    let mut kept = Kept::default();
    let summary = read(bytes, "in", &mut kept);
    assert_eq!(summary.spans, kept.spans.len() as u64);
    assert_eq!(summary.formats.values().sum::<u64>(), summary.spans);
    assert_eq!(summary.problems.values().sum::<u64>(), kept.problems.len() as u64);
    (kept, summary)
}
