//! Whitespace control, token for token as `whitespace_filter` of Tera 2.4 does it.

use super::{Token, TokenKind};

/// Shortens the inside of text and raw tokens beside tags with a `-`.
///
/// Quirk of Tera, kept: a comment neither resets nor triggers a pending trim, unless it has a `-` of its own.
pub(super) fn apply(source: &str, tokens: &mut [Token]) {
    let mut trims_start = false;
    for index in 0..tokens.len() {
        let trims_end = tokens.get(index + 1).is_some_and(|next| next.kind != TokenKind::Text && next.trims_left);
        let token = &mut tokens[index];
        match token.kind {
            TokenKind::Text | TokenKind::Raw => {
                if std::mem::take(&mut trims_start)
                    && let Some(text) = token.inner.slice(source)
                {
                    token.inner.start = token.inner.end - text.trim_start().len();
                }
                trims_start |= token.kind == TokenKind::Raw && token.trims_right;
                if trims_end && let Some(text) = token.inner.slice(source) {
                    token.inner.end = token.inner.start + text.trim_end().len();
                }
            }
            TokenKind::Comment => trims_start |= token.trims_right,
            TokenKind::Expression | TokenKind::Tag => trims_start = token.trims_right,
        }
    }
}
