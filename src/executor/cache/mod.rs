//! Change detection: what earlier runs proved, kept in `.clnrm/cache/` of each project, so that nothing runs of which the outcome is
//! known. Knows nothing of engines and decides on no verdict: it says whether a record is one of these inputs.
//!
//! A test's record is one file, which carries its spans and the digest of itself. Whoever writes replaces it as a whole, so processes
//! share the folder without locks. What can't be read, is of another version or does not match its digest counts as nothing.

mod entry;
mod key;
mod store;

pub use entry::{Entry, ScenarioRecord};
pub use key::{Inputs, expectations};
pub use store::{CacheStats, RunCache};
