//! What expressions rendered to.

use std::collections::HashMap;

use super::{Hint, HintKind, tags};
use crate::features::DocumentView;
use crate::features::secrets::{Secrets, is_secret_path, names_secret};
use crate::template::FileId;
use crate::template::expression::{Kind, tokens};
use crate::template::lexer::TokenKind;
use crate::text::Span;

/// Longer values are cut, in characters.
const LONGEST: usize = 32;

pub(super) fn collect(view: &DocumentView, within: Span, hints: &mut Vec<Hint>) {
    let Some(rendered) = view.analysis().rendered.as_ref().filter(|rendered| !rendered.given_up) else { return };
    let expressions: Vec<_> = tags(view, within).filter(|(_, token)| token.kind == TokenKind::Expression).collect();
    if expressions.is_empty() {
        return;
    }
    // One walk over all values, however many tags there are.
    let mut written: HashMap<Span, Vec<Span>> = expressions.iter().map(|(_, token)| (token.span, Vec::new())).collect();
    for value in rendered.map.values().filter(|value| value.tag.file == FileId::DOCUMENT) {
        if let Some(spans) = view.present(value.tag.span).and_then(|tag| written.get_mut(&tag)) {
            spans.push(value.rendered);
        }
    }
    let secrets = Secrets::of(view);
    let is_hole = |span: Span| rendered.opaque.iter().any(|hole| hole.overlaps(span) || *hole == span);
    for (_, token) in expressions {
        let spans = written.get(&token.span).map(Vec::as_slice).unwrap_or_default();
        if spans.iter().any(|span| is_hole(*span)) || is_secret(view, token.inner) {
            continue;
        }
        let texts: Vec<&str> = spans.iter().filter_map(|span| span.slice(&rendered.text)).collect();
        if let Some(label) = label(&secrets, &texts, view.text(), token.inner) {
            hints.push(Hint { offset: token.span.end, label, kind: HintKind::Value });
        }
    }
}

/// `= one … ×3`; `None` where it would say nothing new, or more than fits on a line.
fn label(secrets: &Secrets, texts: &[&str], source: &str, expression: Span) -> Option<String> {
    let first = *texts.first()?;
    if first.trim().is_empty() || first.contains('\n') || is_obvious(texts, source, expression) {
        return None;
    }
    // Covered first: of a secret that is cut a part would be seen.
    let covered = secrets.cover(first);
    let shown = match covered.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &covered[..end]),
        None => covered.into_owned(),
    };
    let is_same = texts.iter().all(|text| *text == first);
    Some(match texts.len() {
        1 => format!("= {shown}"),
        _ if is_same => format!("= {shown}"),
        times => format!("= {shown} … ×{times}"),
    })
}

/// Whether the expression spells what it gives.
fn is_obvious(texts: &[&str], source: &str, expression: Span) -> bool {
    let parts = tokens(source, expression);
    let spells = |text: &str| {
        parts.iter().any(|part| match part.kind {
            Kind::String => part.string_value().is_some_and(|value| value == text),
            Kind::Number => part.text == text,
            _ => false,
        })
    };
    let is_call = parts.iter().any(|part| part.is_operator("("));
    !is_call && texts.iter().all(|text| spells(text.trim_matches('"')))
}

/// Whether the expression names something secret, or stands as the value of a key that does.
fn is_secret(view: &DocumentView, expression: Span) -> bool {
    if names_secret(view.text(), expression) {
        return true;
    }
    let table = view.syntax().table_at(expression.start);
    let pair = table.and_then(|table| {
        let behind = table.pairs.partition_point(|pair| pair.span.start <= expression.start);
        table.pairs.get(behind.checked_sub(1)?).filter(|pair| pair.span.end >= expression.end)
    });
    pair.is_some_and(|pair| is_secret_path(pair.key.iter().map(|part| part.text.as_str())))
}
