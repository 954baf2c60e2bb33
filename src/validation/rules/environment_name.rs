//! Names of environment variables.

use crate::config::model::EnvironmentVariable;
use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "environment-name",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "the name of an environment variable is one that no shell can read",
    explanation: "A name consists of letters, digits and `_`, and does not begin with a digit (POSIX). With any other a shell can't \
                  refer to the variable, and many programs ignore it. clnrm 1.0 refuses such names in its dry run.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
env = { "LOG-LEVEL" = "debug" }

[[scenario]]
name = "hello"
service = "app"
run = "env"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
env = { LOG_LEVEL = "debug" }

[[scenario]]
name = "hello"
service = "app"
run = "env"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let of_services = subject.config.services.iter().flat_map(|service| &service.env);
    for variable in of_services.chain(all_steps(subject.config).flat_map(|step| &step.env)) {
        if let Some(finding) = mistake(variable) {
            findings.push(finding);
        }
    }
}

fn mistake(variable: &EnvironmentVariable) -> Option<Finding> {
    let name = variable.name.known()?;
    let starts_right = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_right && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return None;
    }
    let place = variable.name.span;
    if name.trim().is_empty() {
        return Some(Finding::new(&RULE, place, "an environment variable has no name"));
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(Finding::new(&RULE, place, format!("the environment variable `{name}` begins with a digit")));
    }
    let wrong = name.chars().find(|&c| !(c.is_ascii_alphanumeric() || c == '_'))?;
    Some(
        Finding::new(&RULE, place, format!("the environment variable `{name}` has a `{wrong}` in its name"))
            .help("use letters, digits and `_` only"),
    )
}
