//! A reader for the four properties of `.editorconfig` that concern us: `indent_size` (with `tab_width`), `max_line_length` and
//! `insert_final_newline`. White space at line ends always goes, and line ends are kept as they are.

use std::path::Path;

use globset::GlobBuilder;

/// What `.editorconfig` says about a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditorConfig {
    /// Blanks for each level.
    pub indent: Option<usize>,
    /// The longest line.
    pub width: Option<usize>,
    /// Whether the file ends with a line end.
    pub final_newline: Option<bool>,
}

impl EditorConfig {
    /// What the `.editorconfig` files in the directories above `file` (an absolute path) say about it.
    pub fn of(file: &Path) -> Self {
        let mut texts = Vec::new();
        for directory in file.ancestors().skip(1) {
            let Ok(text) = std::fs::read_to_string(directory.join(".editorconfig")) else { continue };
            let root = is_root(&text);
            texts.push((directory, text));
            if root {
                break;
            }
        }
        let mut config = Self::default();
        // The nearest file is read last and wins.
        for (directory, text) in texts.iter().rev() {
            if let Ok(relative) = file.strip_prefix(directory) {
                config.read(text, relative);
            }
        }
        config
    }

    /// Takes over what the sections of `text` say that match `relative`.
    fn read(&mut self, text: &str, relative: &Path) {
        let mut counts = false;
        for line in text.lines() {
            let line = line.trim();
            if let Some(glob) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                counts = matches(glob, relative);
                continue;
            }
            let Some((key, value)) = line.split_once(['=', ':']).filter(|_| counts && !line.starts_with(['#', ';']))
            else {
                continue;
            };
            let value = value.trim().to_ascii_lowercase();
            match key.trim().to_ascii_lowercase().as_str() {
                "indent_size" | "tab_width" => self.indent = value.parse().ok().or(self.indent),
                "max_line_length" if value == "off" => self.width = Some(usize::MAX),
                "max_line_length" => self.width = value.parse().ok().or(self.width),
                "insert_final_newline" => self.final_newline = value.parse().ok().or(self.final_newline),
                _ => {}
            }
        }
    }
}

fn is_root(text: &str) -> bool {
    text.lines().take_while(|line| !line.trim_start().starts_with('[')).any(|line| {
        let line: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
        line.eq_ignore_ascii_case("root=true")
    })
}

/// Whether a section's glob matches. Without `/` it matches in every directory.
fn matches(glob: &str, relative: &Path) -> bool {
    let glob = if glob.contains('/') { glob.trim_start_matches('/').to_owned() } else { format!("**/{glob}") };
    GlobBuilder::new(&glob).literal_separator(true).build().is_ok_and(|glob| glob.compile_matcher().is_match(relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_and_the_last_section_win() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("tests");
        std::fs::create_dir(&below).unwrap();
        let outer = "root = true\n[*]\nindent_size = 4\nmax_line_length = 100\n[*.{rs,py}]\nindent_size = 8\n";
        std::fs::write(directory.path().join(".editorconfig"), outer).unwrap();
        std::fs::write(below.join(".editorconfig"), "[*.toml]\nindent_size = 3\ninsert_final_newline = false\n")
            .unwrap();
        let config = EditorConfig::of(&below.join("a.clnrm.toml"));
        assert_eq!(config, EditorConfig { indent: Some(3), width: Some(100), final_newline: Some(false) });
        assert_eq!(EditorConfig::of(&below.join("a.rs")).indent, Some(8));
    }
}
