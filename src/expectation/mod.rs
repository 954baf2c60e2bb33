//! Expectations and verdicts: the constraints of a test as a tree, their evaluation against the spans of a run, and the
//! explanation of a failure. Pure: does not know where the spans came from, nor who asks.

pub mod diff;
pub mod evaluate;
pub mod example;
pub mod explain;
pub mod mutate;
pub mod record;
pub mod told;
pub mod tree;
pub mod verdict;

pub use evaluate::judge;
pub use explain::{Explainer, Explanation};
pub use tree::{Block, BlockKind, Constraint, ConstraintPath, ExpectationTree, Requirement};
pub use verdict::{ConstraintVerdict, Judgement, NoSpans, Note, Outcome, Reason, Reception, Verdict};
