//! What `artifacts.collect` can collect.

use crate::config::model::Text;
use crate::text::nearest;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "collect-syntax",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "an item of `artifacts.collect` is none of the known forms",
    explanation: "An item is `spans:<handle>` (mostly `spans:default`), `logs:stdout`, `logs:stderr`, `logs:all` or `files:<path>`. \
                  Anything else collects nothing, and without spans no expectation is ever evaluated: the test would pass \
                  without a check.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
artifacts.collect = ["span:default"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
artifacts.collect = ["spans:default"]
"#,
    check,
};

const KINDS: [&str; 3] = ["spans", "logs", "files"];
const LOGS: [&str; 3] = ["stdout", "stderr", "all"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for item in subject.config.scenarios.iter().flat_map(|scenario| &scenario.collect) {
        if let Some(finding) = item.known().and_then(|written| mistake(subject.text, item, written)) {
            findings.push(finding);
        }
    }
}

fn mistake(source: &str, item: &Text, written: &str) -> Option<Finding> {
    let part = |start, end| item.part_in(source, start, end);
    let Some((kind, argument)) = written.split_once(':') else {
        let finding = Finding::new(&RULE, item.content, format!("`{written}` does not say what to collect from where"));
        let meant = match nearest(written, KINDS).or(KINDS.into_iter().find(|kind| *kind == written)) {
            Some("spans") => "spans:default",
            Some("logs") => "logs:all",
            _ => return Some(finding.help("write `spans:default`, `logs:stdout` or `files:/path`")),
        };
        return Some(finding.did_you_mean(written, Some(meant), item.content));
    };
    if !KINDS.contains(&kind) {
        let finding = Finding::new(&RULE, part(0, kind.len()), format!("there is no kind `{kind}` of artifacts"));
        return Some(match nearest(kind, KINDS) {
            Some(meant) => finding.did_you_mean(kind, Some(meant), part(0, kind.len())),
            None => finding.help("the kinds are `spans`, `logs` and `files`"),
        });
    }
    let start = kind.len() + 1;
    if argument.trim().is_empty() {
        let example = match kind {
            "spans" => "spans:default",
            "logs" => "logs:stdout",
            _ => "files:/path",
        };
        let finding = Finding::new(&RULE, item.content, format!("`{written}` does not say which {kind}"));
        return Some(finding.help(format!("write it as in `{example}`")));
    }
    if kind != "logs" || LOGS.contains(&argument) {
        return None;
    }
    let place = part(start, written.len());
    let finding = Finding::new(&RULE, place, format!("there are no logs `{argument}`"));
    Some(match nearest(argument, LOGS) {
        Some(meant) => finding.did_you_mean(argument, Some(meant), place),
        None => finding.help("the logs are `stdout`, `stderr` and `all`"),
    })
}
