//! What the caller of an analysis decides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::validation::{Level, Severities};

/// What the caller of an analysis decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalysisOptions {
    /// How deep the check goes.
    pub level: Level,
    /// Whether templates may see environment variables and read files of the workspace.
    pub trusted: bool,
    /// Variables that win over all others (`--var name=value`).
    pub overrides: BTreeMap<String, String>,
    /// The directories of the workspace: macro libraries are looked for up to these, and never outside.
    pub roots: Vec<PathBuf>,
    /// Which combinations of a matrix are checked.
    pub combinations: Combinations,
    /// Whether the templates of macro libraries are checked too. Their text is no test and never judged as one.
    pub libraries: bool,
    /// The variables that the project sets for all templates.
    pub variables: super::project::Variables,
    /// The severities that the project sets.
    pub severities: Severities,
    /// What seeded functions start from, unless the file says otherwise.
    pub seed: u64,
}

impl Default for AnalysisOptions {
    fn default() -> Self {
        Self {
            level: Level::Structure,
            trusted: true,
            overrides: BTreeMap::new(),
            roots: Vec::new(),
            combinations: Combinations::default(),
            libraries: false,
            variables: super::project::Variables::default(),
            severities: Severities::default(),
            seed: 42,
        }
    }
}

/// Which combinations of a matrix are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Combinations {
    /// The first value of each axis.
    #[default]
    Representative,
    /// Each, up to this many.
    All {
        /// The bound; the others are counted, not checked.
        at_most: usize,
    },
}

impl Combinations {
    /// Each combination, up to 256.
    pub const ALL: Self = Self::All { at_most: 256 };
}
