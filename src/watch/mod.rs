//! Watches the files of a workspace: only those that matter, many events as one, and nothing where the content is what it was.
//! Does not know what the files mean nor who wants to know.

mod hash_filter;
mod watcher;

pub use hash_filter::HashFilter;
pub use watcher::{DEBOUNCE, WatchError, Watcher, watch};
