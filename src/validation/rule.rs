//! What a rule is.

use super::{Findings, Subject};

/// When a rule is checked; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The template renders and the text is TOML.
    Syntax,
    /// Keys, types, single values and references.
    Semantic,
    /// The blocks and expectations together make sense.
    Structure,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The test can't work as written.
    Error,
    /// The test very likely does not do what its author thinks.
    Warning,
    /// Worth knowing; nothing is wrong here.
    Information,
    /// A suggestion.
    Hint,
}

/// One rule. Each lives in its own file under `rules/`, as a constant `RULE`.
#[derive(Debug)]
pub struct Rule {
    /// The stable code, in kebab case (`orphan-service`).
    pub code: &'static str,
    /// When it is checked.
    pub level: Level,
    /// Severity unless the project's settings or the finding itself say otherwise.
    pub severity: Severity,
    /// One sentence without full stop: what it finds.
    pub summary: &'static str,
    /// Why it matters and what to do, in Markdown; with the source of the rule where there is one.
    pub explanation: &'static str,
    /// A small file that breaks the rule.
    pub wrong: &'static str,
    /// The same file, mended.
    pub right: &'static str,
    /// Looks for it. Must be linear in the size of the subject and must not allocate where nothing is found.
    pub check: fn(&Subject<'_>, &mut Findings),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}
