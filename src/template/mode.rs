//! The ways to read a document.

/// How a document is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadingMode {
    /// No template markers at all.
    #[default]
    Plain,
    /// TOML as it stands, with expressions inside strings or comments; analysed 1:1.
    InString,
    /// A template that is rendered first.
    Rendered,
}
