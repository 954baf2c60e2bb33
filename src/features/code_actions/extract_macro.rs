//! Extract a macro: the selected lines become its body, calls stand in their place. Parameters are the variables that the lines use,
//! and where the lines are several blocks of one shape, the values that differ between them.

use std::collections::BTreeMap;

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, insertion, line_end, line_start, replacement};
use crate::features::DocumentView;
use crate::features::names::{self, Binding, NameKind};
use crate::features::syntax::{Pair, Table, Value, ValueKind};
use crate::formatting::TextEdit;
use crate::template::expression::{self, Kind};
use crate::template::lexer::TokenKind;
use crate::text::Span;

/// No more parameters than a reader can follow.
const MAX_PARAMS: usize = 12;

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let view = request.view;
    if request.range.is_empty() {
        return Vec::new();
    }
    let Some(selection) = lines(view.text(), request.range) else { return Vec::new() };
    // One line is seldom worth a macro; a word never is.
    if !selection.slice(view.text()).is_some_and(|lines| lines.contains('\n')) {
        return Vec::new();
    }
    let name = name(view, selection);
    vec![Draft {
        title: format!("extract the selected lines to the macro `{name}`"),
        kind: ActionKind::Extract,
        change: extract(view, selection, &name).map(|edits| Change { edits, keeps: Keeps::Values }),
    }]
}

/// The lines that a selection touches, without blank ones around.
fn lines(text: &str, range: Span) -> Option<Span> {
    let start = line_start(text, range.start);
    // A selection that ends at the start of a line does not touch it.
    let is_at_start = range.end > range.start && line_start(text, range.end) == range.end;
    let end = if is_at_start { range.end } else { line_end(text, range.end) };
    let written = text.get(start..end)?;
    let first = written.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum::<usize>();
    let kept = written.trim_end().len();
    (first < kept).then(|| Span::new(start + first, start + kept))
}

fn extract(view: &DocumentView, selection: Span, name: &str) -> Result<Vec<TextEdit>, String> {
    let text = view.text();
    check_tags(view, selection)?;
    let blocks = blocks(view, selection);
    let (first, values) = varying(view, &blocks);
    let mut params: Vec<String> = used_variables(view, selection)?;
    let own = params.len();
    // Of values that differ in the same way one parameter is made.
    let mut by_values: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    let mut edits_of_body: Vec<TextEdit> = Vec::new();
    for variant in &values {
        let param = by_values.entry(variant.values.clone()).or_insert_with(|| {
            let base = if variant.key.is_empty() { "value" } else { &variant.key };
            let numbered = (2..).map(|number| format!("{base}_{number}"));
            let name = std::iter::once(base.to_owned()).chain(numbered).find(|name| !params.contains(name));
            let name = name.unwrap_or_default();
            params.push(name.clone());
            name
        });
        edits_of_body.push(replacement(variant.place, format!("{{{{ {param} }}}}")));
    }
    if params.len() > MAX_PARAMS {
        return Err(format!("it would need {} parameters", params.len()));
    }
    let body = spliced(text, first, &edits_of_body);
    let newline = "\n";
    let definition =
        format!("{{% macro {name}({}) %}}{newline}{body}{newline}{{% endmacro %}}{newline}", params.join(", "));
    let mut edits = vec![insertion(definition_place(view, selection), definition)];
    for (index, block) in blocks.iter().enumerate() {
        let passed = params[..own].iter().map(|param| format!("{param}={param}"));
        let differing = by_values.iter().map(|(values, param)| (param, values[index]));
        let mut differing: Vec<_> = differing.collect();
        differing.sort_by_key(|(param, _)| params.iter().position(|known| known == *param));
        let differing = differing.into_iter().map(|(param, value)| {
            let is_string = values.iter().any(|variant| variant.is_string && variant.values[index] == value);
            if is_string { format!("{param}=\"{value}\"") } else { format!("{param}={value}") }
        });
        let arguments: Vec<String> = passed.chain(differing).collect();
        edits.push(replacement(*block, format!("{{{{ self::{name}({}) }}}}", arguments.join(", "))));
    }
    edits.sort_by_key(|edit| edit.span);
    Ok(edits)
}

