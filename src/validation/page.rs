//! The pages of the catalogue as Markdown: one rule for `clnrm-lsp --explain CODE`, all of them for `docs/rules.md`.

use std::fmt::Write as _;

use super::severities::is_fixed;
use super::{Level, RULES, Rule};

/// The page of one rule.
pub fn page(rule: &Rule) -> String {
    let mut page = String::new();
    write_page(rule, "#", &mut page);
    page
}

/// All pages with a table of contents, the text of `docs/rules.md`.
pub fn all_pages() -> String {
    let mut text = String::from(
        "# The rules\n\n\
         Generated from the catalogue in `src/validation/rules/`; after a change there run\n\
         `UPDATE_DOCS=1 cargo test --test rules rules_page`. `clnrm-lsp --explain CODE` prints one page.\n\n\
         `# clnrm: allow(code)` at the end of a line, or alone on the line above, silences a rule at one place; several codes are\n\
         parted by commas. The severity of a rule for a whole project stands in `cleanroom.toml`:\n\n\
         ```toml\n[lint]\nargument-alias = \"off\"      # or \"error\", \"warning\", \"information\", \"hint\"\n```\n\n\
         Errors of the level syntax can be neither silenced nor lowered: nothing of the file can be trusted with them.\n",
    );
    for level in [Level::Syntax, Level::Semantic, Level::Structure] {
        let _ = write!(
            text,
            "\n## {}\n\n{}.\n\n| rule | severity | what it finds |\n|---|---|---|\n",
            title(level),
            scope(level)
        );
        for rule in RULES.iter().filter(|rule| rule.level() == level) {
            let Rule { code, severity, summary, .. } = rule;
            let _ = writeln!(text, "| [`{code}`](#{code}) | {} | {} |", severity.name(), summary.replace('|', "\\|"));
        }
    }
    for rule in RULES {
        text.push('\n');
        write_page(rule, "##", &mut text);
    }
    text
}

fn write_page(rule: &Rule, heading: &str, page: &mut String) {
    let Rule { code, severity, summary, explanation, wrong, right, .. } = rule;
    let _ = write!(
        page,
        "{heading} {code}\n\n\
         Level {}, by default {}.\n\n\
         **{}.**\n\n\
         {}\n\n\
         Wrong:\n\n```toml\n{}\n```\n\n\
         Right:\n\n```toml\n{}\n```\n\n",
        rule.level().name(),
        severity.name(),
        capitalised(summary),
        explanation.trim(),
        wrong.trim_end(),
        right.trim_end(),
    );
    if is_fixed(rule, *severity) {
        page.push_str(
            "As an error it can be neither silenced nor lowered: behind a mistake of syntax nothing can be trusted.\n",
        );
    } else {
        let _ = writeln!(
            page,
            "To silence it at one place, write `# clnrm: allow({code})` at the end of the line or alone on the line above; to \
             change it for a project, write `{code} = \"off\"` or another severity below `[lint]` in `cleanroom.toml`."
        );
    }
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn title(level: Level) -> &'static str {
    match level {
        Level::Syntax => "Level syntax",
        Level::Semantic => "Level semantic",
        Level::Structure => "Level structure",
    }
}

fn scope(level: Level) -> &'static str {
    match level {
        Level::Syntax => "The template renders, and the text is TOML",
        Level::Semantic => "Keys, types, single values and references",
        Level::Structure => "The blocks and expectations together make sense",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::catalogue::rule;

    #[test]
    fn a_page_tells_what_why_how_and_how_to_change_it() {
        let page = page(rule("argument-alias").unwrap());
        assert!(page.starts_with("# argument-alias\n\nLevel syntax, by default hint.\n\n**An argument"), "{page}");
        for part in [
            "Wrong:\n\n```toml\n{",
            "Right:\n\n```toml\n{",
            "`# clnrm: allow(argument-alias)`",
            "`argument-alias = \"off\"`",
        ] {
            assert!(page.contains(part), "{part} is missing in\n{page}");
        }
    }

    #[test]
    fn every_rule_has_its_page() {
        let pages = all_pages();
        for rule in RULES {
            assert!(pages.contains(&format!("\n## {}\n", rule.code)), "{}", rule.code);
        }
    }
}
