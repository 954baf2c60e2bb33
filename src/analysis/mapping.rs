//! From findings in the parsed text to diagnostics in the document: places, the way that led there, fixes.
//!
//! What stands on a placeholder is dropped: the mistake behind the placeholder is reported itself. What a loop or a macro
//! repeats at the same place is reported once. What is worth a note in the text of the built-in library itself is no matter
//! of those who call its macros, and dropped.

use super::{Diagnostic, DiagnosticFix, Located, Related};
use crate::template::{FileId, FileSpan, Origin, SourceMap, TrailKind};
use crate::text::Span;
use crate::validation::{Finding, Fix, Level, Place, Severity};

/// What findings are mapped by.
#[derive(Clone, Copy)]
pub struct Mapping<'a> {
    /// The map of the render; `None` where the parsed text is the document itself.
    pub map: Option<&'a SourceMap>,
    /// Places in the parsed text that hold placeholders. Sorted, without overlap.
    pub opaque: &'a [Span],
    /// Whether a file is part of this program.
    pub is_built_in: &'a dyn Fn(FileId) -> bool,
    /// Where a variable is defined.
    pub definition: &'a dyn Fn(&str) -> Option<FileSpan>,
}

impl Mapping<'static> {
    /// The mapping of a document that is parsed as it stands.
    pub const IDENTITY: Self = Self { map: None, opaque: &[], is_built_in: &|_| false, definition: &|_| None };
}

