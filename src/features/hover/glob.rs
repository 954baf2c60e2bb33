//! Globs for names of spans, explained.

use super::card::{Card, inline};
use crate::features::known_spans::KnownSpans;
use crate::features::quantities;
use crate::validation::expectations::NamePattern;

/// What a glob asks for, and what it matched in the last run. `None` for one that does not compile: a rule says what is wrong.
pub(super) fn card(known: &KnownSpans, pattern: &str) -> Option<Card> {
    let compiled = NamePattern::new(pattern).ok()?;
    let card = Card::new(format!("glob {}", inline(pattern))).text(format!("Matches {}.", in_words(pattern)));
    if known.spans.is_empty() {
        return Some(card);
    }
    let names: Vec<&str> =
        known.spans.iter().map(|span| span.name.as_str()).filter(|name| compiled.matches(name)).collect();
    let count = known.count(|name| compiled.matches(name));
    let mut facts = vec![format!("last run: {} matched", quantities::count(count, "span"))];
    facts.extend(names.iter().take(5).map(|name| inline(name)));
    if names.len() > 5 {
        facts.push(format!("… {} more names", names.len() - 5));
    }
    Some(card.list(facts))
}

/// The parts of a glob, one after the other.
fn in_words(pattern: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut literal = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        let (length, words) = match next {
            '*' => (rest.len() - rest.trim_start_matches('*').len(), Some("any text".to_owned())),
            '?' => (1, Some("any one character".to_owned())),
            '[' => match rest.get(1..).and_then(|inner| inner.char_indices().skip(1).find(|(_, it)| *it == ']')) {
                Some((end, _)) => {
                    let class = &rest[..end + 2];
                    let words = match class.strip_prefix("[!") {
                        Some(_) => "one character that is none of",
                        None => "one character of",
                    };
                    let members = class.trim_start_matches(['[', '!']).trim_end_matches(']');
                    (class.len(), Some(format!("{words} {}", inline(members))))
                }
                None => (1, None),
            },
            other => (other.len_utf8(), None),
        };
        match words {
            Some(words) => {
                if !literal.is_empty() {
                    parts.push(inline(&std::mem::take(&mut literal)));
                }
                parts.push(words);
            }
            None => literal.push(next),
        }
        rest = &rest[length..];
    }
    if !literal.is_empty() {
        parts.push(inline(&literal));
    }
    parts.join(", then ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_words() {
        assert_eq!(in_words("api.*"), "`api.`, then any text");
        assert_eq!(
            in_words("é?[a-z][!0-9]"),
            "`é`, then any one character, then one character of `a-z`, then one character that is none of `0-9`"
        );
        assert_eq!(in_words("a[]]"), "`a`, then one character of the empty text", "a bracket first is a member");
    }
}
