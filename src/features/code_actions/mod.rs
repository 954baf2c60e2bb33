//! Code actions: quick fixes, the fix of everything that can be fixed without a look, and refactorings. One file each.
//!
//! A quick fix promises that its finding goes and no error comes; a refactoring that the test means the same. The latter is
//! proved before it is offered (`proof`): what can't be proved is offered, if at all, as disabled with the reason.

mod accept_run;
mod allow;
mod declare_variable;
mod dialect;
mod extract_macro;
mod extract_variable;
mod fix_all;
mod inline_macro;
mod mend_tag;
mod organize_imports;
mod proof;
mod quick_fix;
mod table_form;
mod variables_table;

pub use fix_all::{FixedAll, fix_all};

use super::DocumentView;
use crate::formatting::{self, Surroundings, TextEdit};
use crate::template::SourceFile;
use crate::text::Span;
use crate::trace::Trace;
use crate::validation::Severity;

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// Mends one finding, or silences it.
    QuickFix,
    /// Gives a piece of text a name.
    Extract,
    /// Puts what a name stands for in its place.
    Inline,
    /// Writes the same in another form.
    Rewrite,
    /// Brings the imports in order.
    OrganizeImports,
    /// Mends all that can be mended without a look.
    FixAll,
    /// Expects what the last recorded run emitted.
    AcceptRun,
}

impl ActionKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::QuickFix,
        Self::Extract,
        Self::Inline,
        Self::Rewrite,
        Self::OrganizeImports,
        Self::FixAll,
        Self::AcceptRun,
    ];
}

/// What is asked.
#[derive(Clone, Copy)]
pub struct ActionRequest<'a> {
    /// The document.
    pub view: &'a DocumentView,
    /// The same as a source, for renders.
    pub document: &'a SourceFile,
    /// What renders need.
    pub surroundings: Surroundings<'a>,
    /// The selection; empty for a cursor.
    pub range: Span,
    /// The kinds that are wanted.
    pub wanted: &'a dyn Fn(ActionKind) -> bool,
    /// Whether findings that are only hints are shown.
    pub hints: bool,
    /// The refactorings that are proved now.
    pub proves: &'a Proofs,
    /// The spans of the test's last recorded run.
    pub last_run: Option<&'a Trace>,
}

/// The refactorings that are proved. What is offered without a proof must be proved before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proofs {
    /// None: the cursor only passes by.
    None,
    /// The one of this title: somebody chose it.
    Of(String),
    /// All.
    All,
}

impl Proofs {
    fn cover(&self, title: &str) -> bool {
        match self {
            Self::None => false,
            Self::Of(chosen) => title == chosen,
            Self::All => true,
        }
    }
}

/// An action that can be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, imperative; unique among the actions of one request.
    pub title: String,
    /// Its kind.
    pub kind: ActionKind,
    /// The findings that it mends, as indices into [`crate::analysis::Analysis::diagnostics`].
    pub mends: Vec<usize>,
    /// Whether it is the one to take where several are offered.
    pub is_preferred: bool,
    /// The edits, sorted and without overlap; or why it can't be done here.
    pub change: Result<Vec<TextEdit>, String>,
}

/// A refactoring before it is proved.
struct Draft {
    title: String,
    kind: ActionKind,
    change: Result<proof::Change, String>,
}

/// What a refactoring can do at a place.
type Refactoring = fn(&ActionRequest<'_>) -> Vec<Draft>;

/// All actions for a place, those that can't be done included. Linear in the document, but for the proofs of refactorings: each
/// that is possible at the place renders the document anew.
pub fn actions(request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    if (request.wanted)(ActionKind::QuickFix) {
        actions.extend(quick_fix::actions(request));
        actions.extend(declare_variable::actions(request));
        actions.extend(mend_tag::actions(request));
        actions.extend(allow::actions(request));
    }
    let refactorings: [(ActionKind, Refactoring); 6] = [
        (ActionKind::Extract, extract_macro::drafts),
        (ActionKind::Extract, extract_variable::drafts),
        (ActionKind::Inline, inline_macro::drafts),
        (ActionKind::Rewrite, table_form::drafts),
        (ActionKind::Rewrite, dialect::drafts),
        (ActionKind::OrganizeImports, organize_imports::drafts),
    ];
    let wanted = refactorings.into_iter().filter(|(kind, _)| (request.wanted)(*kind));
    let drafts: Vec<Draft> = wanted.flat_map(|(_, drafts)| drafts(request)).collect();
    actions.extend(proof::proved(request, drafts));
    if (request.wanted)(ActionKind::FixAll) {
        actions.extend(everything(request));
    }
    if (request.wanted)(ActionKind::AcceptRun) {
        actions.extend(accept_run::action(request));
    }
    actions
}

/// The fix of everything as an action.
fn everything(request: &ActionRequest<'_>) -> Option<CodeAction> {
    let Surroundings { analyzer, options, loader, .. } = request.surroundings;
    let analyze = |document: &SourceFile| analyzer.analyze_with(document, options, loader);
    let fixed = fix_all(request.document, request.view.analysis(), &analyze);
    if fixed.count == 0 {
        return None;
    }
    Some(CodeAction {
        title: "fix all that can be fixed without a look".to_owned(),
        kind: ActionKind::FixAll,
        mends: Vec::new(),
        is_preferred: false,
        change: Ok(formatting::between(request.view.text(), &fixed.text)),
    })
}

/// The findings that a selection touches, with their indices.
fn touched<'a>(request: &ActionRequest<'a>) -> impl Iterator<Item = (usize, &'a crate::analysis::Diagnostic)> {
    let ActionRequest { range, hints, .. } = *request;
    request.view.analysis().diagnostics.iter().enumerate().filter(move |(_, diagnostic)| {
        let is_shown = hints || diagnostic.severity != Severity::Hint;
        is_shown && diagnostic.span.start <= range.end && range.start <= diagnostic.span.end
    })
}

/// An insertion.
fn insertion(at: usize, text: impl Into<String>) -> TextEdit {
    TextEdit { span: Span::at(at), text: text.into() }
}

/// A replacement.
fn replacement(span: Span, text: impl Into<String>) -> TextEdit {
    TextEdit { span, text: text.into() }
}

/// The start of the line that `offset` stands in.
fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// The end of the line that `offset` stands in, behind its line break.
fn line_end(text: &str, offset: usize) -> usize {
    text.get(offset..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| offset + newline + 1)
}

/// Whether nothing but white space stands on the lines of a span beside it.
fn stands_alone(text: &str, span: Span) -> bool {
    let before = text.get(line_start(text, span.start)..span.start).unwrap_or("x");
    let behind = text.get(span.end..line_end(text, span.end)).unwrap_or("x");
    before.trim().is_empty() && behind.trim().is_empty()
}

/// A span with the rest of its lines.
fn whole_lines(text: &str, span: Span) -> Span {
    Span::new(line_start(text, span.start), line_end(text, span.end))
}

/// How many errors an analysis found.
fn errors(analysis: &crate::analysis::Analysis) -> usize {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}
