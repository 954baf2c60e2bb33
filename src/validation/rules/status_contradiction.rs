//! `all = "OK"` with `by_name = { "error.*" = "ERROR" }`.

use crate::config::model::Text;
use crate::text::Span;
use crate::validation::expectations::{
    ExpectationSet, NamePattern, SpanStatus, example, is_pattern, is_required, sets,
};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "status-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "two expectations ask for different statuses of the same span",
    explanation: "`all` holds for every span, and each pattern of `by_name` for every span that it matches, of which there must be \
                  at least one. The narrower one does not override the wider one: both are checked, so with `all = \"OK\"` no \
                  span may be anything but OK, whatever `by_name` says. Where some spans must fail, drop `all` and list the \
                  others in `by_name`, or forbid only what is wrong.",
    wrong: example!("[expect.status]\nall = \"OK\"\nby_name = { \"error.*\" = \"ERROR\" }\n"),
    right: example!("[expect.status]\nby_name = { \"clnrm.*\" = \"OK\", \"error.*\" = \"ERROR\" }\n"),
    check,
};

/// More patterns than that are not compared with every name, so that the work stays linear.
const PATTERN_LIMIT: usize = 32;

/// One status that is asked for, and of which spans.
struct Asked<'a> {
    /// Its name or pattern, as written.
    name: &'a str,
    status: SpanStatus,
    place: Span,
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let Some(expected) = set.status else { continue };
        let all = expected.all.as_ref().and_then(with_status);
        let none = expected.none.as_ref().and_then(with_status);
        if let (Some((all, _)), Some((none, place))) = (all, none)
            && all == none
        {
            let message = format!("`none` forbids the status {} that `all` requires", all.name());
            let finding = Finding::new(&RULE, place, message).help("drop one of the two");
            findings.push(related_to(finding, expected.all.as_ref(), "required here"));
        }
        let patterns = patterns(set);
        for asked in asked(set) {
            if let Some(finding) = judge(&asked, all, none, &patterns) {
                findings.push(finding);
            }
        }
    }
}

/// The first contradiction between one status and those that hold for more spans.
fn judge(
    asked: &Asked<'_>,
    all: Option<(SpanStatus, Span)>,
    none: Option<(SpanStatus, Span)>,
    patterns: &[(NamePattern, Asked<'_>)],
) -> Option<Finding> {
    let (name, status) = (asked.name, asked.status.name());
    if let Some((all, place)) = all
        && all != asked.status
    {
        let message = format!("`{name}` can't be {status}: `all` requires {} of every span", all.name());
        let help = "`by_name` does not override `all`, both are checked: drop `all`, or ask for the same status here";
        return Some(
            Finding::new(&RULE, asked.place, message).help(help).related(place, "required of every span here"),
        );
    }
    if let Some((none, place)) = none
        && none == asked.status
    {
        let message = format!("`{name}` can't be {status}: `none` forbids this status");
        return Some(
            Finding::new(&RULE, asked.place, message).help("drop one of the two").related(place, "forbidden here"),
        );
    }
    if is_pattern(name) {
        return None;
    }
    let (_, wider) = patterns.iter().find(|(pattern, wider)| wider.status != asked.status && pattern.matches(name))?;
    let message =
        format!("`{name}` can't be {status}: it also matches `{}`, which must be {}", wider.name, wider.status.name());
    let help = "the narrower name does not override the pattern, both are checked: narrow the pattern";
    Some(Finding::new(&RULE, asked.place, message).help(help).related(wider.place, "required of all spans that match"))
}

fn with_status(text: &Text) -> Option<(SpanStatus, Span)> {
    Some((SpanStatus::of(text)?, text.span))
}

fn related_to(finding: Finding, other: Option<&Text>, message: &str) -> Finding {
    match other {
        Some(other) => finding.related(other.span, message),
        None => finding,
    }
}

/// The statuses that are asked of named spans.
fn asked(set: ExpectationSet<'_>) -> impl Iterator<Item = Asked<'_>> {
    let by_name = set.status.into_iter().flat_map(|status| &status.by_name).filter_map(|entry| {
        let (status, place) = with_status(&entry.value)?;
        Some(Asked { name: entry.key.known()?, status, place })
    });
    let blocks = set.spans.iter().filter(|block| is_required(block)).filter_map(|block| {
        let (status, place) = with_status(block.status.as_ref()?)?;
        Some(Asked { name: block.name.as_ref()?.known()?, status, place })
    });
    by_name.chain(blocks)
}

/// The keys of `by_name` as patterns.
fn patterns(set: ExpectationSet<'_>) -> Vec<(NamePattern, Asked<'_>)> {
    let entries = set.status.into_iter().flat_map(|status| &status.by_name);
    let patterns = entries.filter_map(|entry| {
        let name = entry.key.known()?;
        let (status, place) = with_status(&entry.value)?;
        // `**/` matches less than its compiled form.
        if !is_pattern(name) || name.contains("**") {
            return None;
        }
        Some((NamePattern::new(name).ok()?, Asked { name, status, place }))
    });
    patterns.take(PATTERN_LIMIT).collect()
}
