//! The very same `[[expect.span]]` block twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::config::model::{AttributeMatch, AttributeValue, Scalar, SpanExpectation, Spanned, Text};
use crate::validation::expectations::{example, place_of_block, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "duplicate-span-expectation",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "the very same `expect.span` block stands twice",
    explanation: "Two equal blocks are met by the same span, so the second one checks nothing new. It does not ask for two spans: \
                  use `count` for that. Blocks of one name with different constraints are fine.",
    wrong: example!("[[expect.span]]\nname = \"clnrm.run\"\n\n[[expect.span]]\nname = \"clnrm.run\"\n"),
    right: example!("[[expect.span]]\nname = \"clnrm.run\"\ncount = { gte = 2 }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config).filter(|set| set.spans.len() > 1) {
        let mut first_of_name: HashMap<&str, &SpanExpectation> = HashMap::new();
        // What each block says, written only for names that come more than once.
        let mut said: HashMap<String, &SpanExpectation> = HashMap::new();
        for block in set.spans {
            let Some(name) = block.name.as_ref().and_then(|name| name.known()) else { continue };
            match first_of_name.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(block);
                    continue;
                }
                Entry::Occupied(entry) => {
                    let first = *entry.get();
                    said.entry(statement(first)).or_insert(first);
                }
            }
            match said.entry(statement(block)) {
                Entry::Vacant(entry) => {
                    entry.insert(block);
                }
                Entry::Occupied(entry) => {
                    let first = *entry.get();
                    findings.push(
                        Finding::new(
                            &RULE,
                            place_of_block(block.name.as_ref(), block.header),
                            format!("the same block for `{name}` stands twice"),
                        )
                        .help("drop one; `count = { gte = 2 }` asks for two spans")
                        .related(place_of_block(first.name.as_ref(), first.header), "the first one"),
                    );
                }
            }
        }
    }
}

/// All that a block asks for, without its places, so that equal blocks have equal statements.
fn statement(block: &SpanExpectation) -> String {
    let mut out = String::new();
    push_text(&mut out, block.name.as_ref());
    push_text(&mut out, block.parent.as_ref());
    match &block.kind {
        Some(kind) => push_scalar(&mut out, kind),
        None => out.push('-'),
    }
    push_text(&mut out, block.status.as_ref());
    push_attributes(&mut out, block.attrs_all.as_ref());
    push_attributes(&mut out, block.attrs_any.as_ref());
    for events in [&block.events_any, &block.events_all] {
        out.push('|');
        for event in events.iter().flat_map(|events| &events.value) {
            push_text(&mut out, Some(event));
        }
    }
    let duration = block.duration.as_ref();
    let bound = |value: Option<Spanned<f64>>| value.map(|value| value.value);
    let count = |value: Option<Spanned<i64>>| value.map(|value| value.value);
    let durations = duration.map(|duration| (bound(duration.min), bound(duration.max)));
    let counts = block.count.as_ref().map(|bound| (count(bound.gte), count(bound.lte), count(bound.eq)));
    let exists = block.exists.map(|exists| exists.value);
    out.push_str(&format!("{durations:?}{counts:?}{exists:?}"));
    out
}

fn push_text(out: &mut String, text: Option<&Text>) {
    // The length keeps texts apart that hold what separates them.
    match text {
        Some(text) => out.push_str(&format!("{}:{}", text.raw().len(), text.raw())),
        None => out.push('-'),
    }
}

fn push_attributes(out: &mut String, attributes: Option<&Spanned<Vec<AttributeMatch>>>) {
    out.push('|');
    for attribute in attributes.into_iter().flat_map(|list| &list.value) {
        out.push_str(&format!("{}:{}=", attribute.key.text.len(), attribute.key.text));
        match &attribute.value {
            AttributeValue::Equals(value) => push_scalar(out, value),
            AttributeValue::OneOf(values) => values.iter().for_each(|value| push_scalar(out, value)),
            AttributeValue::Matcher(operators) => operators.iter().for_each(|operator| {
                out.push_str(&operator.key.text);
                push_scalar(out, &operator.value);
            }),
            AttributeValue::Present => out.push('+'),
        }
    }
}

fn push_scalar(out: &mut String, value: &Scalar) {
    match value {
        Scalar::Text(text) => push_text(out, Some(text)),
        Scalar::Integer(value) => out.push_str(&format!("i{}", value.value)),
        Scalar::Float(value) => out.push_str(&format!("f{}", value.value)),
        Scalar::Boolean(value) => out.push_str(&format!("b{}", value.value)),
        Scalar::Datetime(value) => out.push_str(&format!("d{}", value.value)),
        // Deeper values are told apart by their place: two of them are never called the same.
        Scalar::Array(value) => out.push_str(&format!("@{}", value.span.start)),
        Scalar::Table(value) => out.push_str(&format!("@{}", value.span.start)),
        Scalar::Unknown(span) => out.push_str(&format!("@{}", span.start)),
    }
}
