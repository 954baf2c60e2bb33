//! A graph for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Presence, SpanGraph};

impl SpanGraph {
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let nodes = self.nodes.iter().map(|(name, node)| {
            let mut object = self.presence(*node);
            object["name"] = name.as_str().into();
            object
        });
        let edges = self.edges.iter().map(|((from, to), edge)| {
            let mut object = self.presence(*edge);
            object["from"] = from.as_str().into();
            object["to"] = to.as_str().into();
            object
        });
        let object = json!({ "version": 1, "nodes": nodes.collect::<Value>(), "edges": edges.collect::<Value>() });
        serde_json::to_writer_pretty(&mut *out, &object)?;
        writeln!(out)
    }

    fn presence(&self, presence: Presence) -> Value {
        let mut object = json!({ "seen": presence.seen, "expected": presence.expected });
        if presence.forbidden {
            object["forbidden"] = true.into();
        }
        object
    }
}
