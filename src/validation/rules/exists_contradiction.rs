//! `exists = false` for a span that is required elsewhere.

use crate::validation::expectations::{clashes, example, is_bare, least, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "exists-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "`exists = false` for a span that must exist",
    explanation: "A block with `exists = false` (or `absent = true`) and no further constraints says that no span of that name may come. Another block, \
                  a parent, an edge, an order, a window or a minimum that needs the very same span contradicts it, and the test \
                  can never pass. A block with further constraints is not judged: it only forbids spans that meet them.",
    wrong: example!(
        "[[expect.span]]\nname = \"clnrm.cleanup\"\nexists = false\n\n\
         [expect.graph]\nmust_include = [[\"clnrm.run\", \"clnrm.cleanup\"]]\n"
    ),
    right: example!(
        "[[expect.span]]\nname = \"clnrm.crash\"\nexists = false\n\n\
         [expect.graph]\nmust_include = [[\"clnrm.run\", \"clnrm.cleanup\"]]\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let absent = set.spans.iter().filter_map(|block| {
            let exists = block.exists.filter(|exists| !exists.value).map(|exists| ("exists = false", exists));
            let absent = block.absent.filter(|absent| absent.value).map(|absent| ("absent = true", absent));
            let (key, said) = exists.or(absent)?;
            Some((block, key, said))
        });
        let mut names = Vec::new();
        let mut places = Vec::new();
        for (block, key, said) in absent {
            if let Some(count) = block.count.as_ref().filter(|count| least(count) > 0) {
                findings.push(
                    Finding::new(&RULE, said.span, format!("`{key}`, but `count` requires the same span"))
                        .help("drop one of the two")
                        .related(count.span, "at least one is required here"),
                );
            } else if is_bare(block)
                && let Some(name) = block.name.as_ref().and_then(|name| name.known())
            {
                names.push(name);
                places.push(said.span);
            }
        }
        for clash in clashes(&names, set) {
            let name = clash.need.name;
            findings.push(
                Finding::new(&RULE, places[clash.forbidden], format!("`{name}` must not exist, but it is required"))
                    .help("drop this block, or what requires the span")
                    .related(clash.need.span, clash.need.kind.describe()),
            );
        }
    }
}