/// Tags must lie in the selection as a whole, and blocks with both ends.
fn check_tags(view: &DocumentView, selection: Span) -> Result<(), String> {
    let tokens = &view.template().lexed.tokens;
    for token in tokens.iter().filter(|token| token.kind != TokenKind::Text && token.span.overlaps(selection)) {
        let mates = token.mate.iter().chain(&token.middles).chain(&token.owner).filter_map(|&index| tokens.get(index));
        let is_whole = selection.covers(token.span) && mates.into_iter().all(|mate| selection.covers(mate.span));
        if !is_whole {
            return Err("the selection cuts a tag or a block of the template".to_owned());
        }
        let keyword = token.keyword.name();
        if matches!(keyword, "macro" | "import" | "extends" | "block" | "set" | "set_global") {
            return Err(format!("`{keyword}` can't stand in a macro, or is seen outside of it"));
        }
    }
    Ok(())
}

/// The parts of the selection that begin with the same header, if it begins with one; else the selection as one.
fn blocks(view: &DocumentView, selection: Span) -> Vec<Span> {
    let (text, tree) = (view.text(), view.syntax());
    let tables: Vec<&Table> = tree
        .tables
        .iter()
        .filter(|table| table.header.as_ref().is_some_and(|header| selection.covers(header.span)))
        .collect();
    let header = |table: &Table| table.header.as_ref().and_then(|header| header.span.slice(text));
    let Some(first) = tables.first().filter(|first| first.span.start == selection.start) else {
        return vec![selection];
    };
    let starts: Vec<usize> =
        tables.iter().filter(|table| header(table) == header(first)).map(|table| table.span.start).collect();
    let ends = starts.iter().skip(1).copied().chain([selection.end]);
    let trimmed = |(start, end): (&usize, usize)| {
        Span::new(*start, start + text.get(*start..end).unwrap_or_default().trim_end().len())
    };
    let blocks: Vec<Span> = starts.iter().zip(ends).map(trimmed).collect();
    let same_shape = blocks.windows(2).all(|pair| shape(view, pair[0]) == shape(view, pair[1]));
    if same_shape { blocks } else { vec![selection] }
}

/// A value of a block that may differ from that in the next block.
struct Literal {
    key: String,
    /// Without quotes.
    span: Span,
    is_string: bool,
}

/// The text of a block with a mark in place of each literal.
fn shape(view: &DocumentView, block: Span) -> String {
    let edits: Vec<TextEdit> = literals(view, block).iter().map(|literal| replacement(literal.span, "\0")).collect();
    spliced(view.text(), block, &edits)
}

fn literals(view: &DocumentView, block: Span) -> Vec<Literal> {
    let mut literals = Vec::new();
    let tables = view.syntax().tables.iter().filter(|table| table.span.overlaps(block));
    let pairs = tables.flat_map(|table| &table.pairs).filter(|pair| block.covers(pair.span));
    pairs.for_each(|pair| literals_of_pair(view.text(), pair, &mut literals));
    literals
}

fn literals_of_pair(text: &str, pair: &Pair, literals: &mut Vec<Literal>) {
    let key = pair.key.last().map_or("", |part| part.text.as_str());
    let identifier = key.chars().map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '_' });
    let key: String = identifier.collect();
    let key = if key.starts_with(|first: char| first.is_ascii_lowercase()) { key } else { String::new() };
    pair.value.iter().for_each(|value| literals_of_value(text, &key, value, literals));
}

fn literals_of_value(text: &str, key: &str, value: &Value, literals: &mut Vec<Literal>) {
    let is_plain = |span: Span| span.slice(text).is_some_and(|text| !text.contains(['{', '%', '\\', '"', '\n']));
    match &value.kind {
        ValueKind::String { content } if is_plain(*content) => {
            literals.push(Literal { key: key.to_owned(), span: *content, is_string: true });
        }
        ValueKind::Bare if is_plain(value.span) => {
            literals.push(Literal { key: key.to_owned(), span: value.span, is_string: false });
        }
        ValueKind::Array { items, .. } => items.iter().for_each(|item| literals_of_value(text, key, item, literals)),
        ValueKind::InlineTable { pairs, .. } => pairs.iter().for_each(|pair| literals_of_pair(text, pair, literals)),
        ValueKind::String { .. } | ValueKind::Bare => {}
    }
}

