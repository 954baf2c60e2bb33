//! Watches the files of a workspace: only those that matter, many events as one, and nothing where the content is what it was.
//! Does not know what the files mean nor who wants to know.

mod follower;
mod hash_filter;
mod watcher;

use std::time::Duration;

pub use follower::{Burst, Follower};
pub use hash_filter::HashFilter;
pub use watcher::{DEBOUNCE, WatchError, Watcher, watch};

/// A burst that never becomes quiet is reported after this time all the same.
const LONGEST_BURST: Duration = Duration::from_secs(1);
