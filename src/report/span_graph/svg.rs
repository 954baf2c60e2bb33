//! A graph as a picture: names in columns by their distance from the top, edges as curves between them.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

use super::{SpanGraph, State, label};
use crate::report::junit::escape;

/// Height of a row, in pixels.
const ROW: usize = 44;

/// Width of a character, in pixels, as far as one can know without the font.
const CHARACTER: usize = 8;

/// Space between two columns, in pixels.
const GAP: usize = 72;

/// Where a name is drawn, in pixels.
struct Box {
    left: usize,
    top: usize,
    width: usize,
}

impl SpanGraph {
    pub(super) fn write_svg(&self, out: &mut dyn Write) -> io::Result<()> {
        let boxes = self.boxes();
        let width = boxes.values().map(|it| it.left + it.width + 16).max().unwrap_or(16);
        let height = boxes.values().map(|it| it.top + ROW).max().unwrap_or(16);
        writeln!(
            out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"ui-monospace, monospace\" font-size=\"13\">"
        )?;
        for ((from, to), edge) in &self.edges {
            let (Some(from), Some(to)) = (boxes.get(from.as_str()), boxes.get(to.as_str())) else { continue };
            let state = self.state(*edge);
            if state == State::Forbidden && edge.seen == 0 {
                continue;
            }
            let (x1, y1) = (from.left + from.width, from.top + ROW / 2 - 6);
            let (x2, y2) = (to.left, to.top + ROW / 2 - 6);
            let bend = GAP / 2;
            let (c1, c2) = (x1 + bend, x2.saturating_sub(bend));
            let stroke = state.color().unwrap_or("#57606a");
            let dash = if state == State::Missing { " stroke-dasharray=\"5 4\"" } else { "" };
            writeln!(
                out,
                "  <path d=\"M{x1} {y1} C{c1} {y1} {c2} {y2} {x2} {y2}\" fill=\"none\" stroke=\"{stroke}\"{dash}><title>{}</title></path>",
                escape(&label(*edge, state))
            )?;
        }
        for (name, it) in &boxes {
            let node = self.nodes.get(*name).copied().unwrap_or_default();
            let state = self.state(node);
            let stroke = state.color().unwrap_or("#57606a");
            let Box { left, top, width } = it;
            let height = ROW - 12;
            writeln!(
                out,
                "  <rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"5\" fill=\"#f6f8fa\" stroke=\"{stroke}\"/>\n  \
                 <text x=\"{}\" y=\"{}\" fill=\"#24292f\">{}<title>{}</title></text>",
                left + 10,
                top + 21,
                escape(name),
                escape(&label(node, state))
            )?;
        }
        writeln!(out, "</svg>")
    }

    /// The names in columns: a name stands one further than the nearest name that leads to it.
    fn boxes(&self) -> BTreeMap<&str, Box> {
        let mut columns: Vec<Vec<&str>> = Vec::new();
        let mut column_of: BTreeMap<&str, usize> = BTreeMap::new();
        let mut open: VecDeque<(&str, usize)> = self.tops().into_iter().map(|top| (top, 0)).collect();
        while let Some((name, column)) = open.pop_front() {
            if column_of.contains_key(name) {
                continue;
            }
            column_of.insert(name, column);
            columns.resize_with(columns.len().max(column + 1), Vec::new);
            columns[column].push(name);
            open.extend(self.edges_from(name).map(|(to, _)| (to, column + 1)));
        }
        let mut boxes = BTreeMap::new();
        let mut left = 16;
        for names in columns {
            let width = names.iter().map(|name| name.chars().count() * CHARACTER + 20).max().unwrap_or(0);
            for (row, name) in names.into_iter().enumerate() {
                boxes.insert(name, Box { left, top: 16 + row * ROW, width });
            }
            left += width + GAP;
        }
        boxes
    }
}
