//! `name = "step:**"`.

use crate::validation::expectations::{NamePattern, NameRef, PatternMistake, example, is_pattern, sets};
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "invalid-glob",
    stage: Stage::Expectations,
    severity: Severity::Error,
    summary: "a pattern of span names that does not compile",
    explanation: "Wherever a span is named, a pattern may stand: `?` is one character, `*` any run of characters (dots and slashes \
                  included), `[abc]` and `[a-z]` one of a set, `[!a]` one that is not in it. A `[` needs its `]`; write `[[]` for \
                  the bracket itself. `**` may only stand alone between slashes, and says no more than `*`.\n\n\
                  `{a,b}` is no alternative but stands for these very characters; that is a warning.",
    wrong: example!("[expect.status]\nby_name = { \"clnrm.step:**\" = \"OK\" }\n"),
    right: example!("[expect.status]\nby_name = { \"clnrm.step:*\" = \"OK\" }\n"),
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for set in sets(subject.config) {
        for (_, name) in set.names() {
            let Some(pattern) = name.known() else { continue };
            if is_pattern(pattern)
                && let Err(mistake) = NamePattern::new(pattern)
            {
                findings.push(report(name, pattern, mistake));
            } else if let Some((start, end)) = alternatives(pattern) {
                let braces = &pattern[start..end];
                findings.push(
                    Finding::new(
                        &RULE,
                        name.part(start, end),
                        format!("`{braces}` is no alternative in a pattern of span names"),
                    )
                    .help("it matches these very characters: write one entry for each alternative")
                    .severity(Severity::Warning),
                );
            }
        }
    }
}

fn report(name: NameRef<'_>, pattern: &str, mistake: PatternMistake) -> Finding {
    let finding = |place| Finding::new(&RULE, place, format!("the pattern `{pattern}` does not compile: {mistake}"));
    match mistake {
        PatternMistake::UnclosedClass { start } => {
            let place = name.part(start, start + 1);
            finding(place).help("close the set with `]`, or write `[[]` for the bracket itself").fix_part(
                name,
                place,
                "match the bracket itself",
                "[[]",
            )
        }
        PatternMistake::TooManyStars { start, end } => {
            let place = name.part(start, end);
            finding(place).help("one `*` matches any run of characters, dots and slashes included").fix_part(
                name,
                place,
                "write one `*`",
                "*",
            )
        }
        PatternMistake::MisplacedDoubleStar { start } => {
            let place = name.part(start, start + 2);
            finding(place).help("one `*` matches any run of characters, dots and slashes included").fix_part(
                name,
                place,
                "write one `*`",
                "*",
            )
        }
    }
}

impl Finding {
    /// With a fix, unless `place` is all of the name because its part could not be told.
    fn fix_part(self, name: NameRef<'_>, place: crate::text::Span, title: &str, text: &str) -> Self {
        if place == name.span() { self } else { self.fix(Fix::replace(title, place, text)) }
    }
}

/// Braces with a comma inside, as other pattern languages have them.
fn alternatives(pattern: &str) -> Option<(usize, usize)> {
    let start = pattern.find('{')?;
    let end = start + pattern[start..].find('}')? + 1;
    pattern[start..end].contains(',').then_some((start, end))
}
