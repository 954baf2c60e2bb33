//! Declares an undefined variable in `[vars]`.

use super::{ActionKind, ActionRequest, CodeAction, touched, variables_table};

pub(super) fn actions(request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for (index, diagnostic) in touched(request) {
        if diagnostic.rule.code != "undefined-variable" {
            continue;
        }
        // The finding stands on the name.
        let written = diagnostic.span.slice(request.view.text()).unwrap_or_default();
        let name = written.strip_prefix("vars.").unwrap_or(written);
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name || name.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        if let Some(edit) = variables_table::definition(request.view, name, "\"\"") {
            actions.push(CodeAction {
                title: format!("define `{name}` in `[vars]`"),
                kind: ActionKind::QuickFix,
                mends: vec![index],
                is_preferred: false,
                change: Ok(vec![edit]),
            });
        }
    }
    actions
}
