//! The rules, one file each.
//!
//! To add a rule: write `my_rule.rs` with its `pub static RULE: Rule` (`unknown_filter.rs` is a short one to copy), and add
//! it to the two lists below, at its place in the alphabet. Its fixtures go to `tests/fixtures/rules/my-rule.toml`; the tests say what is missing.

use super::Rule;

mod unknown_filter;

/// Every rule, sorted by its code. One line each, so that two branches that add rules merge.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    &unknown_filter::RULE,
];
