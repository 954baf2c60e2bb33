//! Rewrites expressions token by token; everything that needs no rewriting is copied as it stands.

use super::{Lowering, Mode, Output};
use crate::template::expression::{Argument, Kind, Token, arguments, lacks_else};
use crate::template::language;
use crate::template::source::FileId;
use crate::text::Span;

/// Where the tokens of an expression come from, and how they are written.
pub(super) struct Source<'s> {
    pub(super) file: FileId,
    pub(super) text: &'s str,
    /// For an expression of another file (a default): the place in this file that it stands for.
    pub(super) anchor: Option<usize>,
}

impl<'s> Source<'s> {
    pub(super) fn of(lowering: &Lowering<'s>) -> Self {
        Source { file: lowering.input.file, text: lowering.source, anchor: None }
    }

    fn copy(&self, out: &mut Output, span: Span) {
        match (self.anchor, span.slice(self.text)) {
            (None, _) => out.copy(self.text, span),
            (Some(anchor), Some(text)) if !text.is_empty() => out.add(text, anchor),
            _ => {}
        }
    }

    fn add(&self, out: &mut Output, text: &str, at: usize) {
        out.add(text, self.anchor.unwrap_or(at));
    }
}

/// Something that is inserted before a token.
enum Insertion {
    /// ` else ""`.
    Else,
    /// The name of the parameter that a positional argument is for.
    Name(&'static str),
    /// `?` before the `.` of a path that may be undefined on the way, as in Tera 1: `a.b | default(…)`, `a.b is defined`.
    Optional,
}

impl Lowering<'_> {
    /// Rewrites a whole expression.
    pub(super) fn expression(&mut self, out: &mut Output, source: &mut Source<'_>, tokens: &[Token<'_>]) {
        let Some((first, last)) = tokens.first().zip(tokens.last()) else { return };
        let insertions = insertions(tokens);
        let mut pending = insertions.iter().peekable();
        let mut copied = first.start;
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            while let Some((_, insertion)) = pending.next_if(|(at, _)| *at <= index) {
                match insertion {
                    Insertion::Else => {
                        let end = tokens[index - 1].end();
                        source.copy(out, Span::new(copied, end.max(copied)));
                        source.add(out, " else \"\"", end);
                        copied = end.max(copied);
                    }
                    Insertion::Name(name) => {
                        source.copy(out, Span::new(copied, token.start));
                        source.add(out, name, token.start);
                        source.add(out, "=", token.start);
                        copied = token.start;
                    }
                    Insertion::Optional => {
                        source.copy(out, Span::new(copied, token.start));
                        source.add(out, "?", token.start);
                        copied = token.start;
                    }
                }
            }
            if let Some(end) = self.hole_at(source, token) {
                source.copy(out, Span::new(copied, token.start));
                let hole = format!("\"{}\"", self.input.marks.hole);
                source.add(out, &hole, token.start);
                while tokens.get(index).is_some_and(|token| token.start < end) {
                    copied = tokens[index].end();
                    index += 1;
                }
                continue;
            }
            let next = |offset: usize| tokens.get(index + offset);
            let starts_call = token.kind == Kind::Identifier
                && next(1).is_some_and(|token| token.is_operator("::"))
                && next(2).is_some_and(|token| token.kind == Kind::Identifier)
                && next(3).is_some_and(|token| token.is_operator("("));
            if starts_call {
                source.copy(out, Span::new(copied, token.start));
                self.captures = true;
                index = self.call(out, source, tokens, index, Mode::Clean);
                copied = tokens[index - 1].end();
                while pending.next_if(|(at, _)| *at < index).is_some() {}
                continue;
            }
            if token.is_operator(".")
                && let Some(number) = next(1).filter(|number| number.kind == Kind::Number)
            {
                source.copy(out, Span::new(copied, token.start));
                source.add(out, "[", token.start);
                source.copy(out, number.span());
                source.add(out, "]", number.end());
                copied = number.end();
                index += 2;
                continue;
            }
            let behind_brace =
                index > 0 && tokens[index - 1].is_operator("}") && tokens[index - 1].end() == token.start;
            if token.is_operator("}") && behind_brace {
                source.copy(out, Span::new(copied, token.start));
                source.add(out, " ", token.start);
                copied = token.start;
            }
            if self.renames_body && token.is_word("body") && is_variable(tokens, index) {
                source.copy(out, Span::new(copied, token.start));
                source.add(out, "clnrm_body", token.start);
                copied = token.end();
            }
            index += 1;
        }
        source.copy(out, Span::new(copied.min(last.end()), last.end()));
        if pending.next().is_some() {
            source.add(out, " else \"\"", last.end());
        }
    }

    /// Behind the hole that starts at this token.
    fn hole_at(&self, source: &Source<'_>, token: &Token<'_>) -> Option<usize> {
        let holes = &self.input.repairs[source.file.0 as usize].holes;
        if holes.is_empty() {
            return None;
        }
        let hole = holes.range(..=Span::new(token.start, usize::MAX)).next_back()?;
        hole.contains(token.start).then_some(hole.end)
    }
}