/// A literal that is not the same in all blocks.
struct Varying<'a> {
    key: String,
    /// In the first block.
    place: Span,
    is_string: bool,
    /// Its text in each block.
    values: Vec<&'a str>,
}

fn varying<'a>(view: &'a DocumentView, blocks: &[Span]) -> (Span, Vec<Varying<'a>>) {
    let all: Vec<Vec<Literal>> = blocks.iter().map(|block| literals(view, *block)).collect();
    let first = blocks.first().copied().unwrap_or_default();
    let mut found = Vec::new();
    for (index, literal) in all.first().into_iter().flatten().enumerate() {
        let values = all.iter().filter_map(|literals| literals.get(index)?.span.slice(view.text()));
        let values: Vec<&str> = values.collect();
        if values.len() == blocks.len() && values.iter().any(|value| *value != values[0]) {
            let Literal { key, span, is_string } = literal;
            found.push(Varying { key: key.clone(), place: *span, is_string: *is_string, values });
        }
    }
    (first, found)
}

/// The variables of the selection that it does not make itself.
fn used_variables(view: &DocumentView, selection: Span) -> Result<Vec<String>, String> {
    let (text, file) = (view.text(), view.template());
    let tokens = &file.lexed.tokens;
    let mut used: Vec<String> = Vec::new();
    for (index, tag) in tokens.iter().enumerate().filter(|(_, tag)| selection.covers(tag.span)) {
        if !matches!(tag.kind, TokenKind::Expression | TokenKind::Tag) {
            continue;
        }
        for word in expression::tokens(text, tag.inner).iter().filter(|word| word.kind == Kind::Identifier) {
            let Some(name) = names::name_at(text, tag, word.start) else { continue };
            let NameKind::Variable { whole, .. } = name.kind else { continue };
            if whole.start != word.start {
                continue;
            }
            let bound_at = match names::binding(text, file, index, word.text) {
                Some(Binding::LoopState { token })
                    if !tokens.get(token).is_some_and(|tag| selection.covers(tag.span)) =>
                {
                    return Err("it uses `loop` of a loop around the selection".to_owned());
                }
                Some(
                    Binding::Loop { token, .. }
                    | Binding::LoopState { token }
                    | Binding::Parameter { token }
                    | Binding::Set { token },
                ) => tokens.get(token).map(|tag| tag.span),
                None => None,
            };
            let is_own = bound_at.is_some_and(|span| selection.covers(span));
            if !is_own && !used.iter().any(|known| known == word.text) {
                used.push(word.text.to_owned());
            }
        }
    }
    Ok(used)
}

/// Behind the imports at the top, else at the top: in no block, and before the calls.
fn definition_place(view: &DocumentView, selection: Span) -> usize {
    let (text, file) = (view.text(), view.template());
    let imports = file.imports.iter().filter_map(|import| file.references.get(import.reference));
    let tags = imports.filter_map(|reference| file.lexed.tokens.get(reference.token));
    let last = tags.map(|tag| line_end(text, tag.span.end)).filter(|end| *end <= selection.start).max();
    last.unwrap_or_else(|| if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

/// A name that no macro has: the last part of the first header.
fn name(view: &DocumentView, selection: Span) -> String {
    let tables = view.syntax().tables.iter().filter_map(|table| table.header.as_ref());
    let part = tables.into_iter().find(|header| selection.covers(header.span)).and_then(|header| header.path.last());
    let is_name = |text: &&str| {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let base = part.map(|part| part.text.as_str()).filter(is_name).unwrap_or("block");
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let names = std::iter::once(base.to_owned()).chain(numbered);
    names.into_iter().find(|name| !view.template().macros.contains_key(name)).unwrap_or_default()
}

/// A part of a text with edits made in it.
fn spliced(text: &str, part: Span, edits: &[TextEdit]) -> String {
    let mut result = String::new();
    let mut at = part.start;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = edit.span.end;
    }
    result.push_str(text.get(at..part.end).unwrap_or_default());
    result
}
