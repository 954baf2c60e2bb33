//! An assertion about the number of commands.

use crate::config::TestConfig;
use crate::config::model::{Run, Scalar};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "step-count-mismatch",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "an assertion expects another number of commands than the test has",
    explanation: "`container_should_have_executed_commands` counts the commands that are run. The test has another number of steps, \
                  so either a step is missing or the number is out of date. It is a hint, because one step may run several commands, and \
                  clnrm 1.0 never evaluates the assertion.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[assertions]
container_should_have_executed_commands = 3
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

[assertions]
container_should_have_executed_commands = 1
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(assertions) = &subject.config.assertions else { return };
    for assertion in &assertions.value {
        let Some(key @ ("container_should_have_executed_commands" | "steps_should_have_executed")) =
            assertion.key.known()
        else {
            continue;
        };
        let Scalar::Integer(expected) = &assertion.value else { continue };
        let commands = commands(subject.config);
        // No command at all is a matter of its own.
        if commands == 0 || i64::try_from(commands) == Ok(expected.value) || !subject.is_whole() {
            continue;
        }
        let has = match commands {
            1 => "1 command".to_owned(),
            more => format!("{more} commands"),
        };
        let message = format!("`{key}` is {}, but the test has {has}", expected.value);
        let fix = Fix::replace(format!("write `{commands}`"), expected.span, commands.to_string());
        findings.push(Finding::new(&RULE, expected.span, message).fix(fix.guess()));
    }
}

/// How many commands the test runs, each step and each item of `run` counted once.
fn commands(config: &TestConfig) -> usize {
    let of_scenarios = config.scenarios.iter().map(|scenario| {
        let run = match &scenario.run {
            Some(Run::Command(_)) => 1,
            Some(Run::List(items)) => items.value.len(),
            None => 0,
        };
        run + scenario.steps.len()
    });
    config.steps.len() + of_scenarios.sum::<usize>()
}
