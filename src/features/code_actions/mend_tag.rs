//! Closes a tag that is open, and removes one that belongs to no block. What stands around a tag only its file shows, so the rules
//! can't do it.

use super::{ActionKind, ActionRequest, CodeAction, insertion, replacement, stands_alone, touched, whole_lines};
use crate::formatting::TextEdit;
use crate::template::lexer::Token;

pub(super) fn actions(request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let (text, tokens) = (request.view.text(), &request.view.template().lexed.tokens);
    let mends = touched(request).filter_map(|(index, diagnostic)| {
        let at = tokens.partition_point(|token| token.span.end <= diagnostic.span.start);
        let token = tokens.get(at).filter(|token| token.span.covers(diagnostic.span))?;
        let (title, edit) = match diagnostic.rule.code {
            "unclosed-tag" => ("close the tag", closing(text, token)?),
            "stray-block-tag" => {
                let gone = if stands_alone(text, token.span) { whole_lines(text, token.span) } else { token.span };
                ("remove the tag", replacement(gone, ""))
            }
            _ => return None,
        };
        let change = Ok(vec![edit]);
        Some(CodeAction {
            title: title.to_owned(),
            kind: ActionKind::QuickFix,
            mends: vec![index],
            is_preferred: true,
            change,
        })
    });
    mends.collect()
}

/// The end of a tag, where the lexer takes it to be.
fn closing(text: &str, token: &Token) -> Option<TextEdit> {
    let closer = match token.opener() {
        "{{" => "}}",
        "{%" => "%}",
        "{#" => "#}",
        _ => return None,
    };
    let written = token.span.slice(text)?;
    let end = token.span.start + written.trim_end().len();
    (!token.closed).then(|| insertion(end, format!(" {closer}")))
}
