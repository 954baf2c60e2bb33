//! `spans_total = { lte = 3 }`, but the names alone need five.

use std::collections::HashMap;

use crate::config::model::{Bound, Counts, Keyed};
use crate::text::Span;
use crate::validation::expectations::{
    ExpectationSet, SpanStatus, example, greatest, is_pattern, is_required, kind_named, least, needs, sets,
};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "counts-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "counts that can't hold together",
    explanation: "Every span counts once in `spans_total`. Where the expectations need more spans of single names (or kinds) than \
                  `spans_total` allows, no run can meet them all. The same holds for `errors_total = { eq = 0 }` beside a \
                  required status ERROR, for more errors than spans, and for a block that asks for more spans than \
                  `by_name` allows.\n\n\
                  Only literal names are added up, as patterns may share spans.",
    wrong: example!(
        "[expect.counts]\nspans_total = { lte = 3 }\n\
         by_name = { \"clnrm.run\" = { eq = 1 }, \"clnrm.step:hello\" = { gte = 4 } }\n"
    ),
    right: example!(
        "[expect.counts]\nspans_total = { lte = 5 }\n\
         by_name = { \"clnrm.run\" = { eq = 1 }, \"clnrm.step:hello\" = { gte = 4 } }\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let Some(counts) = set.counts else { continue };
        if let Some((most, place)) = counts.spans_total.as_ref().and_then(upper) {
            // That nothing may exist although something must is reported as `impossible-count`.
            if most == 0 || !check_names(set, counts, most, place, findings) {
                check_kinds(&counts.by_kind, most, place, findings);
            }
            check_errors(counts, most, place, findings);
        }
        check_status(set, counts, findings);
        check_blocks(set, counts, findings);
    }
}

/// The greatest count that is allowed, and where it is written.
fn upper(bound: &Bound) -> Option<(i64, Span)> {
    // A negative count is a mistake of its own, reported as such.
    let most = greatest(bound).filter(|most| *most >= 0)?;
    Some((most, bound.eq.or(bound.lte)?.span))
}

/// The least count that is required, and where it is written.
fn lower(bound: &Bound) -> Option<(i64, Span)> {
    Some((least(bound), bound.eq.or(bound.gte)?.span))
}

/// Whether the names alone need too many, which is reported.
fn check_names(set: ExpectationSet<'_>, counts: &Counts, most: i64, place: Span, findings: &mut Findings) -> bool {
    let mut required: HashMap<&str, i64> = HashMap::new();
    let mut raise = |name, count: i64| {
        if !is_pattern(name) {
            let known = required.entry(name).or_insert(0);
            *known = (*known).max(count);
        }
    };
    for entry in &counts.by_name {
        if let Some(name) = entry.key.known() {
            raise(name, least(&entry.value));
        }
    }
    for block in set.spans.iter().filter(|block| is_required(block)) {
        if let Some(name) = block.name.as_ref().and_then(|name| name.known()) {
            raise(name, block.count.as_ref().map_or(1, least));
        }
    }
    for need in needs(set) {
        raise(need.name, 1);
    }
    let sum = required.values().fold(0_i64, |sum, count| sum.saturating_add(*count));
    if sum > most {
        let mut finding = Finding::new(
            &RULE,
            place,
            format!("`spans_total` allows at most {most}, but the expected names need at least {sum} spans"),
        )
        .help("raise the total, or lower the counts of the names");
        for entry in counts.by_name.iter().filter(|entry| least(&entry.value) > 0).take(3) {
            finding = finding.related(entry.key.span, format!("at least {} of these", least(&entry.value)));
        }
        findings.push(finding);
    }
    sum > most
}

fn check_kinds(by_kind: &[Keyed<Bound>], most: i64, place: Span, findings: &mut Findings) {
    // Repeated tables may name a kind more than once.
    let mut required: HashMap<&str, i64> = HashMap::new();
    for (kind, entry) in by_kind.iter().filter_map(|entry| Some((entry.key.known().and_then(kind_named)?, entry))) {
        let known = required.entry(kind).or_insert(0);
        *known = (*known).max(least(&entry.value));
    }
    let sum = required.values().fold(0_i64, |sum, count| sum.saturating_add(*count));
    if sum > most {
        findings.push(
            Finding::new(
                &RULE,
                place,
                format!("`spans_total` allows at most {most}, but the expected kinds need at least {sum} spans"),
            )
            .help("raise the total, or lower the counts of the kinds"),
        );
    }
}

fn check_errors(counts: &Counts, most: i64, place: Span, findings: &mut Findings) {
    if let Some((errors, errors_place)) = counts.errors_total.as_ref().and_then(lower)
        && errors > most
    {
        findings.push(
            Finding::new(
                &RULE,
                errors_place,
                format!("`errors_total` needs at least {errors}, but `spans_total` allows at most {most}"),
            )
            .help("each error is a span: raise the total, or ask for fewer errors")
            .related(place, "the total"),
        );
    }
}

fn check_status(set: ExpectationSet<'_>, counts: &Counts, findings: &mut Findings) {
    let Some((0, place)) = counts.errors_total.as_ref().and_then(upper) else { return };
    let status = set.status.into_iter();
    let listed = status.flat_map(|status| status.all.iter().chain(status.by_name.iter().map(|entry| &entry.value)));
    let blocks = set.spans.iter().filter(|block| is_required(block)).filter_map(|block| block.status.as_ref());
    if let Some(failing) = listed.chain(blocks).find(|text| SpanStatus::of(text) == Some(SpanStatus::Error)) {
        findings.push(
            Finding::new(&RULE, place, "`errors_total` allows no error, but a span with status ERROR is expected")
                .help("allow that many errors, or drop the status")
                .related(failing.span, "expected to fail here"),
        );
    }
}

fn check_blocks(set: ExpectationSet<'_>, counts: &Counts, findings: &mut Findings) {
    if counts.by_name.is_empty() || set.spans.iter().all(|block| block.count.is_none()) {
        return;
    }
    let most: HashMap<&str, (i64, Span)> =
        counts.by_name.iter().filter_map(|entry| Some((entry.key.known()?, upper(&entry.value)?))).collect();
    for block in set.spans {
        let Some((count, place)) = block.count.as_ref().and_then(lower) else { continue };
        let Some(name) = block.name.as_ref().and_then(|name| name.known()) else { continue };
        let Some(&(most, most_place)) = most.get(name) else { continue };
        // That none may exist although one must is reported as `impossible-count`.
        if count > most && most > 0 {
            findings.push(
                Finding::new(
                    &RULE,
                    place,
                    format!("this block needs at least {count} spans `{name}`, but `by_name` allows at most {most}"),
                )
                .help("raise the one, or lower the other")
                .related(most_place, "at most that many"),
            );
        }
    }
}
