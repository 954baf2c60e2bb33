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
    let (text, config) = (subject.text, subject.config);
    check_blocks(text, &config.steps, |step| step.header, findings);
    check_blocks(text, &config.scenarios, |scenario| scenario.header, findings);
    check_blocks(text, &config.expect.spans, |span| span.header, findings);
    check_blocks(text, &config.services, |service| service.header, findings);
}

fn check_blocks<T>(text: &str, items: &[T], header: fn(&T) -> Span, findings: &mut Findings) {
    let mut rest = items;
    while rest.len() >= LEAST_BLOCKS {
        let mut most_differences = 0;
        let mut alike = 1;
        for pair in rest.windows(2) {
            let [block, next] = pair else { break };
            let Some(count) = differences(lines(text, header(block)), lines(text, header(next))) else { break };
            most_differences = most_differences.max(count);
            alike += 1;
        }
        let (blocks, others) = rest.split_at(alike);
        if let [first, .., last] = blocks
            && alike >= LEAST_BLOCKS
        {
            let differing = if most_differences == 1 { "one line" } else { "two lines" };
            let message = format!("{alike} blocks in a row are the same but for {differing}");
            findings.push(
                Finding::new(&RULE, header(first), message)
                    .help("write them once, in a `{% for … %}` loop or a macro")
                    .related(header(last), "the last of them"),
            );
        }
        rest = others;
    }
}

/// The lines of a block behind its header, without empty ones and comments. It ends at the next header. None of an inline
/// table.
fn lines(text: &str, header: Span) -> impl Iterator<Item = &str> {
    let block = text.get(header.start..).filter(|block| block.starts_with('[')).unwrap_or_default();
    let body = block.lines().skip(1).map(str::trim).take_while(|line| !line.starts_with('['));
    body.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// In how many lines two blocks differ, if they are alike: the same keys in the same order, and mostly the same values.
/// Stops at the first line that says otherwise, so most blocks are not read to their end.
fn differences<'a>(mut a: impl Iterator<Item = &'a str>, mut b: impl Iterator<Item = &'a str>) -> Option<usize> {
    let (mut differing, mut same) = (0, 0);
    loop {
        match (a.next(), b.next()) {
            (None, None) => break,
            (Some(a), Some(b)) if a == b => same += 1,
            (Some(a), Some(b)) if key(a).is_some() && key(a) == key(b) && differing < MOST_DIFFERENCES => {
                differing += 1
            }
            _ => return None,
        }
    }
    (differing > 0 && same > differing).then_some(differing)
}

fn key(line: &str) -> Option<&str> {
    line.split_once('=').map(|(key, _)| key.trim_end())
}
