//! Which part of an expression is undefined.

use super::super::expression::{self, Kind, Token};
use super::super::problem::ProblemKind;
use crate::text::Span;

/// The part of an expression that is undefined, as indices of tokens.
pub(super) struct Missing {
    pub(super) first: usize,
    /// The last part that the message is about.
    pub(super) named: usize,
    /// The last part of the whole path.
    pub(super) last: usize,
    environment: Option<String>,
}

impl Missing {
    pub(super) fn kind(&self, tokens: &[Token<'_>]) -> ProblemKind {
        if let Some(name) = &self.environment {
            return ProblemKind::UnsetEnvironmentVariable { name: name.clone() };
        }
        let name = tokens[self.first..=self.named].iter().map(|token| token.text).collect();
        ProblemKind::UndefinedVariable { name, suggestion: None }
    }
}

/// Finds the path or call in `tokens` that an error at `at` is about.
pub(super) fn missing(tokens: &[Token<'_>], at: Span, message: &str) -> Option<Missing> {
    let mut hit = tokens.iter().position(|token| token.end() > at.start && token.kind == Kind::Identifier)?;
    // A filter complains about the value that is piped into it.
    while hit >= 2 && tokens[hit - 1].is_operator("|") {
        hit -= 2;
        if tokens[hit].kind != Kind::Identifier {
            return None;
        }
    }
    let is_dot = |index: usize| tokens.get(index).is_some_and(|token| matches!(token.text, "." | "?."));
    let mut first = hit;
    while first >= 2 && is_dot(first - 1) {
        first -= 2;
    }
    if tokens.get(first + 1).is_some_and(|token| token.is_operator("(")) {
        let arguments = expression::arguments(tokens, first + 1);
        let name = arguments.list.first().and_then(|argument| tokens.get(argument.value.start)?.string_value());
        let environment = name.filter(|_| matches!(tokens[first].text, "env" | "get_env"))?;
        let last = arguments.close.min(tokens.len() - 1);
        return Some(Missing { first, named: last, last, environment: Some(environment) });
    }
    let mut last = first;
    loop {
        if is_dot(last + 1) && last + 2 < tokens.len() {
            last += 2;
        } else if tokens.get(last + 1).is_some_and(|token| token.is_operator("[") || token.is_operator("?[")) {
            let close = expression::closing(tokens, last + 1);
            if close >= tokens.len() {
                break;
            }
            last = close;
        } else {
            break;
        }
    }
    // "Field `b` is not defined" is about the value that the field was asked of.
    let named = if message.starts_with("Field") { hit } else { last };
    Some(Missing { first, named: named.clamp(first, last), last, environment: None })
}
