//! What names of a template hold, as far as it is known without a render: variables, items of loops, assigned values.

use tera::Value;

use crate::features::DocumentView;
use crate::features::names::{self, Binding};
use crate::features::scope::Scope;
use crate::template::expression::{self, Kind, Token};

/// Values longer than this, in characters, are cut for people.
const LONGEST_VALUE: usize = 60;

/// Names that lead to each other are followed so far.
const MAX_STEPS: usize = 8;

/// The value at a path of names; `None` where it is not known.
pub(super) fn value(view: &DocumentView, scope: &Scope, path: &[&str]) -> Option<Value> {
    find(view, scope, path, MAX_STEPS)
}

fn find(view: &DocumentView, scope: &Scope, path: &[&str], steps: usize) -> Option<Value> {
    let steps = steps.checked_sub(1)?;
    let (first, rest) = path.split_first()?;
    let Some(binding) = scope.binding(first) else {
        return view.variables().get(&path.join(".")).cloned();
    };
    let tokens = &view.template().lexed.tokens;
    let bound = match binding {
        Binding::Loop { token, variable } => {
            let tag = tokens.get(token)?;
            let outer = Scope::at(view, token);
            let items = evaluate(view, &outer, names::loop_target(view.text(), tag)?.slice(view.text())?, steps)?;
            item(&items, variable, names::loop_variables(view.text(), tag).len())?
        }
        Binding::Set { token } => {
            let tag = tokens.get(token)?;
            let parts = expression::tokens(view.text(), tag.inner);
            let value = parts.get(3)?.span().join(parts.last()?.span());
            evaluate(view, &Scope::at(view, token), value.slice(view.text())?, steps)?
        }
        Binding::LoopState { .. } | Binding::Parameter { .. } => return None,
    };
    rest.iter().try_fold(bound, |value, key| value.as_map()?.get(&tera::value::Key::Str(key)).cloned())
}

/// The value of an expression that is a path of names, or a literal as JSON writes it.
fn evaluate(view: &DocumentView, scope: &Scope, expression: &str, steps: usize) -> Option<Value> {
    let tokens = expression::tokens(expression, crate::text::Span::new(0, expression.len()));
    if let Some(path) = path(&tokens) {
        return find(view, scope, &path, steps);
    }
    let literal: serde_json::Value = serde_json::from_str(expression).ok()?;
    Value::try_from_serializable(&literal).ok()
}

/// The names of a path, if the tokens are one.
fn path<'a>(tokens: &[Token<'a>]) -> Option<Vec<&'a str>> {
    let is_path = tokens.iter().enumerate().all(|(at, token)| match at % 2 {
        0 => token.kind == Kind::Identifier,
        _ => matches!(token.text, "." | "?."),
    });
    let is_literal = matches!(tokens, [only] if matches!(only.text, "true" | "false" | "null" | "none"));
    (is_path && tokens.len() % 2 == 1 && !is_literal)
        .then(|| tokens.iter().step_by(2).map(|token| token.text).collect())
}

/// What the variable `index` of `count` is in the first round of a loop over `items`.
fn item(items: &Value, index: usize, count: usize) -> Option<Value> {
    if let Some(map) = items.as_map() {
        let (key, value) = map.iter().next()?;
        return if index == 0 && count == 2 { Some(Value::from(key.to_string())) } else { Some(value.clone()) };
    }
    let first = items.as_array()?.first()?;
    if count == 1 { Some(first.clone()) } else { first.as_array()?.get(index).cloned() }
}

/// A value for people, on one line.
pub(super) fn shown(value: &Value) -> String {
    let text = serde_json::to_string(value).unwrap_or_else(|_| value.to_string());
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The names below a value, each with its value.
pub(super) fn fields(value: &Value) -> Vec<(String, Value)> {
    let entries = value.as_map().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
}
