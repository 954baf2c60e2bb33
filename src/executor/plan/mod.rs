//! The plan of a run: what is selected, with everything known that running it needs. Pure but for the imports of templates: starts
//! nothing, asks no engine, and never panics on any text. What keeps a test from running is one of its mistakes, at its place.

mod build;
mod place;
mod scenario;
mod service;
mod step;
mod test;

pub use place::Place;
pub use scenario::{Artifact, PlannedScenario, TimeLimit};
pub use service::{
    HealthProbe, NetworkMode, PlannedPort, PlannedService, PlannedVolume, ServiceResources, VolumeSource, Wait,
};
pub use step::{ExpectedExit, OutputCheck, OutputRequirement, PlannedStep, Retry};
pub use test::{PlannedTest, Reports, TestLimits};

use std::path::Path;

use crate::analysis::Analyzer;
use crate::config::TestConfig;
use crate::executor::SelectedTest;
use crate::template::TemplateLoader;
use crate::text::Span;

/// A matrix may have so many combinations; of a bigger one the test is invalid.
pub const MOST_COMBINATIONS: usize = 4096;

/// What a run is to do, in the order in which it was asked for; the combinations of a test in the order of its matrix.
#[derive(Clone, Debug, Default)]
pub struct ScenarioPlan {
    /// The tests. One of which nothing is selected is not there.
    pub tests: Vec<PlannedTest>,
}

impl ScenarioPlan {
    /// The plan for what is selected. Imports are read by `loader`, from disk where there is none.
    pub fn new(analyzer: &Analyzer, selected: &[SelectedTest], loader: Option<&dyn TemplateLoader>) -> Self {
        Self { tests: selected.iter().flat_map(|test| build::tests(analyzer, test, loader)).collect() }
    }

    /// All scenarios with the test that each belongs to, in the order of the plan.
    pub fn scenarios(&self) -> impl Iterator<Item = (&PlannedTest, &PlannedScenario)> {
        self.tests.iter().flat_map(|test| test.scenarios.iter().map(move |scenario| (test, scenario)))
    }
}

/// The names of all scenarios of a test as they are in [`ScenarioId`](super::ScenarioId), in the order of the file, each with its
/// header in the parsed text.
pub fn scenario_headers(config: &TestConfig) -> Vec<(String, Span)> {
    build::headers(config)
}

/// The name of a file in [`TestId`](super::TestId): its path from the root of its project.
pub fn file_identity(path: &Path, root: &Path) -> String {
    build::identity_path(path, root)
}
