//! `must_include = [["a", "b"], ["a", "b"]]`.

use std::collections::HashMap;

use crate::text::Span;
use crate::validation::expectations::{PairList, example, sets};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "duplicate-pair",
    stage: Stage::Expectations,
    severity: Severity::Hint,
    summary: "the same pair of spans is written twice",
    explanation: "A pair that says the same as an earlier one checks nothing new; often one of the two was meant to name another \
                  span. `must_follow = [[\"b\", \"a\"]]` says the same as `must_precede = [[\"a\", \"b\"]]`, and `must_not_cross` \
                  holds in both directions.",
    wrong: example!("[expect.graph]\nmust_include = [[\"run\", \"step\"], [\"run\", \"step\"]]\n"),
    right: example!("[expect.graph]\nmust_include = [[\"run\", \"step\"], [\"run\", \"cleanup\"]]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        // Pairs of different traces are about different traces.
        if set.pairs().filter(|(list, _)| *list != PairList::ParentChild).nth(1).is_none() {
            continue;
        }
        let mut first_places: HashMap<(u8, &str, &str), (PairList, Span)> = HashMap::new();
        let mut previous = None;
        for (list, pair) in set.pairs() {
            let neighbour = previous.replace((list, pair.span));
            let Some((first, second)) = pair.known() else { continue };
            let meaning = match list {
                PairList::MustInclude => (0, first, second),
                PairList::MustNotCross => (1, first.min(second), first.max(second)),
                PairList::MustPrecede => (2, first, second),
                PairList::MustFollow => (2, second, first),
                PairList::ParentChild => continue,
            };
            let Some((earlier_list, earlier)) = first_places.insert(meaning, (list, pair.span)) else { continue };
            first_places.insert(meaning, (earlier_list, earlier));
            let message = if earlier_list == list {
                format!("this pair is already in `{}`", list.key())
            } else {
                format!("this pair says the same as one in `{}`", earlier_list.key())
            };
            let mut finding = Finding::new(&RULE, pair.span, message)
                .help("drop one of them, if no other span was meant")
                .related(earlier, "the first one");
            if let Some((_, before)) = neighbour.filter(|(before, _)| *before == list)
                && let Some(item) = with_comma(subject.text, before, pair.span)
            {
                finding = finding.fix(Fix::replace("drop this pair", item, ""));
            }
            findings.push(finding);
        }
    }
}

/// The item together with the comma before it, if nothing but that comma and white space is between it and its neighbour.
fn with_comma(text: &str, before: Span, item: Span) -> Option<Span> {
    let between = text.get(before.end..item.start)?;
    (between.trim() == ",").then(|| Span::new(before.end, item.end))
}
