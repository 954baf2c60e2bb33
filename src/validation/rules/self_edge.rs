//! `must_include = [["a", "a"]]`.

use crate::validation::expectations::{PairList, example, is_pattern, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "self-edge",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "a pair names the same span twice",
    explanation: "No span ends before it starts itself, so an order of a span with itself is the shortest cycle there is; several spans of one name are asked for with `count`. An edge \
                  from a name to itself holds only where a span calls another one of the same name, which is rarely meant: that is \
                  a warning. `must_not_cross` may name a span twice (\"never calls itself\").",
    wrong: example!("[expect.order]\nmust_precede = [[\"build\", \"build\"]]\n"),
    right: example!("[expect.order]\nmust_precede = [[\"build\", \"test\"]]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (list, pair) in set.pairs() {
            let Some((first, second)) = pair.known() else { continue };
            if first != second || is_pattern(first) || first.trim().is_empty() || list == PairList::MustNotCross {
                continue;
            }
            let key = list.key();
            findings.push(if list.is_order() {
                Finding::new(&RULE, pair.span, format!("`{key}` orders `{first}` against itself"))
                    .help("no span ends before it starts itself: name two different spans")
            } else {
                Finding::new(&RULE, pair.span, format!("`{key}` asks for `{first}` as its own parent"))
                    .help(format!("this holds only where `{first}` calls itself: name two different spans"))
                    .severity(Severity::Warning)
            });
        }
    }
}
