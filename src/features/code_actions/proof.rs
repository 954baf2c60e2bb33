//! The proof that a refactoring changes nothing: the values of the test are the same before and after, read as it stands or as it
//! is rendered, in two contexts; and no error comes.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use toml::de::{DeTable, DeValue};

use super::{ActionRequest, CodeAction, Draft, errors};
use crate::analysis::FileKind;
use crate::analysis::reading_mode::reading;
use crate::features::DocumentView;
use crate::formatting::{Renders, Surroundings, TextEdit, apply, same_table, same_toml};
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
    let prover = Prover { view, document, surroundings, renders: OnceLock::new(), values: OnceLock::new() };
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
    /// The values of the text that was analysed, parsed by the first proof that asks; `None` where it is no TOML.
    values: OnceLock<Option<DeTable<'a>>>,
}

impl<'a> Prover<'a> {
    fn prove(&self, change: &Change) -> Result<(), String> {
        let Surroundings { analyzer, options, loader, .. } = self.surroundings;
        let (before, analysis) = (self.view.text(), self.view.analysis());
        let after: Arc<str> = apply(before, &change.edits).into();
        let is_rendered = [before, &after].iter().any(|text| reading(text).mode != ReadingMode::Plain);
        let same = |before: &str, after: &str| self.is_same(before, after, &change.keeps);
        // Side by side: what must be analysed, and what can be read meanwhile.
        let (changed, holds) = rayon::join(
            || {
                (analysis.kind == FileKind::Test).then(|| {
                    let document = SourceFile { text: Arc::clone(&after), ..self.document.clone() };
                    analyzer.analyze_with(&document, options, loader)
                })
            },
            || {
                self.values();
                (!is_rendered).then(|| same(before, &after))
            },
        );
        let holds = holds.unwrap_or_else(|| {
            let render = || Renders::new(self.document, self.surroundings, analysis.rendered.clone());
            let known = changed.as_ref().and_then(|changed| changed.rendered.as_deref());
            let renders = self.renders.get_or_init(render);
            renders.as_ref().is_some_and(|renders| renders.keep(&after, known, &same))
        });
        if !holds {
            return Err("it can't be proved that the test would mean the same".to_owned());
        }
        if changed.is_some_and(|changed| errors(&changed) > errors(analysis)) {
            return Err("an error would come".to_owned());
        }
        Ok(())
    }

    /// Whether two texts are the same by what is kept.
    fn is_same(&self, before: &str, after: &str, keeps: &Keeps) -> bool {
        if before == after && matches!(keeps, Keeps::Values) {
            return true;
        }
        let parsed;
        let old = match std::ptr::eq(before, self.view.parsed_text()) {
            true => self.values(),
            false => {
                parsed = DeTable::parse(before).ok();
                parsed.as_ref().map(|table| table.get_ref())
            }
        };
        let new = DeTable::parse(after).ok();
        match (old, new, keeps) {
            (Some(old), Some(new), Keeps::Values) => same_table(old, new.get_ref()),
            (Some(old), Some(new), Keeps::ValuesBut { variable }) => same_but_variable(old, new.into_inner(), variable),
            (Some(old), Some(new), Keeps::Meaning(same)) => same(old, new.get_ref()),
            (_, _, Keeps::Values) => same_toml(before, after),
            (_, _, Keeps::ValuesBut { .. } | Keeps::Meaning(_)) => false,
        }
    }

    fn values(&self) -> Option<&DeTable<'a>> {
        let parse = || Some(DeTable::parse(self.view.parsed_text()).ok()?.into_inner());
        self.values.get_or_init(parse).as_ref()
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
