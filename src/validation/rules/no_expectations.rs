//! A test that looks at nothing.

use crate::config::TestConfig;
use crate::config::model::Step;
use crate::text::Span;
use crate::validation::expectations::{example, place_of_block};
use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "no-expectations",
    stage: Stage::Expectations,
    severity: Severity::Information,
    summary: "a test that checks nothing but exit codes",
    explanation: "A test without expectations is green whenever its commands end with 0, whether or not they did anything. Say what \
                  must be seen: spans in `[[expect.span]]`, the output of a step in `expected_output_regex`, an exit code other \
                  than 0 in `expected_exit_code`.",
    wrong: "[meta]\nname = \"demo\"\nversion = \"1.0\"\n\n[services.app]\nimage = \"alpine:3.20\"\n\n\
            [[scenario]]\nname = \"hello\"\nservice = \"app\"\nrun = \"echo hello\"\n",
    right: example!("[[expect.span]]\nname = \"hello\"\n"),
    check,
};

/// Tables in which a test says what must be true, those of other tools included.
const CHECKING_TABLES: [&str; 6] =
    ["expect", "otel_validation", "assertions", "otel_expectations", "validation", "expectations"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    let has_table = config.top_level.iter().any(|name| CHECKING_TABLES.contains(&name.text.as_str()));
    if has_table || !subject.is_whole() || all_steps(config).any(is_checked) {
        return;
    }
    if let Some(place) = first_action(config) {
        findings.push(
            Finding::new(&RULE, place, "nothing but exit codes is checked in this test")
                .help("say what must be seen: `[[expect.span]]`, or `expected_output_regex` in a step"),
        );
    }
}

fn is_checked(step: &Step) -> bool {
    step.expected_output_regex.is_some()
        || step.expected_output_regex_not.is_some()
        || step.expected_output_contains.is_some()
        || step.expected_exit_code.is_some_and(|code| code.value != 0)
}

/// The place of the first scenario, else of the first step.
fn first_action(config: &TestConfig) -> Option<Span> {
    let scenario = config.scenarios.first().map(|scenario| place_of_block(scenario.name.as_ref(), scenario.header));
    scenario.or_else(|| config.steps.first().map(|step| place_of_block(step.name.as_ref(), step.header)))
}
