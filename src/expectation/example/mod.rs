//! Examples: names, values and whole traces that satisfy what a test asks for, and values that just miss it. They are guesses by
//! construction; whoever relies on one lets the evaluation confirm it.

mod name;
mod trace;
mod value;

pub use name::{names, selects};
pub use trace::trace_of;
pub use value::{another_text, number_near, satisfying, violating};
