//! The waterfall as an SVG image, which needs nothing besides itself.

use std::fmt::Write;

use super::html::escaped;
use super::layout::{Layout, Row, RowKind};
use super::words;

/// Pixels.
const WIDTH: usize = 1000;
const LABELS: usize = 380;
const DURATIONS: usize = 80;
const ROW: usize = 20;
const INDENT: usize = 12;
/// More levels than this are not indented.
const LEVELS: usize = 16;
/// A letter of the fixed-width font, which the style asks for.
const LETTER: f64 = 7.3;

const STYLE: &str = include_str!("waterfall.svg.css");

/// The rows of `layout` that are unfolded. Colours follow the reader's preference for light or dark.
pub fn svg(layout: &Layout<'_>) -> String {
    let rows: Vec<&Row> = layout.shown().map(|(_, row)| row).collect();
    let height = ROW * rows.len().max(1);
    let mut text = String::new();
    let title = format!("waterfall of {}", words::spans(layout.trace.len()));
    // Writing to a string can't fail.
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    for (number, row) in rows.into_iter().enumerate() {
        self::row(&mut text, layout, row, number * ROW);
    }
    text.push_str("</svg>\n");
    text
}

fn row(text: &mut String, layout: &Layout<'_>, row: &Row, top: usize) {
    let highlight = layout.highlight(row);
    let mut label = String::new();
    if highlight.is_some() {
        label += "✗ ";
    }
    label += &words::label(layout, row);
    if let Some(oddity) = words::oddity(layout, row) {
        label += &format!(" ({oddity})");
    }
    if let Some(service) = layout.service(row) {
        label += &format!(" [{}]", words::printable(service));
    }
    let folded = words::folded(row);
    if folded > 0 {
        label += &format!(" ▸{folded}");
    }
    let header = matches!(row.kind, RowKind::Trace(_));
    let duration = row.duration.map_or_else(String::new, words::duration);
    let title = match highlight {
        Some(reason) if !reason.is_empty() => format!("{label} {duration}: {}", words::printable(reason)),
        _ => format!("{label} {duration}"),
    };
    let left = 4 + row.depth.saturating_sub(1).min(LEVELS) * INDENT;
    let room = if header { WIDTH } else { ((LABELS - left) as f64 / LETTER) as usize };
    let mut classes = vec![if header { "row trace" } else { "row" }];
    classes.extend(row.error.then_some("error"));
    classes.extend(highlight.map(|_| "highlight"));
    let _ = write!(text, "<g class=\"{}\"><title>{}</title>", classes.join(" "), escaped(title.trim_end()));
    if highlight.is_some() {
        let _ = write!(text, "<rect class=\"mark\" y=\"{top}\" width=\"{WIDTH}\" height=\"{ROW}\"/>");
    }
    let baseline = top + 14;
    let _ = write!(text, "<text x=\"{left}\" y=\"{baseline}\">{}</text>", escaped(&words::fit(&label, room, '…').0));
    if let Some(bar) = row.bar {
        let axis = (WIDTH - LABELS - DURATIONS) as f64;
        let (x, width) = (LABELS as f64 + bar.from * axis, ((bar.to - bar.from) * axis).max(1.5));
        let _ = write!(
            text,
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"{}\" rx=\"2\"/>",
            top + 5,
            ROW - 10
        );
    }
    let _ = writeln!(
        text,
        "<text class=\"duration\" x=\"{}\" y=\"{baseline}\">{}</text></g>",
        WIDTH - 4,
        escaped(&duration)
    );
}
