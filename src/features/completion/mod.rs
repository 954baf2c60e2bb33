//! Completion: what can be written at a place of a test, of a macro library or of `cleanroom.toml`, in its TOML (`toml`) and in
//! its template tags (`template`).
//!
//! Comments, free texts and files that are neither get nothing. The items come without their documentation; it is made when
//! it is asked for ([`documentation()`]).

mod document_names;
mod documentation;
mod images;
mod item;
pub mod semantic_conventions;
mod snippet;
mod template;
mod toml;

pub use documentation::documentation;
pub use images::images;
pub use item::{Completions, Item, ItemKind, Replaced, Topic};
pub use snippet::Snippet;

use super::DocumentView;
use super::cursor::Cursor;
use super::known_spans::KnownSpans;
use crate::analysis::FileKind;
use crate::template::render::TemplateName;

/// What is known beside the document.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The spans of the last run.
    pub known_spans: &'a KnownSpans,
    /// Finds the images that the tests of the workspace use.
    pub images: &'a dyn Fn() -> Vec<String>,
    /// Finds the files that the document may import or include.
    pub templates: &'a dyn Fn() -> Vec<TemplateName>,
    /// Whether items may have places to fill in. Without, more text stands there from the start.
    pub snippets: bool,
}

/// What can be written at `offset`.
pub fn complete(view: &DocumentView, offset: usize, around: Surroundings<'_>) -> Completions {
    let kind = view.analysis().kind;
    if !matches!(kind, FileKind::Test | FileKind::MacroLibrary | FileKind::ProjectSettings)
        || !view.text().is_char_boundary(offset)
    {
        return Completions::default();
    }
    match Cursor::at(view, offset) {
        Cursor::Comment(_) => Completions::default(),
        Cursor::Template { index, token } => template::complete(view, offset, index, token, around),
        Cursor::Toml(cursor) => toml::complete(view, offset, &cursor, around),
    }
}
