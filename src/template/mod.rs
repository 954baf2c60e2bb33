//! Templates: lexer, the macro dialect and its lowering to Tera, variables, functions and filters, the macro library,
//! rendering, the source map and recovery from mistakes. Does not know what the rendered TOML means.

pub mod expression;
pub mod language;
pub mod lexer;
pub mod library;
pub mod mode;
pub mod problem;
pub mod render;
pub mod signature;
pub mod source;
pub mod source_map;
pub mod variables;

pub use mode::ReadingMode;
pub use problem::{Problem, ProblemKind};
pub use render::{LoadError, RenderInput, Rendered, TemplateLoader};
pub use source::{FileId, FileSpan, SourceFile};
pub use source_map::{Origin, SourceMap, TrailKind, TrailStep};
pub use variables::Variables;
