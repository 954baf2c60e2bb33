//! Words and numbers that all pictures share.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::layout::{Layout, Row, RowKind};
use crate::trace::AbsentParent;

/// A duration in the unit that fits, with three digits: `1.53 s`, `12.0 ms`, `450 µs`, `7 ns`.
pub(super) fn duration(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let amount = nanoseconds.unsigned_abs();
    let (unit, name) = match amount {
        0..1_000 => return format!("{sign}{amount} ns"),
        1_000..1_000_000 => (1e3, "µs"),
        1_000_000..1_000_000_000 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    let value = amount as f64 / unit;
    let digits = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    format!("{sign}{value:.digits$} {name}")
}

/// `text` with everything that would steer a terminal or break a line shown as what it is.
pub(super) fn printable(text: &str) -> String {
    // Marks that turn the direction of writing make text look like another.
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(steers) {
        text.chars()
            .map(|letter| if steers(letter) { letter.escape_unicode().to_string() } else { letter.to_string() })
            .collect()
    } else {
        text.to_owned()
    }
}

/// What is written in a row: the name of its span, or what it gathers.
pub(super) fn label(layout: &Layout<'_>, row: &Row) -> String {
    match &row.kind {
        RowKind::Trace(place) => {
            let section = &layout.sections[*place];
            format!("trace {}, {}", printable(&section.trace_id.to_string()), spans(section.spans))
        }
        RowKind::Span(span) => {
            let name = printable(&layout.trace[*span].name);
            if name.is_empty() { "(no name)".to_owned() } else { name }
        }
        RowKind::Alike { name, count } => format!("{} ×{count}", printable(name)),
        RowKind::Others { count } => format!("{count} others"),
    }
}

/// What is odd about the place of a row's span.
pub(super) fn oddity(layout: &Layout<'_>, row: &Row) -> Option<&'static str> {
    let RowKind::Span(span) = row.kind else { return None };
    match layout.trace.parent(span) {
        None => layout.trace.absent_parent(span).map(AbsentParent::word),
        // It stands at the top though it has a parent: that is below it.
        Some(_) => (row.depth == 1).then_some("below itself"),
    }
}

/// How many spans, in words.
pub(super) fn spans(count: usize) -> String {
    if count == 1 { "1 span".to_owned() } else { format!("{count} spans") }
}

/// How many spans are folded into the row of a span. Rows that gather spans say so in their labels.
pub(super) fn folded(row: &Row) -> usize {
    match row.kind {
        RowKind::Span(_) if !row.open => row.below,
        _ => 0,
    }
}

/// `text` cut to `room` columns, with a sign where it was cut; and its width.
pub(super) fn fit(text: &str, room: usize, ellipsis: char) -> (String, usize) {
    let width = text.width();
    if width <= room {
        return (text.to_owned(), width);
    }
    let mut fitting = String::new();
    let mut used = 0;
    for letter in text.chars() {
        let columns = letter.width().unwrap_or(0);
        if used + columns + 1 > room {
            break;
        }
        fitting.push(letter);
        used += columns;
    }
    if used < room {
        fitting.push(ellipsis);
        used += 1;
    }
    (fitting, used)
}

#[cfg(test)]
mod tests {
    use super::{duration, printable};

    #[test]
    fn durations_have_three_digits() {
        let shown = [7, 1_500, 450_000, 12_000_000, 1_530_000_000, 61_000_000_000, -2_000].map(duration);
        assert_eq!(shown, ["7 ns", "1.50 µs", "450 µs", "12.0 ms", "1.53 s", "61.0 s", "-2.00 µs"]);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(printable("a\x1b[31mb\nc\u{202e}d"), "a\\u{1b}[31mb\\u{a}c\\u{202e}d");
        assert_eq!(printable("größe ✓"), "größe ✓");
    }
}
