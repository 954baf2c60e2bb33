//! The text of an open document: edited in place, addressed by bytes or by editor positions.
//!
//! Lines end with `\n`, `\r\n` or a lone `\r`, as editors and the language server protocol have it; no other character ends a
//! line. A byte order mark and NUL are ordinary characters. An edit costs the logarithm of the document's size plus the
//! edit's own.

use std::sync::Arc;

use ropey::{Rope, RopeSlice};

use super::{Encoding, Span};

/// A line and a column, both from 0. What a column is depends on the [`Encoding`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The position `line`:`column`, both from 0.
    pub const fn new(line: usize, column: usize) -> Self {
        Self { line, column }
    }
}

/// One change of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced, from the first position up to the second; `None`: the whole document.
    pub range: Option<(Position, Position)>,
    /// By what.
    pub text: String,
}

/// The text of one document. Cloning shares the text.
#[derive(Clone, Debug, Default)]
pub struct Document {
    rope: Rope,
}

impl Document {
    /// A document with this text.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether the document is empty.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// Number of lines: one more than there are line ends.
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// The whole text. Costs one copy.
    pub fn text(&self) -> Arc<str> {
        let mut text = String::with_capacity(self.rope.len_bytes());
        text.extend(self.rope.chunks());
        text.into()
    }

    /// Applies changes one after the other, each to the result of the one before.
    ///
    /// A position behind the end of its line means the end of the line, one behind the last line the end of the document, and
    /// one inside a character its start: editors send such positions, and the document must stay in step with them.
    pub fn apply(&mut self, changes: &[Change], encoding: Encoding) {
        for change in changes {
            let Some((start, end)) = change.range else {
                self.rope = Rope::from_str(&change.text);
                continue;
            };
            let (start, end) = (self.offset(start, encoding), self.offset(end, encoding));
            self.replace(Span::new(start.min(end), start.max(end)), &change.text);
        }
    }

    /// Replaces a span by a text. Bounds inside a character are moved to its start, bounds behind the end to the end.
    pub fn replace(&mut self, span: Span, text: &str) {
        let start = self.rope.byte_to_char(span.start.min(self.len()));
        let end = self.rope.byte_to_char(span.end.min(self.len())).max(start);
        self.rope.remove(start..end);
        self.rope.insert(start, text);
    }

    /// The byte offset of a position; see [`Document::apply`] for positions that do not exist.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        if position.line >= self.rope.len_lines() {
            return self.len();
        }
        let start = self.rope.line_to_byte(position.line);
        start + offset_in_line(self.rope.line(position.line), position.column, encoding)
    }

    /// The position of a byte offset. An offset inside a character means its start, one behind the end the end.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(self.len());
        let line = self.rope.byte_to_line(offset);
        let within = offset - self.rope.line_to_byte(line);
        Position { line, column: column_in_line(self.rope.line(line), within, encoding) }
    }
}

/// The byte offset of a column within its line; at most that of the line's end, which lies before the line break.
fn offset_in_line(line: RopeSlice<'_>, column: usize, encoding: Encoding) -> usize {
    let mut offset = 0;
    let mut reached = 0;
    for chunk in line.chunks() {
        for character in chunk.chars() {
            let width = encoding.width(character);
            if is_line_break(character) || reached + width > column {
                return offset;
            }
            reached += width;
            offset += character.len_utf8();
        }
    }
    offset
}

/// The column of a byte offset within its line.
fn column_in_line(line: RopeSlice<'_>, within: usize, encoding: Encoding) -> usize {
    let mut offset = 0;
    let mut column = 0;
    for chunk in line.chunks() {
        for character in chunk.chars() {
            offset += character.len_utf8();
            if offset > within {
                return column;
            }
            column += encoding.width(character);
        }
    }
    column
}

