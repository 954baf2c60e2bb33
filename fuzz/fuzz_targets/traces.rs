//! Any bytes are read without a panic and in whatever pieces they come; what is read has a digest, a picture, and no difference from itself.

#![no_main]

use std::io::Read;

use clnrm_lsp::trace::canonical::{Canonical, Form, Noise};
use clnrm_lsp::trace::diff::diff;
use clnrm_lsp::trace::read::{ReadSummary, Sink, read};
use clnrm_lsp::trace::waterfall::{Layout, LayoutOptions, TextOptions, html, svg, text};
use clnrm_lsp::trace::{ReadProblem, Span, Trace};
use libfuzzer_sys::fuzz_target;

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    problems: Vec<ReadProblem>,
}

impl Sink for Kept {
    fn span(&mut self, span: Span) {
        self.spans.push(span);
    }

    fn problem(&mut self, problem: ReadProblem) {
        self.problems.push(problem);
    }
}

/// Gives a few bytes at a time.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = into.len().min(7);
        self.0.read(&mut into[..count])
    }
}

fn kept(source: impl Read) -> (Kept, ReadSummary) {
    let mut kept = Kept::default();
    let summary = read(source, "fuzz", &mut kept);
    assert_eq!(summary.spans, kept.spans.len() as u64);
    assert_eq!(summary.problems.values().sum::<u64>(), kept.problems.len() as u64);
    (kept, summary)
}

fuzz_target!(|bytes: &[u8]| {
    let (whole, summary) = kept(bytes);
    let (pieces, in_pieces) = kept(Pieces(bytes));
    // How much comes out of a compressed stream before it turns out to be broken depends on how it is read; that it is broken, or what
    // came out makes no sense, is told either way.
    let is_broken = |kept: &Kept| kept.problems.iter().any(|problem| problem.message.starts_with("reading failed"));
    if summary.compressed && (is_broken(&whole) || is_broken(&pieces)) {
        assert!(!whole.problems.is_empty() && !pieces.problems.is_empty());
    } else {
        assert_eq!((&whole.spans, &whole.problems), (&pieces.spans, &pieces.problems));
        assert_eq!(summary, in_pieces);
    }

    let trace: Trace = whole.spans.iter().cloned().collect();
    let backwards: Trace = trace.spans().iter().rev().cloned().collect();
    let digest = |trace| Canonical::new(trace, Form::Full, &Noise::default()).digest();
    assert_eq!(digest(&trace), digest(&backwards));
    assert!(diff(&trace, &backwards, &Noise::default()).is_empty());
    let layout = Layout::new(&trace, LayoutOptions::default());
    assert_eq!(layout.sections.iter().map(|section| section.spans).sum::<usize>(), trace.len());
    for picture in [text(&layout, &TextOptions::default()), svg(&layout), html(&layout, "fuzz")] {
        assert!(!picture.contains('\u{1b}'));
    }
});
