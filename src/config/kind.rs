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
        match name.strip_prefix('_') {
            Some(rest) if is_test_name || rest.ends_with(".toml") || is_bare_template(rest) => Some(Self::MacroLibrary),
            _ => is_test_name.then_some(Self::Test),
        }
    }

    /// What a file is that somebody named: its text decides where its name does not. Linear, and cheap for tests.
    pub fn of(path: &Path, text: &str) -> Self {
        match Self::of_name(path) {
            Some(Self::Test) if Marks::of(text).is_manifest() => Self::CoverageManifest,
            // Other tools read files such as `_typos.toml`; a library is a template.
            Some(Self::MacroLibrary) if !text.contains("{%") && has_ending(path, ".toml") => Self::Other,
            Some(kind) => kind,
            None => match Marks::of(text) {
                marks if marks.is_manifest() => Self::CoverageManifest,
                marks if marks.are_of_test() => Self::Test,
                _ => Self::Other,
            },
        }
    }
}

/// Whether a template tells by its name alone of no other language (`page.html.tera`, `mod.rs.tera`).
fn is_bare_template(name: &str) -> bool {
    name.strip_suffix(".tera").is_some_and(|stem| !stem.contains('.'))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(ending))
}

/// Which telling tables and keys a text has. Looks at lines only, so that it works on templates and broken files too.
#[derive(Default)]
struct Marks {
    /// `[meta]`, `[test.metadata]` or `test.name`.
    identity: bool,
    /// `[test.metadata]`, which nothing else has.
    metadata: bool,
    /// Which of steps, scenarios, services and expectations there are, a bit each.
    content: u8,
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
                "meta" => marks.identity = true,
                "test" => {
                    marks.identity = true;
                    marks.metadata |= key[end..].starts_with(".metadata");
                }
                "steps" => marks.content |= 1,
                "scenario" => marks.content |= 2,
                "service" | "services" => marks.content |= 4,
                "expect" | "otel_validation" => marks.content |= 8,
                "system" | "weights" | "dimensions" if is_header => marks.manifest = true,
                _ => {}
            }
            if marks.are_of_test() {
                break;
            }
        }
        marks
    }

    /// Whether no other file has these tables. A test that lacks a part that it must have shall still be known as one.
    fn are_of_test(&self) -> bool {
        self.metadata || (self.identity && self.content != 0) || self.content.count_ones() > 1
    }

    fn is_manifest(&self) -> bool {
        self.manifest && !self.identity && self.content == 0
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
    fn templates_of_other_projects_are_no_libraries() {
        assert_eq!(FileKind::of_name(Path::new("_spans.tera")), Some(FileKind::MacroLibrary));
        assert_eq!(FileKind::of_name(Path::new("_layout.html.tera")), None);
        assert_eq!(FileKind::of_name(Path::new("_mod.rs.tera")), None);
        assert_eq!(kind("_typos.toml", "[default]\nextend = 1\n"), FileKind::Other);
        assert_eq!(kind("_spans.toml", "{% macro span(name) %}{% endmacro %}"), FileKind::MacroLibrary);
    }

    #[test]
    fn a_test_that_lacks_a_part_is_a_test() {
        assert_eq!(kind("a.toml", "[test.metadata]\nname = a\n"), FileKind::Test);
        assert_eq!(kind("a.toml", "[services.db]\n[[steps]\nname = 'a'\n"), FileKind::Test);
        assert_eq!(kind("a.toml", "[[steps]]\nname = 'a'\n[[expect.span]]\n"), FileKind::Test);
        for text in ["[meta]\nname = 'a'\n", "[[steps]]\nname = 'a'\n", "[service.a]\n[services.b]\n"] {
            assert_eq!(kind("a.toml", text), FileKind::Other, "{text}");
        }
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
