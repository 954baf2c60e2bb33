//! Cache entries in memory: the least recently used one goes first.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::{CacheBackend, CacheKey, CachedRender};

/// How much a [`MemoryBackend`] holds at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// How many entries. Default: 100.
    pub entries: NonZeroUsize,
    /// How many bytes, as [`CachedRender::bytes`] estimates them. An entry that alone is larger is not kept. Default: 64 MiB.
    pub bytes: usize,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self { entries: const { NonZeroUsize::MIN.saturating_add(99) }, bytes: 64 << 20 }
    }
}

/// Cache entries in memory, bounded by their number and by their size.
#[derive(Debug)]
pub struct MemoryBackend {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limits: CacheLimits,
    /// Unbounded for the crate; the bounds are kept here, because it knows of no bytes.
    entries: LruCache<CacheKey, Arc<CachedRender>>,
    /// The sum of the sizes of all entries.
    bytes: usize,
}

impl MemoryBackend {
    /// An empty store.
    pub fn new(limits: CacheLimits) -> Self {
        Self { state: Mutex::new(State { limits, entries: LruCache::unbounded(), bytes: 0 }) }
    }

    /// The lock is held for single look-ups and moves only. A thread that died while holding it can't have left the
    /// state torn in a way that matters: at worst the sum of the bytes is off by one entry.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryBackend {
    fn default() -> Self {
        Self::new(CacheLimits::default())
    }
}

impl State {
    fn remove(&mut self, key: &CacheKey) -> Option<Arc<CachedRender>> {
        let entry = self.entries.pop(key)?;
        self.bytes = self.bytes.saturating_sub(entry.bytes());
        Some(entry)
    }

    fn remove_oldest(&mut self) -> Option<Arc<CachedRender>> {
        let (_, entry) = self.entries.pop_lru()?;
        self.bytes = self.bytes.saturating_sub(entry.bytes());
        Some(entry)
    }
}

impl CacheBackend for MemoryBackend {
    fn get(&self, key: &CacheKey) -> Option<Arc<CachedRender>> {
        self.state().entries.get(key).map(Arc::clone)
    }

    fn put(&self, key: CacheKey, entry: Arc<CachedRender>) -> usize {
        let size = entry.bytes();
        // What is replaced or evicted is dropped behind the lock: freeing a large render takes its time.
        let mut dropped = Vec::new();
        let mut state = self.state();
        dropped.extend(state.remove(&key));
        let replaced = dropped.len();
        if size <= state.limits.bytes {
            while state.entries.len() >= state.limits.entries.get() || state.bytes + size > state.limits.bytes {
                let Some(oldest) = state.remove_oldest() else { break };
                dropped.push(oldest);
            }
            state.entries.put(key, entry);
            state.bytes += size;
        }
        drop(state);
        dropped.len() - replaced
    }

    fn remove(&self, key: &CacheKey) -> bool {
        let removed = self.state().remove(key);
        removed.is_some()
    }

    fn remove_where(&self, condition: &dyn Fn(&CacheKey, &CachedRender) -> bool) -> usize {
        let mut state = self.state();
        let keys: Vec<CacheKey> =
            state.entries.iter().filter(|(key, entry)| condition(key, entry)).map(|(key, _)| *key).collect();
        keys.iter().filter(|key| state.remove(key).is_some()).count()
    }

    fn limit_entries(&self, entries: NonZeroUsize) -> usize {
        let mut dropped = Vec::new();
        let mut state = self.state();
        state.limits.entries = entries;
        while state.entries.len() > entries.get() {
            let Some(oldest) = state.remove_oldest() else { break };
            dropped.push(oldest);
        }
        drop(state);
        dropped.len()
    }

    fn clear(&self) {
        let mut state = self.state();
        state.entries.clear();
        state.bytes = 0;
    }

    fn len(&self) -> usize {
        self.state().entries.len()
    }

    fn bytes(&self) -> usize {
        self.state().bytes
    }
}
