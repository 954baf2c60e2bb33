//! Places of the parsed text in the files that the author wrote, for those who judge more than a dry run does.

use std::cell::LazyCell;

use super::mapping::Mapping;
use super::render::is_built_in;
use super::{Analysis, Related};
use crate::template::variables::VariableOrigin;
use crate::template::{FileId, FileSpan};
use crate::text::Span;

/// A place of the parsed text as its author knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where, in the document: the very characters, or the argument, loop item or tag that they came from.
    pub span: Span,
    /// The file in which the text itself was written: the document, or a library of macros.
    pub written_in: FileId,
    /// The macro lines, calls and rounds that led there, innermost first.
    pub related: Vec<Related>,
}

impl Analysis {
    /// Where each of these places of the parsed text was written, in their order.
    pub fn locate(&self, spans: impl IntoIterator<Item = Span>) -> Vec<Located> {
        self.with_places(|locate| spans.into_iter().map(locate).collect())
    }

    /// Hands `use_places` a function that tells where a place of the parsed text was written: for those who don't know all places
    /// beforehand.
    pub fn with_places<T>(&self, use_places: impl FnOnce(&dyn Fn(Span) -> Located) -> T) -> T {
        let document = self.files.first().map(|file| &*file.text).unwrap_or_default();
        let variables = LazyCell::new(|| self.sources.variables(document));
        let definition = |path: &str| match variables.origin(path)? {
            VariableOrigin::File(span) => Some(FileSpan::document(*span)),
            _ => None,
        };
        let mapping = match &self.rendered {
            None => Mapping::IDENTITY,
            Some(rendered) => Mapping {
                map: Some(&rendered.map),
                opaque: &rendered.opaque,
                is_built_in: &|file| is_built_in(rendered, file),
                definition: &definition,
            },
        };
        use_places(&|span| mapping.locate(span))
    }
}
