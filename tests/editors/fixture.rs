//! The fixtures of `tests/fixtures/highlighting`: lines of text, and below each what its characters are. The README there says how they
//! are written; `editors/vscode/test/grammar.mjs` reads the same for TextMate.

use std::ops::Range;
use std::path::{Path, PathBuf};

/// What a fixture says of a line.
pub struct Line {
    /// From 1, in the fixture.
    pub number: usize,
    pub text: String,
    pub places: Vec<Place>,
}

pub struct Place {
    /// Columns from 0.
    pub columns: Range<usize>,
    pub kind: String,
}

/// The fixtures by name.
pub fn all() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/highlighting");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it != "md")).collect();
    files.sort();
    files
}

pub fn read(path: &Path) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (index, text) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        match place(text) {
            Some(place) => lines.last_mut().expect("something stands above what is said").places.push(place),
            None => lines.push(Line { number: index + 1, text: text.to_owned(), places: Vec::new() }),
        }
    }
    lines
}

/// What a line `# ^^^ kind` or `# <--- kind` says of the one above.
fn place(line: &str) -> Option<Place> {
    let (marks, kind) = line.strip_prefix('#')?.trim_start_matches(' ').split_once(' ')?;
    if kind.is_empty() || !kind.chars().all(|it| it.is_ascii_alphanumeric() || it == '-') {
        return None;
    }
    let from = line.find(['^', '<'])?;
    let columns = match marks.strip_prefix('<') {
        Some(dashes) if !dashes.is_empty() && dashes.chars().all(|it| it == '-') => 0..dashes.len(),
        None if marks.chars().all(|it| it == '^') => from..from + marks.len(),
        _ => return None,
    };
    Some(Place { columns, kind: kind.to_owned() })
}
