//! What the markers in instrumented text stand for: the text runs, tags, calls and loops of one file.

use super::source::FileSpan;
use crate::text::Span;

/// An argument that a macro call passes, by itself or as a default.
#[derive(Clone, Debug)]
pub struct BoundArgument {
    /// The parameter.
    pub param: String,
    /// The expression: at the call, or the default in the file of the macro.
    pub at: FileSpan,
    /// Whether the call gives it.
    pub given: bool,
}

/// Something in a file that writes output, or frames it.
#[derive(Clone, Debug)]
pub enum Site {
    /// Literal text.
    Text {
        /// What is written.
        span: Span,
    },
    /// `{{ expression }}`.
    Value {
        /// The tag.
        tag: Span,
        /// The expression.
        inner: Span,
        /// Index into [`FileSites::scopes`].
        scope: u32,
    },
    /// A call of a macro or component whose output goes straight to the text.
    Call {
        /// The tag.
        tag: Span,
        /// What is called.
        name: String,
        /// The arguments; empty for components.
        arguments: Vec<BoundArgument>,
        /// Index into [`FileSites::scopes`].
        scope: u32,
    },
    /// `{% include %}`.
    Include {
        /// The tag.
        tag: Span,
    },
    /// `{{ super() }}`.
    Super {
        /// The tag.
        tag: Span,
    },
    /// A block whose output is changed before it is written (`filter`), from its first tag to its last.
    Section {
        /// All of it.
        span: Span,
    },
    /// `{% for %}`.
    Loop {
        /// The opening tag.
        tag: Span,
        /// The loop variables: one or two.
        variables: Vec<String>,
        /// What is iterated over.
        target: Span,
        /// Index into [`FileSites::scopes`]; the scope around the loop.
        scope: u32,
    },
}

impl Site {
    /// The place in the file.
    pub fn span(&self) -> Span {
        match self {
            Self::Text { span } | Self::Section { span } => *span,
            Self::Value { tag, .. }
            | Self::Call { tag, .. }
            | Self::Include { tag }
            | Self::Super { tag }
            | Self::Loop { tag, .. } => *tag,
        }
    }
}

/// What surrounds a site and binds names.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The scope around this one; the outermost has none.
    pub outer: Option<u32>,
    /// What binds names here.
    pub kind: ScopeKind,
}

/// What a scope is.
#[derive(Clone, Debug)]
pub enum ScopeKind {
    /// The file itself: names are variables of the context.
    File,
    /// The body of a macro: names are its parameters.
    Macro {
        /// Its parameters.
        params: Vec<String>,
    },
    /// The body of a component in Tera's notation.
    Component,
    /// The body of a loop.
    Loop {
        /// The [`Site::Loop`].
        site: u32,
    },
}

/// All sites of one file, by the id in their markers.
#[derive(Clone, Debug, Default)]
pub struct FileSites {
    /// By id.
    pub sites: Vec<Site>,
    /// What the sites refer to.
    pub scopes: Vec<Scope>,
    /// Names that a `set` tag of the file assigns, sorted.
    pub assigned: Vec<String>,
    /// Where the file extends another one.
    pub extends: Option<Span>,
}
