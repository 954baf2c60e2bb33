//! Blocks that are nearly the same, many times.

use crate::template::ReadingMode;
use crate::text::Span;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "repeated-blocks",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "several blocks in a row are the same but for a line or two",
    explanation: "A test is a template: a loop (`{% for name in [\"a\", \"b\"] %}`) or a macro writes such blocks from one description, so \
                  that the next change is made in one place. Found are four or more blocks in a row that differ in at most two \
                  lines, and in less than half of what they say. In a file that is a template already nothing is found.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[expect.span]]
name = "step.one"
parent = "run"
kind = "internal"
attrs.all = { result = "pass" }

[[expect.span]]
name = "step.two"
parent = "run"
kind = "internal"
attrs.all = { result = "pass" }

[[expect.span]]
name = "step.three"
parent = "run"
kind = "internal"
attrs.all = { result = "pass" }

[[expect.span]]
name = "step.four"
parent = "run"
kind = "internal"
attrs.all = { result = "pass" }

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

{% for name in ["one", "two", "three", "four"] %}
[[expect.span]]
name = "step.{{ name }}"
parent = "run"
kind = "internal"
attrs.all = { result = "pass" }
{% endfor %}

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

/// As many blocks in a row are worth a loop.
const LEAST_BLOCKS: usize = 4;
/// Blocks that differ in more lines are not the same.
const MOST_DIFFERENCES: usize = 2;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.mode != ReadingMode::Plain || !subject.syntax.is_empty() {
        return;
    }
    let config = subject.config;
    let headers = [
        config.steps.iter().map(|step| step.header).collect::<Vec<_>>(),
        config.scenarios.iter().map(|scenario| scenario.header).collect(),
        config.expect.spans.iter().map(|span| span.header).collect(),
        config.services.iter().map(|service| service.header).collect(),
    ];
    for headers in headers.iter().filter(|headers| headers.len() >= LEAST_BLOCKS) {
        check_blocks(subject.text, headers, findings);
    }
}

fn check_blocks(text: &str, headers: &[Span], findings: &mut Findings) {
    let mut rest = headers;
    while let [first, others @ ..] = rest {
        let mut changing = 0;
        let mut block = block(text, *first);
        let mut alike = 1;
        for other in others {
            let next = self::block(text, *other);
            let Some(differences) = block.as_deref().zip(next.as_deref()).and_then(|(a, b)| differences(a, b)) else {
                break;
            };
            changing = differences.max(changing);
            alike += 1;
            block = next;
        }
        if alike >= LEAST_BLOCKS {
            let lines = if changing == 1 { "one line" } else { "two lines" };
            let message = format!("{alike} blocks in a row are the same but for {lines}");
            let mut finding =
                Finding::new(&RULE, *first, message).help("write them once, in a `{% for … %}` loop or a macro");
            if let Some(last) = rest.get(alike - 1) {
                finding = finding.related(*last, "the last of them");
            }
            findings.push(finding);
        }
        rest = rest.get(alike..).unwrap_or_default();
    }
}

/// The lines of a block, without empty ones and comments. It ends at the next header. `None` for an inline table.
fn block(text: &str, header: Span) -> Option<Vec<&str>> {
    let block = text.get(header.start..)?;
    if !block.starts_with('[') {
        return None;
    }
    let mut lines = block.lines().map(str::trim);
    let first = lines.next()?;
    let body =
        lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(std::iter::once(first).chain(body).collect())
}

/// In how many lines two blocks differ, if they are alike: the same keys in the same order, and mostly the same values.
fn differences(a: &[&str], b: &[&str]) -> Option<usize> {
    if a.len() != b.len() {
        return None;
    }
    let mut count = 0;
    for (a, b) in a.iter().zip(b).skip(1) {
        if a == b {
            continue;
        }
        let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
        if key(a) != key(b) || key(a).is_none() {
            return None;
        }
        count += 1;
    }
    let same = a.len() - 1 - count;
    (count > 0 && count <= MOST_DIFFERENCES && same > count).then_some(count)
}
