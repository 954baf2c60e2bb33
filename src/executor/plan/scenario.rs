//! A scenario that is to run.

use std::time::Duration;

use super::{Place, PlannedService, PlannedStep, ServiceResources};
use crate::executor::ScenarioId;

/// One scenario of a test.
#[derive(Clone, Debug)]
pub struct PlannedScenario {
    /// The scenario.
    pub id: ScenarioId,
    /// Its header.
    pub place: Place,
    /// Whether it was asked for; else it runs because another one depends on it.
    pub selected: bool,
    /// What runs, in this order; its `run` first.
    pub steps: Vec<PlannedStep>,
    /// Whether steps run at the same time that do not depend on each other.
    pub concurrent: bool,
    /// The services that it needs, as indices into the services of the test, in the order in which they start.
    pub services: Vec<usize>,
    /// Scenarios that must have passed before, as indices into the scenarios of the test.
    pub depends_on: Vec<usize>,
    /// Scenarios that must have ended before, as indices into the scenarios of the test: the test asks for an order of spans, so its
    /// scenarios run one after the other.
    pub after: Vec<usize>,
    /// How long it may take, where it says so.
    pub timeout: Option<TimeLimit>,
    /// How long its programs may take to end by themselves, where it says so.
    pub grace: Option<Duration>,
    /// What each of its containers may use at most, whatever the service says.
    pub most: ServiceResources,
    /// Whether its programs are meant to fail, and where that is stated.
    pub expect_failure: Option<Place>,
    /// What is to be kept of it.
    pub artifacts: Vec<Artifact>,
    /// Everything that decides on what runs, as JSON with stable keys: the rendered scenario without expectations. For the cache.
    pub inputs: String,
}

impl PlannedScenario {
    /// What the container of a service may use in this scenario: the tighter of what both say.
    pub fn resources_of(&self, service: &PlannedService) -> ServiceResources {
        service.resources.tighter(self.most)
    }
}

/// How long something may take, and where that is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLimit {
    /// So long.
    pub duration: Duration,
    /// Where it is stated.
    pub place: Place,
}

/// Something that is to be kept of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// `spans:NAME`: the spans, which are always kept.
    Spans(String),
    /// `logs:stdout`, `logs:stderr`, `logs:all`.
    Logs(String),
    /// `files:PATH`: files of the container of the scenario's service.
    Files(String),
}
