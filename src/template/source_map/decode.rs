//! Reads the markers out of rendered text and records what each byte comes from.

use memchr::memmem;

use super::record::{Frame, Record, Round, Segment, ValueRecord};
use crate::template::lower::Marks;
use crate::template::site::{FileSites, Site};
use crate::text::Span;

/// Why markers could not be read; a value that holds the marker character is the one cause that is not a defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// A marker is malformed or names nothing.
    #[error("a marker is malformed")]
    Malformed,
    /// An end marker without its start, or the other way round.
    #[error("markers are not balanced")]
    Unbalanced,
    /// Text that no marker announces.
    #[error("text without a marker")]
    Unmarked,
    /// A marker inside a value.
    #[error("a marker inside a value")]
    InValue,
}

/// Rendered text without markers.
pub(crate) struct Decoded {
    pub text: String,
    pub record: Record,
    pub opaque: Vec<Span>,
}

/// Finds the place of marker unit numbers among the files.
pub(crate) struct Units<'a> {
    /// The unit of each file.
    pub by_file: &'a [u32],
    /// The sites of each file.
    pub sites: &'a [&'a FileSites],
}

impl Units<'_> {
    fn file(&self, unit: u32) -> Option<u32> {
        if self.by_file.first() == Some(&unit) {
            return Some(0);
        }
        self.by_file.iter().position(|known| *known == unit).map(|file| file as u32)
    }
}

enum Marker {
    Text { file: u32, site: u32 },
    Value { file: u32, site: u32 },
    ValueEnd,
    Call { file: u32, site: u32 },
    CallEnd,
    Round { file: u32, site: u32 },
    LoopEnd { file: u32, site: u32 },
}

/// Reads the marker behind the marker character; returns it with its length.
fn marker(rest: &str, units: &Units<'_>) -> Option<(Marker, usize)> {
    let bytes = rest.as_bytes();
    let kind = *bytes.first()?;
    match kind {
        b'e' => return Some((Marker::ValueEnd, 1)),
        b'p' => return Some((Marker::CallEnd, 1)),
        _ => {}
    }
    let mut numbers = [0u32; 2];
    let mut which = 0;
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            digit @ b'0'..=b'9' => {
                numbers[which] = numbers[which].checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
            }
            b',' if which == 0 => which = 1,
            b';' => break,
            _ => return None,
        }
        at += 1;
    }
    let [site, unit] = numbers;
    let file = units.file(unit)?;
    units.sites.get(file as usize)?.sites.get(site as usize)?;
    let marker = match kind {
        b'T' => Marker::Text { file, site },
        b'E' => Marker::Value { file, site },
        b'P' => Marker::Call { file, site },
        b'L' => Marker::Round { file, site },
        b'l' => Marker::LoopEnd { file, site },
        _ => return None,
    };
    Some((marker, at + 1))
}

struct Decoder<'a> {
    units: &'a Units<'a>,
    marks: Marks,
    text: String,
    record: Record,
    opaque: Vec<Span>,
    frame: u32,
    round: u32,
    /// The text run that is being written: file, site and how much of it was written.
    run: Option<(u32, u32, u32)>,
    /// The value that is being written: file, site and where it starts.
    value: Option<(u32, u32, u32)>,
    /// The frame and round to go back to, and the value record of the call.
    calls: Vec<(u32, u32, usize)>,
}

/// Removes the markers from `rendered`. Linear in its length.
pub(crate) fn decode(rendered: &str, marks: Marks, units: &Units<'_>) -> Result<Decoded, DecodeError> {
    let mut decoder = Decoder {
        units,
        marks,
        text: String::with_capacity(rendered.len()),
        record: Record::new(),
        opaque: Vec::new(),
        frame: 0,
        round: 0,
        run: None,
        value: None,
        calls: Vec::new(),
    };
    let mut buffer = [0; 4];
    let mark = marks.mark.encode_utf8(&mut buffer);
    let finder = memmem::Finder::new(mark.as_bytes());
    let mut rest = rendered;
    loop {
        let next = finder.find(rest.as_bytes());
        let (chunk, behind) = rest.split_at(next.unwrap_or(rest.len()));
        if !chunk.is_empty() {
            decoder.write(chunk, behind)?;
        }
        if next.is_none() {
            break;
        }
        let behind = &behind[mark.len()..];
        let (marker, length) = marker(behind, units).ok_or(DecodeError::Malformed)?;
        decoder.marker(marker)?;
        rest = &behind[length..];
    }
    if decoder.value.is_some() || !decoder.calls.is_empty() {
        return Err(DecodeError::Unbalanced);
    }
    Ok(Decoded { text: decoder.text, record: decoder.record, opaque: decoder.opaque })
}

