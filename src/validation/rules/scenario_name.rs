//! Characters in the names of scenarios.

use crate::config::model::Text;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "scenario-name",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "the name of a scenario has characters that are awkward in file names",
    explanation: "Artifacts of a scenario are written to a directory of its name, and reports and command lines refer to it. \
                  Letters, digits, `_` and `-` work everywhere. clnrm 1.0's `lint` warns of all others.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "says hello"
service = "app"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "says-hello"
service = "app"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for name in subject.config.scenarios.iter().filter_map(|scenario| scenario.name.as_ref()) {
        if let Some(finding) = mistake(name) {
            findings.push(finding);
        }
    }
}

fn mistake(text: &Text) -> Option<Finding> {
    let name = text.known().filter(|name| !name.trim().is_empty())?;
    let wrong = name.chars().find(|&c| !is_plain(c))?;
    let shown = match wrong {
        ' ' => "a space".to_owned(),
        wrong if wrong.is_control() || wrong.is_whitespace() => "white space".to_owned(),
        wrong => format!("a `{wrong}`"),
    };
    let words: Vec<_> = name.split(|c| !is_plain(c)).filter(|word| !word.is_empty()).collect();
    let finding = Finding::new(&RULE, text.content, format!("the name of the scenario has {shown} in it"));
    Some(match words.is_empty() {
        true => finding.help("use letters, digits, `_` and `-`"),
        false => {
            let plain = words.join("-");
            finding
                .help(format!("write `{plain}`"))
                .fix(Fix::replace(format!("write `{plain}`"), text.content, plain).guess())
        }
    })
}

fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}
