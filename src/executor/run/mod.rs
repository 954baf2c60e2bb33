//! The impure half: runs what was planned in containers and judges what came out. Decides nothing about order and admission
//! (the scheduler does), nor about expectations (the room `expectation` does).

mod artifacts;
mod environment;
mod executor;
mod handle;
mod judge;
mod kind;
mod member;
mod otlp;
mod output;
mod ready;
mod scenario;
mod step;
mod unrun;

pub use executor::{Executor, ExecutorSettings};
pub use handle::RunHandle;