impl Decoder<'_> {
    fn write(&mut self, chunk: &str, behind: &str) -> Result<(), DecodeError> {
        let start = self.text.len() as u32;
        let (frame, round) = (self.frame, self.round);
        if let Some((file, site, _)) = self.value {
            self.write_value(chunk, behind);
            let end = self.text.len() as u32;
            if end > start {
                self.record.segments.push(Segment { start, end, file, site, offset: Segment::VALUE, frame, round });
            }
            return Ok(());
        }
        let Some((file, site, offset)) = self.run else { return Err(DecodeError::Unmarked) };
        self.text.push_str(chunk);
        let end = self.text.len() as u32;
        self.record.segments.push(Segment { start, end, file, site, offset, frame, round });
        self.run = Some((file, site, offset + (end - start)));
        Ok(())
    }

    /// Writes a value; holes in it become placeholders.
    fn write_value(&mut self, chunk: &str, behind: &str) {
        let mut pieces = chunk.split(self.marks.hole);
        self.text.push_str(pieces.next().unwrap_or_default());
        let mut pieces = pieces.peekable();
        while let Some(piece) = pieces.next() {
            let last = pieces.peek().is_none();
            let ahead = if last { piece.to_owned() + &self.line_ahead(behind) } else { piece.to_owned() + "x" };
            let start = self.text.len();
            let placeholder = placeholder(&self.text, &ahead);
            self.text.push_str(placeholder);
            let hole = Span::new(start, self.text.len());
            match self.opaque.last_mut() {
                Some(before) if before.end == hole.start && !hole.is_empty() => before.end = hole.end,
                _ => self.opaque.push(hole),
            }
            self.text.push_str(piece);
        }
    }

    /// The rest of the line that is being written, as far as it is rendered already, without markers.
    fn line_ahead(&self, mut behind: &str) -> String {
        let mut line = String::new();
        while let Some(rest) = behind.strip_prefix(self.marks.mark) {
            let Some((_, length)) = marker(rest, self.units) else { break };
            let rest = &rest[length..];
            let end = rest.find([self.marks.mark, '\n']).unwrap_or(rest.len());
            line.push_str(&rest[..end]);
            behind = &rest[end..];
            if line.len() > 64 {
                break;
            }
        }
        line
    }

    fn marker(&mut self, marker: Marker) -> Result<(), DecodeError> {
        if self.value.is_some() && !matches!(marker, Marker::ValueEnd) {
            return Err(DecodeError::InValue);
        }
        let at = self.text.len() as u32;
        match marker {
            Marker::Text { file, site } => self.run = Some((file, site, 0)),
            Marker::Value { file, site } => self.value = Some((file, site, at)),
            Marker::ValueEnd => {
                let (file, site, start) = self.value.take().ok_or(DecodeError::Unbalanced)?;
                let (frame, round) = (self.frame, self.round);
                self.record.values.push(ValueRecord { file, site, start, end: at, frame, round });
                self.run = None;
            }
            Marker::Call { file, site } => {
                let value = self.record.values.len();
                let (frame, round) = (self.frame, self.round);
                self.record.values.push(ValueRecord { file, site, start: at, end: at, frame, round });
                self.calls.push((frame, round, value));
                self.frame = self.record.frames.len() as u32;
                self.record.frames.push(Frame { parent: frame, file, site, round });
                self.round = 0;
                self.run = None;
            }
            Marker::CallEnd => {
                let (frame, round, value) = self.calls.pop().ok_or(DecodeError::Unbalanced)?;
                self.record.values[value].end = at;
                (self.frame, self.round) = (frame, round);
                self.run = None;
            }
            Marker::Round { file, site } => {
                let (outer, index) = match self.open_loop(file, site) {
                    Some(round) => (round.outer, round.index + 1),
                    None => (self.round, 0),
                };
                self.round = self.record.rounds.len() as u32;
                self.record.rounds.push(Round { outer, file, site, index });
                self.run = None;
            }
            Marker::LoopEnd { file, site } => {
                if let Some(round) = self.open_loop(file, site) {
                    self.round = round.outer;
                }
                self.run = None;
            }
        }
        Ok(())
    }

    /// The current round of the loop `site`, if it runs. Rounds that a `break` left open inside of it are skipped.
    fn open_loop(&self, file: u32, site: u32) -> Option<Round> {
        let mut at = self.round;
        while at != 0 {
            let round = self.record.rounds[at as usize];
            if (round.file, round.site) == (file, site) {
                return Some(round);
            }
            at = round.outer;
        }
        None
    }
}

