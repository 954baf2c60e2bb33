//! Which scenarios are meant by what somebody typed: one syntax for all commands that run tests.
//!
//! - `login`: any scenario whose identity (`tests/api.clnrm.toml[os=linux]::login`) has this text, in any case of its letters;
//! - `tests/api*::log*`: with `*`, `?`, `[…]` or `{…}`, a glob for the whole identity, or for its file, test or scenario alone;
//! - `tag:slow`: the tests with this tag, which may be a glob too;
//! - `path:tests/api/**`: the tests whose file matches;
//! - `!…`: all but those.

use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use super::ScenarioId;

/// One pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    negated: bool,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Part(String),
    /// The glob, and its text in small letters.
    Glob(GlobMatcher, String),
    Tag(GlobMatcher),
    Path(GlobMatcher),
}

/// Why a text is no pattern.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// There is nothing.
    #[error("the pattern is empty; write a part of a scenario's name, a glob, `tag:NAME` or `path:GLOB`")]
    Empty,
    /// A glob that is none.
    #[error("`{pattern}` is no valid glob: {reason}")]
    Glob {
        /// As written.
        pattern: String,
        /// Why.
        reason: String,
    },
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let (negated, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let what = if let Some(tag) = text.strip_prefix("tag:") {
            What::Tag(glob(tag)?)
        } else if let Some(path) = text.strip_prefix("path:") {
            What::Path(glob(path)?)
        } else if text.contains(['*', '?', '[', '{']) {
            What::Glob(glob(text)?, text.to_lowercase())
        } else if text.is_empty() {
            return Err(PatternError::Empty);
        } else {
            What::Part(text.to_lowercase())
        };
        Ok(Self { negated, what })
    }
}

fn glob(text: &str) -> Result<GlobMatcher, PatternError> {
    if text.trim().is_empty() {
        return Err(PatternError::Empty);
    }
    let glob = GlobBuilder::new(text).case_insensitive(true).build();
    let error =
        |error: globset::Error| PatternError::Glob { pattern: text.to_owned(), reason: error.kind().to_string() };
    Ok(glob.map_err(error)?.compile_matcher())
}

impl Pattern {
    /// Whether a scenario is meant; `tags` are those of its test.
    pub fn matches(&self, scenario: &ScenarioId, tags: &[String]) -> bool {
        let is_meant = match &self.what {
            What::Part(part) => scenario.to_string().to_lowercase().contains(part),
            What::Glob(glob, text) => {
                let whole = scenario.to_string();
                glob.is_match(&whole)
                    || glob.is_match(&scenario.scenario)
                    || glob.is_match(scenario.test.to_string())
                    || glob.is_match(&scenario.test.file)
                    // The combination of a matrix stands in brackets that are no set of letters.
                    || whole.to_lowercase().contains(text)
            }
            What::Tag(glob) => tags.iter().any(|tag| glob.is_match(tag)),
            What::Path(glob) => glob.is_match(&scenario.test.file),
        };
        is_meant != self.negated
    }

    /// Whether several patterns together mean a scenario: one of those that are not negated, where there are any, and all that are.
    pub fn all_match(patterns: &[Self], scenario: &ScenarioId, tags: &[String]) -> bool {
        let mut positive = patterns.iter().filter(|pattern| !pattern.negated).peekable();
        let is_wanted = positive.peek().is_none() || positive.any(|pattern| pattern.matches(scenario, tags));
        is_wanted && patterns.iter().filter(|pattern| pattern.negated).all(|pattern| pattern.matches(scenario, tags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::TestId;

    fn meant(patterns: &[&str]) -> String {
        let scenario = |file: &str, combination: Option<&str>, name: &str| ScenarioId {
            test: TestId { file: file.to_owned(), combination: combination.map(str::to_owned) },
            scenario: name.to_owned(),
        };
        let all = [
            (scenario("tests/api.clnrm.toml", Some("os=linux"), "Login"), vec!["fast".to_owned()]),
            (scenario("tests/api.clnrm.toml", Some("os=mac"), "logout"), vec!["fast".to_owned()]),
            (scenario("tests/db/query.clnrm.toml", None, "query"), vec!["slow".to_owned(), "db".to_owned()]),
        ];
        let patterns: Vec<Pattern> = patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        let meant = all.iter().filter(|(scenario, tags)| Pattern::all_match(&patterns, scenario, tags));
        meant.map(|(scenario, _)| scenario.scenario.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_mean_names_globs_tags_and_paths() {
        for (patterns, expected) in [
            (&["log"][..], "Login logout"),
            (&["api.clnrm.toml[os=mac]::logout"], "logout"),
            (&["os=linux"], "Login"),
            (&["log*"], "Login logout"),
            (&["{login,query}"], "Login query"),
            (&["tests/db/**"], "query"),
            (&["tag:slow"], "query"),
            (&["tag:d?"], "query"),
            (&["path:tests/*.toml"], "Login logout query"),
            (&["!tag:slow"], "Login logout"),
            (&["log", "!logout"], "Login"),
            (&["login", "query"], "Login query"),
            (&["nothing"], ""),
            (&[], "Login logout query"),
        ] {
            assert_eq!(meant(patterns), expected, "{patterns:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        assert_eq!(
            "a[".parse::<Pattern>().unwrap_err().to_string(),
            "`a[` is no valid glob: unclosed character class; missing ']'"
        );
        assert!(matches!("!".parse::<Pattern>(), Err(PatternError::Empty)));
        assert!(matches!("tag:".parse::<Pattern>(), Err(PatternError::Empty)));
    }
}
