//! The impure half: runs what was planned in containers and judges what came out. Decides nothing about order and admission
//! (the scheduler does), nor about expectations (the room `expectation` does).

mod executor;
mod handle;
mod unrun;

pub use executor::{Executor, ExecutorSettings};
pub use handle::RunHandle;
