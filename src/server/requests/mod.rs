//! One file per request of the client.

pub mod diagnostic;
pub mod execute_command;
mod feature;
pub mod folding_range;
pub mod formatting;
pub mod initialize;
pub mod rendered;
pub mod selection_range;
pub mod semantic_tokens;
pub mod status;
pub mod workspace_diagnostic;
