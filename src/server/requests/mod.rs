//! One file per request of the client.

pub mod call_hierarchy;
pub mod code_action;
pub mod code_lens;
pub mod completion;
pub mod definition;
pub mod diagnostic;
pub mod document_highlight;
pub mod document_symbol;
pub mod execute_command;
pub mod expectation_diff;
mod feature;
pub mod folding_range;
pub mod formatting;
pub mod hover;
pub mod initialize;
pub mod inlay_hint;
pub mod library_text;
pub mod linked_editing_range;
pub mod references;
pub mod rename;
pub mod rendered;
pub mod selection_range;
pub mod semantic_tokens;
pub mod signature_help;
pub mod status;
pub mod workspace_diagnostic;
pub mod workspace_symbol;
