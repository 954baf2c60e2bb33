//! Two kinds for the one span of a name.

use std::collections::HashMap;

use crate::text::Span;
use crate::validation::expectations::{example, is_required, kind_of, sets, single_names};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "kind-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "one single span is expected to be of two different kinds",
    explanation: "A span has one kind. Where `by_name` allows only one span of a name, two blocks that ask for different kinds of \
                  it can't both hold. Without that bound they could be two spans, and nothing is reported.",
    wrong: example!(
        "[[expect.span]]\nname = \"request\"\nkind = \"client\"\n\n[[expect.span]]\nname = \"request\"\nkind = \"server\"\n\n\
         [expect.counts]\nby_name = { \"request\" = { eq = 1 } }\n"
    ),
    right: example!(
        "[[expect.span]]\nname = \"request\"\nkind = \"client\"\n\n[[expect.span]]\nname = \"request\"\nkind = \"server\"\n\n\
         [expect.counts]\nby_name = { \"request\" = { eq = 2 } }\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let single = single_names(set);
        if single.is_empty() {
            continue;
        }
        let mut kinds: HashMap<&str, (&str, Span)> = HashMap::new();
        for block in set.spans.iter().filter(|block| is_required(block)) {
            let (Some(name), Some(written)) = (block.name.as_ref().and_then(|name| name.known()), &block.kind) else {
                continue;
            };
            let (Some(kind), Some(&single_place)) = (kind_of(written), single.get(name)) else { continue };
            let (first, first_place) = *kinds.entry(name).or_insert((kind, written.span()));
            if first != kind {
                findings.push(
                    Finding::new(
                        &RULE,
                        written.span(),
                        format!("the one span `{name}` can't be of kind `{kind}` and of kind `{first}`"),
                    )
                    .help("drop one of the kinds, or allow more than one such span")
                    .related(first_place, "the other kind")
                    .related(single_place, "only one such span is allowed here"),
                );
            }
        }
    }
}
