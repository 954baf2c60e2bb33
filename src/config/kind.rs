//! What a file is, by its name and, where the name leaves it open, by its text.

use std::path::Path;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A cleanroom test.
    Test,
    /// A library of macros (its name starts with `_`).
    MacroLibrary,
    /// The project's `cleanroom.toml`.
    ProjectSettings,
    /// A coverage manifest (`[system]`, `[weights]`, `[[dimensions.*]]`).
    CoverageManifest,
    /// Another TOML file.
    Other,
}

/// The endings of test files.
pub const TEST_ENDINGS: [&str; 4] = [".clnrm.toml", ".clnrm.toml.tera", ".toml.tera", ".clnrm.tera"];

impl FileKind {
    /// What the name alone says: a test, a macro library or the project's settings; `None` for any other name. A
    /// [`FileKind::Test`] by name may still be a coverage manifest.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        if name == "cleanroom.toml" {
            return Some(Self::ProjectSettings);
        }
        let is_test_name = TEST_ENDINGS.iter().any(|ending| name.len() > ending.len() && name.ends_with(ending));
        match name.starts_with('_') && (is_test_name || name.ends_with(".toml") || name.ends_with(".tera")) {
            true => Some(Self::MacroLibrary),
            false => is_test_name.then_some(Self::Test),
        }
    }

    /// What a file is that somebody named: its text decides where its name does not. Linear, and cheap for tests.
    pub fn of(path: &Path, text: &str) -> Self {
        match Self::of_name(path) {
            Some(Self::Test) if Marks::of(text).is_manifest() => Self::CoverageManifest,
            Some(kind) => kind,
            None => match Marks::of(text) {
                marks if marks.is_manifest() => Self::CoverageManifest,
                marks if marks.identity && marks.content => Self::Test,
                _ => Self::Other,
            },
        }
    }
}

/// Which telling tables and keys a text has. Looks at lines only, so that it works on templates and broken files too.
#[derive(Default)]
struct Marks {
    /// `[meta]`, `[test.metadata]` or `test.name`.
    identity: bool,
    /// Steps, scenarios, services or expectations.
    content: bool,
    /// Any table that only a coverage manifest has.
    manifest: bool,
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut marks = Self::default();
        for line in text.lines() {
            let line = line.trim_start_matches('\u{feff}').trim_start();
            let key = line.trim_start_matches('[').trim_start();
            let end = key.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(key.len());
            let is_header = key.len() < line.len();
            // Top-level keys (`meta = { … }`, `test.name = …`) count as their tables do.
            if !is_header && !key[end..].trim_start().starts_with(['=', '.']) {
                continue;
            }
            match &key[..end] {
                "meta" | "test" => marks.identity = true,
                "steps" | "scenario" | "service" | "services" | "expect" | "otel_validation" => marks.content = true,
                "system" | "weights" | "dimensions" if is_header => marks.manifest = true,
                _ => {}
            }
            if marks.identity && marks.content {
                break;
            }
        }
        marks
    }

    fn is_manifest(&self) -> bool {
        self.manifest && !self.identity && !self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, text: &str) -> FileKind {
        FileKind::of(Path::new(name), text)
    }

    #[test]
    fn names_decide_first() {
        assert_eq!(FileKind::of_name(Path::new("a/web.clnrm.toml")), Some(FileKind::Test));
        assert_eq!(FileKind::of_name(Path::new("web.clnrm.tera")), Some(FileKind::Test));
        assert_eq!(FileKind::of_name(Path::new("web.toml.tera")), Some(FileKind::Test));
        assert_eq!(FileKind::of_name(Path::new("_macros.toml.tera")), Some(FileKind::MacroLibrary));
        assert_eq!(FileKind::of_name(Path::new("cleanroom.toml")), Some(FileKind::ProjectSettings));
        assert_eq!(FileKind::of_name(Path::new("Cargo.toml")), None);
        assert_eq!(FileKind::of_name(Path::new(".clnrm.toml")), None);
    }

    #[test]
    fn the_text_decides_where_the_name_does_not() {
        assert_eq!(kind("a.toml", "[test.metadata]\nname='a'\n[[steps]]\n"), FileKind::Test);
        assert_eq!(kind("a.toml", "meta = { name = 'a' }\n[[scenario]]\n"), FileKind::Test);
        assert_eq!(kind("a.toml", "[test.metadata\nname='a'\n[[steps]\n"), FileKind::Test, "broken headers count too");
        assert_eq!(kind("Cargo.toml", "[package]\nname='a'\n"), FileKind::Other);
        let manifest = "[system]\nname='a'\n[weights]\n[[dimensions.state]]\n";
        assert_eq!(kind("a.toml", manifest), FileKind::CoverageManifest);
        assert_eq!(kind("behaviors.clnrm.toml", manifest), FileKind::CoverageManifest);
    }
}
