//! Words that several formats share.

use crate::analysis::FileKind;

/// `1 error`, `2 errors`.
pub fn counted(count: usize, singular: &str) -> String {
    if count == 1 { format!("1 {singular}") } else { format!("{count} {singular}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// What is said of expectations that do not hold for a reason that is told already, by their lines; `None` where there are none.
pub fn and_more(mut lines: Vec<usize>) -> Option<String> {
    let count = lines.len();
    lines.sort_unstable();
    lines.dedup();
    let verb = if count == 1 { "does" } else { "do" };
    let noun = if lines.len() == 1 { "line" } else { "lines" };
    let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
    let others = counted(count, "other expectation");
    (count > 0).then(|| format!("{others} {verb} not hold for the same reason, in {noun} {}", listed(&lines)))
}

/// The stable name of a kind of file, in kebab case.
pub const fn kind_code(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Test => "test",
        FileKind::MacroLibrary => "macro-library",
        FileKind::ProjectSettings => "project-settings",
        FileKind::CoverageManifest => "coverage-manifest",
        FileKind::Other => "other",
    }
}

/// Why a file of this kind is not judged; `None` for tests.
pub const fn not_judged(kind: FileKind) -> Option<&'static str> {
    match kind {
        FileKind::Test => None,
        FileKind::MacroLibrary => Some("is a macro library, not a test; only its templates are checked"),
        FileKind::ProjectSettings => Some("holds the settings of the project, it is not a test"),
        FileKind::CoverageManifest => Some("is a coverage manifest, not a test"),
        FileKind::Other => Some("does not look like a cleanroom test"),
    }
}
