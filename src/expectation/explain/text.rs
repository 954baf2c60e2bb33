//! An explanation as text for people, in at most [`LINES`] lines.

use super::{Explanation, LINES, Nearest, Row};
use crate::expectation::tree::{BlockKind, Constraint, ExpectationTree};
use crate::expectation::verdict::Judgement;

pub(super) fn text(
    explanation: &Explanation,
    tree: &ExpectationTree,
    constraint: &Constraint,
    judgement: &Judgement,
) -> String {
    let block = tree.block_of(constraint);
    let subject = match (block.kind, &block.subject) {
        (BlockKind::Span, Some(name)) if explanation.block.is_some() => {
            // The number of a block tells a reader less than its name.
            let table = block.path.as_str().split('[').next().unwrap_or_default();
            format!("{table} \"{name}\"")
        }
        _ => constraint.path.to_string(),
    };
    let told = explanation.block.as_ref().unwrap_or(&explanation.message);
    let spans = if judgement.spans == 1 { "1 span".to_owned() } else { format!("{} spans", judgement.spans) };
    let received =
        if judgement.spans == 0 { String::new() } else { format!("   ({spans} received, {})", judgement.completeness) };
    let mut lines = vec![format!("{subject}: {told}{received}")];
    let mut behind = Vec::new();
    behind.extend(explanation.facts.iter().map(|fact| format!("  {fact}")));
    behind.extend(explanation.help.iter().map(|help| format!("  help: {help}")));
    let origins: Vec<String> = explanation.related.iter().map(|related| related.origin.to_string()).collect();
    let origins: Vec<String> = origins.into_iter().filter(|origin| !origin.is_empty()).collect();
    if !origins.is_empty() {
        behind.push(format!("  related: {}", origins.join(" · ")));
    }
    // Help and places always fit; facts give way first, then rows.
    while behind.len() > LINES - 4 {
        behind.remove(explanation.facts.len().saturating_sub(1).min(behind.len() - 1));
    }
    if let Some(nearest) = &explanation.nearest {
        let room = LINES - lines.len() - behind.len();
        lines.extend(nearest_lines(nearest, room));
    }
    lines.append(&mut behind);
    lines.truncate(LINES);
    lines.join("\n")
}

/// The nearest span, with its rows in columns; what differs is never left out for what agrees.
fn nearest_lines(nearest: &Nearest, room: usize) -> Vec<String> {
    let service = nearest.service.as_ref().map(|service| format!("service={service}, ")).unwrap_or_default();
    let holding = format!("{} of {} hold", nearest.holding(), nearest.rows.len());
    let mut lines = vec![format!("  nearest: {}  ({}, {service}{holding})", nearest.name, nearest.span_id)];
    let room = room.saturating_sub(1);
    // The name heads the table already where it is right.
    let mut rows: Vec<&Row> = nearest.rows.iter().filter(|row| row.key != "name" || !row.holds).collect();
    if rows.len() > room {
        let wrong = rows.iter().filter(|row| !row.holds).count();
        let mut room_for_right = room.saturating_sub(wrong + 1);
        let all = rows.len();
        rows.retain(|row| {
            let keeps = !row.holds || room_for_right > 0;
            if row.holds && keeps {
                room_for_right -= 1;
            }
            keeps
        });
        rows.truncate(room.saturating_sub(1));
        lines.extend(columns(&rows));
        lines.push(format!("    … {} more", all - rows.len()));
    } else {
        lines.extend(columns(&rows));
    }
    lines
}

fn columns(rows: &[&Row]) -> Vec<String> {
    let width = |text: &dyn Fn(&Row) -> usize| rows.iter().map(|row| text(row)).max().unwrap_or_default().min(32);
    let keys = width(&|row| row.key.chars().count());
    let seen = width(&|row| row.seen.chars().count());
    rows.iter()
        .map(|row| {
            let relation = if row.holds { "=" } else { "≠" };
            format!("    {:keys$}  {:seen$}  {relation} {}", row.key, row.seen, row.asked)
        })
        .collect()
}
