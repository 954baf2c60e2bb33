//! Text and places in it: byte spans, lines and columns, and documents that are edited. Knows neither TOML nor LSP types.

mod span;

pub use span::Span;
