//! Places of what a plan says, as its author knows them.

use crate::analysis::Related;
use crate::executor::{Failure, FailureKind};
use crate::text::Span;

/// Where something was stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its path, such as `scenario[1].steps[0].expected_exit_code`.
    pub path: String,
    /// The place in the document.
    pub span: Span,
    /// Macro lines, calls and rounds that led there, innermost first.
    pub related: Vec<Related>,
}

impl Place {
    /// Something that went wrong here.
    pub fn failure(&self, kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            path: self.path.clone(),
            message: message.into(),
            detail: None,
            help: None,
            span: self.span,
            related: self.related.clone(),
            told_by: None,
        }
    }
}