/// Whether the word at `index` is a variable: no attribute, no name of an argument, no function.
fn is_variable(tokens: &[Token<'_>], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| &tokens[before]);
    let is_attribute = before.is_some_and(|token| token.is_operator(".") || token.is_operator("?."));
    let follows = tokens.get(index + 1);
    !is_attribute && !follows.is_some_and(|token| token.is_operator("=") || token.is_operator("("))
}

/// What must be inserted, by the token that it goes before; sorted. An index behind the last token means the end.
fn insertions(tokens: &[Token<'_>]) -> Vec<(usize, Insertion)> {
    let mut found = Vec::new();
    let has_if = tokens.iter().any(|token| token.is_word("if"));
    if has_if && lacks_else(tokens) {
        found.push((tokens.len(), Insertion::Else));
    }
    for (index, token) in tokens.iter().enumerate() {
        if forgives(tokens, index) {
            let mut dot = index.saturating_sub(2);
            while dot > 0 && tokens[dot].is_operator(".") && tokens[dot + 1].kind == Kind::Identifier {
                found.push((dot, Insertion::Optional));
                dot = dot.saturating_sub(2);
            }
        }
        let opens = token.kind == Kind::Operator && matches!(token.text, "(" | "[" | "{");
        if !opens {
            continue;
        }
        let list = arguments(tokens, index).list;
        if has_if {
            let lacking = list.iter().filter(|argument| lacks_else(&tokens[argument.value.clone()]));
            // A list comprehension has an `if` without `else` of its own.
            let lacking = lacking.filter(|argument| !tokens[argument.value.clone()].iter().any(|t| t.is_word("for")));
            found.extend(lacking.map(|argument| (argument.value.end, Insertion::Else)));
        }
        if token.text == "(" && list.iter().any(|argument| argument.name.is_none()) {
            found.extend(positional(tokens, index, &list));
        }
    }
    found.sort_by_key(|(index, _)| *index);
    found
}

/// Whether what stands before the token at `index` may be undefined: `| default`, `is defined`, `is not undefined`.
fn forgives(tokens: &[Token<'_>], index: usize) -> bool {
    let is_word =
        |at: usize, words: &[&str]| tokens.get(at).is_some_and(|token| words.iter().any(|word| token.is_word(word)));
    match tokens[index].text {
        "|" => is_word(index + 1, &["default"]),
        "is" => {
            let test = if is_word(index + 1, &["not"]) { index + 2 } else { index + 1 };
            is_word(test, &["defined", "undefined"])
        }
        _ => false,
    }
}

/// The names for the positional arguments of the function, filter or test that is called at the bracket `open`.
fn positional(tokens: &[Token<'_>], open: usize, list: &[Argument]) -> Vec<(usize, Insertion)> {
    let Some(name) = open.checked_sub(1).map(|index| &tokens[index]).filter(|name| name.kind == Kind::Identifier)
    else {
        return Vec::new();
    };
    let before = open.checked_sub(2).map(|index| &tokens[index]);
    let given = list.iter().filter(|argument| argument.name.is_none()).count();
    let builtin = match before {
        Some(pipe) if pipe.is_operator("|") => language::filter(name.text),
        Some(word) if word.is_word("is") => language::test(name.text),
        Some(word) if word.is_word("not") && open >= 3 && tokens[open - 3].is_word("is") => language::test(name.text),
        Some(separator) if matches!(separator.text, "::" | "." | "?.") => None,
        _ => language::function(name.text),
    };
    let Some(builtin) = builtin.filter(|builtin| builtin.signature.positional) else { return Vec::new() };
    let mut found = Vec::new();
    let unnamed = list.iter().filter(|argument| argument.name.is_none() && !argument.value.is_empty());
    for (index, argument) in unnamed.enumerate() {
        // One argument too many: the engine says so.
        let Some(param) = builtin.signature.positional_param(index, given) else { return Vec::new() };
        found.push((argument.value.start, Insertion::Name(param.name)));
    }
    found
}
