//! A finding at its place in the file that the author wrote.

use crate::template::FileId;
use crate::text::Span;
use crate::validation::{Confidence, Rule, Severity};

/// One finding, mapped to the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub rule: &'static Rule,
    /// The effective severity.
    pub severity: Severity,
    /// What is wrong; lower case, no full stop.
    pub message: String,
    /// What to do; lower case, no full stop.
    pub help: Option<String>,
    /// Where, in the document.
    pub span: Span,
    /// Other places that belong to it, macro lines and call stack included, innermost first.
    pub related: Vec<Related>,
    /// Safe edits of the document that mend it.
    pub fixes: Vec<DiagnosticFix>,
}

/// Another place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file, an index into [`super::Analysis::files`].
    pub file: FileId,
    /// The place.
    pub span: Span,
    /// What is there; lower case, no full stop.
    pub message: String,
}

/// A safe edit of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiagnosticFix {
    /// What it does, imperative.
    pub title: String,
    /// Whether it is what the author meant.
    pub confidence: Confidence,
    /// Its edits: place and new text, sorted, without overlap.
    pub edits: Vec<(Span, String)>,
}
