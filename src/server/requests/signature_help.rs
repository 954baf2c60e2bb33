//! `textDocument/signatureHelp`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, SignatureHelp,
    SignatureHelpOptions, SignatureHelpParams, SignatureInformation, WorkDoneProgressOptions,
};

use super::feature;
use crate::features::signature_help as feature_of_signatures;
use crate::server::session::Session;
use crate::text::Span;

/// What this server can do.
pub fn options() -> SignatureHelpOptions {
    SignatureHelpOptions {
        trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
        // Behind `=` a keyword has told which parameter is meant; behind `)` an outer call may go on.
        retrigger_characters: Some(vec!["=".to_owned(), ")".to_owned()]),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// The call at a place.
pub async fn handle(session: &Session, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
    let place = params.text_document_position_params;
    let with_offsets = session.state().facts.label_offsets;
    let answer = feature::answer_while_typing(session, place.text_document.uri, move |subject| {
        let help = feature_of_signatures::signature_help(subject.view(), subject.offset(place.position))?;
        Some(to_lsp(help, with_offsets))
    });
    Ok(answer.await?.flatten())
}

fn to_lsp(help: feature_of_signatures::SignatureHelp, with_offsets: bool) -> SignatureHelp {
    let label = |span: Span| match with_offsets {
        true => ParameterLabel::LabelOffsets([units(&help.label, span.start), units(&help.label, span.end)]),
        false => ParameterLabel::Simple(span.slice(&help.label).unwrap_or_default().to_owned()),
    };
    let parameters = help.parameters.iter().map(|parameter| ParameterInformation {
        label: label(parameter.label),
        documentation: Some(markdown(parameter.documentation.clone())),
    });
    let parameters: Vec<_> = parameters.collect();
    // Beyond the last one nothing is active; older clients take a number out of range for that.
    let active = help.active.unwrap_or(parameters.len());
    let active_parameter = u32::try_from(active).ok();
    let signature = SignatureInformation {
        label: help.label.clone(),
        documentation: help.documentation.map(markdown),
        parameters: Some(parameters),
        active_parameter,
    };
    SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter }
}

fn markdown(value: String) -> Documentation {
    Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
}

/// The offset in units of UTF-16, in which the protocol counts within labels.
fn units(label: &str, offset: usize) -> u32 {
    let before = label.get(..offset).unwrap_or(label);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}
