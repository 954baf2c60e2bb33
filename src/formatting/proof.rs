//! Proves that a formatted text means what the text before it meant.
//!
//! Three proofs that do not lean on one another: the statements of both texts, read anew, are the same ones with the same
//! comments (*structure*); the TOML parser finds the same values (*values*); a template renders to the same values in two
//! contexts, in which its conditions go either way (*renders*). A rendered text that is no TOML must keep every token.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml_parser::lexer::TokenKind;

use super::layout::{Pair, Statement, StatementKind, Value};
use crate::text::Span;

/// What formatting would change, as the reason why it does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Change {
    /// The parsed value.
    #[error("its value would change")]
    Value,
    /// Statements, or comments and what they belong to.
    #[error("a comment or a statement would be lost or change its place")]
    Structure,
    /// A tag or an expression.
    #[error("a tag or an expression would change")]
    Construct,
    /// What a template renders to.
    #[error("what it renders to would change")]
    Render,
    /// Formatting it once more would change it again.
    #[error("it would not stay as it is when formatted again")]
    Unstable,
}

/// What formatting must keep of the statements of a text: equal for texts that differ in white space and in the order of
/// statements within one table only.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Inventory {
    /// For each pair, header and comment that stands alone: the table, and all its parts in order. Sorted.
    entries: Vec<String>,
    /// What stands as it is, in order.
    verbatim: Vec<String>,
}

impl Inventory {
    /// The inventory of a text.
    pub fn of(text: &str, statements: &[Statement]) -> Self {
        let mut inventory = Self { entries: Vec::new(), verbatim: Vec::new() };
        let mut table = String::new();
        let mut tables: BTreeMap<String, usize> = BTreeMap::new();
        let mut lead = String::new();
        for statement in statements {
            let mut entry = match &statement.kind {
                StatementKind::Comment(comment) => {
                    part(&mut lead, '#', text, *comment);
                    continue;
                }
                StatementKind::Blank => {
                    inventory.comment(&table, &mut lead);
                    continue;
                }
                StatementKind::Construct | StatementKind::Unknown => {
                    inventory.comment(&table, &mut lead);
                    let written = statement.span.slice(text).unwrap_or_default().trim_end();
                    inventory.verbatim.push(written.to_owned());
                    // What stands behind a construct may not move before it.
                    table.push('%');
                    continue;
                }
                StatementKind::Header(header) => {
                    table.clear();
                    table.push(if header.repeated { 'R' } else { 'T' });
                    header.name.iter().for_each(|name| part(&mut table, '.', text, *name));
                    // The same header may come again; its second table is another one.
                    let count = tables.entry(table.clone()).or_default();
                    *count += 1;
                    table.push_str(&format!("*{count}"));
                    let mut entry = table.clone();
                    header.comment.iter().for_each(|comment| part(&mut entry, '#', text, *comment));
                    entry
                }
                StatementKind::Pair(pair) => {
                    let mut entry = table.clone();
                    pair_parts(&mut entry, text, pair);
                    entry
                }
            };
            entry.push('^');
            entry.push_str(&std::mem::take(&mut lead));
            inventory.entries.push(entry);
        }
        inventory.comment(&table, &mut lead);
        inventory.entries.sort_unstable();
        inventory
    }

    /// Notes comments that belong to no statement.
    fn comment(&mut self, table: &str, lead: &mut String) {
        if !lead.is_empty() {
            // They may change tables only with the section below them, which is proved by its header.
            self.entries.push(format!("{}#{}", table.matches('%').count(), std::mem::take(lead)));
        }
    }
}

fn part(entry: &mut String, mark: char, text: &str, span: Span) {
    entry.push('\0');
    entry.push(mark);
    entry.push_str(span.slice(text).unwrap_or_default().trim_end());
}

fn pair_parts(entry: &mut String, text: &str, pair: &Pair) {
    pair.key.iter().for_each(|key| part(entry, '.', text, *key));
    entry.push('=');
    value_parts(entry, text, &pair.value);
    pair.comment.iter().for_each(|comment| part(entry, '#', text, *comment));
}

