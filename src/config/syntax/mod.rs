//! From text to a TOML table, with all syntax errors in one pass and as much of the table as can be had.
//!
//! A text without errors is parsed once and nothing else. A text with errors is read a second time by `diagnose`, which
//! words the mistakes and repairs them (mostly in place, so that offsets stay); the repaired text is then parsed. Both are linear. What the repair
//! did not see is blanked line by line, in a few rounds at most.

mod cursor;
mod definitions;
mod diagnose;
mod error;
mod offsets;
mod repair;
mod scalar;
#[cfg(test)]
mod tests;

pub use error::{Former, SyntaxError, SyntaxErrorKind};
pub(crate) use offsets::OffsetMap;

use std::borrow::Cow;

use toml::de::DeTable;

use self::repair::Repair;
use crate::text::Span;

/// How often the parser may find something that `diagnose` did not.
const ROUNDS: usize = 8;

/// A broken text, mended so far that the parser reads it.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The repaired text.
    pub text: String,
    /// From its offsets to those of the text as written.
    pub offsets: OffsetMap,
    /// All mistakes, sorted by place.
    pub errors: Vec<SyntaxError>,
}

/// All mistakes of `text`, which the parser refused, and a text that it accepts but for keys that are there twice.
pub(crate) fn recover(text: &str) -> Recovered {
    let (mut errors, clean) = control_characters(text);
    let (found, repair) = diagnose::diagnose(&clean);
    errors.extend(found);
    let (mut repaired, offsets) = repair.apply(&clean);
    for round in 0..ROUNDS {
        let (_, remaining) = DeTable::parse_recoverable(&repaired);
        let is_double = |message: &str| message.starts_with("duplicate key") || message.starts_with("cannot extend");
        let mut duplicates = Vec::new();
        let mut others = Vec::new();
        for error in &remaining {
            let span = error.span().map(Span::from).unwrap_or_default();
            if is_double(error.message()) {
                duplicates.push((span, error.message()))
            } else {
                others.push((span, error.message()))
            }
        }
        if others.is_empty() || round + 1 == ROUNDS {
            if !duplicates.is_empty() {
                errors.extend(double(&repaired, &offsets, &duplicates));
            }
            break;
        }
        let mut blanks = Repair::default();
        for (span, message) in others {
            let line = line_of(&repaired, span.start);
            let place = offsets.original(line);
            // A line with a mistake that is told already needs no second one.
            if !errors.iter().any(|error| error.span.overlaps(place) || error.span == place) {
                let span = if span.is_empty() { place } else { offsets.original(span) };
                let kind = SyntaxErrorKind::Other { message: message.to_owned() };
                errors.push(SyntaxError { kind, span, mend: Vec::new() });
            }
            blanks.blank(line, &repaired);
        }
        let length = repaired.len();
        repaired = blanks.apply(&repaired).0;
        debug_assert_eq!(repaired.len(), length, "blanking keeps every offset");
    }
    errors.sort_by_key(|error| error.span);
    errors.dedup_by(|second, first| second.span == first.span && second.kind == first.kind);
    Recovered { text: repaired, offsets, errors }
}

/// Reports control characters that no TOML may hold, and replaces them so that nothing else trips over them.
fn control_characters(text: &str) -> (Vec<SyntaxError>, Cow<'_, str>) {
    let bytes = text.as_bytes();
    let is_lone_return = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    if !(0..bytes.len()).any(|at| is_control(bytes[at]) || is_lone_return(at)) {
        return (Vec::new(), Cow::Borrowed(text));
    }
    let mut errors: Vec<SyntaxError> = Vec::new();
    let mut clean = String::with_capacity(text.len());
    let mut has_lone_return = false;
    for (at, letter) in text.char_indices() {
        let span = Span::new(at, at + letter.len_utf8());
        if letter.is_ascii() && is_control(bytes[at]) {
            clean.push(' ');
            match errors.last_mut() {
                Some(last) if last.span.end == at && matches!(last.kind, SyntaxErrorKind::ControlCharacter { .. }) => {
                    last.span.end = span.end;
                }
                _ => errors.push(SyntaxError {
                    kind: SyntaxErrorKind::ControlCharacter { code: u32::from(letter) },
                    span,
                    mend: Vec::new(),
                }),
            }
        } else if letter == '\r' && is_lone_return(at) {
            // All lines of such a file end like this: one mistake.
            if !has_lone_return {
                has_lone_return = true;
                errors.push(SyntaxError { kind: SyntaxErrorKind::LoneCarriageReturn, span, mend: Vec::new() });
            }
            clean.push('\n');
        } else {
            clean.push(letter);
        }
    }
    (errors, Cow::Owned(clean))
}

/// The errors for what is defined twice, at their places in the text as written.
fn double(repaired: &str, offsets: &OffsetMap, duplicates: &[(Span, &str)]) -> Vec<SyntaxError> {
    let spans: Vec<Span> = duplicates.iter().map(|(span, _)| *span).collect();
    let mut errors = definitions::duplicate_errors(repaired, &spans);
    for (span, message) in duplicates {
        if !message.starts_with("cannot extend") {
            continue;
        }
        if let Some(error) = errors.iter_mut().find(|error| error.span == *span) {
            let key = span.slice(repaired).unwrap_or_default().to_owned();
            error.kind = SyntaxErrorKind::NotExtendable { key };
            error.mend.clear();
        }
    }
    for error in &mut errors {
        error.span = offsets.original(error.span);
        for (span, _) in &mut error.mend {
            *span = offsets.original(*span);
        }
        if let SyntaxErrorKind::DuplicateKey { first, .. } | SyntaxErrorKind::DuplicateTable { first, .. } =
            &mut error.kind
        {
            *first = first.map(|first| offsets.original(first));
        }
    }
    errors
}

/// The line that `offset` lies in, without its end.
fn line_of(text: &str, offset: usize) -> Span {
    let bytes = text.as_bytes();
    let offset = offset.min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &bytes[offset..]).map_or(bytes.len(), |newline| offset + newline);
    Span::new(start, end)
}
