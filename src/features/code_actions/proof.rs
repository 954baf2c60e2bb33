//! The proof that a refactoring changes nothing: the values of the test are the same before and after, read as it stands or as it
//! is rendered, in two contexts; and no error comes.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ActionRequest, CodeAction, Draft, errors};
use crate::analysis::reading_mode::reading;
use crate::analysis::{Analysis, FileKind};
use crate::features::DocumentView;
use crate::formatting::{Renders, Surroundings, TextEdit, apply, changed_sections, same_table, same_toml};
use crate::template::{ReadingMode, SourceFile};

/// What a refactoring changes, and what must be the same.
pub(super) struct Change {
    /// The edits, sorted and without overlap.
    pub edits: Vec<TextEdit>,
    /// What counts as the same.
    pub keeps: Keeps,
}

/// What a refactoring keeps.
pub(super) enum Keeps {
    /// All values.
    Values,
    /// All values but that of a new variable in `[vars]`.
    ValuesBut {
        /// The new variable.
        variable: String,
    },
    /// What both dialects say in their own words.
    Meaning(fn(&DeTable<'_>, &DeTable<'_>) -> bool),
}

/// The drafts as actions, in their order: with their edits if they are proved or nobody wants that, else with the reason. Each
/// proof renders and analyses the document anew; they run side by side.
pub(super) fn proved(request: &ActionRequest<'_>, drafts: Vec<Draft>) -> Vec<CodeAction> {
    let ActionRequest { view, document, surroundings, proves, .. } = *request;
    let prover = Prover { view, document, surroundings, renders: OnceLock::new() };
    let action = |Draft { title, kind, change }: Draft| {
        let is_proved = |change: &Change| if proves.cover(&title) { prover.prove(change) } else { Ok(()) };
        let change = change.and_then(|change| is_proved(&change).map(|()| change.edits));
        CodeAction { title, kind, mends: Vec::new(), is_preferred: false, change }
    };
    drafts.into_par_iter().map(action).collect()
}

/// Proves changes of one revision.
struct Prover<'a> {
    view: &'a DocumentView,
    document: &'a SourceFile,
    surroundings: Surroundings<'a>,
    /// What it renders to as it is, found out by the first proof that asks.
    renders: OnceLock<Option<Renders<'a>>>,
}

impl Prover<'_> {
    fn prove(&self, change: &Change) -> Result<(), String> {
        let Surroundings { analyzer, options, loader, .. } = self.surroundings;
        let (before, analysis) = (self.view.text(), self.view.analysis());
        let after: Arc<str> = apply(before, &change.edits).into();
        let is_rendered = [before, &after].iter().any(|text| reading(text).mode != ReadingMode::Plain);
        let render = || Renders::new(self.document, self.surroundings, analysis.rendered.clone());
        let (changed, renders) = rayon::join(
            || {
                (analysis.kind == FileKind::Test).then(|| {
                    let document = SourceFile { text: Arc::clone(&after), ..self.document.clone() };
                    analyzer.analyze_with(&document, options, loader)
                })
            },
            || is_rendered.then(|| self.renders.get_or_init(render)),
        );
        let same = |before: &str, after: &str| {
            let are_valid = is_valid(before, Some(analysis)) && is_valid(after, changed.as_ref());
            (are_valid && same_in_changed_sections(before, after, &change.keeps))
                || is_same(before, after, &change.keeps)
        };
        let holds = match renders {
            None => same(before, &after),
            Some(renders) => {
                let known = changed.as_ref().and_then(|changed| changed.rendered.as_deref());
                renders.as_ref().is_some_and(|renders| renders.keep(&after, known, &same))
            }
        };
        if !holds {
            return Err("it can't be proved that the test would mean the same".to_owned());
        }
        if changed.is_some_and(|changed| errors(&changed) > errors(analysis)) {
            return Err("an error would come".to_owned());
        }
        Ok(())
    }
}

/// Whether `text` is valid TOML, which its analysis tells for nothing: what is wrong with the syntax is always an error.
fn is_valid(text: &str, analysis: Option<&Analysis>) -> bool {
    let is_found_valid = |analysis: &Analysis| {
        let rendered = analysis.rendered.as_ref();
        let is_whole = rendered.is_none_or(|rendered| rendered.opaque.is_empty() && !rendered.given_up);
        is_whole && errors(analysis) == 0 && analysis.parsed_text() == text
    };
    analysis.is_some_and(is_found_valid) || DeTable::parse(text).is_ok()
}

/// Whether two valid texts are the same already by their sections that differ, which is cheap. `false` says nothing.
fn same_in_changed_sections(before: &str, after: &str, keeps: &Keeps) -> bool {
    let (before, after) = changed_sections(before, after);
    // What is said in words of another dialect, is said by the whole.
    !matches!(keeps, Keeps::Meaning(_)) && is_same(before, after, keeps)
}

/// Whether two texts are the same by what is kept.
fn is_same(before: &str, after: &str, keeps: &Keeps) -> bool {
    let parsed = |text| DeTable::parse(text).ok().map(Spanned::into_inner);
    let both = || Some((parsed(before)?, parsed(after)?));
    match keeps {
        Keeps::Values => same_toml(before, after),
        Keeps::ValuesBut { variable } => {
            both().is_some_and(|(before, after)| same_but_variable(&before, after, variable))
        }
        Keeps::Meaning(same) => both().is_some_and(|(before, after)| same(&before, &after)),
    }
}

fn same_but_variable(before: &DeTable<'_>, mut after: DeTable<'_>, variable: &str) -> bool {
    let Some(vars) = after.get_mut("vars") else { return false };
    let DeValue::Table(variables) = vars.get_mut() else { return false };
    if variables.remove(variable).is_none() {
        return false;
    }
    if variables.is_empty() && !before.contains_key("vars") {
        after.remove("vars");
    }
    same_table(before, &after)
}
