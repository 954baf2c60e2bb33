//! What a completion is made of.

use serde::{Deserialize, Serialize};

use super::snippet::Snippet;
use crate::template::language::BuiltinKind;
use crate::text::Span;

/// What can be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// What an item replaces, unless it says something else.
    pub replaced: Replaced,
    /// The items, the likeliest first.
    pub items: Vec<Item>,
    /// Whether there are more items than these, so that the list has to be asked for again when more is typed.
    pub is_incomplete: bool,
    /// Characters that accept an item and are written behind it.
    pub commit: &'static [&'static str],
}

/// What of the text an item replaces. Lies on one line and holds the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// From the start of the word to the cursor.
    pub insert: Span,
    /// The whole word that the cursor stands in.
    pub replace: Span,
}

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What people see.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// A few words about it: a type, a value.
    pub detail: Option<String>,
    /// What its documentation is about.
    pub topic: Option<Topic>,
    /// What is written.
    pub insert: Snippet,
    /// What it replaces, where that is not what the others do.
    pub replaced: Option<Replaced>,
    /// What it is found by, where that is not the label: it starts with what an editor finds in the replaced text.
    pub filter: Option<String>,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what they are")]
pub enum ItemKind {
    Table,
    Block,
    Key,
    EnumValue,
    Value,
    Service,
    Step,
    Span,
    Attribute,
    Image,
    Pattern,
    Keyword,
    Variable,
    Field,
    Function,
    Filter,
    Test,
    Macro,
    Namespace,
    Parameter,
    File,
}

/// What the documentation of an item is about: enough to find it later, when an editor asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// A key of the format, by the path to it; in `cleanroom.toml`, if so.
    Key {
        /// From the root; `None` steps into an item of an array.
        path: Vec<Option<String>>,
        /// Whether the path counts from the root of `cleanroom.toml`.
        project: bool,
    },
    /// A function of templates.
    Function(String),
    /// A filter of templates.
    Filter(String),
    /// A test of templates.
    Test(String),
    /// An attribute of the semantic conventions.
    Attribute(String),
    /// A rule.
    Rule(String),
    /// This text.
    Text(String),
}

impl Topic {
    /// The documentation of a builtin.
    pub(super) fn builtin(kind: BuiltinKind, name: &str) -> Self {
        match kind {
            BuiltinKind::Function => Self::Function(name.to_owned()),
            BuiltinKind::Filter => Self::Filter(name.to_owned()),
            BuiltinKind::Test => Self::Test(name.to_owned()),
        }
    }
}

impl Item {
    /// An item that writes its label.
    pub(super) fn new(kind: ItemKind, label: impl Into<String>) -> Self {
        let label = label.into();
        let insert = Snippet::text(&label);
        Self { label, kind, detail: None, topic: None, insert, replaced: None, filter: None }
    }

    pub(super) fn writes(self, insert: Snippet) -> Self {
        Self { insert, ..self }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { detail: (!detail.is_empty()).then_some(detail), ..self }
    }

    pub(super) fn about(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    pub(super) fn found_by(self, filter: impl Into<String>) -> Self {
        Self { filter: Some(filter.into()), ..self }
    }
}

impl Replaced {
    /// From `start` to the cursor, and on to `end`.
    pub(super) fn new(start: usize, cursor: usize, end: usize) -> Self {
        Self { insert: Span::new(start.min(cursor), cursor), replace: Span::new(start.min(cursor), end.max(cursor)) }
    }
}
