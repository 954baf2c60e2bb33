//! Values, bounds and numbers of things, as people read them.

use std::collections::BTreeMap;

use crate::expectation::evaluate::Observed;
use crate::expectation::explain::similar_name;
use crate::expectation::tree::{AttributeTest, Bound, Literal, NameSelector, ValueTest};
use crate::trace::{Span, SpanIndex, Value};

/// So many characters of a value are shown.
const LONGEST: usize = 60;

/// A value as TOML would write it, with its type where that is all that tells it from another.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Double(number) if number.fract() == 0.0 && number.is_finite() => format!("{number:.1}"),
        Value::Empty => "empty".to_owned(),
        other => shortened(&other.to_string()),
    }
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Integer(integer) => integer.to_string(),
        Literal::Float(float) => format!("{float:?}"),
        Literal::Boolean(boolean) => boolean.to_string(),
        Literal::Array(values) => format!("[{}]", values.iter().map(self::literal).collect::<Vec<_>>().join(", ")),
    }
}

/// What a test asks for.
pub(super) fn test(test: &ValueTest) -> String {
    match test {
        ValueTest::Equals(value) => literal(value),
        ValueTest::Not(value) => format!("anything but {}", literal(value)),
        ValueTest::OneOf(values) => {
            format!("one of {}", values.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        ValueTest::Regex(regex) => format!("a match of `{}`", shortened(regex)),
        ValueTest::AtLeast(least) => format!("at least {least}"),
        ValueTest::AtMost(most) => format!("at most {most}"),
        ValueTest::Present(true) => "any value".to_owned(),
        ValueTest::Present(false) => "nothing".to_owned(),
    }
}

/// What one of several attributes must be.
pub(super) fn attribute_tests(tests: &[AttributeTest]) -> String {
    let one = |attribute: &AttributeTest| {
        let tests = attribute.tests.iter().map(test).collect::<Vec<_>>().join(" and ");
        format!("{} = {tests}", attribute.key)
    };
    tests.iter().map(one).collect::<Vec<_>>().join(" or ")
}

/// What a bound asks for.
pub(super) fn bound(bound: Bound) -> String {
    match bound {
        Bound::AtLeast(least) => format!("at least {least}"),
        Bound::AtMost(most) => format!("at most {most}"),
        Bound::Exactly(exact) => format!("exactly {exact}"),
    }
}

/// `1 span`, `2 spans`.
pub(super) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// A time in milliseconds, without digits that tell nothing.
pub(super) fn milliseconds(milliseconds: f64) -> String {
    let text = if milliseconds.abs() < 0.001 { format!("{milliseconds:.6}") } else { format!("{milliseconds:.3}") };
    format!("{} ms", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Nanoseconds in milliseconds.
pub(super) fn nanoseconds(nanoseconds: u64) -> String {
    milliseconds(nanoseconds as f64 / 1e6)
}

/// The first digits of a span's id: enough to tell spans of one run apart.
pub(super) fn short_id(span: &Span) -> String {
    span.span_id.to_string().chars().take(8).collect()
}

/// `` `name` (id) ``.
pub(super) fn span(index: SpanIndex, observed: &Observed<'_>) -> String {
    let span = &observed.trace[index];
    format!("`{}` ({})", span.name, short_id(span))
}

/// The names of spans with how often each comes, most frequent first, at most `limit` of them.
pub(super) fn frequencies<'t>(names: impl Iterator<Item = &'t str>, limit: usize) -> Vec<String> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counted.entry(name).or_default() += 1;
    }
    let mut counted: Vec<(&str, usize)> = counted.into_iter().collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = counted.len().saturating_sub(limit);
    let mut shown: Vec<String> =
        counted.into_iter().take(limit).map(|(name, count)| format!("`{}` ×{count}", shortened(name))).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown
}

/// That nothing is called `name`, and what was perhaps meant.
pub(super) fn no_such_name(name: &NameSelector, observed: &Observed<'_>) -> (String, Option<String>) {
    let message = match name {
        NameSelector::Exact(name) => format!("no span is called `{name}`"),
        NameSelector::Glob(pattern) | NameSelector::Regex(pattern) => format!("no span's name matches `{pattern}`"),
    };
    let help = similar_name(name.text(), observed.trace).map(|similar| format!("did you mean `{similar}`?"));
    (message, help)
}
