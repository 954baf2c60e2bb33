//! What an editor asks about a place of a document: one folder or file per feature, named for it. Text and model in, plain
//! values out; byte offsets only. Knows neither the protocol (see `server`) nor how the document came to be analysed.
//!
//! A feature looks at a [`DocumentView`]: one revision of one document with its analysis, its template tokens and its
//! [`syntax`] tree; where the text alone says all, at that: [`Written`]. What stands at an offset is told by [`cursor`].

pub mod calls;
pub mod code_actions;
pub mod completion;
pub mod cursor;
pub mod document_links;
pub mod expectation_changes;
pub mod folding;
pub mod format_path;
pub mod highlight;
pub mod hover;
pub mod image;
pub mod inlay_hints;
pub mod iterations;
pub mod known_spans;
pub mod linked_editing;
pub mod macro_calls;
pub mod macros;
pub mod names;
pub mod outline;
pub mod quantities;
pub mod recorded_expectations;
pub mod references;
pub mod rename;
pub mod scope;
pub mod secrets;
pub mod selection_ranges;
pub mod semantic_tokens;
pub mod signature_help;
pub mod symbol_search;
pub mod symbols;
pub mod syntax;
pub mod unfailing;
mod view;
mod written;

pub use view::DocumentView;
pub use written::Written;
