//! What a run is asked for: tests as texts with the options of their project, and which of their scenarios.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::AnalysisOptions;
use crate::template::SourceFile;

/// One file of which something is to run.
#[derive(Clone, Debug)]
pub struct SelectedTest {
    /// The document. Its text counts, not what is on disk: an editor may not have saved it.
    pub document: SourceFile,
    /// Where it is.
    pub path: PathBuf,
    /// The root of its project: identities are relative to it, `.clnrm/` lies in it.
    pub root: PathBuf,
    /// How it is analysed.
    pub options: Arc<AnalysisOptions>,
    /// Which of its scenarios run.
    pub scenarios: Selection,
}

/// Which scenarios of a file run. What they depend on runs too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All.
    #[default]
    All,
    /// Those for which one of these holds.
    Only(BTreeSet<ScenarioFilter>),
}

/// Some scenarios of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScenarioFilter {
    /// The name as in [`ScenarioId`](super::ScenarioId); `None`: every scenario.
    pub scenario: Option<String>,
    /// The combination as in [`TestId`](super::TestId); `None`: every combination.
    pub combination: Option<String>,
}
