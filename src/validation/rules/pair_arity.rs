//! `must_precede = [["a"]]`.

use crate::validation::expectations::{example, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "pair-arity",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "a pair of span names that does not have two names",
    explanation: "Edges of a graph and orders of spans are pairs: two names, neither blank. clnrm 1.0 drops an order with fewer or \
                  more names without a word, so it checks nothing. Write a chain as its pairs: `[[\"a\", \"b\"], [\"b\", \"c\"]]`.",
    wrong: example!("[expect.order]\nmust_precede = [[\"build\", \"test\", \"deploy\"]]\n"),
    right: example!("[expect.order]\nmust_precede = [[\"build\", \"test\"], [\"test\", \"deploy\"]]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (list, pair) in set.pairs() {
            let key = list.key();
            match pair.names.as_slice() {
                [_, _] => {}
                names => {
                    let count = names.len();
                    let plural = if count == 1 { "name" } else { "names" };
                    let finding = Finding::new(
                        &RULE,
                        pair.span,
                        format!("an item of `{key}` must have two span names, this one has {count} {plural}"),
                    );
                    findings.push(if count > 2 {
                        finding.help(format!("write each pair of the chain: {}", chain(names)))
                    } else {
                        finding
                    });
                    continue;
                }
            }
            for name in &pair.names {
                if name.is_blank() {
                    findings.push(Finding::new(&RULE, name.span, format!("a span name in `{key}` is blank")));
                }
            }
        }
    }
}

/// The pairs that a chain of names stands for; the first three where it is long.
fn chain(names: &[crate::config::model::Text]) -> String {
    let pairs: Vec<String> =
        names.windows(2).take(3).map(|two| format!("[\"{}\", \"{}\"]", two[0].raw(), two[1].raw())).collect();
    let more = if names.len() > 4 { ", …" } else { "" };
    format!("`{}{more}`", pairs.join(", "))
}
