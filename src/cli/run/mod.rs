//! Running tests from the command line: what `clnrm run` and the commands that run tests as it does have in common.

mod images;
mod live;
mod options;
mod perform;
pub mod plan;
mod select;
mod signals;
mod store;
mod written;

pub use images::images;
pub use live::Live;
pub use options::{ExecutionOptions, ReportTarget};
pub use perform::{Asked, Performed, digest, perform};
pub use select::{Filter, Matcher, Selected, Test, look, narrow, of_file, projects, select};
pub use signals::Signals;
pub use store::{StoredRun, find as find_stored};
pub use written::Outputs;
