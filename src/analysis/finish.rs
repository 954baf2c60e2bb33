//! What the author and the project say about findings: allow comments, then severities.

use super::mapping::{Mapping, order};
use super::{AnalysisOptions, Diagnostic};
use crate::validation::Allows;

/// Drops what is silenced or off, sets severities, and adds what is wrong with the comments themselves.
pub(super) fn finish(document: &str, mut diagnostics: Vec<Diagnostic>, options: &AnalysisOptions) -> Vec<Diagnostic> {
    let severities = &options.severities;
    let mut allows = Allows::new(document);
    diagnostics.retain_mut(|diagnostic| {
        let Some(severity) = severities.effective(diagnostic.rule, diagnostic.severity) else { return false };
        if allows.silences(diagnostic.rule, diagnostic.severity, diagnostic.span.start) {
            return false;
        }
        diagnostic.severity = severity;
        true
    });
    let complaints = allows.complaints(document, |rule| rule.level() <= options.level && !severities.is_off(rule));
    if !complaints.is_empty() {
        diagnostics.extend(Mapping::IDENTITY.diagnostics(complaints).into_iter().filter_map(|mut complaint| {
            complaint.severity = severities.effective(complaint.rule, complaint.severity)?;
            Some(complaint)
        }));
    }
    // The severities may have changed the order.
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    diagnostics
}
