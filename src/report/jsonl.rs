//! `--format jsonl`: the same objects as `--format json`, one a line, each with its `type`: for every file its findings
//! (`diagnostic`, with the `path`), then the `file`; at the end the `summary`.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::json::{VERSION, diagnostic_value, diagnostics, file_value, summary_value, timing_value};
use super::{Outcome, Report};

/// Writes one object a line.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        if let Outcome::Checked(checked) = &file.outcome {
            for (diagnostic, source) in diagnostics(checked) {
                let value = diagnostic_value(checked, diagnostic, source);
                write_line(out, "diagnostic", Some(&file.path), value)?;
            }
        }
        write_line(out, "file", None, file_value(report, file, false))?;
    }
    let mut summary = summary_value(report);
    summary["version"] = VERSION.into();
    if let Some(timing) = &report.timing {
        summary["timing"] = timing_value(timing);
    }
    write_line(out, "summary", None, summary)
}

fn write_line(out: &mut dyn Write, kind: &str, path: Option<&str>, value: Value) -> io::Result<()> {
    let mut object = Map::new();
    object.insert("type".into(), kind.into());
    if let Some(path) = path {
        object.insert("path".into(), path.into());
    }
    if let Value::Object(fields) = value {
        object.extend(fields);
    }
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}
