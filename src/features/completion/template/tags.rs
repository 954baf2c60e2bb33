//! The words that a tag may start with: what closes an open block first, then what opens one.

use super::Request;
use crate::features::completion::{Completions, Item, ItemKind, Replaced, Snippet};
use crate::template::lexer::Keyword;
use crate::text::Span;

/// What each word does.
const WORDS: &[(&str, &str)] = &[
    ("if", "text under a condition"),
    ("for", "text for each item"),
    ("set", "gives a value a name"),
    ("import", "the macros of another file"),
    ("include", "the text of another file"),
    ("macro", "text with parameters"),
    ("filter", "a filter over a text"),
    ("raw", "text as it stands"),
    ("block", "a part that others may replace"),
    ("extends", "another file with parts replaced"),
    ("set_global", "gives a value a name outside of the loop, too"),
];

/// Completes the first word of a tag.
pub(super) fn keywords(request: &Request<'_>) -> Completions {
    let tokens = &request.view.template().lexed.tokens;
    let open = request.scope.blocks.iter().rev().filter_map(|block| tokens.get(*block));
    let mut items = Vec::new();
    let mut is_in_loop = false;
    for (depth, opener) in open.enumerate() {
        is_in_loop |= opener.keyword == Keyword::For;
        // A block that has its end needs no other.
        let closer = opener.keyword.closer().filter(|_| opener.mate.is_none_or(|mate| mate <= request.index));
        if depth == 0 || opener.mate.is_none() {
            items.extend(closer.filter(|closer| !closer.name().is_empty()).map(|closer| {
                Item::new(ItemKind::Keyword, closer.name()).detail(format!("ends `{}`", opener.keyword.name()))
            }));
        }
        if depth == 0 && opener.keyword == Keyword::If {
            items.push(Item::new(ItemKind::Keyword, "else").detail("otherwise"));
            items.push(Item::new(ItemKind::Keyword, "elif").detail("another condition"));
        } else if depth == 0 && opener.keyword == Keyword::For {
            items.push(Item::new(ItemKind::Keyword, "else").detail("where there are no items"));
        }
    }
    if is_in_loop {
        items.push(Item::new(ItemKind::Keyword, "continue").detail("goes on with the next item"));
        items.push(Item::new(ItemKind::Keyword, "break").detail("ends the loop"));
    }
    items.extend(WORDS.iter().map(|(word, what)| Item::new(ItemKind::Keyword, *word).detail(*what)));
    let mut completions = Completions { replaced: request.replaced, items, ..Completions::default() };
    whole_blocks(request, &mut completions);
    completions
}

/// Completes with plain words.
pub(super) fn words(request: &Request<'_>, words: &[&'static str]) -> Completions {
    let items = words.iter().map(|word| Item::new(ItemKind::Keyword, *word)).collect();
    Completions { replaced: request.replaced, items, ..Completions::default() }
}

/// Blocks with their ends, where nothing stands behind the word in the tag.
fn whole_blocks(request: &Request<'_>, completions: &mut Completions) {
    let (text, tag) = (request.text(), request.tag);
    let word = request.replaced.replace;
    let end = if tag.closed { tag.span.end } else { word.end };
    let behind = text.get(word.end..end).unwrap_or("x");
    if behind.contains('\n') || !behind.trim_matches([' ', '\t', '-', '%', '}']).is_empty() {
        return;
    }
    let before = text.get(..tag.span.start).unwrap_or_default();
    let is_alone = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    let gap = if is_alone { "\n" } else { "" };
    let close = if tag.trims_right { " -%}" } else { " %}" };
    let body = |opening: Snippet, end: &str| {
        opening.and(close).and(gap).and_place("").and(gap).and("{% ").and(end).and(" %}").and_end()
    };
    let blocks = [
        ("if … endif", body(Snippet::text("if ").and_place("true"), "endif")),
        (
            "for … endfor",
            body(Snippet::text("for ").and_place("item").and(" in ").and_place("[\"a\", \"b\"]"), "endfor"),
        ),
        (
            "macro … endmacro",
            body(Snippet::text("macro ").and_place("name").and("(").and_place("value").and(")"), "endmacro"),
        ),
        ("filter … endfilter", body(Snippet::text("filter ").and_place("upper"), "endfilter")),
        ("raw … endraw", body(Snippet::text("raw"), "endraw")),
        (
            "import … as …",
            Snippet::text("import \"").and_place("_macros.toml.tera").and("\" as ").and_place("m").and(close).and_end(),
        ),
        ("set … = …", Snippet::text("set ").and_place("name").and(" = ").and_place("\"value\"").and(close).and_end()),
    ];
    // The end of the tag is written anew.
    let whole = Span::new(word.start, end);
    completions.items.extend(blocks.map(|(label, insert)| {
        let word = label.split(' ').next().unwrap_or(label);
        let item = Item::new(ItemKind::Block, label).writes(insert).found_by(word);
        Item { replaced: Some(Replaced { insert: whole, replace: whole }), ..item }
    }));
}
