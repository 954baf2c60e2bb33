//! Lines and columns of a text that does not change. For text that is edited see `Document`.

use super::{Encoding, Position, Span};

/// A byte order mark; it belongs to the bytes of a file, but fills no column.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalar values. A byte order mark is not counted.
    pub column: usize,
}

/// Where each line of a text begins.
///
/// Lines end with `\n`, `\r\n` or a lone `\r`, as the language server protocol counts them. Building it reads the text
/// once; columns are counted only when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// The lines of `text`. There is always at least one.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at + 1);
        }
        Self { starts }
    }

    /// How many lines there are; a text that ends with a line end has an empty last line.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The line (from 1) that holds the byte `offset`; offsets behind the end belong to the last line.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The span of a line (from 1) of `text`, without its line end. Lines that do not exist are empty, at the end.
    pub fn line_span(&self, text: &str, line: usize) -> Span {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return Span::at(text.len());
        };
        let end = self.starts.get(line).copied().unwrap_or(text.len());
        let content = text.get(start..end).unwrap_or_default();
        Span::new(start, start + content.trim_end_matches(['\n', '\r']).len())
    }

    /// The editor's position of a byte offset into `text`, as [`Document::position`](super::Document::position) has it.
    pub fn editor_position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = floor_char_boundary(text, offset);
        let line = self.line(offset) - 1;
        let before = text.get(self.starts[line]..offset).unwrap_or_default();
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            encoding => before.chars().map(|character| encoding.width(character)).sum(),
        };
        Position::new(line, column)
    }

    /// The byte offset into `text` of an editor's position, as [`Document::offset`](super::Document::offset) has it.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let Some(&start) = self.starts.get(position.line) else { return text.len() };
        let (mut offset, mut reached) = (start, 0);
        for character in text.get(start..).unwrap_or_default().chars() {
            let width = encoding.width(character);
            if matches!(character, '\n' | '\r') || reached + width > position.column {
                break;
            }
            reached += width;
            offset += character.len_utf8();
        }
        offset
    }

    /// The line and column of a byte offset into `text`. An offset inside a character counts as its beginning, one behind
    /// the end as the end. Costs time linear in the length of the line.
    pub fn position(&self, text: &str, offset: usize) -> LineColumn {
        let offset = floor_char_boundary(text, offset);
        let line = self.line(offset);
        let start = self.starts[line - 1];
        let before = text.get(start..offset).unwrap_or_default();
        let before = if start == 0 { before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before) } else { before };
        LineColumn { line, column: before.chars().count() + 1 }
    }
}

/// The nearest character boundary at or before `offset`.
fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(text: &str) -> Vec<(usize, usize)> {
        let index = LineIndex::new(text);
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.map(|at| index.position(text, at)).map(|place| (place.line, place.column)).collect()
    }

    #[test]
    fn every_kind_of_line_end_begins_a_line() {
        assert_eq!(positions("a\nb"), [(1, 1), (1, 2), (2, 1), (2, 2)]);
        assert_eq!(positions("a\rb"), [(1, 1), (1, 2), (2, 1), (2, 2)]);
        assert_eq!(positions("a\r\nb"), [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]);
        assert_eq!(positions("\r\r\n\n"), [(1, 1), (2, 1), (2, 2), (3, 1), (4, 1)]);
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        let text = "käse = \"日本\" # 🦀!";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, text.len()), LineColumn { line: 1, column: 17 });
    }

    #[test]
    fn a_byte_order_mark_fills_no_column() {
        let text = "\u{feff}a\n\u{feff}b";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(index.position(text, 3), LineColumn { line: 1, column: 1 });
        assert_eq!(index.position(text, 5), LineColumn { line: 2, column: 1 });
        assert_eq!(index.position(text, 8), LineColumn { line: 2, column: 2 }, "only at the very beginning");
    }

    #[test]
    fn offsets_that_fit_nowhere_are_taken_to_the_nearest_place() {
        let text = "ä\n";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 1), LineColumn { line: 1, column: 1 });
        assert_eq!(index.position(text, 99), LineColumn { line: 2, column: 1 });
        assert_eq!(LineIndex::new("").position("", 0), LineColumn { line: 1, column: 1 });
    }

    #[test]
    fn a_line_is_without_its_end() {
        let text = "ab\r\n\ncd";
        let index = LineIndex::new(text);
        let lines: Vec<_> = (1..=index.line_count()).map(|line| index.line_span(text, line)).collect();
        assert_eq!(lines, [Span::new(0, 2), Span::new(4, 4), Span::new(5, 7)]);
        assert_eq!(index.line_span(text, 9), Span::at(7));
        assert_eq!(index.line_span(text, 0), Span::at(7));
    }

    proptest::proptest! {
        #[test]
        fn editor_positions_are_those_of_a_document(text in "([a-cäß𝄞\u{feff}]|\r\n|\r|\n){0,40}", offset in 0..120_usize) {
            let (index, document) = (LineIndex::new(&text), crate::text::Document::new(&text));
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                proptest::prop_assert_eq!(
                    index.editor_position(&text, offset, encoding),
                    document.position(offset, encoding)
                );
            }
        }

        #[test]
        fn offsets_are_those_of_a_document(text in "([a-cäß𝄞\u{feff}]|\r\n|\r|\n){0,40}", line in 0..9_usize, column in 0..20_usize) {
            let (index, document) = (LineIndex::new(&text), crate::text::Document::new(&text));
            let position = Position::new(line, column);
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                proptest::prop_assert_eq!(
                    index.offset(&text, position, encoding),
                    document.offset(position, encoding)
                );
            }
        }
    }
}
