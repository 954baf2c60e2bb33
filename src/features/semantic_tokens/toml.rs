//! The tokens of the TOML: headers, keys, values, comments. Tags inside are cut out later.

use super::role::{self, Role};
use super::{SemanticKind, SemanticModifiers, SemanticToken};
use crate::config::duration;
use crate::config::schema::{ROOT, Shape, TextRule};
use crate::features::Written;
use crate::features::cursor::PathStep;
use crate::features::format_path::FormatPlace;
use crate::features::syntax::{KeyPart, Pair, Value, ValueKind};
use crate::text::Span;

/// The tokens of the tables and comments that touch `range`.
pub(super) fn tokens(written: &Written, range: Span, tokens: &mut Vec<SemanticToken>) {
    let tree = written.syntax();
    let first = tree.comments.partition_point(|comment| comment.end <= range.start);
    let comments = tree.comments[first..].iter().take_while(|comment| comment.start < range.end);
    tokens.extend(comments.map(|&span| plain(span, SemanticKind::Comment)));
    let mut walk = Walk {
        text: written.text(),
        range,
        path: Vec::new(),
        root: FormatPlace::of_root(&ROOT),
        places: Vec::new(),
        tokens,
    };
    let first = tree.tables.partition_point(|table| table.span.end <= range.start);
    for table in tree.tables[first..].iter().take_while(|table| table.span.start < range.end) {
        walk.leave(0);
        for part in table.path() {
            walk.enter(PathStep::Key(part.text.clone()));
            walk.key(part, SemanticKind::Table);
        }
        table.pairs.iter().for_each(|pair| walk.pair(pair));
    }
}

const fn plain(span: Span, kind: SemanticKind) -> SemanticToken {
    SemanticToken { span, kind, modifiers: SemanticModifiers { definition: false, deprecated: false, built_in: false } }
}

struct Walk<'a> {
    text: &'a str,
    range: Span,
    /// From the root to what is looked at.
    path: Vec<PathStep>,
    /// What the format says about the root.
    root: FormatPlace,
    /// What it says about each step of the path.
    places: Vec<FormatPlace>,
    tokens: &'a mut Vec<SemanticToken>,
}

impl Walk<'_> {
    fn enter(&mut self, step: PathStep) {
        let place = self.place().below(&step);
        self.places.push(place);
        self.path.push(step);
    }

    /// Goes back to the first `depth` steps of the path.
    fn leave(&mut self, depth: usize) {
        self.path.truncate(depth);
        self.places.truncate(depth);
    }

    /// What the format says about the present path.
    fn place(&self) -> &FormatPlace {
        self.places.last().unwrap_or(&self.root)
    }

    /// A part of a key, whose path is the present one. `known` is what it is where the format knows it.
    fn key(&mut self, part: &KeyPart, known: SemanticKind) {
        let FormatPlace { key, is_named, .. } = *self.place();
        let mut token = plain(part.span, known);
        match (key, is_named) {
            (Some(key), _) => token.modifiers.deprecated = key.alias_of.is_some(),
            (None, true) => {
                token.modifiers.definition = true;
                token.kind = match role::of_name(&self.path) {
                    Some(Role::Service) => SemanticKind::Service,
                    Some(Role::SpanName) => {
                        token.modifiers.definition = false;
                        SemanticKind::SpanName
                    }
                    Some(Role::Pattern) | None => SemanticKind::Name,
                };
            }
            (None, false) if part.is_templated || self.is_free() => token.kind = SemanticKind::Name,
            (None, false) => token.kind = SemanticKind::UnknownKey,
        }
        self.tokens.push(token);
    }

    /// Whether the path leads into a value of which the format says nothing.
    fn is_free(&self) -> bool {
        let mut above = self.places.iter().rev().skip(1);
        above.any(|place| place.shapes.iter().any(|shape| matches!(shape, Shape::Any)))
    }

    fn pair(&mut self, pair: &Pair) {
        if !pair.span.overlaps(self.range) {
            return;
        }
        let depth = self.path.len();
        for part in &pair.key {
            self.enter(PathStep::Key(part.text.clone()));
            self.key(part, SemanticKind::Key);
        }
        self.tokens.extend(pair.equals.map(|at| plain(Span::new(at, at + 1), SemanticKind::Operator)));
        if let Some(value) = &pair.value {
            self.value(value);
        }
        self.leave(depth);
    }

    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::String { content } => {
                let written = content.slice(self.text).unwrap_or_default();
                self.tokens.push(plain(value.span, self.string(written)));
            }
            ValueKind::Bare => {
                let kind = bare(value.span.slice(self.text).unwrap_or_default());
                self.tokens.extend(kind.map(|kind| plain(value.span, kind)));
            }
            ValueKind::Array { items, .. } => {
                self.enter(PathStep::Item);
                let range = self.range;
                items.iter().filter(|item| item.span.overlaps(range)).for_each(|item| self.value(item));
                self.leave(self.path.len() - 1);
            }
            ValueKind::InlineTable { pairs, .. } => pairs.iter().for_each(|pair| self.pair(pair)),
        }
    }

    fn string(&self, written: &str) -> SemanticKind {
        match role::of_value(&self.path) {
            Some(Role::Service) => return SemanticKind::Service,
            Some(Role::SpanName) => return SemanticKind::SpanName,
            Some(Role::Pattern) => return SemanticKind::Pattern,
            None => {}
        }
        let mut kind = SemanticKind::String;
        for shape in &self.place().shapes {
            match shape {
                Shape::Text(TextRule::Choice(choice)) => {
                    let is_value = |value: &&&str| value.eq_ignore_ascii_case(written);
                    if choice.values.iter().chain(choice.also).any(|value| is_value(&value)) {
                        kind = SemanticKind::Choice;
                    }
                }
                Shape::Text(TextRule::Duration) if duration::parse(written).is_ok() => kind = SemanticKind::Duration,
                _ => {}
            }
        }
        kind
    }
}

/// What a value without quotes is; nothing for a template expression.
fn bare(written: &str) -> Option<SemanticKind> {
    let first = written.chars().next()?;
    let is_date =
        || written.len() >= 8 && written.as_bytes().get(4) == Some(&b'-') || written.as_bytes().get(2) == Some(&b':');
    Some(match written {
        "true" | "false" => SemanticKind::Boolean,
        _ if written.starts_with("{{") => return None,
        _ if first.is_ascii_digit() && is_date() => SemanticKind::Date,
        _ if first.is_ascii_digit() || matches!(first, '+' | '-') || matches!(written, "inf" | "nan") => {
            SemanticKind::Number
        }
        _ => return None,
    })
}
