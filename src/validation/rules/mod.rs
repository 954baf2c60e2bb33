//! The rules, one file each.
//!
//! To add a rule: write `my_rule.rs` with its `pub static RULE: Rule` (`unknown_filter.rs` is a short one to copy), and add
//! it to the two lists below, at its place in the alphabet. Its fixtures go to `tests/fixtures/rules/my-rule.toml`; the tests say what is missing.

use super::Rule;

mod argument_alias;
mod attribute_contradiction;
mod blank_value;
mod broad_glob;
mod circular_template;
mod collect_syntax;
mod contained_order;
mod contradictory_bounds;
mod counts_contradiction;
mod deep_nesting;
mod dependency_cycle;
mod deprecated_form;
pub(super) mod duplicate_key;
mod duplicate_name;
mod duplicate_pair;
mod duplicate_port;
mod duplicate_span_expectation;
mod empty_assertions;
mod empty_bound;
mod empty_expectation;
mod environment_name;
mod eq_with_bounds;
mod exists_contradiction;
mod graph_contradiction;
mod graph_cycle;
mod hardcoded_secret;
mod hermeticity_misplaced;
mod image_reference;
mod impossible_count;
mod incomplete_expression;
mod inert_table;
mod invalid_duration;
mod invalid_glob;
mod invalid_regex;
mod invalid_timestamp;
mod kind_contradiction;
mod large_scenario;
mod min_above_max;
mod misplaced_table;
mod missing_action;
mod missing_argument;
mod missing_description;
mod missing_identity;
mod missing_image;
mod missing_key;
mod missing_resources;
mod missing_sample_ratio;
mod missing_timeout;
pub(super) mod newline_in_string;
mod no_expectations;
mod order_cycle;
mod orphan_service;
mod otel_endpoint;
pub(super) mod out_of_range;
mod pair_arity;
pub(super) mod pairs_on_one_line;
mod parent_contradiction;
mod parent_self;
mod privileged_port;
mod rejected_by_clnrm_1;
mod render_failed;
mod repeated_blocks;
mod run_without_service;
mod scenario_name;
mod scenario_without_action;
mod self_edge;
mod shared_report_path;
mod shell_length_comment;
mod shell_operator;
mod shell_words;
mod spans_not_collected;
mod status_contradiction;
mod step_count_mismatch;
mod stray_block_tag;
mod template_in_comment;
mod template_syntax;
mod tera1_incompatible;
mod test_without_metadata;
pub(super) mod toml_syntax;
mod too_many_arguments;
mod unclosed_block;
mod unclosed_tag;
mod undefined_variable;
mod unknown_argument;
mod unknown_component;
mod unknown_filter;
mod unknown_function;
pub(super) mod unknown_key;
mod unknown_macro;
mod unknown_plugin;
pub(super) mod unknown_rule;
mod unknown_tag;
mod unknown_template;
mod unknown_test;
pub(super) mod unknown_value;
mod unmentioned_span;
mod unreadable_template;
mod unset_environment_variable;
pub(super) mod unused_allow;
mod unused_service;
mod volume_path;
mod window_self;
mod window_without_outer;
pub(super) mod wrong_type;
mod zero_limit;
mod zero_required;

/// Every rule, sorted by its code. One line each, so that two branches that add rules merge.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    &argument_alias::RULE,
    &attribute_contradiction::RULE,
    &blank_value::RULE,
    &broad_glob::RULE,
    &circular_template::RULE,
    &collect_syntax::RULE,
    &contained_order::RULE,
    &contradictory_bounds::RULE,
    &counts_contradiction::RULE,
    &deep_nesting::RULE,
    &dependency_cycle::RULE,
    &deprecated_form::RULE,
    &duplicate_key::RULE,
    &duplicate_name::RULE,
    &duplicate_pair::RULE,
    &duplicate_port::RULE,
    &duplicate_span_expectation::RULE,
    &empty_assertions::RULE,
    &empty_bound::RULE,
    &empty_expectation::RULE,
    &environment_name::RULE,
    &eq_with_bounds::RULE,
    &exists_contradiction::RULE,
    &graph_contradiction::RULE,
    &graph_cycle::RULE,
    &hardcoded_secret::RULE,
    &hermeticity_misplaced::RULE,
    &image_reference::RULE,
    &impossible_count::RULE,
    &incomplete_expression::RULE,
    &inert_table::RULE,
    &invalid_duration::RULE,
    &invalid_glob::RULE,
    &invalid_regex::RULE,
    &invalid_timestamp::RULE,
    &kind_contradiction::RULE,
    &large_scenario::RULE,
    &min_above_max::RULE,
    &misplaced_table::RULE,
    &missing_action::RULE,
    &missing_argument::RULE,
    &missing_description::RULE,
    &missing_identity::RULE,
    &missing_image::RULE,
    &missing_key::RULE,
    &missing_resources::RULE,
    &missing_sample_ratio::RULE,
    &missing_timeout::RULE,
    &newline_in_string::RULE,
    &no_expectations::RULE,
    &order_cycle::RULE,
    &orphan_service::RULE,
    &otel_endpoint::RULE,
    &out_of_range::RULE,
    &pair_arity::RULE,
    &pairs_on_one_line::RULE,
    &parent_contradiction::RULE,
    &parent_self::RULE,
    &privileged_port::RULE,
    &rejected_by_clnrm_1::RULE,
    &render_failed::RULE,
    &repeated_blocks::RULE,
    &run_without_service::RULE,
    &scenario_name::RULE,
    &scenario_without_action::RULE,
    &self_edge::RULE,
    &shared_report_path::RULE,
    &shell_length_comment::RULE,
    &shell_operator::RULE,
    &shell_words::RULE,
    &spans_not_collected::RULE,
    &status_contradiction::RULE,
    &step_count_mismatch::RULE,
    &stray_block_tag::RULE,
    &template_in_comment::RULE,
    &template_syntax::RULE,
    &tera1_incompatible::RULE,
    &test_without_metadata::RULE,
    &toml_syntax::RULE,
    &too_many_arguments::RULE,
    &unclosed_block::RULE,
    &unclosed_tag::RULE,
    &undefined_variable::RULE,
    &unknown_argument::RULE,
    &unknown_component::RULE,
    &unknown_filter::RULE,
    &unknown_function::RULE,
    &unknown_key::RULE,
    &unknown_macro::RULE,
    &unknown_plugin::RULE,
    &unknown_rule::RULE,
    &unknown_tag::RULE,
    &unknown_template::RULE,
    &unknown_test::RULE,
    &unknown_value::RULE,
    &unmentioned_span::RULE,
    &unreadable_template::RULE,
    &unset_environment_variable::RULE,
    &unused_allow::RULE,
    &unused_service::RULE,
    &volume_path::RULE,
    &window_self::RULE,
    &window_without_outer::RULE,
    &wrong_type::RULE,
    &zero_limit::RULE,
    &zero_required::RULE,
];
