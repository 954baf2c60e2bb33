//! `textDocument/codeLens`: above a file and its scenarios, what runs them and how they fared; above the expectations, how they differ from an earlier text of the document; above a loop its
//! rounds, above the matrix its combinations, each shown alone in the rendered preview by `clnrm.showRendered`.

use serde_json::json;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{CodeLens, CodeLensParams, Command as LensCommand};

use super::expectation_diff;
use super::feature::{self, Subject};
use crate::features::expectation_changes;
use crate::features::iterations::{self, Choice};
use crate::server::commands::Command;
use crate::server::encoded::Encoded;
use crate::server::runs::lenses;
use crate::server::session::Session;

/// All lenses of a document, by place.
pub async fn handle(session: &Session, params: CodeLensParams) -> Result<Encoded> {
    let working = session.clone();
    let answer = feature::answer(session, params.text_document.uri, move |subject| {
        let mut lenses: Vec<CodeLens> = run_lenses(&working, subject);
        lenses.extend(expectation_lens(&working, subject));
        lenses.extend(iterations::choices(subject.view()).into_iter().map(|choice| preview_lens(subject, choice)));
        lenses.sort_by_key(|lens| lens.range.start);
        Encoded::new(&lenses)
    });
    Encoded::or_null(answer.await?)
}

/// What runs a file or its scenarios, and how they fared last.
fn run_lenses(session: &Session, subject: &Subject) -> Vec<CodeLens> {
    let places = session.run_places(&subject.page.uri, subject.view());
    let lenses = lenses::lenses(session.runs(), &subject.page.uri, &places, &subject.judged.run).into_iter();
    let shown = lenses.map(|lens| {
        let command = LensCommand {
            title: lens.title,
            command: lens.command.name().to_owned(),
            arguments: Some(vec![lens.argument]),
        };
        CodeLens { range: subject.range(lens.span), command: Some(command), data: None }
    });
    shown.collect()
}

/// A round or a combination, alone.
fn preview_lens(subject: &Subject, Choice { span, title, selection }: Choice) -> CodeLens {
    let command = LensCommand {
        title: format!("preview {title}"),
        command: Command::ShowRendered.name().to_owned(),
        arguments: Some(vec![json!({ "uri": subject.page.uri, "selection": selection })]),
    };
    CodeLens { range: subject.range(span), command: Some(command), data: None }
}

/// What changed about the expectations. While the text is broken, the last thing that could be said stays.
fn expectation_lens(session: &Session, subject: &Subject) -> Option<CodeLens> {
    let header = expectation_changes::first_header(subject.view())?;
    let changed = expectation_diff::changed(session, subject)?;
    let command = LensCommand {
        title: changed.title(),
        command: Command::ShowExpectationDiff.name().to_owned(),
        arguments: Some(vec![json!({ "uri": subject.page.uri })]),
    };
    Some(CodeLens { range: subject.range(header), command: Some(command), data: None })
}
