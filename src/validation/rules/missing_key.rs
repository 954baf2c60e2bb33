//! A key that must be there.

use crate::config::ShapeProblemKind;
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-key",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a table lacks a key that it must have",
    explanation: "A step has a `name` and a `command`, a scenario and an expected span a `name`, `[otel]` an \
                  `exporter`. Without them clnrm refuses the file.\n\n\
                  `version` in `[meta]` is only a label: clnrm 1.0 insists on it, but the test means the same without, \
                  so that is a warning.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // A template with mistakes may have lost the key.
    if !subject.is_whole() {
        return;
    }
    for problem in subject.shape {
        let ShapeProblemKind::MissingKey { key, is_optional } = &problem.kind else { continue };
        let finding = Finding::new(&RULE, problem.span, format!("`{key}` is missing in `{}`", problem.path));
        let finding = if *is_optional {
            finding.severity(Severity::Warning).help("clnrm 1.0 refuses the file without it")
        } else {
            finding
        };
        findings.push(match addition(subject.text, problem.span, key) {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
}

/// Values to begin with, for the keys that have one.
const VALUES: [(&str, &str); 5] = [
    ("collect", "[\"spans:default\"]"),
    ("command", "[\"true\"]"),
    ("exporter", "\"stdout\""),
    ("name", "\"unnamed\""),
    ("version", "\"1.0\""),
];

/// Adds the key below the header of its table, or as the first one of an inline table.
fn addition(text: &str, header: Span, key: &str) -> Option<Fix> {
    let (_, value) = VALUES.iter().find(|(known, _)| *known == key)?;
    let pair = format!("{key} = {value}");
    let written = header.slice(text)?;
    let rest = text.get(header.end..)?;
    let line = rest.split('\n').next().unwrap_or_default();
    let (at, insertion) = match written {
        "{" => {
            let comma = if rest.trim_start().starts_with('}') { " " } else { "," };
            (header.end, format!(" {pair}{comma}"))
        }
        // Behind a comment on the line of the header.
        _ if written.starts_with('[')
            && written.ends_with(']')
            && (line.trim().is_empty() || line.trim().starts_with('#')) =>
        {
            (header.end + line.trim_end().len(), format!("\n{pair}"))
        }
        _ => return None,
    };
    let fix = Fix::replace(format!("add `{pair}`"), Span::at(at), insertion);
    // A version is only a label.
    Some(if key == "version" { fix } else { fix.guess() })
}
