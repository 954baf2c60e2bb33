//! Text and places in it: byte spans, lines and columns, and documents that are edited. Knows neither TOML nor LSP types.

mod common;
mod document;
mod encoding;
mod line_index;
mod nearest;
mod rebase;
mod span;

pub use common::{common_prefix, common_suffix};
pub use document::{Change, Document, Position};
pub use encoding::Encoding;
pub use line_index::{LineColumn, LineIndex};
pub use nearest::nearest;
pub use rebase::{Hunk, Rebase};
pub use span::Span;
