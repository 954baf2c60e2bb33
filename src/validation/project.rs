//! What is wrong with a `cleanroom.toml`. It is no test: the rules that look at its TOML and its keys hold, and `[lint]` has
//! to name rules and severities that exist.

use super::rules::{duplicate_key, newline_in_string, out_of_range, pairs_on_one_line, toml_syntax};
use super::rules::{unknown_key, unknown_rule, unknown_value, wrong_type};
use super::severities::{Setting, SettingError};
use super::{Finding, Findings, Fix, Level, Rule, Severities, Severity, Subject};
use crate::config::TestConfig;
use crate::config::project::ParsedProject;
use crate::template::ReadingMode;
use crate::text::nearest;

/// The rules of tests that hold for settings too.
static RULES: [&Rule; 7] = [
    &toml_syntax::RULE,
    &newline_in_string::RULE,
    &pairs_on_one_line::RULE,
    &duplicate_key::RULE,
    &unknown_key::RULE,
    &wrong_type::RULE,
    &out_of_range::RULE,
];

/// The severities that `[lint]` sets, and all findings up to and with `level`.
pub fn check_project(text: &str, parsed: &ParsedProject, level: Level) -> (Severities, Vec<Finding>) {
    let config = TestConfig::default();
    let subject = Subject {
        text,
        config: &config,
        syntax: &parsed.syntax,
        shape: &parsed.shape,
        template: &[],
        mode: ReadingMode::Plain,
        source_map: None,
    };
    let mut findings = Findings::default();
    for rule in RULES.iter().filter(|rule| rule.level() <= level) {
        (rule.check)(&subject, &mut findings);
    }
    let mut severities = Severities::default();
    for setting in &parsed.settings.lint {
        // A value of another type is told by its shape.
        let Some(severity) = setting.value.known() else { continue };
        let Err(error) = severities.set(&setting.key.text, severity) else { continue };
        if level < Level::Semantic {
            continue;
        }
        let message = error.to_string();
        findings.push(match error {
            SettingError::UnknownRule { code, suggestion } => {
                let place = setting.key.span;
                Finding::new(&unknown_rule::RULE, place, message).did_you_mean(&code, suggestion, place)
            }
            SettingError::UnknownSeverity { value } => {
                let place = setting.value.span;
                let finding = Finding::new(&unknown_value::RULE, place, message).severity(Severity::Warning);
                match nearest(&value, Setting::VALUES) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                        format!("replace `{value}` by `{near}`"),
                        place,
                        format!("\"{near}\""),
                    )),
                    None => finding,
                }
            }
            SettingError::Fixed { .. } => {
                Finding::new(&unknown_value::RULE, setting.value.span, message).severity(Severity::Warning)
            }
        });
    }
    (severities, findings.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::project::parse;
    use crate::validation::Place;

    /// One finding a line: code, place, message, help.
    fn found(text: &str) -> String {
        let (_, findings) = check_project(text, &parse(text), Level::Structure);
        let lines = findings.iter().map(|finding| {
            let Place::Parsed(span) = finding.place else { panic!("not in the text") };
            let help = finding.help.as_deref().unwrap_or("-");
            format!("{} `{}`: {}; {help}\n", finding.rule.code, span.slice(text).unwrap(), finding.message)
        });
        lines.collect()
    }

    #[test]
    fn each_mistake_is_told_at_its_place() {
        let text = "[lnt]\na = 1\n[cache]\nentries = -1\nentris = 2\n[lint]\norphan-servce = \"off\"\nunused-service = 3\n\
                    broad-glob = \"of\"\nmissing-image = \"loud\"\nunclosed-tag = \"off\"\nimage-reference = \"off\"\n";
        insta::assert_snapshot!(found(text), @r#"
        unknown-key `lnt`: unknown table `lnt`; -
        unknown-key `entris`: unknown key `entris` in `cache`; -
        wrong-type `3`: `lint.unused-service` wants a text, not an integer; -
        out-of-range `-1`: -1 is out of bounds for `cache.entries`; it must be 0 or more
        unknown-rule `orphan-servce`: there is no rule `orphan-servce`; did you mean `orphan-service`?
        unknown-value `"of"`: `of` is no severity: write one of `off`, `error`, `warning`, `information` and `hint`; did you mean `off`?
        unknown-value `"loud"`: `loud` is no severity: write one of `off`, `error`, `warning`, `information` and `hint`; -
        unknown-value `"off"`: `unclosed-tag` always is an error, because nothing of the file can be trusted with it; -
        "#);
    }

    #[test]
    fn broken_settings_are_no_toml_and_no_test() {
        insta::assert_snapshot!(found("[lint\nbroad-glob = off\nbroad-glob = \"off\"\n"), @r"
        toml-syntax `[lint`: this table header has no closing `]`; -
        toml-syntax `off`: `off` is no value of TOML; write `false`, or put a text in quotes
        duplicate-key `broad-glob`: `lint.broad-glob` is defined a second time; keep one of the two
        ");
        assert_eq!(found(""), "");
    }
}
