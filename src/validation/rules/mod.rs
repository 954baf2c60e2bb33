//! The rules, one file each.
//!
//! To add a rule: write `my_rule.rs` with its `pub static RULE: Rule` (`unknown_filter.rs` is a short one to copy), and add
//! it to the two lists below, at its place in the alphabet. Its fixtures go to `tests/fixtures/rules/my-rule.toml`; the tests say what is missing.

use super::Rule;

mod argument_alias;
mod circular_template;
mod dependency_cycle;
mod duplicate_name;
mod duplicate_port;
mod environment_name;
mod hardcoded_secret;
mod image_reference;
mod incomplete_expression;
mod invalid_regex;
mod missing_action;
mod missing_argument;
mod missing_identity;
mod missing_image;
mod orphan_service;
mod privileged_port;
mod render_failed;
mod run_without_service;
mod scenario_without_action;
mod shell_length_comment;
mod stray_block_tag;
mod template_in_comment;
mod template_syntax;
mod tera1_incompatible;
mod too_many_arguments;
mod unclosed_block;
mod unclosed_tag;
mod undefined_variable;
mod unknown_argument;
mod unknown_component;
mod unknown_filter;
mod unknown_function;
mod unknown_macro;
pub(super) mod unknown_rule;
mod unknown_tag;
mod unknown_template;
mod unknown_test;
mod unreadable_template;
mod unset_environment_variable;
mod unused_service;
mod volume_path;
pub(super) mod unused_allow;

/// Every rule, sorted by its code. One line each, so that two branches that add rules merge.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    &argument_alias::RULE,
    &circular_template::RULE,
    &dependency_cycle::RULE,
    &duplicate_name::RULE,
    &duplicate_port::RULE,
    &environment_name::RULE,
    &hardcoded_secret::RULE,
    &image_reference::RULE,
    &incomplete_expression::RULE,
    &invalid_regex::RULE,
    &missing_action::RULE,
    &missing_argument::RULE,
    &missing_identity::RULE,
    &missing_image::RULE,
    &orphan_service::RULE,
    &privileged_port::RULE,
    &render_failed::RULE,
    &run_without_service::RULE,
    &scenario_without_action::RULE,
    &shell_length_comment::RULE,
    &stray_block_tag::RULE,
    &template_in_comment::RULE,
    &template_syntax::RULE,
    &tera1_incompatible::RULE,
    &too_many_arguments::RULE,
    &unclosed_block::RULE,
    &unclosed_tag::RULE,
    &undefined_variable::RULE,
    &unknown_argument::RULE,
    &unknown_component::RULE,
    &unknown_filter::RULE,
    &unknown_function::RULE,
    &unknown_macro::RULE,
    &unknown_rule::RULE,
    &unknown_tag::RULE,
    &unknown_template::RULE,
    &unknown_test::RULE,
    &unreadable_template::RULE,
    &unset_environment_variable::RULE,
    &unused_service::RULE,
    &volume_path::RULE,
    &unused_allow::RULE,
];
