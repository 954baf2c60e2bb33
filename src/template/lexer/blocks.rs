//! Matches opening, middle and closing tags, and reports those that have no partner.

use super::{Keyword, Lexed, LexicalProblem, MAX_BLOCK_DEPTH, MAX_BRANCHES, TokenKind};
use crate::template::problem::ProblemKind;

/// Matches all tags but those that `skip` names. Returns whether all found their partner.
pub(super) fn pair(lexed: &mut Lexed, skip: impl Fn(usize) -> bool) -> bool {
    let Lexed { tokens, problems } = lexed;
    let before = problems.len();
    for token in tokens.iter_mut().filter(|token| token.kind == TokenKind::Tag) {
        token.mate = None;
        token.owner = None;
        token.middles.clear();
    }
    let mut open: Vec<usize> = Vec::new();
    for index in 0..tokens.len() {
        let token = &tokens[index];
        if token.kind != TokenKind::Tag || skip(index) {
            continue;
        }
        let (keyword, at) = (token.keyword, token.keyword_span);
        if matches!(keyword, Keyword::Set | Keyword::SetGlobal) && !token.opens_set_block {
            continue;
        }
        let mut report = |kind| problems.push(LexicalProblem { kind, at, token: Some(index) });
        if keyword.closer().is_some() {
            open.push(index);
            continue;
        }
        let expected = open.last().and_then(|opener| tokens[*opener].keyword.closer()).map(closing_word);
        match keyword {
            Keyword::Elif | Keyword::Else => {
                let Some(&owner) = open.last().filter(|owner| takes_middle(tokens[**owner].keyword, keyword)) else {
                    report(ProblemKind::StrayBlockTag { keyword: keyword.name().to_owned(), expected });
                    continue;
                };
                if tokens[owner].middles.len() >= MAX_BRANCHES {
                    report(ProblemKind::Syntax { message: format!("more than {MAX_BRANCHES} branches") });
                    continue;
                }
                let after_else =
                    tokens[owner].middles.last().is_some_and(|last| tokens[*last].keyword == Keyword::Else);
                if after_else {
                    report(ProblemKind::StrayBlockTag { keyword: keyword.name().to_owned(), expected });
                    continue;
                }
                tokens[owner].middles.push(index);
                tokens[index].owner = Some(owner);
            }
            _ => {
                let Some(opening) = opened_by(keyword) else { continue };
                let Some(position) = open.iter().rposition(|opener| opening(tokens[*opener].keyword)) else {
                    report(ProblemKind::StrayBlockTag { keyword: closing_word(keyword), expected });
                    continue;
                };
                for unclosed in open.drain(position + 1..) {
                    problems.push(unclosed_block(unclosed, tokens));
                }
                let Some(opener) = open.pop() else { continue };
                if open.len() >= MAX_BLOCK_DEPTH {
                    // Neither tag gets a mate: rendering treats both as broken.
                    let message = format!("blocks are nested more than {MAX_BLOCK_DEPTH} levels deep");
                    let at = tokens[opener].keyword_span;
                    problems.push(LexicalProblem { kind: ProblemKind::Syntax { message }, at, token: Some(opener) });
                    continue;
                }
                tokens[opener].mate = Some(index);
                tokens[index].mate = Some(opener);
            }
        }
    }
    problems.extend(open.into_iter().map(|unclosed| unclosed_block(unclosed, tokens)));
    problems.len() == before
}

fn unclosed_block(index: usize, tokens: &[super::Token]) -> LexicalProblem {
    let keyword = match tokens[index].keyword {
        Keyword::OpenElement => "<".to_owned(),
        keyword => keyword.name().to_owned(),
    };
    let at = tokens[index].keyword_span;
    LexicalProblem { kind: ProblemKind::UnclosedBlock { keyword }, at, token: Some(index) }
}

fn closing_word(keyword: Keyword) -> String {
    if keyword == Keyword::CloseElement { "</".to_owned() } else { keyword.name().to_owned() }
}

fn takes_middle(owner: Keyword, middle: Keyword) -> bool {
    owner == Keyword::If || (owner == Keyword::For && middle == Keyword::Else)
}

/// Which opening keywords a closing one ends; `None` for keywords that end nothing.
fn opened_by(closing: Keyword) -> Option<impl Fn(Keyword) -> bool> {
    let ends = matches!(
        closing,
        Keyword::EndIf
            | Keyword::EndFor
            | Keyword::EndBlock
            | Keyword::EndMacro
            | Keyword::EndComponent
            | Keyword::EndFilter
            | Keyword::EndSet
            | Keyword::EndRaw
            | Keyword::CloseElement
    );
    ends.then_some(move |opening: Keyword| opening.closer() == Some(closing))
}
