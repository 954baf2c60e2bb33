//! A small trace in a few lines: who is whose child, and what is not as usual about each span.

use crate::trace::{SpanIndex, SpanKind, StatusCode, Trace};

/// The spans below each other, at most `most` lines; a last line tells how many more there are.
pub fn outline(trace: &Trace, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    // What is left to be shown, the next last: a span, and what stands before its line and before those below it.
    let mut rest: Vec<(SpanIndex, String, String)> = Vec::new();
    let tops = trace.tops();
    rest.extend(tops.iter().rev().map(|top| (*top, String::new(), String::new())));
    let mut shown = std::collections::HashSet::new();
    while let Some((index, lead, below)) = rest.pop() {
        if !shown.insert(index) {
            continue;
        }
        let mut line = span_line(trace, index);
        // A span at the top that has a parent is one of a circle.
        if lead.is_empty()
            && let Some(parent) = trace.parent(index)
        {
            line += &format!(", below `{}`", trace[parent].name.as_str());
        }
        lines.push(format!("{lead}{line}"));
        let children = trace.children(index);
        for (place, child) in children.iter().enumerate().rev() {
            let last = place + 1 == children.len();
            let (branch, stem) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            rest.push((*child, format!("{below}{branch}"), format!("{below}{stem}")));
        }
    }
    let mut lines = repeated(lines);
    if lines.len() > most {
        let more = lines.len() - most.saturating_sub(1);
        lines.truncate(most.saturating_sub(1));
        lines.push(format!("… {more} more spans"));
    }
    lines
}

/// The lines with those that follow an equal one counted in place of written.
fn repeated(lines: Vec<String>) -> Vec<String> {
    let runs = lines.chunk_by(|a, b| a == b);
    let written = runs.filter_map(|run| match run {
        [only] => Some(only.clone()),
        [first, ..] => Some(format!("{first} ×{}", run.len())),
        [] => None,
    });
    written.collect()
}

/// One span in one line: its name, and in parentheses what is not as usual.
pub fn span_line(trace: &Trace, index: SpanIndex) -> String {
    let span = &trace[index];
    let mut facts = Vec::new();
    if !matches!(span.kind, SpanKind::Internal | SpanKind::Unspecified) {
        facts.push(span.kind.word().to_owned());
    }
    if span.status.code != StatusCode::Unset {
        facts.push(span.status.code.word().to_owned());
    }
    facts.extend(span.attributes.iter().take(4).map(|(key, value)| format!("{}={value}", key.as_str())));
    facts.extend(span.events.iter().take(4).map(|event| format!("event {}", event.name.as_str())));
    let first = trace.spans().iter().filter_map(|span| span.start).min();
    if let (Some(start), Some(first), Some(duration)) = (span.start, first, span.duration()) {
        let milliseconds = |nanoseconds: f64| nanoseconds / 1e6;
        facts.push(format!("at {} ms for {} ms", milliseconds((start - first) as f64), milliseconds(duration as f64)));
    }
    facts.extend(trace.absent_parent(index).map(|absent| absent.word().to_owned()));
    format!("{} ({})", span.name.as_str(), facts.join(", "))
}
