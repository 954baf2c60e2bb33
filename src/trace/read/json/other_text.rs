//! The text around JSON: where a record begins in it, and how many lines have nothing to do with spans.

use crate::trace::Place;
use crate::trace::read::input::Input;
use crate::trace::read::intake::{Intake, Note};
use crate::trace::read::place::At;

/// What is known of the current line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Whether it has other text.
    text: bool,
    /// Whether it has a part of a record.
    record: bool,
    /// How it begins, for the recognition of exporters whose output nobody can parse.
    beginning: Vec<u8>,
}

impl Lines {
    /// Enough for the words by which an exporter is recognised.
    const BEGINNING: usize = 32;

    /// Passes over text up to the `{` or `[` of what may be a record; `false` at the end.
    pub fn find_record(&mut self, input: &mut Input<'_>, intake: &mut Intake<'_>) -> bool {
        while let Some(byte) = input.peek() {
            match byte {
                b'\n' => {
                    self.end_line(input.line(), intake);
                    input.consume(1);
                }
                b'{' if begins_object(input) => return true,
                b'[' if begins_list(input) => return true,
                // What stands between records on one line, and closes a list that was read as text.
                b' ' | b'\t' | b'\r' | b',' | b']' => {
                    if self.text {
                        self.remember(&[byte]);
                    }
                    input.consume(1);
                }
                _ => self.pass_over_text(input),
            }
        }
        self.end_line(input.line(), intake);
        false
    }

    /// A record ended on the current line.
    pub fn record_ended(&mut self) {
        self.record = true;
        self.beginning.clear();
    }

    /// What was taken for a record is none: it counts as other text.
    pub fn was_text(&mut self) {
        self.text = true;
    }

    /// Passes over bytes that can't begin a record, up to one that can, or to the end of the line.
    fn pass_over_text(&mut self, input: &mut Input<'_>) {
        self.text = true;
        // The byte at hand is known not to begin a record, whatever it is.
        let chunk = input.chunk();
        let rest = chunk.get(1..).unwrap_or_default();
        let length = 1 + memchr::memchr3(b'\n', b'{', b'[', rest).unwrap_or(rest.len());
        self.remember(chunk.get(..length).unwrap_or_default());
        input.consume(length);
    }

    /// Keeps what of `text` belongs to the beginning of the line.
    fn remember(&mut self, text: &[u8]) {
        let wanted = Self::BEGINNING.saturating_sub(self.beginning.len()).min(text.len());
        self.beginning.extend_from_slice(&text[..wanted]);
    }

    fn end_line(&mut self, line: u64, intake: &mut Intake<'_>) {
        if self.text && !self.record {
            intake.summary().other_lines += 1;
            if let Some(note) = unreadable_exporter(&self.beginning) {
                intake.note(&At::record(Place::Line(line)), note);
            }
        }
        self.text = false;
        self.record = false;
        self.beginning.clear();
    }
}

/// Whether a `{` begins a JSON object, as far as can be seen: a key or its end follows.
fn begins_object(input: &mut Input<'_>) -> bool {
    matches!(after_space(input), Some(b'"' | b'}'))
}

/// Whether a `[` begins a list of objects.
fn begins_list(input: &mut Input<'_>) -> bool {
    after_space(input) == Some(b'{')
}

/// The first byte after the one at hand that is no white space.
fn after_space(input: &mut Input<'_>) -> Option<u8> {
    // More white space than this is no way to begin a record.
    const FORESIGHT: usize = 1024;
    let next = |bytes: &[u8]| bytes.iter().take(FORESIGHT).skip(1).copied().find(|byte| !byte.is_ascii_whitespace());
    match next(input.foreseen()) {
        None => {
            input.foresee(FORESIGHT);
            next(input.foreseen())
        }
        found => found,
    }
}

/// Whether a line that begins so was printed by an exporter for people's eyes only.
fn unreadable_exporter(beginning: &[u8]) -> Option<Note> {
    let beginning = beginning.trim_ascii_start();
    [
        (b"traceId: '".as_slice(), Note::NodeConsole),
        (b"Activity.TraceId:", Note::DotNetConsole),
        (b"TraceId     :", Note::RustStdout),
        (b"Trace Id:", Note::RustStdout),
        (b"TraceId:", Note::RustStdout),
    ]
    .into_iter()
    .find_map(|(words, note)| beginning.starts_with(words).then_some(note))
}
