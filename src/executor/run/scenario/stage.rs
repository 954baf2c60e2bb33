//! What an attempt has made so far, so that it can be taken away however the attempt ends.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::{Network, Volume};
use crate::executor::run::member::Member;
use crate::executor::schedule::Shortage;
use crate::executor::{Failure, Hermeticity, StepResult};

/// What an attempt has made so far.
#[derive(Default)]
pub(super) struct Stage {
    pub(super) members: Mutex<Vec<Arc<Member>>>,
    pub(super) network: Mutex<Option<Network>>,
    pub(super) volumes: Mutex<Vec<Volume>>,
    pub(super) steps: Mutex<Vec<StepResult>>,
    pub(super) images: Mutex<Vec<(String, String)>>,
    pub(super) failures: Mutex<Vec<Failure>>,
    pub(super) shortage: Mutex<Option<Shortage>>,
    pub(super) level: Mutex<Option<Hermeticity>>,
    /// What failed first and passed when it was tried again.
    pub(super) overcome: Mutex<Vec<Failure>>,
    pub(super) unread: Mutex<Vec<(String, Vec<u8>)>>,
    pub(super) unproved: Mutex<Option<String>>,
    pub(super) killed: Mutex<Option<String>>,
    pub(super) engine_failed: Mutex<bool>,
    /// Whether it is being ended from outside: what goes wrong from then on is no fault of anybody.
    pub(super) over: AtomicBool,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