/// What stands for a missing value so that the TOML around it stays valid: nothing on a line of its own, a string as a bare
/// value, and a word inside strings and keys.
fn placeholder(before: &str, ahead: &str) -> &'static str {
    let line = before.rfind('\n').map_or(before, |newline| &before[newline + 1..]);
    let ahead = ahead.trim_start();
    let mut quote = None;
    let mut assigned = false;
    let mut escaped = false;
    for byte in line.bytes() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'#') => return "____",
            (None, b'=') => assigned = true,
            (None, _) => {}
        }
    }
    if quote.is_some() {
        return "____";
    }
    match line.trim_end().bytes().last() {
        None if ahead.is_empty() || ahead.starts_with(['\r', '\n']) => "",
        None if ahead.starts_with([',', ']']) => "\"____\"",
        Some(b'=' | b'[' | b',') if assigned => "\"____\"",
        Some(b',') => "\"____\"",
        _ => "____",
    }
}

/// The second invariant: segments tile `text`, and each run of literal text equals its source.
pub(crate) fn is_consistent(text: &str, record: &Record, sites: &[&FileSites], sources: &[&str]) -> bool {
    let mut at = 0;
    for segment in &record.segments {
        if segment.start != at {
            return false;
        }
        at = segment.end;
        if segment.offset == Segment::VALUE {
            continue;
        }
        let file = segment.file as usize;
        let site = sites.get(file).and_then(|file| file.sites.get(segment.site as usize));
        let (Some(Site::Text { span }), Some(source)) = (site, sources.get(file)) else { return false };
        let start = span.start + segment.offset as usize;
        let end = start + (segment.end - segment.start) as usize;
        if end > span.end
            || source.as_bytes().get(start..end) != text.as_bytes().get(segment.start as usize..segment.end as usize)
        {
            return false;
        }
    }
    at as usize == text.len()
}

/// The first invariant: `clean`, rendered without markers, is `text` with its placeholders in the place of holes.
pub(crate) fn is_clean_render(clean: &str, text: &str, opaque: &[Span], hole: char) -> bool {
    if opaque.is_empty() && !clean.contains(hole) {
        return clean == text;
    }
    let mut rest = text;
    // Holes that lie side by side were merged in `opaque`, so placeholders are stepped over one hole at a time.
    for (index, piece) in clean.split(hole).enumerate() {
        if index > 0 {
            rest = ["\"____\"", "____"].iter().find_map(|placeholder| rest.strip_prefix(placeholder)).unwrap_or(rest);
        }
        let Some(behind) = rest.strip_prefix(piece) else { return false };
        rest = behind;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn placeholders_fit_their_place() {
        assert_eq!(placeholder("a = ", "\n"), "\"____\"");
        assert_eq!(placeholder("a = [1, ", "]\n"), "\"____\"");
        assert_eq!(placeholder("a = \"x ", "\"\n"), "____");
        assert_eq!(placeholder("a = 1\n[t.", "]\n"), "____");
        assert_eq!(placeholder("a = 1\n  ", ""), "");
        assert_eq!(placeholder("a = [\n  ", ",\n"), "\"____\"");
        assert_eq!(placeholder("", " = 1"), "____");
    }
}
