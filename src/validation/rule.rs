//! What a rule is.

use super::{Findings, Subject};

/// How deep a check goes; each level includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The template renders and the text is TOML.
    Syntax,
    /// Keys, types, single values and references.
    Semantic,
    /// The blocks and expectations together make sense.
    Structure,
}

impl Level {
    /// The level's name, as `--level` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Semantic => "semantic",
            Self::Structure => "structure",
        }
    }
}

/// The part of a check that a rule belongs to; each is timed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The template renders and the text is TOML.
    Syntax,
    /// Keys, types, single values and references.
    Semantic,
    /// Whole blocks: what a test needs, names that clash, services, steps and scenarios together.
    Blocks,
    /// Expectations together: contradictions, cycles, duplicates.
    Expectations,
}

impl Stage {
    /// All stages, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Syntax, Self::Semantic, Self::Blocks, Self::Expectations];

    /// The level that the stage belongs to.
    pub const fn level(self) -> Level {
        match self {
            Self::Syntax => Level::Syntax,
            Self::Semantic => Level::Semantic,
            Self::Blocks | Self::Expectations => Level::Structure,
        }
    }
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

impl Severity {
    /// The severity's name, as settings and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
            Self::Hint => "hint",
        }
    }
}

/// One rule. Each lives in its own file under `rules/`, as a static `RULE`.
#[derive(Debug)]
pub struct Rule {
    /// The stable code, in kebab case (`orphan-service`): the name of its file with `-` for `_`.
    pub code: &'static str,
    /// When it is checked.
    pub stage: Stage,
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

impl Rule {
    /// The level that the rule belongs to.
    pub const fn level(&self) -> Level {
        self.stage.level()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}
