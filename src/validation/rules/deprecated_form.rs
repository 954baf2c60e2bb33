//! Another spelling of a key.

use crate::config::ShapeProblemKind;
use crate::config::tokens::{TextToken, text_tokens};
use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "deprecated-form",
    stage: Stage::Semantic,
    severity: Severity::Hint,
    summary: "a key is written in another spelling than the documented one",
    explanation: "Earlier files write `environment`, `healthcheck`, `[expect.count]`, `min` and `max`. All of them are \
                  read here as what they mean; clnrm 1.0 reads only the documented spelling and ignores the others.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:3.20"
environment = { LEVEL = "debug" }

[[steps]]
name = "hello"
service = "app"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:3.20"
env = { LEVEL = "debug" }

[[steps]]
name = "hello"
service = "app"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.shape {
        let ShapeProblemKind::Alias { key, canonical, has_canonical } = &problem.kind else { continue };
        let message = format!("`{key}` is another spelling of `{canonical}`");
        let finding = Finding::new(&RULE, problem.span, message);
        findings.push(if *has_canonical {
            finding.help(format!("move its content to `{canonical}`, which is there too"))
        } else {
            let title = format!("replace `{key}` by `{canonical}`");
            let edits: Vec<_> = occurrences(subject.text, problem.span)
                .into_iter()
                .map(|span| (span, (*canonical).to_owned()))
                .collect();
            finding.help(format!("write `{canonical}`")).fix(Fix::edit(title, &edits))
        });
    }
}

/// The key at `first`, and where it comes again: in later headers that go on from it, or in later dotted keys of its table. Renamed
/// alone, the first one would part from them.
fn occurrences(text: &str, first: Span) -> Vec<Span> {
    let start = text.get(..first.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let mut found = vec![first];
    let (Some(lead), Some(key)) = (text.get(start..first.start), first.slice(text)) else { return found };
    let is_header = lead.trim_start().starts_with('[');
    let path = lead.trim_start_matches(['[', ' ', '\t']);
    // A key inside of an inline table has no other place.
    if !is_header && path.contains(['=', '{']) {
        return found;
    }
    let mut strings = text_tokens(text).filter(|(kind, _)| *kind == TextToken::String).map(|(_, span)| span).peekable();
    let mut at = start;
    for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        let line_start = at;
        at += line.len();
        while strings.next_if(|string| string.end <= line_start).is_some() {}
        if line_start == start || strings.peek().is_some_and(|string| string.start < line_start) {
            continue;
        }
        let body = line.trim_start_matches(['[', ' ', '\t']);
        if line.trim_start().starts_with('[') != is_header {
            if is_header { continue } else { break }
        }
        let rest = body.strip_prefix(path).and_then(|rest| rest.strip_prefix(key));
        if rest.is_some_and(|rest| rest.starts_with('.') || (is_header && rest.starts_with(']'))) {
            let from = line_start + (line.len() - body.len()) + path.len();
            found.push(Span::new(from, from + key.len()));
        }
    }
    found
}
