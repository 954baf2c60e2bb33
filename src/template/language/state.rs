//! What the functions of one render share: its seed, its clock, its environment and its counters.
//!
//! It is set for the current thread while the engine renders, so that functions are registered once per process and not
//! once per render. Setting it costs well under a microsecond.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::template::variables::Environment;

/// The seed of a render that brings none.
pub const DEFAULT_SEED: u64 = 42;

/// The clock of a render that brings none: 2025-01-01T00:00:00Z.
pub const DEFAULT_CLOCK: Timestamp = Timestamp::constant(1_735_689_600, 0);

/// What the functions of one render see.
#[derive(Clone, Debug)]
pub struct RenderState {
    /// Where random values start from.
    pub seed: u64,
    /// The time it always is.
    pub clock: Timestamp,
    /// The environment that `env()` reads.
    pub environment: Environment,
}

impl Default for RenderState {
    fn default() -> Self {
        Self { seed: DEFAULT_SEED, clock: DEFAULT_CLOCK, environment: Environment::Hidden }
    }
}

struct Active {
    state: RenderState,
    lookups: BTreeMap<String, Option<String>>,
    counters: BTreeMap<String, i64>,
}

thread_local! {
    static ACTIVE: RefCell<Option<Active>> = const { RefCell::new(None) };
}

/// Runs `body` with `state` in force on this thread, counters at zero.
///
/// Returns its result and the environment variables that were asked for, with what was seen, sorted by name. Calls may
/// nest; a panic restores what was in force before.
pub fn during<T>(state: &RenderState, body: impl FnOnce() -> T) -> (T, Vec<(String, Option<String>)>) {
    struct Restore(Option<Active>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ACTIVE.set(self.0.take());
        }
    }
    let active = Active { state: state.clone(), lookups: BTreeMap::new(), counters: BTreeMap::new() };
    let restore = Restore(ACTIVE.replace(Some(active)));
    let result = body();
    let lookups = ACTIVE.with_borrow_mut(|active| active.as_mut().map(|active| std::mem::take(&mut active.lookups)));
    drop(restore);
    (result, lookups.unwrap_or_default().into_iter().collect())
}

/// The seed in force.
pub(super) fn seed() -> u64 {
    ACTIVE.with_borrow(|active| active.as_ref().map_or(DEFAULT_SEED, |active| active.state.seed))
}

/// The clock in force.
pub(super) fn clock() -> Timestamp {
    ACTIVE.with_borrow(|active| active.as_ref().map_or(DEFAULT_CLOCK, |active| active.state.clock))
}

/// Looks `name` up in the environment in force, and writes down that it was.
pub(super) fn environment(name: &str) -> Option<String> {
    ACTIVE.with_borrow_mut(|active| {
        let active = active.as_mut()?;
        if let Some(seen) = active.lookups.get(name) {
            return seen.clone();
        }
        let seen = active.state.environment.look_up(name);
        active.lookups.insert(name.to_owned(), seen.clone());
        seen
    })
}

/// How often the counter `name` was asked before in this render.
pub(super) fn count(name: &str) -> i64 {
    ACTIVE.with_borrow_mut(|active| {
        let Some(active) = active.as_mut() else { return 0 };
        let counter = active.counters.entry(name.to_owned()).or_insert(0);
        let before = *counter;
        *counter += 1;
        before
    })
}
