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
        let changed = (analysis.kind == FileKind::Test).then(|| {
            let document = SourceFile { text: Arc::clone(&after), ..self.document.clone() };
            analyzer.analyze_with(&document, options, loader)
        });
        let same = |before: &str, after: &str| match &change.keeps {
            Keeps::Values => same_toml(before, after),
            Keeps::ValuesBut { variable } => same_but_variable(before, after, variable),
            Keeps::Meaning(same) => match (DeTable::parse(before), DeTable::parse(after)) {
                (Ok(before), Ok(after)) => same(before.get_ref(), after.get_ref()),
                _ => false,
            },
        };
        let is_rendered = |text: &str| reading(text).mode != ReadingMode::Plain;
        let holds = match is_rendered(before) || is_rendered(&after) {
            true => {
                let render = || Renders::new(self.document, self.surroundings, analysis.rendered.clone());
                let known = changed.as_ref().and_then(|changed| changed.rendered.as_deref());
                let renders = self.renders.get_or_init(render);
                renders.as_ref().is_some_and(|renders| renders.keep(&after, known, &same))
            }
            false => same(before, &after),
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

fn same_but_variable(before: &str, after: &str, variable: &str) -> bool {
    let (Ok(before), Ok(after)) = (DeTable::parse(before), DeTable::parse(after)) else { return false };
    let (before, mut after) = (before.into_inner(), after.into_inner());
    let Some(vars) = after.get_mut("vars") else { return false };
    let DeValue::Table(variables) = vars.get_mut() else { return false };
    if variables.remove(variable).is_none() {
        return false;
    }
    if variables.is_empty() && !before.contains_key("vars") {
        after.remove("vars");
    }
    same_table(&before, &after)
}
