//! Variables that are read, and whether they are defined or guarded.

use std::collections::BTreeSet;

use super::scope::Scope;
use super::{Check, WORDS, is_operator, is_word};
use crate::template::expression::{Kind, Token, closing};
use crate::template::lexer::Keyword;
use crate::template::problem::ProblemKind;
use crate::template::source::FileId;
use crate::template::suggestion::nearest;
use crate::text::Span;

/// A variable that is read, as indices of tokens: `vars . database . host`.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// The name.
    pub first: usize,
    /// The last key behind it that is a plain name.
    pub last: usize,
    /// Whether the path holds `?.` or goes on with brackets or numbers.
    pub open_end: bool,
    /// Whether it holds `?.`.
    pub optional: bool,
}

impl Path {
    /// The dotted name, up to the key at `last`.
    pub fn name(&self, tokens: &[Token<'_>], last: usize) -> String {
        let parts = tokens.get(self.first..=last).unwrap_or_default();
        parts.iter().map(|part| if part.text == "?." { "." } else { part.text }).collect()
    }
}

/// The variables that the expression reads, from the token `from` on.
pub fn paths(tokens: &[Token<'_>], from: usize) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        if token.kind != Kind::Identifier || !is_variable(tokens, at) {
            at += 1;
            continue;
        }
        let mut path = Path { first: at, last: at, open_end: false, optional: false };
        loop {
            let next = path.last + 1;
            match tokens.get(next).map(|dot| dot.text) {
                Some("." | "?.") if tokens.get(next + 1).is_some_and(|key| key.kind == Kind::Identifier) => {
                    path.optional |= is_operator(tokens, next, "?.");
                    path.last = next + 1;
                }
                Some("?." | "?[") => {
                    (path.open_end, path.optional) = (true, true);
                    break;
                }
                Some("." | "[") => {
                    path.open_end = true;
                    break;
                }
                _ => break,
            }
        }
        found.push(path);
        at = path.last + 1;
    }
    found
}

