//! From text to a TOML table, with all syntax errors in one pass and as much of the table as can be had.

mod error;
mod offsets;

pub use error::{SyntaxError, SyntaxErrorKind};
pub(crate) use offsets::OffsetMap;
