//! Templates: lexer, the macro dialect and its lowering to Tera, variables, functions and filters, the macro library,
//! rendering, the source map and recovery from mistakes. Does not know what the rendered TOML means.

mod budget;
mod engine;
pub mod expression;
pub mod language;
pub mod lexer;
pub mod library;
mod literal_edit;
mod lower;
pub mod mode;
pub mod names;
pub mod parsed;
pub mod problem;
mod program;
mod recovery;
pub mod render;
pub mod signature;
mod site;
pub mod source;
pub mod source_map;
pub mod suggestion;
pub mod variables;

pub use engine::{TemplateEngine, Verification};
pub use literal_edit::LexedDocument;
pub use mode::ReadingMode;
pub use problem::{Problem, ProblemKind};
pub use render::{LoadError, RenderInput, Rendered, TemplateLoader};
pub use source::{FileId, FileSpan, SourceFile};
pub use source_map::{LoopRound, Occurrence, Origin, SourceMap, TrailKind, TrailStep, WrittenValue};
pub use variables::Variables;

#[cfg(test)]
mod tests;
