//! What a formatted file is made of: its statements, each with its place in the text.
//!
//! Nothing here is decoded. A value is a tree of places, so that printing can move white space and nothing else.

use crate::text::Span;

/// One statement with its comment and its line end, or one blank line.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    /// From the first byte of its first line to behind its line end. The spans of all statements tile the text.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
    /// Whether it is written as it stands, and nothing moves across it.
    pub verbatim: bool,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub(super) enum StatementKind {
    /// A line of white space.
    Blank,
    /// A comment on a line of its own.
    Comment(Span),
    /// `[table]` or `[[table]]`.
    Header(Header),
    /// `key = value`.
    Pair(Pair),
    /// A line that starts with a template construct.
    Construct,
    /// Lines that are not understood.
    Unknown,
}

/// A header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The parts of its dotted name, quotes included.
    pub name: Vec<Span>,
    /// Whether it stands in double brackets.
    pub repeated: bool,
    /// The comment behind it.
    pub comment: Option<Span>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The parts of the dotted key, quotes included.
    pub key: Vec<Span>,
    /// The value.
    pub value: Value,
    /// The comment behind it.
    pub comment: Option<Span>,
    /// Whether it keeps its place: what it writes may depend on what was written before.
    pub pinned: bool,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A string, a number, an expression: one text, kept byte for byte.
    Atom(Span),
    /// `[ … ]`.
    Array(List),
    /// `{ … }`.
    Table(List),
}

/// What stands between brackets.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// The items in order.
    pub items: Vec<Item>,
    /// Comments behind the last item, on lines of their own.
    pub tail: Vec<Remark>,
    /// Whether a line end follows the opening bracket: the author wants one item a line.
    pub broken: bool,
    /// Whether an expression stands for an item: how many items it writes is unknown.
    pub dynamic: bool,
}

/// One item of a list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Comments before it, on lines of their own.
    pub lead: Vec<Remark>,
    /// Whether a blank line parts it from what stands before.
    pub apart: bool,
    /// The key of an inline table's entry; empty in an array.
    pub key: Vec<Span>,
    /// The value.
    pub value: Value,
    /// The comment behind it on its line.
    pub comment: Option<Span>,
}

/// A comment between the items of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remark {
    /// Whether a blank line parts it from what stands before.
    pub apart: bool,
    /// The comment, without its line end.
    pub span: Span,
}

impl List {
    /// Whether a comment stands between the items.
    pub fn has_comment(&self) -> bool {
        !self.tail.is_empty() || self.items.iter().any(|item| !item.lead.is_empty() || item.comment.is_some())
    }
}

impl Value {
    /// Whether it must stand on several lines however short it is. A table does so only where its author wrote it so: earlier
    /// versions of TOML know tables on one line only.
    pub fn breaks(&self) -> bool {
        match self {
            Self::Atom(_) => false,
            Self::Table(list) => (list.broken && !list.items.is_empty()) || list.has_comment(),
            Self::Array(list) => {
                (list.broken && !list.items.is_empty())
                    || list.has_comment()
                    || list.items.iter().any(|item| item.value.breaks())
            }
        }
    }
}
