//! Matches opening, middle and closing tags, and reports those that have no partner.
//!
//! A block that ends with the wrong word (`{% if x %}…{% endfor %}`, `{% for … %}…{% end for %}`) is one mistake, told at
//! that word: the word then counts as the end that was meant.

use std::collections::BTreeMap;

use super::{Keyword, Lexed, LexicalProblem, MAX_BLOCK_DEPTH, MAX_BRANCHES, Token, TokenKind};
use crate::template::problem::ProblemKind;
use crate::template::suggestion::nearest;

/// How often the tags behind a closing one are counted to find out which block it was meant for.
const MAX_COUNTS: usize = 64;

/// Matches all tags but those that `skip` names. Returns whether all found their partner.
pub(super) fn pair(source: &str, lexed: &mut Lexed, skip: impl Fn(usize) -> bool) -> bool {
    let Lexed { tokens, problems } = lexed;
    let before = problems.len();
    for token in tokens.iter_mut().filter(|token| token.kind == TokenKind::Tag) {
        token.mate = None;
        token.owner = None;
        token.middles.clear();
    }
    let mut pairing = Pairing { source, tokens, problems, open: Vec::new(), wrong_ends: BTreeMap::new(), counts: 0 };
    for index in 0..pairing.tokens.len() {
        if pairing.tokens[index].kind == TokenKind::Tag && !skip(index) {
            pairing.tag(index, &skip);
        }
    }
    pairing.close_down_to(0);
    problems.len() == before
}

struct Pairing<'a> {
    source: &'a str,
    tokens: &'a mut [Token],
    problems: &'a mut Vec<LexicalProblem>,
    /// The opening tags that have no end yet, as indices of tokens.
    open: Vec<usize>,
    /// For an opening tag the first tag behind it that reads like its end, and is none.
    wrong_ends: BTreeMap<usize, usize>,
    counts: usize,
}

