//! What an editor asks about a place of a document, asked of the library: texts with marks, answers that people can read.

#![expect(clippy::unwrap_used, reason = "a fixture that can't be read is a failed test")]

mod code_actions;
mod completion;
mod document_links;
mod fixture;
mod folding;
mod hover;
mod inlay_hints;
mod iterations;
mod navigation;
mod promises;
mod rename;
mod selection_ranges;
mod semantic_tokens;
mod signature_help;
mod symbols;
mod workspace;
