//! The combinations of a matrix.

use tera::Value;
use tera::value::Map;

use super::{Variables, value_of};
use crate::template::expression::{self, Kind, Token};
use crate::template::lexer::{Comments, TokenKind, lex};

/// Filters that take a list: what stands before them is used as one.
const LIST_FILTERS: &[&str] = &[
    "concat",
    "filter",
    "first",
    "group_by",
    "join",
    "json_encode",
    "last",
    "length",
    "map",
    "nth",
    "pairs",
    "reverse",
    "slice",
    "sort",
    "str",
    "as_str",
    "toml_encode",
    "unique",
    "values",
];

/// The axes of `matrix` that the template `source` uses as plain values only, in the order of their first use.
///
/// An axis counts as a list where a loop goes over it, a filter for lists takes it, it is indexed, stands right of `in`, is
/// asked whether it is `iterable` or an `array`, or is handed to a function or macro. One such use makes it a list
/// everywhere.
pub fn scalar_axes(source: &str) -> Vec<String> {
    if !source.contains("matrix") {
        return Vec::new();
    }
    let mut scalars: Vec<String> = Vec::new();
    let mut lists: Vec<String> = Vec::new();
    for token in lex(source, Comments::Toml).tokens {
        if !matches!(token.kind, TokenKind::Expression | TokenKind::Tag) {
            continue;
        }
        let tokens = expression::tokens(source, token.inner);
        let mut calls = 0usize;
        // Brackets of calls and of everything else.
        let mut open: Vec<bool> = Vec::new();
        for (index, part) in tokens.iter().enumerate() {
            match (part.kind, part.text) {
                (Kind::Operator, "(" | "[" | "{") => {
                    let call = part.text == "("
                        && index
                            .checked_sub(1)
                            .and_then(|before| tokens.get(before))
                            .is_some_and(|name| name.kind == Kind::Identifier);
                    calls += usize::from(call);
                    open.push(call);
                }
                (Kind::Operator, ")" | "]" | "}") => calls -= usize::from(open.pop().unwrap_or(false)),
                (Kind::Identifier, "matrix") => {
                    let Some(axis) = axis(&tokens, index) else { continue };
                    let used = if calls > 0 || used_as_list(&tokens, index) { &mut lists } else { &mut scalars };
                    if !used.iter().any(|known| known == axis) {
                        used.push(axis.to_owned());
                    }
                }
                _ => {}
            }
        }
    }
    scalars.retain(|axis| !lists.contains(axis));
    scalars
}

/// The name behind `matrix.` at `index`.
fn axis<'a>(tokens: &[Token<'a>], index: usize) -> Option<&'a str> {
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    if before.is_some_and(|before| matches!(before.text, "." | "?." | "|")) {
        return None;
    }
    tokens.get(index + 1).filter(|dot| matches!(dot.text, "." | "?."))?;
    tokens.get(index + 2).filter(|name| name.kind == Kind::Identifier).map(|name| name.text)
}

fn used_as_list(tokens: &[Token<'_>], index: usize) -> bool {
    let text = |at: usize| tokens.get(at).map(|token| token.text);
    let behind_in = index.checked_sub(1).and_then(text) == Some("in");
    match text(index + 3) {
        Some("|") => text(index + 4).is_some_and(|filter| LIST_FILTERS.contains(&filter)),
        Some("[" | "?[") => true,
        Some("." | "?.") => tokens.get(index + 4).is_some_and(|part| part.kind == Kind::Number),
        Some("is") => text(index + 4) == Some("iterable") || text(index + 4) == Some("array"),
        _ => behind_in,
    }
}

impl Variables {
    /// How many combinations the values of `axes` have: at least one. Axes that are no list, or an empty one, don't count.
    pub fn combination_count(&self, axes: &[String]) -> usize {
        self.axes(axes).fold(1usize, |count, (_, values)| count.saturating_mul(values.len()))
    }

    /// The variables of combination `index` (from 0, in the order of `axes`, the last changing fastest): each axis is one of
    /// its values. The first is the one that represents all. The choice comes with it, by the name of the axis.
    pub fn combination(&self, axes: &[String], index: usize) -> (Self, Vec<(String, Value)>) {
        let mut choice = Vec::new();
        let mut rest = index;
        for (axis, values) in self.axes(axes).collect::<Vec<_>>().into_iter().rev() {
            if let Some(value) = values.get(rest % values.len()) {
                choice.push((axis.to_owned(), value.clone()));
            }
            rest /= values.len();
        }
        choice.reverse();
        let mut variables = self.clone();
        let mut matrix = self.matrix().cloned().unwrap_or_default();
        for (axis, value) in &choice {
            matrix.insert(axis.clone().into(), value.clone());
        }
        variables.root.insert("matrix".into(), matrix.into());
        (variables, choice)
    }

    /// The combination `index` as part of an identity: `axis=value` of each axis, in the order of the file, joined by `,`.
    pub fn combination_label(&self, axes: &[String], index: usize) -> Option<String> {
        let (_, mut choice) = self.combination(axes, index);
        let order: Vec<&str> =
            self.matrix().map(|it| it.keys().filter_map(|key| key.as_str()).collect()).unwrap_or_default();
        choice.sort_by_key(|(axis, _)| order.iter().position(|known| known == axis));
        let parts: Vec<String> = choice.iter().map(|(axis, value)| format!("{axis}={value}")).collect();
        (!parts.is_empty()).then(|| parts.join(","))
    }

    fn matrix(&self) -> Option<&Map> {
        value_of(&self.root, "matrix")?.as_map()
    }

    fn axes<'a>(&'a self, names: &'a [String]) -> impl Iterator<Item = (&'a str, &'a [Value])> {
        names.iter().filter_map(|name| {
            let values = value_of(self.matrix()?, name)?.as_array()?;
            (!values.is_empty()).then_some((name.as_str(), values))
        })
    }
}
