//! `forbid_keys` holds a key that a block requires.

use std::collections::HashMap;

use crate::config::model::Name;
use crate::text::Span;
use crate::validation::expectations::{demands_key, example, is_required, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "attribute-contradiction",
    stage: Stage::Expectations,
    severity: Severity::Warning,
    summary: "an attribute is both required and forbidden",
    explanation: "`hermeticity.span_attrs.forbid_keys` holds for every span. A block that requires an attribute of the same key \
                  asks for a span that must not exist, so the test can never pass.",
    wrong: example!(
        "[[expect.span]]\nname = \"fetch\"\nattrs.all = { \"http.url\" = \"http://app/\" }\n\n\
         [expect.hermeticity]\nspan_attrs.forbid_keys = [\"http.url\"]\n"
    ),
    right: example!(
        "[[expect.span]]\nname = \"fetch\"\nattrs.all = { \"http.route\" = \"/\" }\n\n\
         [expect.hermeticity]\nspan_attrs.forbid_keys = [\"http.url\"]\n"
    ),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        let Some(hermeticity) = set.hermeticity.filter(|hermeticity| !hermeticity.forbid_keys.is_empty()) else {
            continue;
        };
        let forbidden: HashMap<&str, Span> =
            hermeticity.forbid_keys.iter().filter_map(|key| Some((key.known()?, key.span))).collect();
        let mut report = |key: &Name, place: Span| {
            let Some((name, &forbidden)) = key.known().and_then(|name| Some((name, forbidden.get(name)?))) else {
                return;
            };
            findings.push(
                Finding::new(
                    &RULE,
                    place,
                    format!("the attribute `{name}` is required here, but forbidden for every span"),
                )
                .help("drop it here, or from `forbid_keys`")
                .related(forbidden, "forbidden here"),
            );
        };
        for block in set.spans.iter().filter(|block| is_required(block)) {
            for attribute in block.attrs_all.iter().flat_map(|list| &list.value) {
                if demands_key(attribute) {
                    report(&attribute.key, attribute.key.span);
                }
            }
            // Of `any` one is enough: only a single attribute is required.
            if let Some([attribute]) = block.attrs_any.as_ref().map(|list| list.value.as_slice())
                && demands_key(attribute)
            {
                report(&attribute.key, attribute.key.span);
            }
        }
        for span in set.expected_spans.iter().filter(|span| span.required.is_some_and(|required| required.value)) {
            for attribute in &span.attributes {
                report(&attribute.key, attribute.key.span);
            }
        }
    }
}
