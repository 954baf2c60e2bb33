//! Which scenario starts when. A pure state machine: it is told what happened, what time it is and what the machine says of itself,
//! and answers with what is to be done. It starts nothing, sleeps never, and gives the same answers for the same input.
//!
//! The rules, and why they are so, are in `docs/scheduling.md`.

mod admission;
mod decision;
mod event;
mod item;
mod rank;
mod scheduler;

pub use admission::{FULL_PRESSURE, SOME_PRESSURE};
pub use decision::{Decision, DecisionKind};
pub use event::{Action, Event, ScheduleOptions};
pub use item::{Item, ItemEnd, Shortage};
pub use scheduler::Scheduler;
