//! A graph for Markdown, in the language of Mermaid.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{SpanGraph, State, label};

impl SpanGraph {
    pub(super) fn write_mermaid(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "flowchart LR")?;
        // Names may hold what the language gives a meaning to, so nodes have numbers.
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        let ends = self.edges.keys().flat_map(|(from, to)| [from, to]);
        for name in self.nodes.keys().chain(ends) {
            let next = format!("n{}", ids.len());
            ids.entry(name).or_insert(next);
        }
        for (name, id) in &ids {
            let node = self.nodes.get(*name).copied().unwrap_or_default();
            let text = label(node, self.state(node));
            let text = if text.is_empty() { escaped(name) } else { format!("{}<br>{}", escaped(name), escaped(&text)) };
            writeln!(out, "  {id}[\"{text}\"]")?;
        }
        let mut styles = Vec::new();
        for (index, ((from, to), edge)) in self.edges.iter().enumerate() {
            let state = self.state(*edge);
            let arrow = if matches!(state, State::Missing | State::Forbidden) { "-.->" } else { "-->" };
            let text = label(*edge, state);
            let text = if text.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(&text)) };
            writeln!(out, "  {} {arrow}{text} {}", ids[from.as_str()], ids[to.as_str()])?;
            styles.extend(state.color().map(|color| format!("  linkStyle {index} stroke:{color}")));
        }
        styles.iter().try_for_each(|style| writeln!(out, "{style}"))
    }
}

fn escaped(text: &str) -> String {
    let special = |char: char| !char.is_alphanumeric() && !" .:_-/,×".contains(char);
    text.chars().map(|char| if special(char) { format!("#{};", u32::from(char)) } else { char.to_string() }).collect()
}
