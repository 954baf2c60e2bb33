//! From the rendered text to the templates and back, exact by construction.

pub(crate) mod decode;
mod forward;
mod literal_edit;
mod origin;
pub(crate) mod record;
mod rounds;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use self::forward::Forward;
use self::record::Record;
use super::lower::Lowered;
use super::source::{FileId, FileSpan};
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
    /// The file in which the text was really written: that of the literal text, or of the expression that gave the value.
    pub file: FileId,
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

/// A value that a tag wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenValue {
    /// The tag.
    pub tag: FileSpan,
    /// What it wrote in the rendered text; may be empty.
    pub rendered: Span,
}

/// What one occurrence of a tag wrote: in one round of each loop around it, in one call of its macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What it wrote in the rendered text; may be empty.
    pub rendered: Span,
    /// The rounds of the loops around it and around its calls, outermost first, counted from 0.
    pub rounds: Vec<usize>,
}

/// One round of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopRound {
    /// The rounds of the loops around it and around its calls, outermost first, and its own; counted from 0.
    pub rounds: Vec<usize>,
    /// What it wrote in the rendered text, in order; what stands side by side is one.
    pub rendered: Vec<Span>,
}

/// The map of one render. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// `None`: the text needed no rendering, each byte is its own origin.
    map: Option<Arc<Map>>,
}

/// What the queries work on.
#[derive(Debug)]
struct Map {
    /// The rendered text.
    text: Arc<str>,
    record: Record,
    /// By [`super::FileId`], as `sources`.
    sites: Vec<Arc<Lowered>>,
    sources: Vec<Arc<str>>,
    exact: bool,
    forward: OnceLock<Forward>,
}

impl SourceMap {
    /// The map of a text that needed no rendering.
    pub fn identity() -> Self {
        Self { map: None }
    }

    pub(super) fn new(
        text: &str,
        record: Record,
        sites: Vec<Arc<Lowered>>,
        sources: Vec<Arc<str>>,
        exact: bool,
    ) -> Self {
        let text = Arc::from(text);
        Self { map: Some(Arc::new(Map { text, record, sites, sources, exact, forward: OnceLock::new() })) }
    }

    /// Whether the map is exact. `false` only when an invariant failed at run time: places are then near, not right.
    pub fn is_exact(&self) -> bool {
        self.map.as_ref().is_none_or(|map| map.exact)
    }

    /// Where `rendered` comes from. Logarithmic in the size of the text, but for the segments that `rendered` covers.
    pub fn origin(&self, rendered: Span) -> Origin {
        match &self.map {
            Some(map) => map.origin(rendered),
            None => {
                let (trail, file) = (Vec::new(), FileId::DOCUMENT);
                Origin { place: rendered, literal: true, trail, file, variable: None }
            }
        }
    }

    /// The place of that origin alone, for less.
    pub fn place(&self, rendered: Span) -> Span {
        self.map.as_ref().map_or(rendered, |map| map.place(rendered))
    }

    /// The place of `rendered` in the document, if all of it is one run of literal text there: only then may it be edited.
    pub fn literal(&self, rendered: Span) -> Option<Span> {
        match &self.map {
            Some(map) => map.literal(rendered),
            None => Some(rendered),
        }
    }

    /// Whether `text`, which stands at `rendered`, is spelled out in one of the files: in the document, in a text or argument
    /// that leads to it, and not computed or taken from elsewhere.
    pub fn is_spelled_out(&self, rendered: Span, text: &str) -> bool {
        let Some(map) = &self.map else { return true };
        if map.literal(rendered).is_some() {
            return true;
        }
        let origin = map.origin(rendered);
        let stands_at = |place: FileSpan| {
            let source = map.sources.get(place.file.0 as usize);
            source.and_then(|source| place.span.slice(source)).is_some_and(|source| source.contains(text))
        };
        stands_at(FileSpan::document(origin.place)) || origin.trail.iter().any(|step| stands_at(step.at))
    }

    /// All rendered ranges that `place` produced (several in loops and repeated calls), in order.
    pub fn rendered(&self, place: FileSpan) -> Vec<Span> {
        match &self.map {
            Some(map) => map.rendered(place),
            None => vec![place.span],
        }
    }

    /// Whether `place` produced anything.
    pub fn is_rendered(&self, place: FileSpan) -> bool {
        self.map.as_ref().is_none_or(|map| map.is_rendered(place))
    }

    /// What each occurrence of the tag at `tag` wrote, in the order of the rendered text: of an expression, a call or an
    /// include.
    pub fn occurrences(&self, tag: FileSpan) -> Vec<Occurrence> {
        self.map.as_ref().map(|map| map.occurrences(tag)).unwrap_or_default()
    }

    /// All rounds of the loop whose `for` tag stands at `tag`, in the order in which they ran.
    pub fn rounds(&self, tag: FileSpan) -> Vec<LoopRound> {
        self.map.as_ref().map(|map| map.rounds(tag)).unwrap_or_default()
    }

    /// How many rounds each loop of a file ran, by the span of its `for` tag; of those that ran. One pass over all rounds.
    pub fn round_counts(&self, file: FileId) -> HashMap<Span, usize> {
        self.map.as_ref().map(|map| map.round_counts(file)).unwrap_or_default()
    }

    /// Each value, call and include that was written, in the order of the rendered text.
    pub fn values(&self) -> impl Iterator<Item = WrittenValue> {
        self.map.iter().flat_map(|map| map.values())
    }
}
