//! A graph as a tree in the terminal. A name that stands in several places is spelled out at the first.

use std::collections::HashSet;
use std::io::{self, Write};

use super::{Presence, SpanGraph, label};

impl SpanGraph {
    pub(super) fn write_ascii(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut told: HashSet<&str> = HashSet::new();
        for top in self.tops() {
            let node = self.nodes.get(top).copied().unwrap_or_default();
            writeln!(out, "{top}{}", beside(label(node, self.state(node))))?;
            self.write_below(top, &mut told, out)?;
        }
        Ok(())
    }

    /// Writes what is below a name, with a stack of its own: a graph may be deep.
    fn write_below<'a>(&'a self, top: &'a str, told: &mut HashSet<&'a str>, out: &mut dyn Write) -> io::Result<()> {
        let mut rest: Vec<(&str, Presence, String, bool)> = Vec::new();
        let push = |name: &'a str, stem: &str, rest: &mut Vec<(&'a str, Presence, String, bool)>| {
            let children: Vec<_> = self.edges_from(name).collect();
            for (place, (child, presence)) in children.iter().enumerate().rev() {
                rest.push((*child, *presence, stem.to_owned(), place + 1 == children.len()));
            }
        };
        if told.insert(top) {
            push(top, "", &mut rest);
        }
        while let Some((name, presence, stem, last)) = rest.pop() {
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let again = !told.insert(name) && self.edges_from(name).next().is_some();
            let text = label(presence, self.state(presence));
            writeln!(out, "{stem}{branch}{name}{}{}", beside(text), if again { " …" } else { "" })?;
            if !again {
                push(name, &format!("{stem}{below}"), &mut rest);
            }
        }
        Ok(())
    }
}

fn beside(label: String) -> String {
    if label.is_empty() { label } else { format!("  ({label})") }
}
