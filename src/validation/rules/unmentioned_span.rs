//! A name in `graph`, `order` or a window that no block mentions.

use std::collections::HashSet;

use crate::text::nearest;
use crate::validation::expectations::{ExpectationSet, NameRef, NameRole, NameSet, example, is_pattern, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unmentioned-span",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "a graph, order or window names a span that no block mentions",
    explanation: "Where a test describes its spans in `[[expect.span]]` blocks (or `expected_spans`), a name that only stands in a graph, an order, a window \
                  or as a `parent` may be a slip: a required span of that name never comes, a forbidden one never matters. \
                  Names in `counts.by_name` and `status.by_name` count as mentioned, and patterns cover what they match.\n\n\
                  A name that differs from a mentioned one only in case or separators is a warning.",
    wrong: example!(
        "[[expect.span]]\nname = \"clnrm.step:hello\"\n\n\
         [expect.graph]\nmust_include = [[\"clnrm.step:hello\", \"clnrm.step_helo\"]]\n"
    ),
    right: example!(
        "[[expect.span]]\nname = \"clnrm.step:hello\"\n\n[[expect.span]]\nname = \"clnrm.cleanup\"\n\n\
         [expect.graph]\nmust_include = [[\"clnrm.step:hello\", \"clnrm.cleanup\"]]\n"
    ),
    check,
};

/// At most this many names are compared in search of near ones: comparing is the costly part.
const COMPARISONS: usize = 4_000;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        // A template with mistakes may have lost the block.
        let described = (!set.spans.is_empty() || !set.expected_spans.is_empty()) && subject.is_whole();
        if !described || !set.names().any(|(role, _)| refers(role)) {
            continue;
        }
        let (mentioned, literal) = mentioned(set);
        let mut told: HashSet<&str> = HashSet::new();
        let mut comparisons = COMPARISONS;
        for (role, name) in set.names().filter(|(role, _)| refers(*role)) {
            let Some(known) = name.known() else { continue };
            if known.trim().is_empty() || is_pattern(known) || mentioned.covers(known) || !told.insert(known) {
                continue;
            }
            let candidates = literal.iter().copied().take(comparisons);
            comparisons = comparisons.saturating_sub(literal.len());
            let near = nearest(known, candidates);
            if role != NameRole::Parent || near.is_some() {
                findings.push(report(name, known, near));
            }
        }
    }
}

fn refers(role: NameRole) -> bool {
    matches!(role, NameRole::Parent | NameRole::Edge | NameRole::Order | NameRole::Window)
}

fn report(name: NameRef<'_>, known: &str, near: Option<&str>) -> Finding {
    let finding = Finding::new(&RULE, name.span(), format!("no block mentions the span `{known}`"));
    let Some(near) = near else { return finding.help("describe it in an `[[expect.span]]` block, if it matters") };
    let bare = name.part(0, known.len());
    // Where the bare name can't be told from its quotes, a replacement would break the string.
    let finding = if bare == name.span() {
        finding.help(format!("did you mean `{near}`?"))
    } else {
        finding.did_you_mean(known, Some(near), bare)
    };
    if folded(near) == folded(known) { finding.severity(Severity::Warning) } else { finding }
}

/// The name without case and separators.
fn folded(name: &str) -> String {
    name.chars().filter(|char| !matches!(char, '-' | '_' | '.' | ':' | ' ')).flat_map(char::to_lowercase).collect()
}

/// What blocks and selectors mention; and, in their order, the literal names among it.
fn mentioned(set: ExpectationSet<'_>) -> (NameSet<'_>, Vec<&str>) {
    let mut mentioned = NameSet::default();
    let mut literal = Vec::new();
    for (role, name) in set.names() {
        if !matches!(role, NameRole::Block | NameRole::Selector) {
            continue;
        }
        match name.known() {
            Some(known) => {
                mentioned.insert(known);
                if !is_pattern(known) {
                    literal.push(known);
                }
            }
            // It may be any name at run time.
            None => mentioned.insert_everything(),
        }
    }
    (mentioned, literal)
}
