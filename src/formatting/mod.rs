//! Formatting: from a text to the edits that bring it into shape. No edit leaves this room whose harmlessness was not proved; what
//! can't be proved stays byte for byte, with a notice that says why. Does not know who asks.
//!
//! `scan` cuts the text into statements, in which template constructs are opaque; `arrange` orders them; `print` writes them;
//! `proof` compares both texts; `edits` finds the difference.

mod arrange;
mod changed_sections;
mod directives;
pub mod editorconfig;
mod edits;
mod formatter;
mod importers;
mod layout;
mod options;
pub(crate) mod order;
mod print;
mod proof;
mod renders;
mod scan;
mod spacing;
#[cfg(test)]
mod tests;

pub use changed_sections::changed_sections;
pub use editorconfig::EditorConfig;
pub use edits::{apply, between};
pub use formatter::{Formatted, Formatter, Notice, NoticeKind, TextEdit};
pub use importers::importers;
pub use options::{FormatOptions, FormatSettings, Style};
pub use proof::{Change, same_table, same_toml};
pub use renders::{Renders, Surroundings};
