//! Where a new variable is defined: in `[vars]`, which is made where there is none.

use super::{insertion, line_end, line_start};
use crate::features::DocumentView;
use crate::features::syntax::Table;
use crate::formatting::TextEdit;
use crate::template::lexer::{Keyword, TokenKind};

/// The edit that defines `name` as `value`, a TOML value as written. `None` where there is no place that is always rendered.
pub(super) fn definition(view: &DocumentView, name: &str, value: &str) -> Option<TextEdit> {
    let (text, tree) = (view.text(), view.syntax());
    let line = format!("{name} = {value}\n");
    let is_vars = |table: &&Table| {
        !table.is_array()
            && matches!(table.path(), [only] if only.text == "vars")
            && !is_in_block(view, table.span.start)
    };
    if let Some(table) = tree.tables.iter().find(is_vars) {
        let header = table.header.as_ref().map(|header| header.span.end);
        let last = table.pairs.last().map(|pair| pair.span.end).or(header)?;
        let end = line_end(text, last);
        let newline = if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { "\n" };
        return (!is_in_block(view, end)).then(|| insertion(end, format!("{newline}{line}")));
    }
    // Behind the table that says what the test is, else before the first one.
    let is_identity = |table: &&Table| {
        let path: Vec<&str> = table.path().iter().map(|part| part.text.as_str()).collect();
        matches!(path.as_slice(), ["meta"] | ["test"] | ["test", "metadata"])
    };
    let identity = tree
        .tables
        .iter()
        .rposition(|table| is_identity(&table))
        .filter(|&index| !is_in_block(view, tree.tables[index].span.start));
    let place = match identity {
        Some(index) => {
            let table = &tree.tables[index];
            let header = table.header.as_ref().map(|header| header.span.end);
            line_end(text, table.pairs.last().map(|pair| pair.span.end).or(header)?)
        }
        None => {
            let first = tree.tables.iter().find(|table| table.header.is_some() && !is_in_block(view, table.span.start));
            first.map_or(text.len(), |table| above_remarks(text, table.span.start))
        }
    };
    if is_in_block(view, place) {
        return None;
    }
    let before = text.get(..place).unwrap_or_default();
    let lead = match (before.is_empty() || before.ends_with("\n\n"), before.ends_with('\n')) {
        (true, _) => "",
        (false, true) => "\n",
        (false, false) => "\n\n",
    };
    let trail = match text.get(place..) {
        Some(rest) if rest.is_empty() || rest.starts_with(['\n', '\r']) => "",
        _ => "\n",
    };
    Some(insertion(place, format!("{lead}[vars]\n{line}{trail}")))
}

/// The start of the comments that stand directly above a line.
fn above_remarks(text: &str, offset: usize) -> usize {
    let mut start = line_start(text, offset);
    while start > 0 {
        let above = line_start(text, start - 1);
        if !text.get(above..start).is_some_and(|line| line.trim_start().starts_with('#')) {
            break;
        }
        start = above;
    }
    start
}

/// Whether an offset stands between the tags of a block, or in a tag.
fn is_in_block(view: &DocumentView, offset: usize) -> bool {
    let tokens = &view.template().lexed.tokens;
    tokens.iter().take_while(|token| token.span.start < offset).any(|token| {
        let is_in_tag = token.kind != TokenKind::Text && offset < token.span.end;
        let mate = token.mate.and_then(|mate| tokens.get(mate));
        let is_open = !matches!(token.keyword, Keyword::Empty)
            && mate.is_some_and(|mate| mate.span.start > token.span.start && offset < mate.span.end);
        is_in_tag || is_open
    })
}
