//! Edits of a broken text that make a TOML parser read all the rest of it.

use super::OffsetMap;
use crate::text::Span;

/// Edits of one text, applied together.
#[derive(Debug, Default)]
pub(super) struct Repair {
    edits: Vec<(Span, String)>,
}

impl Repair {
    /// Replaces `span` by `text`, padded with blanks to the length of `span`: only a longer text moves what follows.
    pub fn replace(&mut self, span: Span, text: &str) {
        let mut padded = text.to_owned();
        padded.extend(std::iter::repeat_n(' ', span.len().saturating_sub(text.len())));
        self.edits.push((span, padded));
    }

    /// Inserts `text` at `offset`.
    pub fn insert(&mut self, offset: usize, text: &str) {
        self.edits.push((Span::at(offset), text.to_owned()));
    }

    /// Blanks `span`, but for its line ends.
    pub fn blank(&mut self, span: Span, text: &str) {
        let Some(written) = span.slice(text) else { return };
        let blanks = written.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        self.edits.push((span, blanks));
    }

    /// The repaired text and the way back. An edit that overlaps one before it is left out.
    pub fn apply(mut self, text: &str) -> (String, OffsetMap) {
        self.edits.sort_by_key(|(span, _)| *span);
        let mut repaired = String::with_capacity(text.len() + 16);
        let mut offsets = OffsetMap::default();
        let mut done = 0;
        for (span, new) in &self.edits {
            let Some(kept) = text.get(done..span.start) else { continue };
            repaired.push_str(kept);
            repaired.push_str(new);
            if new.len() > span.len() {
                offsets.insert(Span::new(repaired.len() - (new.len() - span.len()), repaired.len()));
            }
            done = span.end;
        }
        repaired.push_str(text.get(done..).unwrap_or_default());
        (repaired, offsets)
    }
}
