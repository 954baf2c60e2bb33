//! `textDocument/inlayHint` and `inlayHint/resolve`.

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip, MarkupContent, MarkupKind, Uri,
};

use super::feature;
use crate::features::inlay_hints::{self, Hint, HintKind};
use crate::server::session::Session;

/// What a hint carries so that its tooltip can be made later.
#[derive(Debug, Serialize, Deserialize)]
struct Topic {
    uri: Uri,
    /// The version of the document that the hint is for.
    version: i32,
    kind: HintKind,
}

/// The hints within a range, of the kinds that the client wants. Who can be told to ask again gets those of the last analysis where the
/// next one takes long: they come with the typing.
pub async fn handle(session: &Session, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let (kinds, can_ask_again) = {
        let state = session.state();
        (state.settings.inlay_hints, state.facts.refreshes_hints)
    };
    let uri = params.text_document.uri;
    let work = move |subject: &feature::Subject| {
        let within = subject.span(params.range);
        let mut hints = inlay_hints::hints(subject.view(), &subject.known_spans(), kinds, within);
        if kinds.never_red {
            hints.extend(inlay_hints::never_red(&subject.unfailing(), within));
        }
        let ahead_of = subject.view().is_ahead().then_some(subject.page.revision);
        let hints = hints.into_iter().map(|hint| to_lsp(subject, hint)).collect();
        (hints, ahead_of)
    };
    let answer = match can_ask_again {
        true => feature::answer_while_typing(session, uri.clone(), work).await?,
        false => feature::answer(session, uri.clone(), work).await?,
    };
    let Some((hints, ahead_of)) = answer else { return Ok(None) };
    if let Some(revision) = ahead_of {
        session.refresh_hints_once_judged(&uri, revision);
    }
    Ok(Some(hints))
}

fn to_lsp(subject: &feature::Subject, Hint { offset, label, kind }: Hint) -> InlayHint {
    let topic = Topic { uri: subject.page.uri.clone(), version: subject.judged.version, kind };
    let is_before = kind == HintKind::Parameter;
    InlayHint {
        position: subject.position(offset),
        label: InlayHintLabel::String(label),
        kind: is_before.then_some(InlayHintKind::PARAMETER),
        text_edits: None,
        tooltip: None,
        padding_left: Some(!is_before),
        padding_right: Some(is_before),
        data: serde_json::to_value(topic).ok(),
    }
}

/// The hint with its tooltip, if the document is still the one that it was made for.
pub async fn resolve(session: &Session, mut hint: InlayHint) -> Result<InlayHint> {
    let Some(topic) = hint.data.as_ref().and_then(|data| Topic::deserialize(data).ok()) else {
        return Err(Error::invalid_params("the hint is none of ours: its `data` is missing"));
    };
    let is_markdown = session.state().facts.hover_markdown;
    let (position, Topic { uri, version, kind }) = (hint.position, topic);
    let card = feature::answer(session, uri, move |subject| {
        let offset = subject.offset(position);
        let is_same = subject.judged.version == version;
        is_same.then(|| inlay_hints::tooltip(subject.view(), &subject.known_spans(), offset, kind)).flatten()
    });
    if let Some(card) = card.await?.flatten() {
        hint.tooltip = Some(match is_markdown {
            true => {
                InlayHintTooltip::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: card.markdown() })
            }
            false => InlayHintTooltip::String(card.plain_text()),
        });
    }
    Ok(hint)
}
