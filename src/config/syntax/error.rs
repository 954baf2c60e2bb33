//! What can be wrong with the TOML of a text.

use crate::text::Span;

/// One mistake in the TOML of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The tightest place.
    pub span: Span,
    /// A safe mend: places and their new text, sorted, without overlap. Empty where there is none.
    pub mend: Vec<(Span, String)>,
}

/// What a name is that a table header can't define again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    /// A table.
    Table,
    /// A list of tables.
    List,
    /// A key with a value.
    Value,
}

/// The kinds of mistakes in TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// A key that the same table already has.
    DuplicateKey {
        /// The key as people write its path.
        key: String,
        /// Where it was defined first.
        first: Option<Span>,
    },
    /// A table header that the file already has.
    DuplicateTable {
        /// The path in the header.
        table: String,
        /// Where it was defined first.
        first: Option<Span>,
        /// What it is by that.
        former: Former,
    },
    /// A path that leads through a value which is no table, or through one that is closed to additions.
    NotExtendable {
        /// The key that is in the way.
        key: String,
    },
    /// Several `key = value` pairs on one line.
    PairsOnOneLine {
        /// What stands between them: `;`, `,` or nothing.
        separator: Option<char>,
    },
    /// A string in single quotes (`"` or `'`) that goes over several lines.
    NewlineInString {
        /// The quote.
        quote: char,
    },
    /// A string without its closing quotes.
    UnclosedString {
        /// The quotes that are missing.
        quotes: &'static str,
    },
    /// An array without its `]`.
    UnclosedArray,
    /// An inline table without its `}`.
    UnclosedInlineTable,
    /// A table header without its `]` or `]]`.
    UnclosedHeader {
        /// What is missing.
        missing: &'static str,
    },
    /// A table header without its `[` or `[[`.
    UnopenedHeader {
        /// What is missing.
        missing: &'static str,
    },
    /// `[a]]`.
    MismatchedHeader,
    /// `[]`.
    EmptyHeader,
    /// Something behind a table header on its line.
    TextAfterHeader,
    /// A key without `=` and value.
    KeyWithoutValue {
        /// The key.
        key: String,
    },
    /// `key "value"`.
    MissingEquals {
        /// The key.
        key: String,
    },
    /// `key =` and nothing behind it.
    MissingValue {
        /// The key, if there is one.
        key: Option<String>,
    },
    /// `= value`.
    MissingKey,
    /// `key: value`.
    ColonForEquals,
    /// A key that must be quoted, or can't be a key at all.
    InvalidKey {
        /// The key as written.
        key: String,
    },
    /// A bare word where a string should stand.
    MissingQuotes {
        /// As written.
        word: String,
    },
    /// `True`, `yes`, `off`: a boolean in another language.
    ForeignBoolean {
        /// As written.
        word: String,
        /// As TOML has it.
        value: bool,
    },
    /// `null`, `nil`, `None`: TOML has no such value.
    Null {
        /// As written.
        word: String,
    },
    /// A number that is written wrongly.
    InvalidNumber {
        /// As written.
        number: String,
        /// Why, as a clause ("it starts with a zero").
        reason: &'static str,
    },
    /// A date or time that does not exist or is written wrongly.
    InvalidDatetime {
        /// As written.
        text: String,
    },
    /// A backslash sequence that TOML does not know.
    InvalidEscape {
        /// As written.
        escape: String,
    },
    /// Two items of an array or inline table without a comma between them.
    MissingComma,
    /// Two commas in a row, or one before the first item.
    ExtraComma,
    /// Something behind a value on its line.
    TextAfterValue {
        /// As written.
        text: String,
    },
    /// A closing bracket without an opening one, or another character that no statement starts with.
    Unexpected {
        /// As written.
        text: String,
    },
    /// A line that starts with `//`, a comment in other languages.
    ForeignComment,
    /// A line of three back-ticks, which fences code in Markdown.
    CodeFence,
    /// The first mark of a merge conflict, `<<<<<<<`. What the other side has, between `=======` and `>>>>>>>`, is not
    /// read.
    ConflictMarker,
    /// A control character.
    ControlCharacter {
        /// Its code.
        code: u32,
    },
    /// A carriage return without a line feed.
    LoneCarriageReturn,
    /// Values or keys nested too deeply.
    TooDeep,
    /// Anything else.
    Other {
        /// Why, in the words of the parser.
        message: String,
    },
}

impl SyntaxErrorKind {
    /// Whether the value or key at the place of the error can't be known, so that nothing else may be said about it.
    pub fn hides_content(&self) -> bool {
        !matches!(
            self,
            Self::DuplicateKey { .. }
                // What stands in the place of a list or a value says nothing of what is wanted there.
                | Self::DuplicateTable { former: Former::Table, .. }
                | Self::PairsOnOneLine { .. }
                | Self::UnclosedHeader { .. }
                | Self::UnopenedHeader { .. }
                | Self::MismatchedHeader
                | Self::TextAfterHeader
                | Self::UnclosedArray
                | Self::UnclosedInlineTable
                | Self::MissingComma
                | Self::ExtraComma
                | Self::ColonForEquals
                | Self::MissingEquals { .. }
                | Self::ForeignComment
                | Self::CodeFence
                | Self::ConflictMarker
                | Self::LoneCarriageReturn
        )
    }
}
