//! What stands at an offset of a document: a template tag, a comment, or a place of the TOML with its path from the root.

use super::DocumentView;
use super::syntax::{Header, KeyPart, Pair, Table, Value, ValueKind};
use crate::template::lexer::{Token, TokenKind};
use crate::text::Span;

/// What stands at an offset.
#[derive(Clone, Debug)]
pub enum Cursor<'v> {
    /// Between the delimiters of a template tag, `{{ … }}` or `{% … %}`.
    Template {
        /// The index of the token.
        index: usize,
        /// The token.
        token: &'v Token,
    },
    /// In a comment, of the template or of the TOML.
    Comment(Span),
    /// Anywhere else.
    Toml(TomlCursor<'v>),
}

/// A place of the TOML.
#[derive(Clone, Debug)]
pub struct TomlCursor<'v> {
    /// The header above and what stands below it.
    pub table: &'v Table,
    /// From the root to what holds the place: for a header and a key the table that they are looked up in, for a value the
    /// value itself.
    pub path: Vec<PathStep>,
    /// What the place is.
    pub place: TomlPlace<'v>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// Into the value of a key.
    Key(String),
    /// Into an item of an array that is written with brackets. Items of `[[…]]` take no step.
    Item,
}

/// What a place of the TOML is.
#[derive(Clone, Debug)]
pub enum TomlPlace<'v> {
    /// In a part of the key of a header.
    Header {
        /// The header.
        header: &'v Header,
        /// Which part; the number of parts if the offset stands behind the last dot.
        part: usize,
    },
    /// In a part of a key.
    Key {
        /// The key and its value.
        pair: &'v Pair,
        /// Which part; the number of parts if the offset stands behind the last dot.
        part: usize,
    },
    /// In a value, at its end, or where one is expected.
    Value {
        /// The innermost key that the value belongs to.
        pair: &'v Pair,
        /// The innermost value; `None` where none is written yet.
        value: Option<&'v Value>,
    },
    /// Where a key may start.
    Blank {
        /// The keys that stand there already: those of the table or of the inline table around.
        pairs: &'v [Pair],
        /// The inline table around, if there is one.
        inline: Option<&'v Value>,
    },
}

impl<'v> Cursor<'v> {
    /// What stands at `offset`. At the border of two things the one that is being written counts: the end of a word belongs
    /// to the word.
    pub fn at(view: &'v DocumentView, offset: usize) -> Self {
        let tokens = &view.template().lexed.tokens;
        let first = tokens.partition_point(|token| token.span.end <= offset);
        for (index, token) in tokens.iter().enumerate().skip(first.saturating_sub(1)).take(2) {
            let is_inside = token.span.start + 2 <= offset && (offset <= token.inner.end || !token.closed);
            match token.kind {
                TokenKind::Expression | TokenKind::Tag if is_inside && offset <= token.span.end => {
                    return Self::Template { index, token };
                }
                TokenKind::Comment if token.span.start < offset && offset < token.span.end => {
                    return Self::Comment(token.span);
                }
                _ => {}
            }
        }
        match view.syntax().comment_at(offset) {
            Some(comment) => Self::Comment(comment),
            None => Self::toml(view, offset),
        }
    }

    fn toml(view: &'v DocumentView, offset: usize) -> Self {
        static ROOT: Table = Table { header: None, span: Span::at(0), pairs: Vec::new() };
        let tree = view.syntax();
        let table = tree.table_at(offset).or(tree.tables.first()).unwrap_or(&ROOT);
        if let Some(header) = &table.header
            && header.span.start < offset
            && offset <= header.span.end
            && !view.text().get(header.span.start..offset).is_some_and(|before| before.ends_with(']'))
        {
            let part = part_at(&header.path, offset);
            return Self::Toml(TomlCursor {
                table,
                path: keys(&header.path[..part.min(header.path.len())]),
                place: TomlPlace::Header { header, part },
            });
        }
        let path = keys(table.path());
        Self::Toml(Walk { text: view.text(), table, offset }.pairs(&table.pairs, None, path))
    }
}

impl PathStep {
    /// The key, if it is a step into one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            Self::Item => None,
        }
    }
}

fn keys(parts: &[KeyPart]) -> Vec<PathStep> {
    parts.iter().map(|part| PathStep::Key(part.text.clone())).collect()
}

/// The part that `offset` stands in or at the end of.
fn part_at(parts: &[KeyPart], offset: usize) -> usize {
    parts.iter().position(|part| offset <= part.span.end).unwrap_or(parts.len())
}

struct Walk<'v> {
    text: &'v str,
    table: &'v Table,
    offset: usize,
}

impl<'v> Walk<'v> {
    fn pairs(&self, pairs: &'v [Pair], inline: Option<&'v Value>, mut path: Vec<PathStep>) -> TomlCursor<'v> {
        let before = pairs.partition_point(|pair| pair.span.start <= self.offset);
        let Some(pair) = before.checked_sub(1).and_then(|index| pairs.get(index)) else {
            return self.cursor(path, TomlPlace::Blank { pairs, inline });
        };
        let key_end = pair.key_span().end;
        let is_behind_key = self.offset > key_end && !self.is_dotted(key_end);
        if !is_behind_key {
            let part = part_at(&pair.key, self.offset);
            path.extend(keys(&pair.key[..part.min(pair.key.len())]));
            return self.cursor(path, TomlPlace::Key { pair, part });
        }
        match (&pair.value, pair.equals) {
            (Some(value), _) if self.offset <= value.span.end && self.offset >= value.span.start => {
                path.extend(keys(&pair.key));
                self.value(pair, value, path)
            }
            (Some(value), Some(equals)) if self.offset > equals && self.offset < value.span.start => {
                path.extend(keys(&pair.key));
                self.cursor(path, TomlPlace::Value { pair, value: None })
            }
            (None, Some(equals)) if self.offset > equals && self.is_on_line_of(equals) => {
                path.extend(keys(&pair.key));
                self.cursor(path, TomlPlace::Value { pair, value: None })
            }
            _ => self.cursor(path, TomlPlace::Blank { pairs, inline }),
        }
    }

    fn value(&self, pair: &'v Pair, value: &'v Value, mut path: Vec<PathStep>) -> TomlCursor<'v> {
        let is_inside = self.offset > value.span.start;
        match &value.kind {
            ValueKind::Array { items, closed } if is_inside && (self.offset < value.span.end || !closed) => {
                path.push(PathStep::Item);
                let item = items.iter().find(|item| item.span.start <= self.offset && self.offset <= item.span.end);
                match item {
                    Some(item) => self.value(pair, item, path),
                    None => self.cursor(path, TomlPlace::Value { pair, value: None }),
                }
            }
            ValueKind::InlineTable { pairs, closed } if is_inside && (self.offset < value.span.end || !closed) => {
                self.pairs(pairs, Some(value), path)
            }
            _ => self.cursor(path, TomlPlace::Value { pair, value: Some(value) }),
        }
    }

    fn cursor(&self, path: Vec<PathStep>, place: TomlPlace<'v>) -> TomlCursor<'v> {
        TomlCursor { table: self.table, path, place }
    }

    /// Whether the offset stands behind a dot that follows the key.
    fn is_dotted(&self, key_end: usize) -> bool {
        self.text.get(key_end..self.offset).is_some_and(|between| between.trim() == ".")
    }

    fn is_on_line_of(&self, start: usize) -> bool {
        self.text.get(start..self.offset).is_some_and(|between| !between.contains('\n'))
    }
}
