//! `name = "run"`, `parent = "run"`.

use crate::validation::expectations::{example, is_pattern, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "parent-self",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "a span is expected to be its own parent",
    explanation: "A `parent` of the same name holds only where one span calls another of its name: a recursion, or a client's `GET` \
                  above the server's `GET`. Mostly it is a copied line whose name was not changed. A block that also asks for a \
                  `kind` is not reported: there the two spans differ.",
    wrong: example!("[[expect.span]]\nname = \"clnrm.step:hello\"\nparent = \"clnrm.step:hello\"\n"),
    right: example!("[[expect.span]]\nname = \"clnrm.step:hello\"\nparent = \"clnrm.run\"\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for block in sets(subject.config).flat_map(|set| set.spans) {
        let (Some(name), Some(parent)) = (&block.name, &block.parent) else { continue };
        let Some(known) = name.known().filter(|known| !known.trim().is_empty() && !is_pattern(known)) else { continue };
        if parent.known() == Some(known) && block.kind.is_none() {
            findings.push(
                Finding::new(&RULE, parent.span, format!("`{known}` is expected to be its own parent"))
                    .help("name the span that calls it, or drop `parent` if it is a root")
                    .related(name.span, "the block's own name"),
            );
        }
    }
}