/// Whether `character` ends a line.
const fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    /// Start, end and new text, with lines and columns from 0.
    type Edit<'a> = ((usize, usize), (usize, usize), &'a str);

    fn changed(text: &str, encoding: Encoding, changes: &[Edit<'_>]) -> String {
        let mut document = Document::new(text);
        let changes: Vec<Change> = changes
            .iter()
            .map(|(start, end, text)| Change {
                range: Some((Position::new(start.0, start.1), Position::new(end.0, end.1))),
                text: (*text).to_owned(),
            })
            .collect();
        document.apply(&changes, encoding);
        document.text().to_string()
    }

    #[test]
    fn columns_count_in_the_units_of_the_encoding() {
        let text = "a = \"é🦀\" # end";
        assert_eq!(changed(text, Encoding::Utf8, &[((0, 5), (0, 11), "x")]), "a = \"x\" # end");
        assert_eq!(changed(text, Encoding::Utf16, &[((0, 5), (0, 8), "x")]), "a = \"x\" # end");
        assert_eq!(changed(text, Encoding::Utf32, &[((0, 5), (0, 7), "x")]), "a = \"x\" # end");
    }

    #[test]
    fn each_change_applies_to_the_result_of_the_one_before() {
        let changes = [((0, 0), (0, 1), "bb"), ((0, 1), (0, 2), "c"), ((1, 0), (1, 0), "d")];
        assert_eq!(changed("a\n", Encoding::Utf16, &changes), "bc\nd");
    }

    #[test]
    fn a_change_without_range_replaces_everything() {
        let mut document = Document::new("old");
        document.apply(&[Change { range: None, text: "new\n".to_owned() }], Encoding::Utf16);
        assert_eq!(&*document.text(), "new\n");
    }

    #[test]
    fn positions_that_do_not_exist_are_clamped() {
        let document = Document::new("ab\r\ncd\r\n");
        let offset = |line, column| document.offset(Position::new(line, column), Encoding::Utf16);
        assert_eq!(offset(0, 99), 2, "the end of a line lies before its line break");
        assert_eq!(offset(2, 0), 8);
        assert_eq!(offset(99, 99), 8);
        let crab = Document::new("🦀x");
        assert_eq!(crab.offset(Position::new(0, 1), Encoding::Utf16), 0, "half a surrogate pair");
        assert_eq!(crab.position(2, Encoding::Utf16), Position::new(0, 0), "inside a character");
    }

    #[test]
    fn every_kind_of_line_end_and_nothing_else_ends_a_line() {
        let document = Document::new("a\nb\rc\r\nd\u{2028}e\u{b}f\0g");
        assert_eq!(document.line_count(), 4);
        assert_eq!(document.position(7, Encoding::Utf8), Position::new(3, 0));
    }

    #[test]
    fn a_change_between_carriage_return_and_line_feed_keeps_the_text() {
        assert_eq!(changed("a\r\nb", Encoding::Utf8, &[((0, 1), (1, 0), "")]), "ab");
        let mut document = Document::new("a\r\nb");
        document.replace(Span::at(2), "x");
        assert_eq!(&*document.text(), "a\rx\nb");
    }

    #[test]
    fn a_byte_order_mark_is_a_character() {
        let document = Document::new("\u{feff}a = 1");
        assert_eq!(document.position(3, Encoding::Utf16), Position::new(0, 1));
        assert_eq!(document.position(3, Encoding::Utf8), Position::new(0, 3));
    }

    #[test]
    fn ten_megabytes_are_edited_at_once() {
        let mut document = Document::new(&"key = \"value\"\n".repeat(750_000));
        for line in (0..750_000).step_by(7_500) {
            let at = Position::new(line, 7);
            document.apply(&[Change { range: Some((at, at)), text: "é".to_owned() }], Encoding::Utf16);
        }
        assert_eq!(document.len(), 750_000 * 14 + 100 * 2);
        assert!(document.text().starts_with("key = \"évalue\"\n"));
    }

    /// The positions of a text, counted in the plainest way.
    fn naive_position(text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut position = Position::default();
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if at + character.len_utf8() > offset {
                break;
            }
            let ends_line =
                character == '\n' || (character == '\r' && characters.peek().is_none_or(|next| next.1 != '\n'));
            if ends_line {
                position = Position::new(position.line + 1, 0);
            } else {
                position.column += encoding.width(character);
            }
        }
        position
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec!["a", "é", "🦀", "\n", "\r\n", "\r", "\0", "\u{feff}", "\u{2028}", "= ", "\t"]),
            0..40,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn offsets_and_positions_agree_with_plain_counting(text in any_text()) {
            let document = Document::new(&text);
            for encoding in ENCODINGS {
                for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    let position = document.position(offset, encoding);
                    prop_assert_eq!(position, naive_position(&text, offset, encoding));
                    let inside_line_break = offset > 0 && text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
                    if !inside_line_break {
                        prop_assert_eq!(document.offset(position, encoding), offset);
                    }
                }
            }
        }

        #[test]
        fn edits_equal_string_edits(text in any_text(), edits in prop::collection::vec((0usize..60, 0usize..60, any_text()), 1..6)) {
            for encoding in ENCODINGS {
                let (mut document, mut expected) = (Document::new(&text), text.clone());
                for (start, length, insert) in &edits {
                    let boundary = |at: usize| (0..=at.min(expected.len())).rev().find(|at| expected.is_char_boundary(*at)).unwrap();
                    let (start, end) = (boundary(*start), boundary(start + length));
                    let range = (document.position(start, encoding), document.position(end, encoding));
                    let (start, end) = (document.offset(range.0, encoding), document.offset(range.1, encoding));
                    document.apply(&[Change { range: Some(range), text: insert.clone() }], encoding);
                    expected.replace_range(start..end, insert);
                    prop_assert_eq!(&*document.text(), expected.as_str());
                }
            }
        }
    }
}
