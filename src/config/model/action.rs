//! What a test does: `[[steps]]` and `[[scenario]]`.

use super::{EnvironmentVariable, Spanned, Text};
use crate::text::Span;

/// One step, at top level or in a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The header `[[steps]]`, or the braces of an inline table.
    pub header: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `command` as a list; one element for a text.
    pub command: Option<Spanned<Vec<Text>>>,
    /// Whether `command` is one text (to be split like a shell would).
    pub command_is_text: bool,
    /// `run` (chaos dialect).
    pub run: Option<Text>,
    /// `service`.
    pub service: Option<Text>,
    /// `expected_output_regex`.
    pub expected_output_regex: Option<Text>,
    /// `expected_output_regex_not`.
    pub expected_output_regex_not: Option<Text>,
    /// `expected_output_contains`.
    pub expected_output_contains: Option<Text>,
    /// `expected_exit_code`.
    pub expected_exit_code: Option<Spanned<i64>>,
    /// `workdir`.
    pub workdir: Option<Text>,
    /// `env`.
    pub env: Vec<EnvironmentVariable>,
    /// `timeout`, a duration text.
    pub timeout: Option<Text>,
    /// `timeout_ms`.
    pub timeout_ms: Option<Spanned<i64>>,
    /// `depends_on`: names of other steps.
    pub depends_on: Vec<Text>,
    /// `continue_on_failure`.
    pub continue_on_failure: Option<Spanned<bool>>,
    /// `should_fail`: the command is meant to end with another status than 0.
    pub should_fail: Option<Spanned<bool>>,
    /// How often the command runs again where it fails: `max_retries`, `retry.max_attempts` less one, or 1 for
    /// `retry_on_failure = true` alone.
    pub retries: Option<Spanned<i64>>,
    /// `retry.delay`, in milliseconds.
    pub retry_delay_ms: Option<Spanned<f64>>,
    /// `description`.
    pub description: Option<Text>,
}

/// One scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// The header `[[scenario]]`.
    pub header: Span,
    /// `name`.
    pub name: Option<Text>,
    /// `service`.
    pub service: Option<Text>,
    /// `run`.
    pub run: Option<Run>,
    /// `[[scenario.steps]]`.
    pub steps: Vec<Step>,
    /// `concurrent`.
    pub concurrent: Option<Spanned<bool>>,
    /// `timeout_ms`.
    pub timeout_ms: Option<Spanned<i64>>,
    /// `artifacts.collect`.
    pub collect: Vec<Text>,
    /// `description`.
    pub description: Option<Text>,
    /// `depends_on`: names of other scenarios.
    pub depends_on: Vec<Text>,
    /// `expect_failure`: the programs of the scenario are meant to fail.
    pub expect_failure: Option<Spanned<bool>>,
    /// `deadline_ms`.
    pub deadline_ms: Option<Spanned<i64>>,
    /// `grace_period_ms`.
    pub grace_period_ms: Option<Spanned<i64>>,
    /// `parallel_services`: names of services that run beside those that the steps name.
    pub parallel_services: Vec<Text>,
    /// `policy`.
    pub policy: Policy,
}

/// What the commands of a scenario may use and do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// `max_execution_time`, in seconds.
    pub max_execution_time: Option<Spanned<i64>>,
    /// `max_memory_mb`.
    pub max_memory_mb: Option<Spanned<i64>>,
    /// `max_cpu_usage`: a part of one processor.
    pub max_cpu_usage: Option<Spanned<f64>>,
    /// `disallowed_commands`.
    pub disallowed_commands: Vec<Text>,
}

/// The `run` of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    /// One command, split by the shell-like tokenizer.
    Command(Text),
    /// The chaos dialect's list.
    List(Spanned<Vec<RunCommand>>),
}

/// One item of a `run` list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunCommand {
    /// The braces.
    pub span: Span,
    /// `service`.
    pub service: Option<Text>,
    /// `command`; one element for a text.
    pub command: Option<Spanned<Vec<Text>>>,
    /// Whether `command` is one text (to be split like a shell would).
    pub command_is_text: bool,
    /// `timeout_ms`.
    pub timeout_ms: Option<Spanned<i64>>,
}
