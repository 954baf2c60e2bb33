//! Values of the format, resolved: lengths of time, ports, matches of globs.

use super::{Hint, HintKind};
use crate::config::duration;
use crate::config::schema::{Content, Shape, TextRule};
use crate::features::DocumentView;
use crate::features::cursor::PathStep;
use crate::features::format_path::{self, FormatPlace};
use crate::features::known_spans::KnownSpans;
use crate::features::quantities;
use crate::features::syntax::{KeyPart, Pair, Value, ValueKind};
use crate::text::Span;
use crate::validation::expectations::{NamePattern, is_pattern};

/// Shorter lengths of time are read well as they stand, in milliseconds.
const SHORTEST: f64 = 1e3;

pub(super) fn collect(view: &DocumentView, known: &KnownSpans, within: Span, hints: &mut Vec<Hint>) {
    let root = FormatPlace::of_root(format_path::root(view));
    let mut walk = Walk { view, known, within, hints };
    let tables = &view.syntax().tables;
    let first = tables.partition_point(|table| table.span.end < within.start);
    for table in tables.iter().skip(first).take_while(|table| table.span.start <= within.end) {
        let place = walk.keys(&root, table.path());
        walk.pairs(&place, &table.pairs);
    }
}

struct Walk<'v, 'h> {
    view: &'v DocumentView,
    known: &'v KnownSpans,
    within: Span,
    hints: &'h mut Vec<Hint>,
}

impl Walk<'_, '_> {
    fn pairs(&mut self, place: &FormatPlace, pairs: &[Pair]) {
        let within = self.within;
        let first = pairs.partition_point(|pair| pair.span.end < within.start);
        for pair in pairs.iter().skip(first).take_while(|pair| pair.span.start <= within.end) {
            let place = self.keys(place, &pair.key);
            if let Some(value) = &pair.value {
                self.value(&place, value);
            }
        }
    }

    /// What the format says behind these keys. A key may be a glob itself.
    fn keys(&mut self, place: &FormatPlace, keys: &[KeyPart]) -> FormatPlace {
        let mut place = place.clone();
        for part in keys {
            if place.names() == Some(Content::SpanGlob) && !part.is_templated {
                self.matches(&part.text, part.span.end);
            }
            place = place.below(&PathStep::Key(part.text.clone()));
        }
        place
    }

    fn value(&mut self, place: &FormatPlace, value: &Value) {
        match &value.kind {
            // What stands behind a bracket that nothing closes belongs to it by accident.
            ValueKind::Array { closed: false, .. } => {}
            ValueKind::Array { items, .. } => {
                let item = place.below(&PathStep::Item);
                items.iter().for_each(|value| self.value(&item, value));
            }
            ValueKind::InlineTable { pairs, .. } => self.pairs(place, pairs),
            ValueKind::String { .. } | ValueKind::Bare if self.view.holds_tag(value.span) => {}
            ValueKind::String { .. } => {
                let Some(text) = value.decoded(self.view.text()) else { return };
                self.text(place, &text, value.span.end);
            }
            ValueKind::Bare => {
                let written = value.span.slice(self.view.text()).unwrap_or_default();
                self.number(place, written, value.span.end);
            }
        }
    }

    fn text(&mut self, place: &FormatPlace, text: &str, end: usize) {
        for shape in &place.shapes {
            match shape {
                Shape::Text(TextRule::Duration) => {
                    if let Ok(milliseconds) = duration::parse(text) {
                        self.duration(text, milliseconds, end);
                    }
                }
                Shape::Text(TextRule::Port) => self.port(text, end),
                _ => {}
            }
        }
        if place.content() == Some(Content::SpanGlob) {
            self.matches(text, end);
        }
    }

    fn number(&mut self, place: &FormatPlace, written: &str, end: usize) {
        let key = place.owner.map_or("", |owner| owner.name);
        if key == "ports" {
            self.port(written, end);
        }
        // A duration's bounds stand below the key that says the unit.
        let unit = if matches!(key, "min" | "max" | "gte" | "lte") { "duration_ms" } else { key };
        let is_duration = unit == key || place.owner.is_some_and(|owner| matches!(owner.shape, Shape::Number(..)));
        if is_duration && let Some(milliseconds) = quantities::key_milliseconds(unit, written) {
            self.duration(written, milliseconds, end);
        }
    }

    fn duration(&mut self, written: &str, milliseconds: f64, end: usize) {
        let words = quantities::duration(milliseconds);
        let bare = |text: &str| text.replace([' ', '_'], "").to_ascii_lowercase();
        if milliseconds >= SHORTEST && bare(&words) != bare(written) {
            self.hints.push(Hint { offset: end, label: format!("= {words}"), kind: HintKind::Duration });
        }
    }

    /// A single port is that of both sides.
    fn port(&mut self, written: &str, end: usize) {
        let number = written.split('/').next().unwrap_or_default();
        if number.parse::<u16>().is_ok_and(|port| port > 0) {
            self.hints.push(Hint { offset: end, label: format!("→ {number}"), kind: HintKind::Port });
        }
    }

    fn matches(&mut self, pattern: &str, end: usize) {
        if self.known.spans.is_empty() || !is_pattern(pattern) {
            return;
        }
        if let Ok(compiled) = NamePattern::new(pattern) {
            let count = self.known.count(|name| compiled.matches(name));
            let label = quantities::count(count, "span");
            self.hints.push(Hint { offset: end, label, kind: HintKind::Matches });
        }
    }
}
