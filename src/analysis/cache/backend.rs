//! Where cache entries are kept.

use std::num::NonZeroUsize;
use std::sync::Arc;

use super::{CacheKey, CachedRender};

/// A store of cache entries: in memory today; on disk or shared between machines is another implementation.
///
/// All methods take `&self` and may be called from several threads. A store may forget any entry at any time.
pub trait CacheBackend: Send + Sync {
    /// The entry under `key`, which counts as its latest use.
    fn get(&self, key: &CacheKey) -> Option<Arc<CachedRender>>;

    /// Keeps `entry` under `key`, in the place of an older one. Yields how many other entries had to go for it.
    fn put(&self, key: CacheKey, entry: Arc<CachedRender>) -> usize;

    /// Forgets the entry under `key`. Yields whether there was one.
    fn remove(&self, key: &CacheKey) -> bool;

    /// Forgets all entries for which `condition` holds. Yields how many there were.
    fn remove_where(&self, condition: &dyn Fn(&CacheKey, &CachedRender) -> bool) -> usize;

    /// Keeps at most so many entries from now on. Yields how many had to go for it. A store with other bounds ignores it.
    fn limit_entries(&self, _entries: NonZeroUsize) -> usize {
        0
    }

    /// Forgets everything.
    fn clear(&self);

    /// How many entries there are.
    fn len(&self) -> usize;

    /// Whether there is no entry.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes the entries take, as [`CachedRender::bytes`] estimates them.
    fn bytes(&self) -> usize;
}