/// Whether the name at `index` is a variable: no word, call, filter, test, argument name or key.
fn is_variable(tokens: &[Token<'_>], index: usize) -> bool {
    if is_word(tokens, index, &WORDS) {
        return false;
    }
    let before = index.checked_sub(1).and_then(|before| tokens.get(before));
    let after_dot = before.is_some_and(|before| {
        matches!(before.text, "." | "?." | "::" | "|" | "<" | "</") && before.kind == Kind::Operator
    });
    let is_less_than = before.is_some_and(|before| before.text == "<") && index > 1;
    if after_dot && !is_less_than {
        return false;
    }
    let is_test = before.is_some_and(|before| before.is_word("is"))
        || (before.is_some_and(|before| before.is_word("not")) && index > 1 && is_word(tokens, index - 2, &["is"]));
    if is_test {
        return false;
    }
    match tokens.get(index + 1).filter(|next| next.kind == Kind::Operator).map(|next| next.text) {
        Some("(" | "::") => false,
        // `name=value` of a call, `key: value` of a map.
        Some("=") | Some(":") => false,
        _ => true,
    }
}

impl Check<'_> {
    /// Reports the variables of an expression that are defined nowhere and that nothing guards.
    pub(super) fn undefined(
        &mut self,
        id: FileId,
        keyword: Keyword,
        tokens: &[Token<'_>],
        scope: &Scope,
        assigned: &BTreeSet<String>,
    ) {
        let from = super::first_part(keyword);
        let from = if keyword == Keyword::For {
            tokens.iter().position(|part| part.is_word("in")).map_or(tokens.len(), |at| at + 1)
        } else {
            from
        };
        let is_condition = matches!(keyword, Keyword::If | Keyword::Elif);
        let found = paths(tokens, from);
        let asked = asked_inline(tokens, from, &found);
        let own = comprehension_names(tokens, from);
        for path in found.iter().copied() {
            let Some(root) = tokens.get(path.first) else { continue };
            if own.contains(root.text) || assigned.contains(root.text) || self.elsewhere.contains(root.text) {
                continue;
            }
            let missing = match scope.binds(root.text) {
                Some(true) => continue,
                // Macros see their parameters alone.
                Some(false) => path.first,
                None => match self.missing(tokens, &path) {
                    Some(missing) => missing,
                    None => continue,
                },
            };
            let name = path.name(tokens, missing);
            let whole = path.name(tokens, path.last);
            let guarded = path.optional
                || is_guarded(tokens, &path)
                || scope.guards(&whole)
                || asked.contains(&whole)
                // A condition may ask for what is not there; what is inside of it may not.
                || (is_condition && (missing == path.last || asks_step_by_step(tokens, &found, &path)));
            let end = tokens.get(missing).map_or(root.end(), Token::end);
            let suggestion = self.nearest_variable(&name, scope);
            if guarded {
                let is_asked = path.optional || asks_whether_defined(tokens, &path);
                if let Some(suggestion) = suggestion.filter(|near| is_condition && !is_asked && !is_plural(&name, near))
                {
                    let kind = ProblemKind::MisspeltInCondition { name, suggestion };
                    self.report(kind, id, Span::new(root.start, end));
                }
                continue;
            }
            self.report(ProblemKind::UndefinedVariable { name, suggestion }, id, Span::new(root.start, end));
        }
    }

    /// The first part of a path of the context that is not defined.
    fn missing(&mut self, tokens: &[Token<'_>], path: &Path) -> Option<usize> {
        let root = tokens.get(path.first)?;
        if self.variables.get(root.text).is_none() {
            let (name, seen) = self.variables.from_environment(root.text);
            let is_set = seen.is_some();
            self.lookups.insert(name, seen);
            return (!is_set).then_some(path.first);
        }
        let mut last = path.first;
        while last < path.last {
            last += 2;
            // What is no map has no keys at all.
            if self.variables.get(&path.name(tokens, last)).is_none() {
                return Some(last);
            }
        }
        None
    }

    fn nearest_variable(&self, name: &str, scope: &Scope) -> Option<String> {
        if let Some((map, key)) = name.rsplit_once('.') {
            let keys = self.variables.get(map).and_then(|value| value.as_map())?;
            let near = nearest(key, keys.keys().filter_map(|key| key.as_str()))?;
            return Some(format!("{map}.{near}"));
        }
        nearest(name, scope.names().chain(self.variables.names()))
    }
}

/// Whether what stands around a path in its expression takes an undefined value.
fn is_guarded(tokens: &[Token<'_>], path: &Path) -> bool {
    let mut next = path.last + 1;
    // Over an index: `list[0] | default(…)`.
    while path.open_end && tokens.get(next).is_some_and(|token| matches!(token.text, "[" | "?[" | "." | "?.")) {
        next = if matches!(tokens.get(next).map(|token| token.text), Some("[" | "?[")) {
            closing(tokens, next) + 1
        } else {
            next + 2
        };
    }
    let text = |index: usize| tokens.get(index).map(|token| token.text);
    match text(next) {
        Some("|") => text(next + 1) == Some("default"),
        Some("or" | "and" | "==" | "!=" | "in") => true,
        Some("is") => {
            let test = if text(next + 1) == Some("not") { next + 2 } else { next + 1 };
            matches!(text(test), Some("defined" | "undefined" | "none"))
        }
        _ => {
            let before = path.first.checked_sub(1).and_then(text);
            matches!(before, Some("not" | "==" | "!="))
        }
    }
}

/// Whether a path stands before `is defined`, `default` or the like: its author knows that it may not be there.
fn asks_whether_defined(tokens: &[Token<'_>], path: &Path) -> bool {
    let next = tokens.get(path.last + 1).map(|next| next.text);
    matches!(next, Some("|" | "is")) || path.open_end
}

/// Whether one of the names is the plural of the other: both may well be meant.
fn is_plural(name: &str, other: &str) -> bool {
    name.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(name)
}

/// Whether the expression asks about the start of `path` before: `a and a.b`, `a.b is defined and a.b.c`.
fn asks_step_by_step(tokens: &[Token<'_>], found: &[Path], path: &Path) -> bool {
    let whole = path.name(tokens, path.last);
    let mut before = found.iter().take_while(|other| other.first < path.first);
    before.any(|other| whole.strip_prefix(&other.name(tokens, other.last)).is_some_and(|rest| rest.starts_with('.')))
}

/// The paths that an inline `if` of the expression asks about.
fn asked_inline(tokens: &[Token<'_>], from: usize, found: &[Path]) -> Vec<String> {
    let mut asked = Vec::new();
    let mut inside = false;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        if token.is_word("if") {
            inside = true;
        } else if token.is_word("else") {
            inside = false;
        }
        if inside {
            asked.extend(found.iter().filter(|path| path.first == index).map(|path| path.name(tokens, path.last)));
        }
    }
    asked
}

/// The names that list comprehensions bind: `[x.name for x in list]`.
fn comprehension_names<'a>(tokens: &[Token<'a>], from: usize) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut binding = false;
    for token in tokens.iter().skip(from) {
        if token.is_word("for") {
            binding = true;
        } else if token.is_word("in") {
            binding = false;
        } else if binding && token.kind == Kind::Identifier {
            names.insert(token.text);
        }
    }
    names
}