/// The depth of values is bounded by the scan.
fn value_parts(entry: &mut String, text: &str, value: &Value) {
    let (list, bracket) = match value {
        Value::Atom(atom) => return part(entry, '=', text, *atom),
        Value::Array(list) => (list, '['),
        Value::Table(list) => (list, '{'),
    };
    let mut items: Vec<String> = Vec::with_capacity(list.items.len());
    for item in &list.items {
        let mut entry = String::new();
        item.lead.iter().for_each(|remark| part(&mut entry, '#', text, remark.span));
        item.key.iter().for_each(|key| part(&mut entry, '.', text, *key));
        value_parts(&mut entry, text, &item.value);
        item.comment.iter().for_each(|comment| part(&mut entry, '#', text, *comment));
        items.push(entry);
    }
    if bracket == '{' {
        items.sort_unstable();
    }
    entry.push(bracket);
    items.iter().for_each(|item| entry.push_str(item));
    list.tail.iter().for_each(|remark| part(entry, '#', text, remark.span));
    entry.push(']');
}

/// Whether two texts are the same to a TOML parser: equal values, whatever the order of keys; for texts that are no TOML, equal
/// tokens.
pub fn same_toml(before: &str, after: &str) -> bool {
    // What consists of the same tokens has the same value, and tokens cost a fraction of a parse.
    if before == after || same_tokens(before, after) {
        return true;
    }
    match (DeTable::parse(before), DeTable::parse(after)) {
        (Ok(before), Ok(after)) => same_table(before.get_ref(), after.get_ref()),
        _ => false,
    }
}

/// Whether two tables are equal, whatever the order of their keys.
pub fn same_table(before: &DeTable<'_>, after: &DeTable<'_>) -> bool {
    before.len() == after.len()
        && before.iter().all(|(key, value)| {
            after.get(key.get_ref().as_ref()).is_some_and(|other| same_value(value.get_ref(), other.get_ref()))
        })
}

/// The depth of values is bounded by the parser.
fn same_value(before: &DeValue<'_>, after: &DeValue<'_>) -> bool {
    match (before, after) {
        (DeValue::String(before), DeValue::String(after)) => before == after,
        (DeValue::Integer(before), DeValue::Integer(after)) => {
            (before.as_str(), before.radix()) == (after.as_str(), after.radix())
        }
        (DeValue::Float(before), DeValue::Float(after)) => before.as_str() == after.as_str(),
        (DeValue::Boolean(before), DeValue::Boolean(after)) => before == after,
        (DeValue::Datetime(before), DeValue::Datetime(after)) => before.to_string() == after.to_string(),
        (DeValue::Array(before), DeValue::Array(after)) => {
            before.len() == after.len()
                && before.iter().zip(after.iter()).all(|(before, after)| same_value(before.get_ref(), after.get_ref()))
        }
        (DeValue::Table(before), DeValue::Table(after)) => same_table(before, after),
        _ => false,
    }
}

/// The comments of a text as the TOML parser's own lexer sees them, sorted.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = toml_parser::Source::new(text)
        .lex()
        .filter(|token| token.kind() == TokenKind::Comment)
        .filter_map(|token| Some(text.get(token.span().start()..token.span().end())?.trim_end()))
        .collect();
    comments.sort_unstable();
    comments
}

/// Whether two texts consist of the same tokens. White space does not count, but where it has a meaning: in dates and numbers, and
/// between the brackets of headers. Nor do blank lines, line ends in brackets, and commas before a closing bracket.
fn same_tokens(before: &str, after: &str) -> bool {
    Tokens::of(before) == Tokens::of(after)
}

/// The tokens of a text, as far as they count.
#[derive(Default, PartialEq)]
struct Tokens<'t> {
    found: Vec<(TokenKind, &'t str)>,
}

