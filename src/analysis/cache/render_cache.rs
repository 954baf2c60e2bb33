//! The cache of judged renders: look-up with check of the dependencies, invalidation, statistics.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{CacheBackend, CacheKey, CacheLimits, CachedRender, Digest, MemoryBackend, Surroundings};

use crate::telemetry::CacheFigures;

/// The cache of judged renders. Shared by all threads; nothing is locked while a template is rendered or an entry is
/// checked, so two threads that miss at once both render, and the later one's equal result stays.
pub struct RenderCache {
    backend: Box<dyn CacheBackend>,
    hits: AtomicU64,
    misses: AtomicU64,
    retyped: AtomicU64,
    evictions: AtomicU64,
}

impl RenderCache {
    /// A cache that keeps its entries in `backend`.
    pub fn new(backend: Box<dyn CacheBackend>) -> Self {
        let (hits, misses, retyped, evictions) = Default::default();
        Self { backend, hits, misses, retyped, evictions }
    }

    /// A cache in memory.
    pub fn in_memory(limits: CacheLimits) -> Self {
        Self::new(Box::new(MemoryBackend::new(limits)))
    }

    /// The entry under `key`, if there is one and nothing that it read has changed since. One that is no longer valid
    /// is forgotten.
    pub fn get(&self, key: &CacheKey, surroundings: Surroundings<'_>) -> Option<Arc<CachedRender>> {
        let entry = self.backend.get(key);
        let valid = entry.filter(|entry| {
            let valid = entry.is_valid(surroundings);
            if !valid {
                self.backend.remove(key);
            }
            valid
        });
        let counter = if valid.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        valid
    }

    /// Keeps `entry` under `key`.
    pub fn put(&self, key: CacheKey, entry: Arc<CachedRender>) {
        let evicted = self.backend.put(key, entry);
        self.evictions.fetch_add(evicted as u64, Ordering::Relaxed);
    }

    /// Counts a miss that took no render, for the last one of the document served.
    pub(in crate::analysis) fn count_retyped(&self) {
        self.retyped.fetch_add(1, Ordering::Relaxed);
    }

    /// Forgets what may change with the file at `path`: renders of it, and renders that imported it or would now.
    /// Yields how many entries that were.
    ///
    /// Needed only to free memory early: a stale entry is never served, because its dependencies are checked.
    pub fn invalidate_path(&self, path: &Path) -> usize {
        self.backend.remove_where(&|_, entry| entry.depends_on(path))
    }

    /// Forgets all renders in this context. Yields how many there were.
    pub fn invalidate_context(&self, context: &Digest) -> usize {
        self.backend.remove_where(&|key, _| key.context == *context)
    }

    /// Keeps at most so many entries from now on.
    pub fn limit_entries(&self, entries: NonZeroUsize) {
        let evicted = self.backend.limit_entries(entries);
        self.evictions.fetch_add(evicted as u64, Ordering::Relaxed);
    }

    /// Forgets everything. The counters of the statistics go on.
    pub fn clear(&self) {
        self.backend.clear();
    }

    /// How well the cache does.
    pub fn statistics(&self) -> CacheStatistics {
        CacheStatistics {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            retyped: self.retyped.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
            entries: self.backend.len(),
            bytes: self.backend.bytes(),
        }
    }
}

/// How well a cache does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Look-ups that found a valid entry.
    pub hits: u64,
    /// Look-ups that found none, or one that was no longer valid.
    pub misses: u64,
    /// Those of the misses that took no render, because only text between the tags was typed since the last one.
    pub retyped: u64,
    /// Entries that had to go for newer ones.
    pub evictions: u64,
    /// How many entries there are now.
    pub entries: usize,
    /// How many bytes they take, about.
    pub bytes: usize,
}

impl From<CacheStatistics> for CacheFigures {
    fn from(statistics: CacheStatistics) -> Self {
        let CacheStatistics { hits, misses, retyped: _, evictions, entries: _, bytes } = statistics;
        Self { hits, misses, evictions, bytes: bytes as u64 }
    }
}

impl CacheStatistics {
    /// The share of look-ups that found a valid entry, from 0 to 1; 0 before the first look-up.
    pub fn hit_rate(&self) -> f64 {
        self.rate(self.hits)
    }

    /// `count` for each look-up; 0 before the first look-up.
    pub fn rate(&self, count: u64) -> f64 {
        let lookups = self.hits + self.misses;
        if lookups == 0 { 0.0 } else { count as f64 / lookups as f64 }
    }
}
