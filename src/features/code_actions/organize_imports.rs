//! Brings the imports in order: at the top, by name, without those that nothing uses.

use std::collections::BTreeSet;

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, replacement, stands_alone, whole_lines};
use crate::template::expression;
use crate::template::lexer::TokenKind;
use crate::text::Span;

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let (text, file) = (request.view.text(), request.view.template());
    let tokens = &file.lexed.tokens;
    let mut tags: Vec<(Span, &str, String)> = Vec::new();
    for import in &file.imports {
        let reference = file.references.get(import.reference);
        let Some(tag) = reference.and_then(|reference| tokens.get(reference.token)) else { continue };
        let name = reference.and_then(|reference| Some(reference.names.first()?.0.clone())).unwrap_or_default();
        if !stands_alone(text, tag.span) {
            return Vec::new();
        }
        tags.push((tag.span, import.alias.as_str(), name));
    }
    let Some(first) = tags.first().map(|(span, ..)| *span) else { return Vec::new() };
    let used: BTreeSet<&str> = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Expression | TokenKind::Tag))
        .flat_map(|token| {
            expression::tokens(text, token.inner)
                .windows(2)
                .filter(|pair| pair[1].is_operator("::"))
                .map(|pair| pair[0].text)
                .collect::<Vec<_>>()
        })
        .collect();
    let mut kept: Vec<&(Span, &str, String)> = tags.iter().filter(|(_, alias, _)| used.contains(alias)).collect();
    kept.sort_by(|a, b| (&a.2, a.1).cmp(&(&b.2, b.1)));
    let lines: String = kept.iter().filter_map(|(span, ..)| Some(format!("{}\n", span.slice(text)?))).collect();
    let edits: Vec<_> = tags
        .iter()
        .map(|(span, ..)| replacement(whole_lines(text, *span), if *span == first { lines.as_str() } else { "" }))
        .filter(|edit| edit.span.slice(text) != Some(edit.text.as_str()))
        .collect();
    if edits.is_empty() {
        return Vec::new();
    }
    vec![Draft {
        title: "organize imports".to_owned(),
        kind: ActionKind::OrganizeImports,
        change: Ok(Change { edits, keeps: Keeps::Values }),
    }]
}
