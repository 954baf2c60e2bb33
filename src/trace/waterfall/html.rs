//! The waterfall as a page of HTML that needs nothing besides itself: no script, no other file. What is folded costs the browser
//! little, so that ten thousand spans stay usable; the keyboard folds and unfolds, as each row is a `summary`.

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use sha2::{Digest, Sha256};

use super::layout::{Layout, Row, RowKind};
use super::words;
use crate::trace::{Span, Value};

/// How the rows look: the style sheet of a page that holds them.
pub const STYLE: &str = include_str!("waterfall.css");

/// What is done with a text before it is shown.
type Cover<'a> = &'a dyn Fn(&str) -> Cow<'_, str>;

/// Deeper rows stand side by side: browsers refuse elements that are nested some hundred times.
const LEVELS: usize = 60;

/// How many attributes of a span are shown, and how many letters of each.
const ATTRIBUTES: usize = 64;
const LETTERS: usize = 400;

/// A page with all rows of `layout`. `title` is its heading.
pub fn html(layout: &Layout<'_>, title: &str) -> String {
    let title = escaped(&words::printable(title));
    let style_hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let mut page = String::with_capacity(layout.rows.len() * 400);
    // Writing to a string can't fail.
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}",
        words::spans(layout.trace.len())
    );
    if !layout.highlighted.is_empty() {
        let _ = write!(page, ", {} marked with ✗", layout.highlighted.len());
    }
    page.push_str("</p>\n<main>\n");
    page.push_str(&rows(layout, &|text| Cow::Borrowed(text)));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

/// The rows alone, for a page that holds other things too and has [`STYLE`]. Every text goes through `cover` first.
pub fn rows(layout: &Layout<'_>, cover: Cover<'_>) -> String {
    let mut page = String::with_capacity(layout.rows.len() * 400);
    // The rows whose elements are open, with whether they hold others below them.
    let mut open: Vec<usize> = Vec::new();
    for (place, row) in layout.rows.iter().enumerate() {
        while open.last().is_some_and(|above| layout.rows[*above].end <= place) {
            open.pop();
            page.push_str("</div></details>\n");
        }
        self::row(&mut page, layout, row, cover);
        if row.end > place + 1 && open.len() < LEVELS {
            page.push_str("<div class=\"below\">\n");
            open.push(place);
        } else {
            page.push_str("</details>\n");
        }
    }
    for _ in open {
        page.push_str("</div></details>\n");
    }
    page
}

fn row(page: &mut String, layout: &Layout<'_>, row: &Row, cover: Cover<'_>) {
    let highlight = layout.highlight(row);
    let mut classes: Vec<&str> = Vec::new();
    classes.extend(row.error.then_some("error"));
    classes.extend(highlight.map(|_| "highlight"));
    let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
    let opened = if row.open { " open" } else { "" };
    let _ = write!(page, "<details{opened}><summary{class}><span class=\"name\">");
    if highlight.is_some() {
        page.push_str("<span role=\"img\" aria-label=\"marked\">✗</span> ");
    }
    page.push_str(&escaped(&cover(&words::label(layout, row))));
    if let Some(oddity) = words::oddity(layout, row) {
        let _ = write!(page, " <small>({oddity})</small>");
    }
    if let Some(service) = layout.service(row) {
        let _ = write!(page, " <small>{}</small>", escaped(&words::printable(&cover(service))));
    }
    page.push_str("</span>");
    if let Some(bar) = row.bar {
        let (from, width) = (bar.from * 1000.0, ((bar.to - bar.from) * 1000.0).max(2.0));
        let _ = write!(
            page,
            "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect x=\"{from:.0}\" y=\"0\" width=\"{width:.0}\" height=\"10\"/></svg>"
        );
    }
    let duration = row.duration.map_or_else(|| "?".to_owned(), words::duration);
    let _ = write!(page, "<span class=\"time\">{duration}</span></summary>");
    if let Some(reason) = highlight.filter(|reason| !reason.is_empty()) {
        let _ = write!(page, "<p class=\"reason\">{}</p>", escaped(&words::printable(&cover(reason))));
    }
    if let RowKind::Span(span) = row.kind {
        facts(page, &layout.trace[span], cover);
    }
}

/// What is known of a span, as a table.
fn facts(page: &mut String, span: &Span, cover: Cover<'_>) {
    let mut rows: Vec<(String, String)> = Vec::new();
    rows.push(("id".to_owned(), span.span_id.to_string()));
    rows.push(("kind".to_owned(), span.kind.to_string()));
    if !span.status.message.is_empty() || span.status.code != Default::default() {
        rows.push(("status".to_owned(), format!("{} {}", span.status.code, span.status.message)));
    }
    for (key, value) in span.attributes.iter().take(ATTRIBUTES) {
        let text = match value {
            Value::Empty => "(empty)".to_owned(),
            value => value.to_string(),
        };
        rows.push((key.to_string(), text));
    }
    if span.attributes.len() > ATTRIBUTES {
        rows.push(("…".to_owned(), format!("{} more attributes", span.attributes.len() - ATTRIBUTES)));
    }
    if !span.events.is_empty() {
        let names: Vec<&str> = span.events.iter().take(ATTRIBUTES).map(|event| event.name.as_str()).collect();
        rows.push(("events".to_owned(), names.join(", ")));
    }
    page.push_str("<table>");
    for (key, value) in rows {
        let value = cover(&value);
        let shown: String =
            value.chars().take(LETTERS).chain((value.chars().count() > LETTERS).then_some('…')).collect();
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td></tr>",
            escaped(&words::printable(&key)),
            escaped(&words::printable(&shown))
        );
    }
    page.push_str("</table>");
}

/// `text` with everything that HTML or XML would read as markup written as what it is.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML has no place for these.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
