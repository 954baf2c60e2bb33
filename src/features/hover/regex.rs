//! Regular expressions, explained piece by piece.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{AssertionKind, Ast, GroupKind, RepetitionKind, RepetitionRange};

use super::card::{Card, inline};

/// More pieces than this are no help to anybody.
const MOST_PIECES: usize = 12;

/// What an expression asks for; `None` for one that does not compile: a rule says what is wrong.
pub(super) fn card(pattern: &str) -> Option<Card> {
    let ast = Parser::new().parse(pattern).ok()?;
    let pieces = match &ast {
        Ast::Concat(concat) => merged(pattern, &concat.asts),
        other => merged(pattern, std::slice::from_ref(other)),
    };
    let mut shown: Vec<String> = pieces.iter().take(MOST_PIECES).cloned().collect();
    if pieces.len() > shown.len() {
        shown.push(format!("… {} more", pieces.len() - shown.len()));
    }
    let card = Card::new(format!("regular expression {}", inline(pattern)));
    Some(
        card.text("Rust's syntax. It may match anywhere in the text, unless `^` and `$` hold it. In order:")
            .list(shown),
    )
}

/// The pieces of a sequence, letters that follow each other taken together.
fn merged(pattern: &str, asts: &[Ast]) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    for ast in asts {
        if let Ast::Literal(letter) = ast {
            literal.push(letter.c);
            continue;
        }
        if !literal.is_empty() {
            pieces.push(format!("the text {}", inline(&std::mem::take(&mut literal))));
        }
        pieces.push(in_words(pattern, ast, 0));
    }
    if !literal.is_empty() {
        pieces.push(format!("the text {}", inline(&literal)));
    }
    pieces
}

fn in_words(pattern: &str, ast: &Ast, depth: usize) -> String {
    // Deeper than this, words are harder to read than the expression.
    const DEEPEST: usize = 3;
    let written = || inline(pattern.get(ast.span().start.offset..ast.span().end.offset).unwrap_or_default());
    if depth > DEEPEST {
        return written();
    }
    match ast {
        Ast::Empty(_) => "nothing".to_owned(),
        Ast::Flags(_) => format!("from here on the flags {}", written()),
        Ast::Literal(letter) => format!("the text {}", inline(&letter.c.to_string())),
        Ast::Dot(_) => "any one character".to_owned(),
        Ast::Assertion(assertion) => match assertion.kind {
            AssertionKind::StartLine | AssertionKind::StartText => "the start of the text".to_owned(),
            AssertionKind::EndLine | AssertionKind::EndText => "the end of the text".to_owned(),
            AssertionKind::WordBoundary => "the start or end of a word".to_owned(),
            _ => written(),
        },
        Ast::ClassPerl(_) | Ast::ClassUnicode(_) | Ast::ClassBracketed(_) => format!("one character of {}", written()),
        Ast::Repetition(repetition) => {
            let what = in_words(pattern, &repetition.ast, depth + 1);
            let times = match &repetition.op.kind {
                RepetitionKind::ZeroOrOne => "perhaps".to_owned(),
                RepetitionKind::ZeroOrMore => "any number of times".to_owned(),
                RepetitionKind::OneOrMore => "once or more".to_owned(),
                RepetitionKind::Range(RepetitionRange::Exactly(times)) => format!("{times} times"),
                RepetitionKind::Range(RepetitionRange::AtLeast(least)) => format!("{least} times or more"),
                RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => format!("{least} to {most} times"),
            };
            let lazily = if repetition.greedy { "" } else { ", as few as will do" };
            format!("{what}, {times}{lazily}")
        }
        Ast::Group(group) => {
            let inner = in_words(pattern, &group.ast, depth + 1);
            match &group.kind {
                GroupKind::CaptureName { name, .. } => format!("{}: {inner}", inline(&name.name)),
                GroupKind::CaptureIndex(_) | GroupKind::NonCapturing(_) => inner,
            }
        }
        Ast::Alternation(alternation) => {
            let arms: Vec<String> = alternation.asts.iter().map(|arm| in_words(pattern, arm, depth + 1)).collect();
            format!("either {}", arms.join(" or "))
        }
        Ast::Concat(concat) => merged(pattern, &concat.asts).join(", then "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_told_in_order() {
        let card = card(r"^é (ok|done)\s+(?<n>[0-9]{2,})ms?$").unwrap().plain_text();
        let pieces: Vec<&str> = card.lines().filter_map(|line| line.strip_prefix("- ")).collect();
        let expected = [
            "the start of the text",
            "the text `é `",
            "either the text `ok` or the text `done`",
            r"one character of `\s`, once or more",
            "`n`: one character of `[0-9]`, 2 times or more",
            "the text `m`",
            "the text `s`, perhaps",
            "the end of the text",
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn what_does_not_compile_is_not_explained() {
        assert_eq!(card("(a"), None);
    }
}
