//! What the engine of clnrm 1.0 (Tera 1.20) refuses, once per construct, in the document.

use crate::template::expression::{self, Kind, Token};
use crate::template::lexer::{Keyword, TokenKind};
use crate::template::problem::{Problem, ProblemKind};
use crate::template::program::Program;
use crate::template::source::{FileId, FileSpan};
use crate::text::Span;

/// Said of `\"` and the like.
pub(super) const ESCAPES: &str = "escapes in strings";

/// Reports each construct at its first place. `code` is that of the document.
pub(super) fn check(program: &Program, code: &[(usize, Vec<Token<'_>>)], problems: &mut Vec<Problem>) {
    let file = program.file(FileId::DOCUMENT);
    let text = &*file.source.text;
    let mut seen: Vec<&'static str> = Vec::new();
    let mut report = |construct: &'static str, span: Span| {
        if !seen.contains(&construct) {
            seen.push(construct);
            problems.push(Problem {
                kind: ProblemKind::NotTera1 { construct },
                at: FileSpan::document(span),
                stack: Vec::new(),
            });
        }
    };
    let mut text_before = false;
    let mut code = code.iter().peekable();
    for (index, token) in file.parsed.lexed.tokens.iter().enumerate() {
        if token.kind == TokenKind::Text {
            text_before = text_before || token.span.slice(text).is_some_and(|text| !text.trim().is_empty());
            continue;
        }
        let Some((_, tokens)) = code.next_if(|(tag, _)| *tag == index) else { continue };
        match token.keyword {
            Keyword::Import if text_before => report("an `import` behind other text", token.keyword_span),
            Keyword::Component | Keyword::OpenElement => report("components", token.keyword_span),
            Keyword::Set | Keyword::SetGlobal if token.opens_set_block => report("a `set` block", token.keyword_span),
            _ => {}
        }
        if !matches!(token.keyword, Keyword::Import) {
            text_before = true;
        }
        if token.keyword == Keyword::OpenElement || tokens.first().is_some_and(|first| first.is_operator("<")) {
            report("components", token.keyword_span);
            continue;
        }
        expression_constructs(tokens, token.keyword, &mut report);
    }
}

fn expression_constructs(tokens: &[Token<'_>], keyword: Keyword, report: &mut impl FnMut(&'static str, Span)) {
    let mut lists = 0usize;
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        match (token.kind, token.text) {
            (Kind::Operator, "{") => report("map literals", token.span()),
            (Kind::Operator, "?." | "?[") => report("optional access (`?.`)", token.span()),
            (Kind::Operator, "[") => {
                let is_index = before.is_some_and(|before| before.kind == Kind::Identifier && !before.is_word("in"))
                    || before.is_some_and(|before| matches!(before.text, "]" | ")"));
                if lists > 0 && !is_index {
                    report("lists in lists", token.span());
                }
                lists += 1;
            }
            (Kind::Operator, "]") => lists = lists.saturating_sub(1),
            (Kind::Operator, "(") => call_constructs(tokens, index, keyword, report),
            (Kind::Operator, "|") if before.is_some_and(|before| before.is_operator(")")) => {
                behind_bracket(tokens, index, report);
            }
            (Kind::Identifier, "none" | "None" | "null") if !before.is_some_and(|before| before.is_word("is")) => {
                report("the value `none`", token.span());
            }
            (Kind::Identifier, "if") if index > 0 => report("an inline `if`", token.span()),
            (Kind::Identifier, "for") if index > 0 => report("list comprehensions", token.span()),
            (Kind::String, string) if string.contains('\\') => report(ESCAPES, token.span()),
            _ => {}
        }
    }
}

/// Positional arguments of the call whose bracket is at `open`.
fn call_constructs(tokens: &[Token<'_>], open: usize, keyword: Keyword, report: &mut impl FnMut(&'static str, Span)) {
    let Some(name) = open.checked_sub(1).and_then(|name| tokens.get(name)).filter(|name| name.kind == Kind::Identifier)
    else {
        return;
    };
    if super::WORDS.contains(&name.text) || keyword == Keyword::Macro {
        return;
    }
    let list = expression::arguments(tokens, open).list;
    let Some(positional) = list.iter().find(|argument| argument.name.is_none() && !argument.span.is_empty()) else {
        return;
    };
    let before = open.checked_sub(2).and_then(|before| tokens.get(before));
    let is_test = before.is_some_and(|before| before.is_word("is") || before.is_word("not"));
    if before.is_some_and(|before| before.is_operator("::")) {
        report("positional arguments of macros", positional.span);
    } else if before.is_some_and(|before| before.is_operator("|")) {
        report("positional arguments of filters", positional.span);
    } else if !is_test {
        report("positional arguments of functions", positional.span);
    }
}

/// `(a | b) | c`, and `f() | default(…)`, which does not rescue an error in `f` there.
fn behind_bracket(tokens: &[Token<'_>], pipe: usize, report: &mut impl FnMut(&'static str, Span)) {
    let mut depth = 0usize;
    let open = (0..pipe).rev().find(|index| {
        match tokens.get(*index).filter(|token| token.kind == Kind::Operator).map(|token| token.text) {
            Some(")" | "]" | "}") => depth += 1,
            Some("(" | "[" | "{" | "?[") => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let Some(open) = open else { return };
    let Some(at) = tokens.get(pipe).map(Token::span) else { return };
    let name = open.checked_sub(1).and_then(|name| tokens.get(name)).filter(|name| name.kind == Kind::Identifier);
    match name {
        None => report("filters behind parentheses", at),
        Some(name)
            if matches!(name.text, "env" | "get_env")
                && tokens.get(pipe + 1).is_some_and(|filter| filter.is_word("default")) =>
        {
            report("`default` behind `env()`", at);
        }
        Some(name) if super::WORDS.contains(&name.text) => report("filters behind parentheses", at),
        Some(_) => {}
    }
}
