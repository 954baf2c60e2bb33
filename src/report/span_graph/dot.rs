//! A graph for Graphviz.

use std::io::{self, Write};

use super::{SpanGraph, State, label};

impl SpanGraph {
    pub(super) fn write_dot(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph spans {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")?;
        for (name, node) in &self.nodes {
            let state = self.state(*node);
            let text = label(*node, state);
            let lines = if text.is_empty() { name.clone() } else { format!("{name}\n{text}") };
            writeln!(out, "  {} [label={}{}];", quoted(name), quoted(&lines), style(state))?;
        }
        for ((from, to), edge) in &self.edges {
            let state = self.state(*edge);
            let (from, to, text) = (quoted(from), quoted(to), quoted(&label(*edge, state)));
            writeln!(out, "  {from} -> {to} [label={text}{}];", style(state))?;
        }
        writeln!(out, "}}")
    }
}

fn style(state: State) -> String {
    let line = if matches!(state, State::Missing | State::Forbidden) { ", style=dashed" } else { "" };
    state.color().map_or_else(String::new, |color| format!(", color=\"{color}\", fontcolor=\"{color}\"{line}"))
}

/// A string of the language.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
