//! Finds rules by their code, and runs them.

use super::{Finding, Findings, Level, Rule, Stage, Subject};
use crate::text::nearest;

pub use super::rules::RULES;

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.code.cmp(code)).ok().and_then(|index| RULES.get(index).copied())
}

/// The rule that was probably meant by a code that does not exist.
pub fn nearest_rule(code: &str) -> Option<&'static Rule> {
    nearest(code, RULES.iter().map(|rule| rule.code)).and_then(rule)
}

/// All findings up to and with `level`, stage by stage; within a stage by rule.
pub fn check(subject: &Subject<'_>, up_to: Level) -> Vec<Finding> {
    let mut findings = Findings::default();
    for stage in Stage::ALL {
        if stage.level() <= up_to {
            check_stage(subject, stage, &mut findings);
        }
    }
    findings.into_vec()
}

/// Adds the findings of one stage.
pub fn check_stage(subject: &Subject<'_>, stage: Stage, findings: &mut Findings) {
    for rule in RULES {
        if rule.stage == stage {
            (rule.check)(subject, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_by_code_and_each_code_is_unique() {
        for pair in RULES.windows(2) {
            assert!(pair[0].code < pair[1].code, "`{}` must stand behind `{}`", pair[0].code, pair[1].code);
        }
    }

    #[test]
    fn every_rule_file_is_in_the_list() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/validation/rules");
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            let code = path.file_stem().unwrap().to_string_lossy().replace('_', "-");
            if source.contains("\npub static RULE: Rule") {
                assert!(rule(&code).is_some(), "no rule `{code}` in the list, though {} declares it", path.display());
            }
        }
    }

    #[test]
    fn every_rule_is_described_in_the_house_style() {
        for rule in RULES {
            let code = rule.code;
            assert!(
                code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{code}: kebab case"
            );
            assert!(!rule.summary.ends_with('.'), "{code}: the summary has no full stop");
            assert!(rule.summary.starts_with(|c: char| !c.is_uppercase()), "{code}: the summary starts in lower case");
            assert!(!rule.explanation.trim().is_empty(), "{code}: no explanation");
            assert!(!rule.wrong.trim().is_empty() && !rule.right.trim().is_empty(), "{code}: no example");
            assert_ne!(rule.wrong, rule.right, "{code}: the examples do not differ");
        }
    }

    #[test]
    fn a_rule_is_found_by_its_code_only() {
        let first = RULES[0];
        assert_eq!(rule(first.code), Some(first));
        assert_eq!(rule("no-such-rule"), None);
        assert_eq!(nearest_rule("unknown_filtr").map(|rule| rule.code), Some("unknown-filter"));
    }
}
