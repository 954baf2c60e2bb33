//! How files are formatted, and where that is said: `[format]` of `cleanroom.toml`, the client's settings, `.editorconfig`.

use std::path::{Path, PathBuf};

use super::editorconfig::EditorConfig;
use crate::analysis::project;

/// In which order things stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Sections and keys in the order of the format's reference, `name` first.
    #[default]
    Canonical,
    /// Keys sorted by name, sections as they are.
    Alphabetical,
    /// As it is; only white space changes.
    Keep,
}

impl Style {
    /// The style of this name.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "canonical" => Self::Canonical,
            "alphabetical" => Self::Alphabetical,
            "keep" => Self::Keep,
            _ => return None,
        })
    }
}

/// How files are formatted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatOptions {
    /// In which order things stand.
    pub style: Style,
    /// Blanks before an item of a list on a line of its own, for each level: 0 to 16.
    pub indent: usize,
    /// Columns of a line up to which a list stays on it: 1 to 1000.
    pub width: usize,
    /// Whether the last of several items that stand on lines of their own has a comma.
    pub trailing_commas: bool,
    /// Whether the file ends with a line end.
    pub final_newline: bool,
}

impl Default for FormatOptions {
    fn default() -> Self {
        Self { style: Style::Canonical, indent: 2, width: 80, trailing_commas: true, final_newline: true }
    }
}

/// What somebody says about the format; `None` where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatSettings {
    /// See [`FormatOptions::style`].
    pub style: Option<Style>,
    /// See [`FormatOptions::indent`].
    pub indent: Option<usize>,
    /// See [`FormatOptions::width`].
    pub width: Option<usize>,
    /// See [`FormatOptions::trailing_commas`].
    pub trailing_commas: Option<bool>,
}

impl FormatSettings {
    /// `[format]` of the text of a `cleanroom.toml`; what is absent or wrong is not said. (`--check` tells what is wrong.)
    pub fn of_project(text: &str) -> Self {
        // A file without the word has no such table, and most have none.
        if !text.contains("format") {
            return Self::default();
        }
        let Ok(toml::Value::Table(format)) = toml::from_str::<toml::Table>(text)
            .map(|mut project| project.remove("format").unwrap_or(toml::Value::Boolean(false)))
        else {
            return Self::default();
        };
        let number = |key: &str| format.get(key)?.as_integer().and_then(|number| usize::try_from(number).ok());
        Self {
            style: format.get("style").and_then(toml::Value::as_str).and_then(Style::of),
            indent: number("indent"),
            width: number("width"),
            trailing_commas: format.get("trailing_commas").and_then(toml::Value::as_bool),
        }
    }

    /// What the `cleanroom.toml` that counts for `file` (an absolute path) says; see [`project::nearest`].
    pub fn nearest(file: &Path, roots: &[PathBuf], trusted: bool) -> Self {
        let read = |file: &Path| {
            let readable = project::is_readable(file, roots, trusted);
            readable.then(|| std::fs::read_to_string(file).unwrap_or_default())
        };
        project::nearest(file, roots, trusted, read).map(|(_, text)| Self::of_project(&text)).unwrap_or_default()
    }

    /// The options; what is not said here is taken from `.editorconfig`, and then from the defaults.
    pub fn options(self, editorconfig: &EditorConfig) -> FormatOptions {
        let default = FormatOptions::default();
        FormatOptions {
            style: self.style.unwrap_or(default.style),
            indent: self.indent.or(editorconfig.indent).unwrap_or(default.indent).min(16),
            width: self.width.or(editorconfig.width).unwrap_or(default.width).clamp(1, 1000),
            trailing_commas: self.trailing_commas.unwrap_or(default.trailing_commas),
            final_newline: editorconfig.final_newline.unwrap_or(default.final_newline),
        }
    }

    /// These settings, and `other` where they say nothing.
    pub fn or(self, other: Self) -> Self {
        Self {
            style: self.style.or(other.style),
            indent: self.indent.or(other.indent),
            width: self.width.or(other.width),
            trailing_commas: self.trailing_commas.or(other.trailing_commas),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_wins_over_the_editor_and_both_over_the_defaults() {
        let project = FormatSettings::of_project("[format]\nstyle = \"keep\"\nindent = 4\nwidth = \"wide\"\n");
        let editorconfig = EditorConfig { indent: Some(8), width: Some(100), final_newline: None };
        let options = project.options(&editorconfig);
        assert_eq!((options.style, options.indent, options.width), (Style::Keep, 4, 100));
        assert!(options.trailing_commas);
        assert_eq!(FormatSettings::default().options(&EditorConfig::default()), FormatOptions::default());
    }

    #[test]
    fn what_is_wrong_is_not_said() {
        for text in ["[format", "format = 1", "[format]\nstyle = \"nice\"\nindent = -1\ntrailing_commas = 1"] {
            assert_eq!(FormatSettings::of_project(text), FormatSettings::default(), "{text}");
        }
    }
}
