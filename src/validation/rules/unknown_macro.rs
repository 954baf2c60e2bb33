//! `m::nope()` and `nope::x()`.

use crate::template::ProblemKind;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-macro",
    stage: Stage::Syntax,
    severity: Severity::Error,
    summary: "a template calls a macro that does not exist",
    explanation: "`library::name(…)` calls a macro of a file that was imported under that name; `self::name(…)` \
                  one of the same file. The macro pack is imported with `{% import \"_macros.toml.tera\" as m %}`.",
    wrong: r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

{{ m::lifecicle("app") }}
"#,
    right: r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]

{{ m::lifecycle("app") }}
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for problem in subject.template {
        let ProblemKind::UnknownMacro { namespace, name, namespace_known, suggestion } = &problem.kind else {
            continue;
        };
        let message = match (namespace_known, namespace.as_str()) {
            (false, _) => format!("nothing is imported as `{namespace}`"),
            (true, "self") => format!("this file has no macro `{name}`"),
            (true, _) => format!("`{namespace}` has no macro `{name}`"),
        };
        let mut finding = Finding::in_template(&RULE, problem, message);
        finding = match suggestion {
            Some(suggestion) => {
                finding.did_you_mean_in_template(&format!("{namespace}::{name}"), Some(suggestion), problem.at)
            }
            None if !namespace_known => {
                finding.help(format!("import it first: `{{% import \"_macros.toml.tera\" as {namespace} %}}`"))
            }
            None => finding,
        };
        findings.push(finding.at_most(subject.worst_of_expressions()));
    }
}