impl Mapping<'_> {
    /// The diagnostics of `findings`, sorted by place, severity and code, each once.
    pub fn diagnostics(&self, findings: Vec<Finding>) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<Diagnostic> =
            findings.into_iter().filter_map(|finding| self.diagnostic(finding)).collect();
        // Stable: of several equal ones the first found stays, which is the one of the first round or call.
        diagnostics.sort_by(|a, b| identity(a).cmp(&identity(b)));
        diagnostics.dedup_by(|later, first| identity(later) == identity(first));
        diagnostics
    }

    fn diagnostic(&self, finding: Finding) -> Option<Diagnostic> {
        let severity = finding.severity.unwrap_or(finding.rule.severity);
        let is_hidden = |file| severity >= Severity::Information && (self.is_built_in)(file);
        let mut related = Vec::new();
        let span = match finding.place {
            Place::Parsed(span) if self.is_opaque(span) => return None,
            Place::Parsed(span) => {
                let located = self.locate(span);
                if is_hidden(located.written_in) {
                    return None;
                }
                related = located.related;
                located.span
            }
            Place::Source(FileSpan { file: FileId::DOCUMENT, span }) => span,
            Place::Source(elsewhere) if is_hidden(elsewhere.file) => return None,
            Place::Source(elsewhere) => {
                related.push(Related { file: elsewhere.file, span: elsewhere.span, message: "it is here".to_owned() });
                outermost_document_place(&finding.related).unwrap_or_default()
            }
        };
        for (place, message) in finding.related {
            let Some(FileSpan { file, span: at }) = self.show(place) else { continue };
            if file != FileId::DOCUMENT || at != span {
                related.push(Related { file, span: at, message });
            }
        }
        let fixes = finding.fixes.into_iter().filter_map(|fix| self.fix(fix)).collect();
        Some(Diagnostic {
            rule: finding.rule,
            severity,
            message: finding.message,
            help: finding.help,
            span,
            related,
            fixes,
        })
    }

    /// Where a place of the parsed text was written, and the way that led from there to it.
    pub fn locate(&self, span: Span) -> Located {
        let Some(map) = self.map else {
            return Located { span, written_in: FileId::DOCUMENT, related: Vec::new() };
        };
        let origin = map.origin(span);
        let mut related = Vec::new();
        self.describe_way(&origin, &mut related);
        Located { span: origin.place, written_in: origin.file, related }
    }

    /// Adds the macro lines, calls and rounds that led to `origin`, and the definition of its variable.
    fn describe_way(&self, origin: &Origin, related: &mut Vec<Related>) {
        if let Some(variable) = &origin.variable
            && let Some(at) = (self.definition)(variable)
            && at != FileSpan::document(origin.place)
        {
            related.push(Related { file: at.file, span: at.span, message: format!("`{variable}` is defined here") });
        }
        for step in &origin.trail {
            let FileSpan { file, span } = step.at;
            let is_shown = file == FileId::DOCUMENT && span.covers(origin.place);
            let message = match &step.kind {
                TrailKind::InMacro { name } => format!("in macro `{name}` here"),
                TrailKind::InFile if !is_shown => "written here".to_owned(),
                TrailKind::Call { name } if !is_shown => format!("`{name}` called here"),
                TrailKind::Include if !is_shown => "included here".to_owned(),
                // The first round needs no number: it looks like the text says.
                TrailKind::Iteration { index } if *index > 0 => format!("in round {} of this loop", index + 1),
                TrailKind::Default { name } => format!("default of the parameter `{name}`"),
                TrailKind::InFile | TrailKind::Call { .. } | TrailKind::Include | TrailKind::Iteration { .. } => {
                    continue;
                }
            };
            related.push(Related { file, span, message });
        }
    }

    /// Where a related place is shown; `None` for a placeholder.
    fn show(&self, place: Place) -> Option<FileSpan> {
        match place {
            Place::Source(at) => Some(at),
            Place::Parsed(span) if self.is_opaque(span) => None,
            Place::Parsed(span) => Some(FileSpan::document(self.map.map_or(span, |map| map.place(span)))),
        }
    }

    /// A fix is offered only where every character that it touches is the author's own.
    fn fix(&self, fix: Fix) -> Option<DiagnosticFix> {
        let edits: Option<Vec<_>> =
            fix.edits.into_iter().map(|edit| Some((self.editable(edit.place)?, edit.text))).collect();
        let mut edits = edits?;
        edits.sort();
        // A loop writes the same text in each round.
        edits.dedup_by(|later, first| later == first && !first.0.is_empty());
        let overlap = edits.windows(2).any(|pair| pair[0].0.end > pair[1].0.start);
        (!overlap).then_some(DiagnosticFix { title: fix.title, confidence: fix.confidence, edits })
    }

    fn editable(&self, place: Place) -> Option<Span> {
        match (place, self.map) {
            (Place::Source(FileSpan { file, span }), _) => (file == FileId::DOCUMENT).then_some(span),
            (Place::Parsed(span), _) if self.is_opaque(span) => None,
            (Place::Parsed(span), None) => Some(span),
            (Place::Parsed(span), Some(map)) => map.literal(span),
        }
    }

    fn is_opaque(&self, span: Span) -> bool {
        let next = self.opaque.partition_point(|hole| hole.end <= span.start);
        self.opaque.get(next).is_some_and(|hole| hole.overlaps(span) || hole.contains(span.start))
    }
}

/// The outermost place in the document among those that belong to a finding in another file: its call or import.
fn outermost_document_place(related: &[(Place, String)]) -> Option<Span> {
    related.iter().rev().find_map(|(place, _)| match place {
        Place::Source(FileSpan { file: FileId::DOCUMENT, span }) => Some(*span),
        _ => None,
    })
}

/// Where the text of a diagnostic stands, if that is another file: two places there are two mistakes, though both are shown
/// at the same tag of the document.
fn elsewhere(diagnostic: &Diagnostic) -> Option<(FileId, Span)> {
    let related = diagnostic.related.iter().find(|related| related.file != FileId::DOCUMENT)?;
    Some((related.file, related.span))
}

/// What makes a diagnostic another one than those before. A mistake in the syntax is one mistake, though each round of a
/// loop words it by other values.
fn identity(diagnostic: &Diagnostic) -> impl Ord + use<'_> {
    let is_syntax = diagnostic.rule.level() == Level::Syntax;
    let message = if is_syntax { "" } else { diagnostic.message.as_str() };
    (diagnostic.span, diagnostic.severity, diagnostic.rule.code, message, elsewhere(diagnostic))
}

/// The order in which diagnostics are shown.
pub(super) fn order(diagnostic: &Diagnostic) -> impl Ord + use<'_> {
    (diagnostic.span, diagnostic.severity, diagnostic.rule.code, diagnostic.message.as_str())
}
