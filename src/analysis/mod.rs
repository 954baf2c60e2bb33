//! The pipeline render → parse → validate for one document, its dependencies and its cache. Does not know who asks.

pub mod cache;
mod diagnostic;
mod outcome;
pub mod reading_mode;

pub use crate::template::ReadingMode;
pub use cache::{CacheBackend, CacheLimits, CacheStatistics, RenderCache};
pub use diagnostic::{Diagnostic, DiagnosticFix, Related};
pub use outcome::{Analysis, FileKind, StageDurations};
