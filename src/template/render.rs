//! Renders one document and maps every byte of the result back to where it was written.

use super::problem::Problem;
use super::source::{FileId, SourceFile};
use super::source_map::SourceMap;
use super::variables::Variables;
use crate::text::Span;

/// Finds the files that a template imports, includes or extends.
pub trait TemplateLoader: Send + Sync {
    /// Loads the file that `name` means when it is named by `from` (the document or another loaded file).
    fn load(&self, name: &str, from: &SourceFile) -> Result<SourceFile, LoadError>;

    /// The files that `from` may name, nearest first, each name once. Some, where there are very many.
    fn names(&self, from: &SourceFile) -> Vec<TemplateName> {
        let _ = from;
        Vec::new()
    }
}

/// A file that a template may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateName {
    /// The name.
    pub name: String,
    /// Where the file is, as people know the place.
    pub place: String,
}

/// Why a template file could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It is nowhere.
    #[error("not found")]
    NotFound {
        /// Where it was looked for, in order, as people know these places.
        searched: Vec<String>,
        /// Names that exist in these places (for a did-you-mean).
        existing: Vec<String>,
    },
    /// It exists, but can't be used.
    #[error("{reason}")]
    Unreadable {
        /// Why, as a lower-case fragment.
        reason: String,
    },
}

/// What is rendered, and with what.
#[derive(Clone, Copy)]
pub struct RenderInput<'a> {
    /// The document; becomes [`super::FileId::DOCUMENT`].
    pub document: &'a SourceFile,
    /// The variables, the seed, the clock and the visible environment.
    pub variables: &'a Variables,
    /// Finds imported files.
    pub loader: &'a dyn TemplateLoader,
}

/// The result of a render. There is always one: mistakes are repaired in place and reported in `problems`.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The rendered text.
    pub text: String,
    /// From the rendered text to the templates and back.
    pub map: SourceMap,
    /// All files that took part, by [`super::FileId`].
    pub files: Vec<SourceFile>,
    /// By file, then by its `import`, `include` and `extends` tags in order: the file behind the tag; `None` where there is
    /// none that can be used.
    pub links: Vec<Vec<Option<FileId>>>,
    /// What is wrong, sorted by place; each mistake once.
    pub problems: Vec<Problem>,
    /// Places in `text` that hold a placeholder, because the template has a mistake there. Sorted, without overlap.
    pub opaque: Vec<Span>,
    /// The environment variables that were asked for, with what was seen (`None`: unset or hidden), sorted by name.
    pub environment: Vec<(String, Option<String>)>,
    /// Whether no repair helped, so that `text` is only what stands between the tags of the document.
    pub given_up: bool,
}
