//! Macros: those of a namespace, with their parameters and what they say about themselves.

use super::Request;
use crate::features::completion::{Item, ItemKind, Snippet, Topic};
use crate::features::macros::{self, MacroPlace};
use crate::template::FileId;

/// The names that stand before `::`, each with the file that it means.
pub(super) fn namespaces(request: &Request<'_>) -> Vec<(String, Option<FileId>)> {
    let file = request.view.template();
    let mut namespaces: Vec<(String, Option<FileId>)> = Vec::new();
    for import in &file.imports {
        let target = macros::namespace_file(request.view, FileId::DOCUMENT, &import.alias);
        if namespaces.iter().all(|(known, _)| *known != import.alias) {
            namespaces.push((import.alias.clone(), target));
        }
    }
    if !file.macros.is_empty() {
        namespaces.push(("self".to_owned(), Some(FileId::DOCUMENT)));
    }
    namespaces
}

/// The macros of a namespace. `prefix` is written before each name.
pub(super) fn macros(request: &Request<'_>, namespace: &str, prefix: &str) -> Vec<Item> {
    let view = request.view;
    let file = macros::namespace_file(view, FileId::DOCUMENT, namespace);
    let Some(parsed) = file.and_then(|file| view.parsed(file)) else { return Vec::new() };
    let found = parsed.macros.keys().filter_map(|name| macros::resolve(view, namespace, name));
    found.map(|place| item(request, &place, prefix)).collect()
}

fn item(request: &Request<'_>, place: &MacroPlace<'_>, prefix: &str) -> Item {
    let name = &place.definition.name;
    let mut insert = Snippet::text(&format!("{prefix}{name}"));
    if !request.has_brackets() {
        insert = insert.and("(");
        let required = place.definition.params.iter().filter(|param| param.default.is_none());
        for (index, param) in required.enumerate() {
            insert = insert.and(if index > 0 { ", " } else { "" }).and_place(&format!("\"{}\"", param.name));
        }
        insert = insert.and(")");
    }
    let item = Item::new(ItemKind::Macro, format!("{prefix}{name}")).writes(insert).detail(place.usage());
    match place.documentation() {
        Some(documentation) => item.about(Topic::Text(documentation)),
        None => item,
    }
}
