//! Rules, where their codes stand: in `# clnrm: allow(code)` and in `[lint]` of `cleanroom.toml`.

use super::Hover;
use super::card::Card;
use crate::text::Span;
use crate::validation::allow::code_at;
use crate::validation::catalogue::rule;
use crate::validation::page;

/// The rule whose code stands at `offset` in a comment.
pub(super) fn in_comment(text: &str, comment: Span, offset: usize) -> Option<Hover> {
    let span = code_at(text, comment, offset)?;
    Some(Hover { span, card: page_of(span.slice(text)?)? })
}

/// The page of a rule.
pub(super) fn page_of(code: &str) -> Option<Card> {
    Some(Card::new(page::page(rule(code)?).trim_end()))
}
