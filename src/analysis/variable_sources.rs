//! What gives a document's template its variables beside the document itself, kept so that the variables can be asked for later.

use std::collections::BTreeMap;

use super::variables::file_variables;
use super::{AnalysisOptions, project};
use crate::template::variables::{Environment, Sources, Variables};

/// What the caller, the project and the environment say about the variables of a template.
#[derive(Clone, Debug, Default)]
pub struct VariableSources {
    overrides: BTreeMap<String, String>,
    project: project::Variables,
    environment: Environment,
    seed: u64,
}

impl VariableSources {
    /// The sources that an analysis with these options uses; `environment` is seen where the workspace is trusted.
    pub(super) fn new(options: &AnalysisOptions, environment: &Environment) -> Self {
        Self {
            overrides: options.overrides.clone(),
            project: options.variables.clone(),
            environment: if options.trusted { environment.clone() } else { Environment::Hidden },
            seed: options.seed,
        }
    }

    /// The environment that the template sees.
    pub(super) const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The variables of a document with this text, found without rendering it. A matrix is there with all values of its axes.
    pub fn variables(&self, text: &str) -> Variables {
        Variables::resolve(&Sources {
            overrides: Some(&self.overrides),
            file: Some(&file_variables(text)),
            project: Some(&self.project),
            environment: self.environment.clone(),
            seed: self.seed,
        })
    }
}
