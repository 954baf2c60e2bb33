//! Spans are expected, but nothing sends or collects them.

use crate::config::model::{Expect, Scenario};
use crate::text::Span;
use crate::validation::expectations::{example, place_of_block};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "spans-not-collected",
    stage: Stage::Expectations,
    severity: Severity::Information,
    summary: "spans are expected, but not exported or not collected",
    explanation: "Expectations about spans need spans. With `exporter = \"none\"` the program under test is told to send none. And \
                  clnrm 1.0 looks at `[expect.*]` only for scenarios whose `artifacts.collect` holds an item that starts with \
                  `spans:`; every other scenario is green there whatever it did. Add `artifacts.collect = [\"spans:default\"]` to \
                  be checked by both tools.",
    wrong: "[meta]\nname = \"demo\"\nversion = \"1.0\"\n\n[services.app]\nimage = \"alpine:3.20\"\n\n\
            [[scenario]]\nname = \"hello\"\nservice = \"app\"\nrun = \"echo hello\"\n\n\
            [[expect.span]]\nname = \"hello\"\n",
    right: example!("[[expect.span]]\nname = \"hello\"\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let Some(expected) = first_expectation(&config.expect) else { return };
    if let Some(exporter) = config.otel.as_ref().and_then(|otel| otel.exporter.as_ref())
        && exporter.known().is_some_and(|exporter| exporter.trim().eq_ignore_ascii_case("none"))
    {
        findings.push(
            Finding::new(&RULE, exporter.span, "spans are expected, but `exporter` is `none`")
                .help("name an exporter: `otlp` or `stdout`")
                .related(expected, "the first expectation"),
        );
        return;
    }
    let scenarios = &config.scenarios;
    if let Some(first) = scenarios.first()
        && subject.is_whole()
        && !scenarios.iter().any(may_collect_spans)
    {
        let message = "no scenario collects spans, so clnrm 1.0 ignores the expectations";
        let mut finding = Finding::new(&RULE, place_of_block(first.name.as_ref(), first.header), message)
            .help("add `artifacts.collect = [\"spans:default\"]`")
            .related(expected, "the first expectation");
        if let Some(fix) = collecting(subject.text, first) {
            finding = finding.fix(fix);
        }
        findings.push(finding);
    }
}

/// Adds the missing key below the name of the scenario. Only where the scenario has a header of its own, and no artifacts at
/// all are written down that it could clash with.
fn collecting(text: &str, scenario: &Scenario) -> Option<Fix> {
    let name = scenario.name.as_ref()?;
    let has_header = scenario.header.slice(text)?.starts_with("[[");
    if !has_header || text.contains("artifacts") {
        return None;
    }
    let line = "\nartifacts.collect = [\"spans:default\"]";
    Some(Fix::replace("collect the spans", Span::at(name.span.end), line).guess())
}

fn may_collect_spans(scenario: &Scenario) -> bool {
    scenario.collect.iter().any(|item| item.known().is_none_or(|item| item.starts_with("spans:")))
}

/// Place of the first table of expectations about spans.
fn first_expectation(expect: &Expect) -> Option<Span> {
    let tables = [
        expect.graph.as_ref().map(|table| table.header),
        expect.counts.as_ref().map(|table| table.header),
        expect.order.as_ref().map(|table| table.header),
        expect.status.as_ref().map(|table| table.header),
        expect.hermeticity.as_ref().map(|table| table.header),
        expect.spans.first().map(|span| span.header),
        expect.windows.first().map(|window| window.header),
    ];
    tables.into_iter().flatten().min_by_key(|span| span.start)
}
