//! `depends_on` in a cycle.

use crate::config::model::Text;
use crate::validation::expectations::cycles;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "dependency-cycle",
    stage: Stage::Blocks,
    severity: Severity::Error,
    summary: "services, steps or scenarios wait for each other in a cycle",
    explanation: "What depends on something starts behind it. In a cycle nothing can be first. Only written `depends_on` count; \
                  a health check that mentions another service is no dependency (clnrm 1.0 guesses so, wrongly).",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.api]
image = "alpine:latest"
depends_on = ["db"]

[services.db]
image = "postgres:16"
depends_on = ["api"]

[[scenario]]
name = "hello"
service = "api"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.api]
image = "alpine:latest"
depends_on = ["db"]

[services.db]
image = "postgres:16"

[[scenario]]
name = "hello"
service = "api"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let config = subject.config;
    check_list(&config.services, |item| item.name.known(), |item| &item.depends_on, "service", findings);
    check_list(&config.steps, |item| item.name.as_ref()?.known(), |item| &item.depends_on, "step", findings);
    for scenario in &config.scenarios {
        check_list(&scenario.steps, |item| item.name.as_ref()?.known(), |item| &item.depends_on, "step", findings);
    }
    check_list(&config.scenarios, |item| item.name.as_ref()?.known(), |item| &item.depends_on, "scenario", findings);
}

fn check_list<'a, T>(
    items: &'a [T],
    name: fn(&'a T) -> Option<&'a str>,
    depends_on: fn(&'a T) -> &'a [Text],
    what: &str,
    findings: &mut Findings,
) {
    if items.iter().all(|item| depends_on(item).is_empty()) {
        return;
    }
    let mut pairs = Vec::new();
    let mut references = Vec::new();
    for (item, name) in items.iter().filter_map(|item| Some((item, name(item)?))) {
        for reference in depends_on(item) {
            let Some(target) = reference.known() else { continue };
            if target == name {
                findings.push(Finding::new(&RULE, reference.content, format!("{what} `{name}` depends on itself")));
                continue;
            }
            pairs.push((name, target));
            references.push(reference.content);
        }
    }
    for cycle in cycles(&pairs) {
        let on_it = || cycle.pairs.iter().filter_map(|&pair| Some((*pairs.get(pair)?, *references.get(pair)?)));
        let Some(((last, first), place)) = on_it().next_back() else { continue };
        let mut path = String::new();
        for ((from, _), _) in on_it() {
            if from == last && cycle.left_out > 0 {
                path.push_str("… → ");
            }
            path.push_str(&format!("`{from}` → "));
        }
        let message = format!("these {what}s depend on each other in a cycle: {path}`{first}`");
        let mut finding = Finding::new(&RULE, place, message);
        for ((from, to), place) in on_it().take(cycle.pairs.len() - 1) {
            finding = finding.related(place, format!("`{from}` depends on `{to}` here"));
        }
        findings.push(finding);
    }
}
