//! The pipeline render → parse → validate for one document, its dependencies and its cache. Does not know who asks.

mod analyzer;
pub mod cache;
mod combination;
mod diagnostic;
mod dry_run;
mod finish;
mod judge;
mod locate;
mod mapping;
mod merge;
mod options;
mod outcome;
pub mod project;
pub mod reading_mode;
mod recent;
mod render;
mod rerender;
pub mod revision;
mod string_tags;
#[cfg(test)]
mod tests;
mod variable_sources;
pub mod variables;

pub use crate::config::FileKind;
pub use crate::template::ReadingMode;
pub use analyzer::Analyzer;
pub use cache::{CacheBackend, CacheLimits, CacheStatistics, RenderCache};
pub use combination::CombinationAnalysis;
pub use diagnostic::{Diagnostic, DiagnosticFix, Related};
pub use dry_run::{DryRun, DryRunValidator};
pub use locate::Located;
pub use options::{AnalysisOptions, Combinations};
pub use outcome::{Analysis, CombinationCount, StageDurations};
pub use variable_sources::VariableSources;
