//! The files that `import`, `include` and `extends` may name.

use super::Request;
use crate::features::DocumentView;
use crate::features::completion::{Completions, Item, ItemKind, Replaced, Snippet, Surroundings};
use crate::template::expression::Token;
use crate::template::lexer::{self, Keyword};

/// Completes in a string of a tag. Strings that name no files are free text.
pub(super) fn in_string(
    view: &DocumentView,
    tag: &lexer::Token,
    string: &Token<'_>,
    offset: usize,
    around: Surroundings<'_>,
) -> Completions {
    if !matches!(tag.keyword, Keyword::Import | Keyword::Include | Keyword::Extends) {
        return Completions::default();
    }
    let start = string.start + 1;
    let is_closed = string.string_body().is_some();
    let end = if is_closed { string.end() - 1 } else { offset };
    let quote = string.text.chars().next().filter(|_| !is_closed).map(String::from).unwrap_or_default();
    if view.text().get(start..end).is_none_or(|name| name.contains('\n')) {
        return Completions::default();
    }
    let items = items(around, |name| format!("{name}{quote}"));
    Completions { replaced: Replaced::new(start, offset, end), items, ..Completions::default() }
}

/// Completes where a name has no quotes yet.
pub(super) fn quoted(request: &Request<'_>) -> Completions {
    let items = items(request.around, |name| format!("\"{name}\""));
    Completions { replaced: request.replaced, items, ..Completions::default() }
}

fn items(around: Surroundings<'_>, written: impl Fn(&str) -> String) -> Vec<Item> {
    let names = (around.templates)().into_iter().filter(|template| !template.name.contains(['"', '\'', '\\']));
    let items = names.map(|template| {
        let insert = Snippet::text(&written(&template.name));
        Item::new(ItemKind::File, template.name).writes(insert).detail(template.place)
    });
    items.collect()
}