impl Pairing<'_> {
    fn report(&mut self, kind: ProblemKind, index: usize) {
        let at = self.tokens[index].keyword_span;
        self.problems.push(LexicalProblem { kind, at, token: Some(index) });
    }

    /// The word that would end the innermost open block.
    fn expected(&self) -> Option<String> {
        self.open.last().and_then(|opener| self.tokens[*opener].keyword.closer()).map(closing_word)
    }

    fn stray(&mut self, index: usize) {
        let expected = self.expected();
        let keyword = closing_word(self.tokens[index].keyword);
        self.report(ProblemKind::StrayBlockTag { keyword, expected, is_meant: false }, index);
    }

    fn tag(&mut self, index: usize, skip: &impl Fn(usize) -> bool) {
        let token = &self.tokens[index];
        let keyword = token.keyword;
        if matches!(keyword, Keyword::Set | Keyword::SetGlobal) && !token.opens_set_block {
            return;
        }
        if keyword.closer().is_some() {
            self.open.push(index);
            return;
        }
        match keyword {
            Keyword::Elif | Keyword::Else => self.middle(index),
            Keyword::Unknown => {
                if self.reads_like_an_end(index) {
                    self.remember_wrong_end(index);
                }
            }
            _ => self.end(index, skip),
        }
    }

    fn middle(&mut self, index: usize) {
        let keyword = self.tokens[index].keyword;
        let Some(&owner) = self.open.last().filter(|owner| takes_middle(self.tokens[**owner].keyword, keyword)) else {
            return self.stray(index);
        };
        let middles = &self.tokens[owner].middles;
        if middles.len() >= MAX_BRANCHES {
            let message = format!("more than {MAX_BRANCHES} branches");
            return self.report(ProblemKind::Syntax { message }, index);
        }
        if middles.last().is_some_and(|last| self.tokens[*last].keyword == Keyword::Else) {
            return self.stray(index);
        }
        self.tokens[owner].middles.push(index);
        self.tokens[index].owner = Some(owner);
    }

    fn end(&mut self, index: usize, skip: &impl Fn(usize) -> bool) {
        let keyword = self.tokens[index].keyword;
        let Some(opening) = opened_by(keyword) else { return };
        let Some(position) = self.open.iter().rposition(|opener| opening(self.tokens[*opener].keyword)) else {
            self.remember_wrong_end(index);
            return self.stray(index);
        };
        if position + 1 < self.open.len() && self.is_wrong_word(index, skip) {
            let expected = self.expected();
            let kind = ProblemKind::StrayBlockTag { keyword: closing_word(keyword), expected, is_meant: true };
            self.report(kind, index);
            if let Some(opener) = self.open.pop() {
                self.join(opener, index);
            }
            return;
        }
        self.close_down_to(position + 1);
        let Some(opener) = self.open.pop() else { return };
        if self.open.len() >= MAX_BLOCK_DEPTH {
            // Neither tag gets a mate: rendering treats both as broken.
            let message = format!("blocks are nested more than {MAX_BLOCK_DEPTH} levels deep");
            return self.report(ProblemKind::Syntax { message }, opener);
        }
        self.join(opener, index);
    }

    fn join(&mut self, opener: usize, end: usize) {
        self.tokens[opener].mate = Some(end);
        self.tokens[end].mate = Some(opener);
    }

    /// Whether the end tag at `index`, which would leave the innermost block open, was meant for that block: there is one
    /// end of its kind too many behind it, and none for the innermost block.
    fn is_wrong_word(&mut self, index: usize, skip: &impl Fn(usize) -> bool) -> bool {
        let keyword = self.tokens[index].keyword;
        let Some(inner) = self.open.last().and_then(|opener| self.tokens[*opener].keyword.closer()) else {
            return false;
        };
        self.counts += 1;
        if self.counts > MAX_COUNTS {
            return false;
        }
        let open_of = |end: Keyword| {
            self.open.iter().filter(|opener| self.tokens[**opener].keyword.closer() == Some(end)).count()
        };
        let (mut outer_left, mut inner_left) = (open_of(keyword), open_of(inner));
        for behind in (index + 1..self.tokens.len()).filter(|behind| !skip(*behind)) {
            let token = &self.tokens[behind];
            let opens = token
                .keyword
                .closer()
                .filter(|_| !matches!(token.keyword, Keyword::Set | Keyword::SetGlobal) || token.opens_set_block);
            for (end, left) in [(keyword, &mut outer_left), (inner, &mut inner_left)] {
                if opens == Some(end) {
                    *left += 1;
                } else if token.keyword == end {
                    *left = left.saturating_sub(1);
                }
            }
        }
        outer_left == 0 && inner_left > 0
    }

    /// Whether the unknown word of a tag was meant to end the innermost open block.
    fn reads_like_an_end(&self, index: usize) -> bool {
        let Some(expected) = self.expected().filter(|expected| expected.starts_with("end")) else { return false };
        let token = &self.tokens[index];
        let word = token.keyword_span.slice(self.source).unwrap_or_default();
        let opened = word.strip_prefix("end").filter(|opened| !opened.is_empty());
        // `{% foreach … %}…{% endforeach %}` belong together.
        let is_unknown_end = opened.is_some_and(|opened| opens_unknown_tag(self.source, &self.tokens[..index], opened));
        !is_unknown_end && (word == "end" || nearest(word, [expected.as_str()]).is_some())
    }

    fn remember_wrong_end(&mut self, index: usize) {
        let opener = self.open.iter().rev().find(|opener| !self.wrong_ends.contains_key(opener));
        if let Some(&opener) = opener {
            self.wrong_ends.insert(opener, index);
        }
    }

    /// Ends the open blocks from the one at `position` on, none of which has an end of its own.
    fn close_down_to(&mut self, position: usize) {
        for opener in self.open.split_off(position) {
            let Some(end) = self.wrong_end_of(opener) else {
                let keyword = match self.tokens[opener].keyword {
                    Keyword::OpenElement => "<".to_owned(),
                    keyword => keyword.name().to_owned(),
                };
                self.report(ProblemKind::UnclosedBlock { keyword }, opener);
                continue;
            };
            self.join(opener, end);
            let behind: Vec<usize> = self.tokens[opener].middles.extract_if(.., |middle| *middle > end).collect();
            for middle in behind {
                self.tokens[middle].owner = None;
            }
            if Some(self.tokens[end].keyword) != self.tokens[opener].keyword.closer() {
                self.tell_wrong_end(opener, end);
            }
        }
    }

    /// The tag that was meant to end the block of `opener`. Where a block inside took the end of this one, it gets the
    /// wrong word that was meant for it, and this one its own end.
    fn wrong_end_of(&mut self, opener: usize) -> Option<usize> {
        let is_free = |tokens: &[Token], end: usize| tokens[end].mate.is_none();
        if let Some(end) = self.wrong_ends.get(&opener).copied().filter(|end| is_free(self.tokens, *end)) {
            return Some(end);
        }
        let closer = self.tokens[opener].keyword.closer();
        let (inner, wrong, own) = self.wrong_ends.range(opener + 1..).find_map(|(&inner, &wrong)| {
            let own = self.tokens[inner].mate.filter(|own| *own > wrong)?;
            let fits = is_free(self.tokens, wrong) && self.tokens[inner].keyword.closer() == closer;
            fits.then_some((inner, wrong, own))
        })?;
        self.join(inner, wrong);
        self.tell_wrong_end(inner, wrong);
        self.tokens[own].mate = None;
        Some(own)
    }

    /// Says which word was meant at the wrong end of a block.
    fn tell_wrong_end(&mut self, opener: usize, end: usize) {
        let meant = self.tokens[opener].keyword.closer().map(closing_word);
        if self.tokens[end].keyword == Keyword::Unknown {
            let token = &mut self.tokens[end];
            let word = token.keyword_span.slice(self.source).unwrap_or_default();
            // `{% end for %}` is one word in two pieces.
            if word == "end" {
                let inner = token.inner.slice(self.source).unwrap_or_default();
                token.keyword_span.end = token.inner.start + inner.trim_end().len();
            }
            let name = token.keyword_span.slice(self.source).unwrap_or_default().to_owned();
            return self.report(ProblemKind::UnknownTag { name, suggestion: meant }, end);
        }
        let told = self.problems.iter_mut().find(|problem| problem.token == Some(end));
        if let Some(LexicalProblem { kind: ProblemKind::StrayBlockTag { expected, is_meant, .. }, .. }) = told {
            (*expected, *is_meant) = (meant, true);
        }
    }
}

/// Whether one of the tags starts with the unknown word `word`.
pub fn opens_unknown_tag(source: &str, tokens: &[Token], word: &str) -> bool {
    tokens.iter().any(|token| token.keyword == Keyword::Unknown && token.keyword_span.slice(source) == Some(word))
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
