//! The proof that a refactoring changes nothing: the values of the test are the same before and after, read as it stands or as it
//! is rendered, in two contexts; and no error comes.

use toml::de::{DeTable, DeValue};

use super::{ActionRequest, CodeAction, Draft, errors};
use crate::analysis::FileKind;
use crate::analysis::reading_mode::reading;
use crate::formatting::{Surroundings, TextEdit, apply, keeps_render, same_table, same_toml};
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

/// The draft as an action: with its edits if they are proved, else with the reason.
pub(super) fn proved(request: &ActionRequest<'_>, draft: Draft) -> CodeAction {
    let Draft { title, kind, change } = draft;
    let change = change.and_then(|change| {
        if request.proves {
            prove(request, &change)?;
        }
        Ok(change.edits)
    });
    CodeAction { title, kind, mends: Vec::new(), is_preferred: false, change }
}

fn prove(request: &ActionRequest<'_>, change: &Change) -> Result<(), String> {
    let before = request.view.text();
    let after = apply(before, &change.edits);
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
        true => keeps_render(request.document, &after, request.surroundings, &same),
        false => same(before, &after),
    };
    if !holds {
        return Err("it can't be proved that the test would mean the same".to_owned());
    }
    let analysis = request.view.analysis();
    if analysis.kind == FileKind::Test {
        let Surroundings { analyzer, options, loader, .. } = request.surroundings;
        let document = SourceFile { text: after.into(), ..request.document.clone() };
        if errors(&analyzer.analyze_with(&document, options, loader)) > errors(analysis) {
            return Err("an error would come".to_owned());
        }
    }
    Ok(())
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