impl<'t> Tokens<'t> {
    fn of(text: &'t str) -> Self {
        let mut tokens = Self { found: Vec::with_capacity(text.len() / 4) };
        let mut depth = 0usize;
        let (mut in_header, mut in_value) = (false, false);
        let mut blank = None;
        for token in toml_parser::Source::new(text).lex() {
            let kind = token.kind();
            let written = text.get(token.span().start()..token.span().end()).unwrap_or_default();
            if kind == TokenKind::Whitespace {
                blank = Some(written);
                continue;
            }
            let last = tokens.found.last().map(|(kind, _)| *kind);
            let counts = match kind {
                TokenKind::Dot => in_value,
                TokenKind::Atom => last == Some(kind) || (in_value && last == Some(TokenKind::Dot)),
                TokenKind::LeftSquareBracket | TokenKind::RightSquareBracket => in_header && last == Some(kind),
                _ => false,
            };
            if let Some(blank) = blank.take().filter(|_| counts) {
                tokens.found.push((TokenKind::Whitespace, blank));
            }
            match kind {
                TokenKind::Eof => continue,
                TokenKind::Newline => {
                    if depth == 0 {
                        (in_header, in_value) = (false, false);
                        if last.is_some_and(|last| last != TokenKind::Newline) {
                            tokens.found.push((kind, "\n"));
                        }
                    }
                    continue;
                }
                TokenKind::Equals => in_value = true,
                TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                    in_header |= depth == 0 && last.is_none_or(|last| last == TokenKind::Newline);
                    depth += 1;
                }
                TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                    depth = depth.saturating_sub(1);
                    tokens.drop_last_comma();
                }
                TokenKind::Comment => {
                    // A comment may stand before or behind the comma.
                    let comma = tokens.found.pop_if(|(kind, _)| *kind == TokenKind::Comma);
                    tokens.found.push((kind, written.trim_end()));
                    tokens.found.extend(comma);
                    continue;
                }
                _ => {}
            }
            tokens.found.push((kind, written));
        }
        while tokens.found.pop_if(|(kind, _)| *kind == TokenKind::Newline).is_some() {}
        tokens
    }

    /// Drops a comma that only comments follow.
    fn drop_last_comma(&mut self) {
        let last = self.found.iter().rposition(|(kind, _)| *kind != TokenKind::Comment);
        if let Some(comma) = last.filter(|last| self.found[*last].0 == TokenKind::Comma) {
            self.found.remove(comma);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_the_order_of_keys_do_not_count() {
        assert!(same_toml("a=1\n[t]\nb={c=[1,2]}\n", "a = 1\n\n[t]\nb = { c = [\n  1,\n  2,\n] }\n"));
        assert!(same_toml("a = 1\nb = 2\n", "b = 2\na = 1\n"));
        for (before, after) in [
            ("a = [1, 2]", "a = [2, 1]"),
            ("a = 'x '", "a = 'x'"),
            ("a = 1", "a = 0x1"),
            ("a = 1.0", "a = 1"),
            ("[a]\n[b]", "[a]\n[a.b]"),
        ] {
            assert!(!same_toml(before, after), "{before} {after}");
        }
    }

    #[test]
    fn a_text_that_is_no_toml_keeps_its_tokens() {
        assert!(same_toml("a=[1,2] x\nb = = 3", "a = [\n  1,\n  2,\n] x\n\nb = = 3\n"));
        assert!(!same_toml("a = x y", "a = xy"));
        assert!(!same_toml("a = x\nb", "a = x b"));
        assert!(!same_toml("a = x 'b  c'", "a = x 'b c'"));
    }

    #[test]
    fn white_space_counts_where_it_has_a_meaning() {
        assert!(same_toml("[ a ] # b", "[a] # b"));
        assert!(same_toml("a=[ [1] ,[2] ]", "a = [[1], [2]]"));
        assert!(!same_toml("[[a]]", "[ [a]]"));
        assert!(!same_toml("[[a]]", "[[a] ]"));
        assert!(same_toml("a . b=1.5", "a.b = 1.5"));
        assert!(!same_toml("a = 1.5", "a = 1 .5") && !same_toml("a = 1.5", "a = 1. 5"));
        assert!(!same_toml("a = 1979-05-27 07:32:00", "a = 1979-05-27  07:32:00"));
    }
}
