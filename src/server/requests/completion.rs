//! `textDocument/completion` and `completionItem/resolve`.

use serde_json::{from_value, to_value};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionOptions, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertReplaceEdit, InsertTextFormat, MarkupContent, MarkupKind, TextEdit,
};

use super::feature::{self, Subject};
use crate::features::completion::{self, Completions, Item, ItemKind, Replaced, Surroundings, Topic};
use crate::features::references::Workspace;
use crate::server::client_facts::ClientFacts;
use crate::server::neighbourhood::Neighbourhood;
use crate::server::session::Session;

/// Characters behind which there is something new to offer, beside letters: headers, values, members, tags.
const TRIGGERS: [&str; 9] = ["[", ".", "\"", "'", "=", "|", ":", "%", "{"];

/// What this server can do.
pub fn options() -> CompletionOptions {
    CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(TRIGGERS.map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    }
}

/// What can be written at a place.
pub async fn handle(session: &Session, params: CompletionParams) -> Result<Option<CompletionResponse>> {
    let place = params.text_document_position;
    let facts = session.state().facts;
    let reading = session.clone();
    let answer = feature::answer_while_typing(session, place.text_document.uri, move |subject| {
        // Most places need no other file.
        let files = || Neighbourhood::new(&reading, Some((&subject.page.uri, &subject.judged)));
        let templates = || files().templates(subject.view().source());
        let images = || {
            let mut images: Vec<String> = files().files().iter().flat_map(completion::images).collect();
            images.sort_unstable();
            images.dedup();
            images
        };
        let known_spans = subject.known_spans();
        let around = Surroundings {
            known_spans: &known_spans,
            images: &images,
            templates: &templates,
            snippets: facts.snippets,
        };
        let completions = completion::complete(subject.view(), subject.offset(place.position), around);
        to_lsp(subject, &completions, facts)
    });
    Ok(answer.await?.map(CompletionResponse::List))
}

/// The item with its documentation. Needs no document: the item says what it is about.
pub fn resolve(mut item: CompletionItem) -> CompletionItem {
    let topic = item.data.clone().and_then(|data| from_value::<Topic>(data).ok());
    if let Some(value) = topic.as_ref().and_then(completion::documentation) {
        item.documentation = Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
    }
    item
}

fn to_lsp(subject: &Subject, completions: &Completions, facts: ClientFacts) -> CompletionList {
    let items = completions.items.iter().enumerate();
    let items = items.map(|(index, item)| item_to_lsp(subject, completions, index, item, facts)).collect();
    CompletionList { is_incomplete: completions.is_incomplete, items }
}

fn item_to_lsp(
    subject: &Subject,
    completions: &Completions,
    index: usize,
    item: &Item,
    facts: ClientFacts,
) -> CompletionItem {
    let is_snippet = facts.snippets && item.insert.has_places();
    let new_text = if is_snippet { item.insert.notation().to_owned() } else { item.insert.plain() };
    let commit = completions.commit;
    CompletionItem {
        label: item.label.clone(),
        kind: Some(kind(item.kind)),
        detail: item.detail.clone(),
        sort_text: Some(format!("{index:04}")),
        filter_text: item.filter.clone(),
        insert_text_format: Some(if is_snippet { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT }),
        text_edit: Some(edit(subject, item.replaced.unwrap_or(completions.replaced), new_text, facts)),
        commit_characters: (facts.commit_characters && !commit.is_empty() && !item.insert.has_places())
            .then(|| commit.iter().map(|&it| it.to_owned()).collect()),
        data: item.topic.as_ref().and_then(|topic| to_value(topic).ok()),
        ..CompletionItem::default()
    }
}

fn edit(subject: &Subject, replaced: Replaced, new_text: String, facts: ClientFacts) -> CompletionTextEdit {
    let (insert, replace) = (subject.range(replaced.insert), subject.range(replaced.replace));
    if facts.insert_replace && insert != replace {
        return InsertReplaceEdit { new_text, insert, replace }.into();
    }
    TextEdit { range: replace, new_text }.into()
}

const fn kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Table => CompletionItemKind::STRUCT,
        ItemKind::Block => CompletionItemKind::SNIPPET,
        ItemKind::Key => CompletionItemKind::PROPERTY,
        ItemKind::EnumValue => CompletionItemKind::ENUM_MEMBER,
        ItemKind::Value | ItemKind::Image | ItemKind::Pattern => CompletionItemKind::VALUE,
        ItemKind::Service | ItemKind::Step | ItemKind::Span => CompletionItemKind::REFERENCE,
        ItemKind::Attribute => CompletionItemKind::CONSTANT,
        ItemKind::Keyword => CompletionItemKind::KEYWORD,
        ItemKind::Variable | ItemKind::Parameter => CompletionItemKind::VARIABLE,
        ItemKind::Field => CompletionItemKind::FIELD,
        ItemKind::Function | ItemKind::Macro => CompletionItemKind::FUNCTION,
        ItemKind::Filter => CompletionItemKind::METHOD,
        ItemKind::Test => CompletionItemKind::OPERATOR,
        ItemKind::Namespace => CompletionItemKind::MODULE,
        ItemKind::File => CompletionItemKind::FILE,
    }
}
