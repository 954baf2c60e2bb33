//! The names of the parameters that positional arguments of macros are for.

use super::{Hint, HintKind, tags};
use crate::features::DocumentView;
use crate::features::hover::card::{Card, inline};
use crate::features::macros::{self, MacroPlace};
use crate::features::names;
use crate::template::expression::Argument;
use crate::text::Span;

pub(super) fn collect(view: &DocumentView, within: Span, hints: &mut Vec<Hint>) {
    for (index, _) in tags(view, within) {
        each(view, index, |_, argument, name| {
            hints.push(Hint { offset: argument.span.start, label: format!("{name}:"), kind: HintKind::Parameter });
        });
    }
}

/// What the parameter of the argument at `offset` is.
pub(super) fn tooltip(view: &DocumentView, offset: usize) -> Option<Card> {
    let index = view.template().lexed.token_at(offset)?;
    let mut card = None;
    each(view, index, |place, argument, name| {
        if argument.span.start == offset {
            let title =
                Card::new(format!("parameter {} of the macro {}", inline(name), inline(&place.definition.name)));
            card = Some(title.code("jinja", &place.usage()).text(place.documentation().unwrap_or_default()));
        }
    });
    card
}

/// Calls `visit` with each positional argument of the tag that is worth a hint: its macro, itself, its parameter.
fn each(view: &DocumentView, index: usize, mut visit: impl FnMut(&MacroPlace<'_>, &Argument, &str)) {
    let text = view.text();
    let Some(token) = view.template().lexed.tokens.get(index) else { return };
    for call in names::macro_calls(text, token) {
        let Some(place) = macros::resolve(view, call.namespace.text, call.name.text) else { continue };
        let positional = call.arguments.iter().take_while(|argument| argument.name.is_none());
        for (argument, param) in positional.zip(&place.definition.params) {
            if !argument.value.is_empty() && !names_itself(text, argument.span, &param.name) {
                visit(&place, argument, &param.name);
            }
        }
    }
}

/// Whether an argument reads like its parameter: `name`, `vars.name`.
fn names_itself(text: &str, argument: Span, parameter: &str) -> bool {
    let written = argument.slice(text).unwrap_or_default();
    written.rsplit('.').next() == Some(parameter)
}
