//! Makes every fix that needs nobody's look, until there is none left.

use std::collections::{BTreeMap, HashSet};

use super::errors;
use crate::analysis::{Analysis, Diagnostic, DiagnosticFix};
use crate::formatting::{TextEdit, apply};
use crate::template::SourceFile;
use crate::text::Span;
use crate::validation::Confidence;

/// A fix may bring another finding to light; more rounds than this mean that two fixes undo each other.
const MAX_ROUNDS: usize = 10;

/// So many fixes are tried one by one where all together do harm.
const MAX_TRIALS: usize = 64;

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedAll {
    /// The text with all fixes made.
    pub text: String,
    /// How many were made.
    pub count: usize,
    /// How many of each rule.
    pub rules: BTreeMap<&'static str, usize>,
}

/// Makes all fixes that are certain and do not overlap, round by round. Each round is checked: what it mends must be gone and no
/// error may come; else its fixes are made one by one, without those that do harm. `analysis` is that of the document as it is.
pub fn fix_all(document: &SourceFile, analysis: &Analysis, analyze: &dyn Fn(&SourceFile) -> Analysis) -> FixedAll {
    let mut fixed = FixedAll { text: document.text.to_string(), count: 0, rules: BTreeMap::new() };
    let mut newest: Option<Analysis> = None;
    let mut refused: HashSet<(&'static str, String)> = HashSet::new();
    let with = |text: &str| SourceFile { text: text.into(), ..document.clone() };
    for _ in 0..MAX_ROUNDS {
        let before = newest.as_ref().unwrap_or(analysis);
        let chosen = chosen(&before.diagnostics, &refused);
        if chosen.is_empty() {
            break;
        }
        let text = made(&fixed.text, &chosen);
        let after = analyze(&with(&text));
        if holds(before, &after, &chosen) {
            fixed.note(text, &chosen);
            newest = Some(after);
            continue;
        }
        let mut is_any_made = false;
        for (diagnostic, fix) in chosen.iter().take(MAX_TRIALS) {
            let alone = [(*diagnostic, *fix)];
            let text = made(&fixed.text, &alone);
            let after = analyze(&with(&text));
            if holds(before, &after, &alone) {
                // The places of the others have moved: the next round finds them anew.
                fixed.note(text, &alone);
                newest = Some(after);
                is_any_made = true;
                break;
            }
            refused.insert((diagnostic.rule.code, fix.title.clone()));
        }
        if !is_any_made {
            break;
        }
    }
    fixed
}

impl FixedAll {
    fn note(&mut self, text: String, made: &[(&Diagnostic, &DiagnosticFix)]) {
        self.text = text;
        self.count += made.len();
        for (diagnostic, _) in made {
            *self.rules.entry(diagnostic.rule.code).or_default() += 1;
        }
    }
}

/// The fixes of one round: for each finding its first one, if it is certain and touches no other.
fn chosen<'a>(
    diagnostics: &'a [Diagnostic],
    refused: &HashSet<(&'static str, String)>,
) -> Vec<(&'a Diagnostic, &'a DiagnosticFix)> {
    let mut taken: Vec<Span> = Vec::new();
    let mut chosen = Vec::new();
    for diagnostic in diagnostics {
        let Some(fix) = diagnostic.fixes.first() else { continue };
        let is_refused = refused.contains(&(diagnostic.rule.code, fix.title.clone()));
        let meets = |span: &Span| taken.iter().any(|other| other.start <= span.end && span.start <= other.end);
        if fix.confidence != Confidence::Certain || is_refused || fix.edits.iter().any(|(span, _)| meets(span)) {
            continue;
        }
        taken.extend(fix.edits.iter().map(|(span, _)| *span));
        chosen.push((diagnostic, fix));
    }
    chosen
}

/// The text with the fixes made.
fn made(text: &str, fixes: &[(&Diagnostic, &DiagnosticFix)]) -> String {
    let edits = fixes.iter().flat_map(|(_, fix)| &fix.edits);
    let mut edits: Vec<TextEdit> = edits.map(|(span, text)| TextEdit { span: *span, text: text.clone() }).collect();
    edits.sort_by_key(|edit| edit.span);
    apply(text, &edits)
}

/// Whether a round keeps its promise.
fn holds(before: &Analysis, after: &Analysis, made: &[(&Diagnostic, &DiagnosticFix)]) -> bool {
    let count = |analysis: &Analysis, code: &str| analysis.diagnostics.iter().filter(|it| it.rule.code == code).count();
    let are_gone = made.iter().all(|(diagnostic, _)| {
        let code = diagnostic.rule.code;
        let fixed = made.iter().filter(|(other, _)| other.rule.code == code).count();
        count(after, code) + fixed <= count(before, code)
    });
    are_gone && errors(after) <= errors(before)
}
