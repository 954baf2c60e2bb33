//! What would run, told and not run.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Selected;
use crate::executor::{PlannedScenario, PlannedTest, Redaction};

/// How much is told of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanDetail {
    /// The scenarios.
    Names,
    /// With their services and steps.
    Steps,
}

/// A scenario a line. `secrets` are the names of variables whose values are covered.
pub fn lines(selected: &Selected, detail: PlanDetail, secrets: &BTreeSet<String>) -> String {
    let mut text = String::new();
    for test in &selected.plan.tests {
        let redaction = Redaction::of(&test.analysis, secrets);
        for scenario in &test.scenarios {
            let because = if scenario.selected { "" } else { "  (another one depends on it)" };
            text += &format!("{}{because}\n", scenario.id);
            if detail == PlanDetail::Steps {
                for service in services(test, scenario) {
                    text += &format!("    service {service}\n");
                }
                for step in &scenario.steps {
                    text += &format!("    step {}: {}\n", step.name, redaction.cover(&step.command.join(" ")));
                }
            }
        }
    }
    text
}

/// The same as one object (`docs/json.md`).
pub fn json(selected: &Selected, detail: PlanDetail, secrets: &BTreeSet<String>) -> Value {
    let tests = selected.plan.tests.iter().map(|test| {
        let redaction = Redaction::of(&test.analysis, secrets);
        let scenarios = test.scenarios.iter().map(|scenario| {
            let mut told = json!({
                "id": scenario.id.to_string(),
                "name": scenario.id.scenario,
                "selected": scenario.selected,
            });
            if detail == PlanDetail::Steps {
                let steps = scenario.steps.iter();
                told["services"] = services(test, scenario).collect();
                told["steps"] = steps
                    .map(|step| json!({ "name": step.name, "command": redaction.cover(&step.command.join(" ")) }))
                    .collect();
            }
            told
        });
        let mistakes = test.mistakes.iter();
        json!({
            "id": test.id.to_string(),
            "file": test.id.file,
            "combination": test.id.combination,
            "name": test.name,
            "tags": test.tags,
            "mistakes": mistakes.map(|it| json!({ "path": it.path, "message": it.message })).collect::<Vec<_>>(),
            "scenarios": scenarios.collect::<Vec<_>>(),
        })
    });
    json!({ "version": 1, "tests": tests.collect::<Vec<_>>() })
}

fn services<'a>(test: &'a PlannedTest, scenario: &'a PlannedScenario) -> impl Iterator<Item = &'a str> {
    scenario.services.iter().filter_map(|index| test.services.get(*index)).map(|service| service.name.as_str())
}
