//! Names that a selector selects.

use regex::Regex;
use regex_syntax::hir::{Hir, HirKind};

use crate::expectation::tree::NameSelector;
use crate::validation::expectations::NamePattern;

/// More repetitions than that are not written out.
const MOST_REPEATED: u32 = 8;

/// Some names that `selector` selects, the simplest first. Empty for a pattern that can't be followed.
pub fn names(selector: &NameSelector) -> Vec<String> {
    let mut names = match selector {
        NameSelector::Exact(name) => vec![name.clone()],
        NameSelector::Glob(pattern) => {
            ["x", "", "other"].into_iter().filter_map(|star| of_glob(pattern, star)).collect()
        }
        NameSelector::Regex(pattern) => of_regex(pattern).into_iter().collect(),
    };
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// Whether `selector` selects `name`. A pattern that does not compile selects nothing.
pub fn selects(selector: &NameSelector, name: &str) -> bool {
    match selector {
        NameSelector::Exact(exact) => exact == name,
        NameSelector::Glob(pattern) => NamePattern::new(pattern).is_ok_and(|pattern| pattern.matches(name)),
        NameSelector::Regex(pattern) => Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(name)),
    }
}

/// A name for a glob, with `star` for each star.
fn of_glob(pattern: &str, star: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        match first {
            '*' => {
                rest = rest.trim_start_matches('*');
                // `**/` stands for no directory at all.
                match rest.strip_prefix('/') {
                    Some(below) if pattern.len() - rest.len() >= 2 && name.is_empty() => rest = below,
                    _ => name.push_str(star),
                }
                continue;
            }
            '?' => name.push('x'),
            '[' => {
                let (member, length) = of_class(rest)?;
                name.push(member);
                rest = &rest[length..];
                continue;
            }
            other => name.push(other),
        }
        rest = &rest[first.len_utf8()..];
    }
    Some(name)
}

/// A member of the class at the start of `text`, and the length of the class. A `]` right behind the opening is a member.
fn of_class(text: &str) -> Option<(char, usize)> {
    let negated = text[1..].starts_with('!');
    let start = if negated { 2 } else { 1 };
    let first = text[start..].chars().next()?;
    let end = start + first.len_utf8() + text[start + first.len_utf8()..].find(']')?;
    let member = match negated {
        false => first,
        true => {
            let class = NamePattern::new(&text[..=end]).ok()?;
            let is_member = |char: &char| class.matches(char.encode_utf8(&mut [0; 4]));
            ('a'..='z').chain('A'..='Z').chain('0'..='9').find(is_member)?
        }
    };
    Some((member, end + 1))
}

fn of_regex(pattern: &str) -> Option<String> {
    let mut name = String::new();
    write_example(&regex_syntax::parse(pattern).ok()?, &mut name)?;
    Some(name)
}

/// Writes a text that `hir` matches.
fn write_example(hir: &Hir, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(member(class)?),
        HirKind::Repetition(repetition) => {
            let times = repetition.min.max(repetition.max.unwrap_or(1).min(1));
            for _ in 0..times.min(MOST_REPEATED) {
                write_example(&repetition.sub, text)?;
            }
        }
        HirKind::Capture(capture) => write_example(&capture.sub, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write_example(part, text))?,
        HirKind::Alternation(choices) => write_example(choices.first()?, text)?,
    }
    Some(())
}

/// A character of the class, a letter where there is one.
fn member(class: &regex_syntax::hir::Class) -> Option<char> {
    use regex_syntax::hir::Class;
    match class {
        Class::Unicode(class) => {
            let holds = |char: char| class.ranges().iter().any(|range| range.start() <= char && char <= range.end());
            ['x', '1', 'X', '-', ' ']
                .into_iter()
                .find(|char| holds(*char))
                .or_else(|| Some(class.ranges().first()?.start()))
        }
        Class::Bytes(class) => class.ranges().first().map(|range| char::from(range.start())),
    }
}

#[cfg(test)]
mod tests {
    use super::{NameSelector, names, selects};

    #[test]
    fn the_names_of_a_glob_match_it() {
        for pattern in ["app.*", "*", "a?c", "x[abc]y", "[!a-c]z", "[]]", "**/b", "a/**/b", "clnrm.step:*"] {
            let selector = NameSelector::Glob(pattern.to_owned());
            let names = names(&selector);
            assert!(names.iter().any(|name| selects(&selector, name)), "{pattern}: {names:?}");
        }
    }

    #[test]
    fn the_name_of_a_regular_expression_matches_it() {
        for pattern in ["^app\\.\\w+$", "a|b", "[0-9]{3}-x?", "(?i)Hello.*", "^$|end"] {
            let selector = NameSelector::Regex(pattern.to_owned());
            let name = names(&selector);
            assert!(name.iter().all(|name| selects(&selector, name)), "{pattern}: {name:?}");
        }
    }
}
