//! Span names as patterns: `?`, `*`, `[abc]`, `[a-z]`, `[!a]`, and `**` as a whole part between slashes.
//!
//! The grammar is that of the crate `glob`, which the format refers to; `*` crosses dots and slashes. Matching here needs
//! no recursion, so that no pattern can exhaust the stack.

use std::collections::HashSet;

use thiserror::Error;

/// Whether `name` is a pattern, not one literal name.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Why a pattern does not compile. Offsets are bytes of the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PatternMistake {
    /// `[` without its `]`.
    #[error("`[` is never closed")]
    UnclosedClass {
        /// Where the bracket stands.
        start: usize,
    },
    /// Three or more stars.
    #[error("more than two `*` in a row")]
    TooManyStars {
        /// Where the stars start.
        start: usize,
        /// Where they end.
        end: usize,
    },
    /// `**` beside other characters than a slash.
    #[error("`**` stands beside other characters")]
    MisplacedDoubleStar {
        /// Where the stars start.
        start: usize,
    },
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Any,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl NamePattern {
    /// Compiles `pattern`.
    ///
    /// # Errors
    ///
    /// The first mistake in it.
    pub fn new(pattern: &str) -> Result<Self, PatternMistake> {
        let mut tokens = Vec::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some(next) = rest.chars().next() {
            let start = pattern.len() - rest.len();
            let length = match next {
                '*' => {
                    let stars = rest.len() - rest.trim_start_matches('*').len();
                    let length = stars_at(pattern, start, stars)?;
                    // Any run of characters holds for `**/` too: a superset, as that also has to end at a slash.
                    tokens.push(Token::Any);
                    length
                }
                '?' => {
                    tokens.push(Token::One);
                    1
                }
                '[' => {
                    let (class, length) = class_at(rest).ok_or(PatternMistake::UnclosedClass { start })?;
                    tokens.push(class);
                    length
                }
                literal => {
                    tokens.push(Token::Literal(literal));
                    literal.len_utf8()
                }
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(Self { tokens })
    }

    /// Whether the pattern matches the whole of `name`. Costs at most the product of both lengths.
    pub fn matches(&self, name: &str) -> bool {
        let mut rest = name.chars();
        let mut token = 0;
        // Where to go on when the tokens after the last star fail: that star, and the text behind one character more.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            match (self.tokens.get(token), rest.next()) {
                (Some(Token::Any), _) => {
                    retry = Some((token, before.clone()));
                    rest = before;
                    token += 1;
                    continue;
                }
                (Some(expected), Some(char)) if expected.accepts(char) => {
                    token += 1;
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            let Some((star, text)) = &mut retry else { return false };
            if text.next().is_none() {
                return false;
            }
            rest = text.clone();
            token = *star + 1;
        }
    }
}

impl Token {
    fn accepts(&self, char: char) -> bool {
        match self {
            Self::Literal(literal) => *literal == char,
            Self::One | Self::Any => true,
            Self::Class { negated, ranges } => ranges.iter().any(|&(from, to)| from <= char && char <= to) != *negated,
        }
    }
}

/// Length of the stars at `start`, a following slash of `**/` included.
fn stars_at(pattern: &str, start: usize, stars: usize) -> Result<usize, PatternMistake> {
    let end = start + stars;
    match stars {
        1 => Ok(1),
        2 => {
            let (before, behind) = (pattern.get(..start).unwrap_or_default(), pattern.get(end..).unwrap_or_default());
            if !before.is_empty() && !before.ends_with('/') {
                return Err(PatternMistake::MisplacedDoubleStar { start });
            }
            match behind.chars().next() {
                None => Ok(2),
                Some('/') => Ok(3),
                Some(_) => Err(PatternMistake::MisplacedDoubleStar { start }),
            }
        }
        _ => Err(PatternMistake::TooManyStars { start, end }),
    }
}

/// The class at the start of `text`, which starts with `[`, and its length. A `]` right behind the opening is a member.
fn class_at(text: &str) -> Option<(Token, usize)> {
    let inner = text.get(1..)?;
    let (negated, members) = inner.strip_prefix('!').map_or((false, inner), |rest| (true, rest));
    let first = members.chars().next()?;
    let end = first.len_utf8() + members.get(first.len_utf8()..)?.find(']')?;
    let length = text.len() - members.len() + end + 1;
    let members: Vec<char> = members.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut index = 0;
    while let Some(&from) = members.get(index) {
        match (members.get(index + 1), members.get(index + 2)) {
            (Some('-'), Some(&to)) => {
                ranges.push((from, to));
                index += 3;
            }
            _ => {
                ranges.push((from, from));
                index += 1;
            }
        }
    }
    Some((Token::Class { negated, ranges }, length))
}

/// Names and patterns, to ask whether one of them covers a name.
#[derive(Clone, Debug, Default)]
pub struct NameSet<'a> {
    names: HashSet<&'a str>,
    patterns: Vec<NamePattern>,
    everything: bool,
}

/// More patterns than that are not compared with every name: the set then covers everything. A missed hint beats a file
/// that takes seconds.
const PATTERN_LIMIT: usize = 64;

impl<'a> NameSet<'a> {
    /// Adds a name or pattern. One that does not compile may cover anything.
    pub fn insert(&mut self, name: &'a str) {
        if !self.names.insert(name) || self.everything || !is_pattern(name) {
            return;
        }
        match NamePattern::new(name) {
            Ok(pattern) if self.patterns.len() < PATTERN_LIMIT => self.patterns.push(pattern),
            _ => self.everything = true,
        }
    }

    /// Makes the set cover every name.
    pub fn insert_everything(&mut self) {
        self.everything = true;
    }

    /// Whether a member is `name`, or a pattern that matches it.
    pub fn covers(&self, name: &str) -> bool {
        self.everything || self.names.contains(name) || self.patterns.iter().any(|pattern| pattern.matches(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_cross_dots_and_slashes() {
        let matches = |pattern: &str, name: &str| NamePattern::new(pattern).unwrap().matches(name);
        assert!(matches("clnrm.*", "clnrm.step:hello/world"));
        assert!(matches("*_phase", "startup_phase"));
        assert!(!matches("*_phase", "startup_phases"));
        assert!(matches("step:[0-9]?", "step:1x"));
        assert!(!matches("step:[!0-9]", "step:1"));
        assert!(matches("**", "anything/at.all"));
    }

    #[test]
    fn mistakes_are_placed() {
        assert_eq!(NamePattern::new("é.[a-z"), Err(PatternMistake::UnclosedClass { start: 3 }));
        assert_eq!(NamePattern::new("step:**"), Err(PatternMistake::MisplacedDoubleStar { start: 5 }));
        assert_eq!(NamePattern::new("**step"), Err(PatternMistake::MisplacedDoubleStar { start: 0 }));
        assert_eq!(NamePattern::new("a/***"), Err(PatternMistake::TooManyStars { start: 2, end: 5 }));
    }

    #[test]
    fn a_set_covers_its_names_and_what_its_patterns_match() {
        let mut set = NameSet::default();
        set.insert("clnrm.run");
        set.insert("db.*");
        assert!(set.covers("clnrm.run") && set.covers("db.query") && set.covers("db.*"));
        assert!(!set.covers("clnrm.rum"));
        set.insert("broken[");
        assert!(set.covers("clnrm.rum"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn compiles_and_matches_like_the_crate_glob(pattern in "[ab/.*?\\[\\]!-]{0,8}", name in "[ab/.*-]{0,6}") {
            let (ours, theirs) = (NamePattern::new(&pattern), glob::Pattern::new(&pattern));
            prop_assert_eq!(ours.is_ok(), theirs.is_ok());
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) && !pattern.contains("**") {
                prop_assert_eq!(ours.matches(&name), theirs.matches(&name));
            }
        }
    }
}
