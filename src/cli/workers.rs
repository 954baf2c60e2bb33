//! Does the same to many items, on as many threads as pay.
//!
//! A thread costs about as much to start as a plain file to check, so a handful of items stays on the calling thread.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many items are worth another thread.
const ITEMS_PER_THREAD: usize = 16;

/// How many items a thread takes at a time.
const BATCH: usize = 4;

/// Bytes of a thread's stack: as much as the main thread has on most systems, so that depth does not depend on the thread.
const STACK: usize = 8 << 20;

/// `work` applied to each item, in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let useful = items.len() / ITEMS_PER_THREAD;
    if useful < 2 {
        return items.iter().map(work).collect();
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(useful);
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::with_capacity(items.len() / threads + BATCH);
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { return done };
            done.extend(rest.iter().take(BATCH).enumerate().map(|(at, item)| (start + at, work(item))));
        }
    };
    let mut results = thread::scope(|scope| {
        // Where the system grants no more threads, those that run do all the work.
        let others: Vec<_> = (1..threads)
            .map_while(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, take).ok())
            .collect();
        let mut results = take();
        for other in others {
            match other.join() {
                Ok(done) => results.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_items() {
        for count in [0, 1, 31, 32, 1003] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), (0..count).map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
