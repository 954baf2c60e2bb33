//! The lines around a place.
//!
//! Only the lines that are shown are handed to the renderer, so that the cost of a finding does not grow with its file.
//! The renderer cuts long lines to the terminal; lines beyond all measure are not shown at all.

use super::Source;
use crate::text::Span;

/// A range over more lines than this is shown by its first line.
const MOST_LINES: usize = 6;

/// A line with more bytes than this is not shown, for each finding would cost time linear in it.
const LONGEST_LINE: usize = 10_000;

/// A line with more bytes than this is not shown just because its neighbour is.
const LONGEST_NEIGHBOUR: usize = 200;

/// A piece of a text, ready to be shown.
#[derive(Debug)]
pub struct Excerpt {
    /// The lines, each ended by `\n`.
    pub text: String,
    /// Number of the first line, from 1.
    pub first_line: usize,
    /// The place within `text`.
    pub span: Span,
    lines: Vec<Line>,
}

/// One line of an excerpt.
#[derive(Debug)]
struct Line {
    /// The line in the source, without its end and without a byte order mark.
    source: Span,
    /// Where it begins in the excerpt.
    at: usize,
}

impl Excerpt {
    /// The lines of `span`, with the lines directly before and behind it that are not blank. `None` where a line is too
    /// long to be shown.
    pub fn new(source: &Source, span: Span) -> Option<Self> {
        let first = source.lines.line(span.start);
        let last = source.lines.line(span.end);
        let whole = last < first + MOST_LINES;
        let last = if whole { last.max(first) } else { first };
        let shown_first = if first > 1 && shows_neighbour(source, first - 1) { first - 1 } else { first };
        let shown_last = if shows_neighbour(source, last + 1) { last + 1 } else { last };

        let mut text = String::new();
        let mut lines = Vec::with_capacity(shown_last + 1 - shown_first);
        for line in shown_first..=shown_last {
            let line = line_without_mark(source, line);
            if line.len() > LONGEST_LINE {
                return None;
            }
            lines.push(Line { source: line, at: text.len() });
            text.push_str(source.slice(line));
            text.push('\n');
        }
        let mut excerpt = Self { text, first_line: shown_first, span: Span::default(), lines };
        let start = excerpt.locate(span.start);
        let end = if whole { span.end } else { line_without_mark(source, first).end };
        excerpt.span = Span::new(start, excerpt.locate(end).max(start));
        Some(excerpt)
    }

    /// The place in the excerpt of a range of the source, if it lies within the shown lines.
    pub fn place(&self, span: Span) -> Option<Span> {
        let (first, last) = (self.lines.first()?, self.lines.last()?);
        (first.source.start <= span.start && span.end <= last.source.end)
            .then(|| Span::new(self.locate(span.start), self.locate(span.end)))
    }

    /// Offset in the excerpt; offsets that are not shown go to the nearest one that is.
    fn locate(&self, offset: usize) -> usize {
        let line = self.lines.iter().rev().find(|line| line.source.start <= offset).or(self.lines.first());
        line.map_or(0, |line| line.at + offset.clamp(line.source.start, line.source.end) - line.source.start)
    }
}

fn shows_neighbour(source: &Source, line: usize) -> bool {
    let text = source.slice(source.lines.line_span(&source.text, line));
    text.len() <= LONGEST_NEIGHBOUR && !text.trim().is_empty()
}

/// The span of a line without the byte order mark of the file, which is no part of what its author sees.
fn line_without_mark(source: &Source, line: usize) -> Span {
    let span = source.lines.line_span(&source.text, line);
    let mark = '\u{feff}';
    let marked = span.start == 0 && source.slice(span).starts_with(mark);
    if marked { Span::new(mark.len_utf8(), span.end) } else { span }
}
