//! What an unclosed block leaves behind: names that it was to define, and text that it was to keep from being read.

use super::super::expression::{self, Kind};
use super::super::lexer::{Keyword, Token, TokenKind};
use super::super::problem::{Problem, ProblemKind};
use super::super::program::Program;

/// Drops what is wrong only because a block is never closed, which is told already: a loop variable or parameter that is
/// not defined behind its opening tag, and anything behind `{% raw %}`.
pub(super) fn drop_consequences(program: &Program, problems: &mut Vec<Problem>) {
    problems.retain(|problem| {
        let file = program.file(problem.at.file);
        let opened_before = |token: &&Token| is_dangling(token) && token.span.end <= problem.at.span.start;
        let mut dangling = file.parsed.lexed.tokens.iter().filter(opened_before);
        match &problem.kind {
            ProblemKind::UnclosedBlock { .. } | ProblemKind::StrayBlockTag { .. } => true,
            ProblemKind::UndefinedVariable { name, .. } => {
                let root = name.split('.').next().unwrap_or_default();
                !dangling.any(|token| token.keyword == Keyword::Raw || defines(&file.source.text, token, root))
            }
            _ => !dangling.any(|token| token.keyword == Keyword::Raw),
        }
    });
}

fn is_dangling(token: &Token) -> bool {
    token.kind == TokenKind::Tag
        && token.mate.is_none()
        && matches!(token.keyword, Keyword::For | Keyword::Macro | Keyword::Raw)
}

/// Whether the block that the tag opens defines `name` for what it holds.
fn defines(source: &str, token: &Token, name: &str) -> bool {
    let words = expression::tokens(source, token.inner);
    let mut words = words.iter().skip(1).take_while(|word| !word.is_word("in"));
    name == "loop" && token.keyword == Keyword::For
        || words.any(|word| word.kind == Kind::Identifier && word.text == name)
}
