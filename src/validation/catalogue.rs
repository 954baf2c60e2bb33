//! The list of all rules.

use super::Rule;

/// Every rule, sorted by level and then by code.
pub static RULES: &[&Rule] = &[];

/// The rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}
