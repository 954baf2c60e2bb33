//! The impure half: runs what was planned in containers and judges what came out. Decides nothing about order and admission
//! (the scheduler does), nor about expectations (the room `expectation` does).

mod artifacts;
mod driver;
mod executor;
mod handle;
mod judge;
mod kind;
mod known;
mod measure;
mod member;
mod outcome;
mod output;
mod ready;
mod repeat;
mod replay;
mod scenario;
mod step;
mod unrun;

pub use executor::{Executor, ExecutorSettings};
pub use handle::RunHandle;
