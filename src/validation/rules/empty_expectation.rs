//! `events.any = []`.

use crate::config::model::{SpanExpectation, Spanned};
use crate::text::Span;
use crate::validation::expectations::{example, is_written_empty, sets};
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "empty-expectation",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "an expectation with an empty list",
    explanation: "`any` asks for at least one of a list. Of an empty list nothing can be found, so the expectation always fails. An \
                  empty `all` and a window with an empty `contains` check nothing at all; that is a warning, as the test looks \
                  stricter than it is.",
    wrong: example!("[[expect.span]]\nname = \"clnrm.run\"\nevents.any = []\n"),
    right: example!("[[expect.span]]\nname = \"clnrm.run\"\nevents.any = [\"container.start\"]\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let empty = |span: Span| is_written_empty(subject.text, span);
    for set in sets(subject.config) {
        for block in set.spans {
            for (key, span, is_any) in lists(block) {
                if empty(span) {
                    findings.push(report(key, span, is_any));
                }
            }
        }
        for window in set.windows {
            if let Some(contains) = window.contains.as_ref().filter(|contains| empty(contains.span)) {
                findings.push(
                    Finding::new(&RULE, contains.span, "`contains` is empty, so this window checks nothing")
                        .help("name the spans that lie within the window")
                        .severity(Severity::Warning),
                );
            }
        }
    }
}

fn report(key: &str, span: Span, is_any: bool) -> Finding {
    if is_any {
        Finding::new(&RULE, span, format!("`{key}` is empty, so it can never hold"))
            .help("list what may be found, or drop the key")
    } else {
        Finding::new(&RULE, span, format!("`{key}` is empty and checks nothing"))
            .help("list what must be found, or drop the key")
            .severity(Severity::Warning)
    }
}

/// The empty lists of a block: key, place, and whether one of them must be found.
fn lists(block: &SpanExpectation) -> impl Iterator<Item = (&'static str, Span, bool)> {
    fn place<T>(list: Option<&Spanned<Vec<T>>>) -> Option<Span> {
        list.filter(|list| list.value.is_empty()).map(|list| list.span)
    }
    let lists = [
        ("attrs.any", place(block.attrs_any.as_ref()), true),
        ("attrs.all", place(block.attrs_all.as_ref()), false),
        ("events.any", place(block.events_any.as_ref()), true),
        ("events.all", place(block.events_all.as_ref()), false),
    ];
    lists.into_iter().filter_map(|(key, span, is_any)| Some((key, span?, is_any)))
}
