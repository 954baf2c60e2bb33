//! Where a test refers to its services.

use crate::config::TestConfig;
use crate::config::model::{Run, Scenario, Step, Text};

/// The `service` of every step, scenario, scenario step and `run` item, in file order.
pub(super) fn used_services(config: &TestConfig) -> impl Iterator<Item = &Text> {
    let steps = config.steps.iter().filter_map(|step| step.service.as_ref());
    steps.chain(config.scenarios.iter().flat_map(of_scenario))
}

fn of_scenario(scenario: &Scenario) -> impl Iterator<Item = &Text> {
    let items = match &scenario.run {
        Some(Run::List(items)) => items.value.as_slice(),
        Some(Run::Command(_)) | None => &[],
    };
    let own = scenario.service.iter();
    own.chain(items.iter().filter_map(|item| item.service.as_ref())).chain(scenario.steps.iter().filter_map(service))
}

fn service(step: &Step) -> Option<&Text> {
    step.service.as_ref()
}

/// Every step of the test, top-level steps first.
pub(super) fn all_steps(config: &TestConfig) -> impl Iterator<Item = &Step> {
    config.steps.iter().chain(config.scenarios.iter().flat_map(|scenario| &scenario.steps))
}
