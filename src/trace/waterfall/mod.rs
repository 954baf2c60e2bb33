//! Pictures of a trace: each span a bar in time, below its parent. One layout for the terminal, SVG and HTML.
//!
//! A trace of any size stays readable: siblings of one name are gathered, and what does not fit is folded; highlighted spans
//! are always to be seen.

mod html;
mod layout;
mod svg;
mod text;
mod words;

pub use html::{STYLE as HTML_STYLE, escaped, html, rows as html_rows};
pub use layout::{Bar, Layout, LayoutOptions, Row, RowKind, Section};
pub use svg::svg;
pub use text::{TextOptions, Theme, text};
