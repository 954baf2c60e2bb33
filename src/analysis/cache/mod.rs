//! The cache of judged renders: what a template yields in one context, as long as nothing that it read has changed.
//! Knows neither how renders are made nor how they are judged.

mod backend;
mod digest;
mod entry;
mod key;
mod memory;
mod render_cache;
#[cfg(test)]
mod tests;

pub use backend::CacheBackend;
pub use digest::Digest;
pub use entry::{CachedRender, Dependency, Lookup, RecordingLoader, Surroundings};
pub use key::{CacheKey, canonical_json};
pub use memory::{CacheLimits, MemoryBackend};
pub use render_cache::{CacheStatistics, RenderCache};
