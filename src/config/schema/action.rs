//! `[[steps]]` and `[[scenario]]`.

use super::service::{COMMAND, ENVIRONMENT, ONE_OR_MORE, SECONDS};
use super::{
    COUNT, Choice, Content, DURATION, EVERYONE, NAME, RUN, Shape, TEXT, TEXTS, Table, TextRule, form, inert, key,
    refused, table,
};

/// One of `[[steps]]` or `[[scenario.steps]]`.
pub(super) static STEP: Table = table(&[
    inert("capture_stderr", "Whether to keep the error output; not interpreted by clnrm."),
    inert("capture_stdout", "Whether to keep the output; not interpreted by clnrm."),
    key(
        "command",
        COMMAND,
        "The command, one argument an item. clnrm 1.0 joins the items with blanks and gives them to `sh -c`.",
    )
    .required_unless(&["run"])
    .read_by(EVERYONE),
    key("continue_on_failure", Shape::Boolean, "Whether the steps behind run though this one failed.").default("false"),
    key("depends_on", ONE_OR_MORE, "Steps that must run first.").holds(Content::Step),
    key("description", TEXT, "What the step does."),
    key("env", ENVIRONMENT, "Environment variables of the command."),
    key("env_vars", ENVIRONMENT, "Environment variables of the command.").alias_of("env"),
    key("environment", ENVIRONMENT, "Environment variables of the command.").alias_of("env"),
    key("expected_exit_code", Shape::Integer(0, 255), "The exit code that means success.").default("0"),
    key("expected_output_contains", TEXT, "A text that the output must contain."),
    key("expected_output_regex", TEXT, "A regular expression (Rust syntax) that must match somewhere in the output.")
        .holds(Content::Regex)
        .read_by(RUN),
    key("expected_output_regex_not", TEXT, "A regular expression that must match nowhere in the output.")
        .holds(Content::Regex),
    key("max_retries", COUNT, "How often the command runs again where it fails."),
    key("name", NAME, "The step's name.").required().read_by(EVERYONE),
    key("retry", Shape::Table(&RETRY), "How the command runs again where it fails."),
    key(
        "retry_on_failure",
        Shape::Boolean,
        "Whether the command runs again where it fails: once, or `max_retries` times.",
    )
    .default("false"),
    key("run", NAME, "The command as one text, in place of `command`."),
    key("service", NAME, "The service that the command runs in.").holds(Content::Service).read_by(EVERYONE),
    key("should_fail", Shape::Boolean, "Whether the command is meant to end with another exit code than 0.")
        .default("false"),
    key("timeout", DURATION, "How long the command may take, such as `10s`."),
    key("timeout_ms", COUNT, "How long the command may take, in milliseconds."),
    key("workdir", TEXT, "Working directory of the command."),
    key("working_dir", TEXT, "Working directory of the command.").alias_of("workdir"),
])
.slips(&[
    ("args", "command"),
    ("cmd", "command"),
    ("contains", "expected_output_contains"),
    ("exit_code", "expected_exit_code"),
    ("expected_exit", "expected_exit_code"),
    ("expected_output", "expected_output_contains"),
    ("expected_regex", "expected_output_regex"),
    ("ignore_failure", "continue_on_failure"),
    ("regex", "expected_output_regex"),
]);

static RETRY: Table = table(&[
    key("delay", SECONDS, "Time between two attempts: seconds, or a text such as `500ms`."),
    key("max_attempts", Shape::Integer(1, i64::MAX), "How often the command runs at most, the first time included."),
]);

/// One `[[scenario]]`.
pub(super) static SCENARIO: Table = table(&[
    key("artifacts", Shape::Table(&ARTIFACTS), "What to keep of the run. Only collected spans can be checked.")
        .read_by(EVERYONE),
    inert("chaos_injection", "A fault to inject; not interpreted by clnrm.").unmet(),
    key("concurrent", Shape::Boolean, "Whether the steps may run at the same time.").default("false"),
    key(
        "deadline_ms",
        COUNT,
        "How long the scenario may take, in milliseconds; beside `timeout_ms` the shorter time counts.",
    ),
    key("depends_on", ONE_OR_MORE, "Scenarios that must run first.").holds(Content::Step),
    key("description", TEXT, "What the scenario shows."),
    key("expect_failure", Shape::Boolean, "Whether the programs of the scenario are meant to fail.").default("false"),
    inert("expect_partial_failure", "Whether parts of the scenario are meant to fail; not interpreted by clnrm.")
        .unmet(),
    inert("expect_success", "Whether the scenario is meant to succeed; not interpreted by clnrm."),
    key(
        "grace_period_ms",
        COUNT,
        "How long programs may take to end by themselves after they were told to, in milliseconds.",
    ),
    key("name", NAME, "The scenario's name.").required().read_by(EVERYONE),
    key(
        "parallel_services",
        ONE_OR_MORE,
        "Services that run while the scenario does, beside those that its steps name.",
    )
    .holds(Content::Service),
    key("policy", Shape::Table(&POLICY), "What the commands may use and do. Never enforced by clnrm 1.0."),
    key(
        "run",
        RUN_SHAPE,
        "The command. It is split into words like in a shell; there are no pipes unless it is `sh -c '…'`.",
    )
    .read_by(EVERYONE),
    key("service", NAME, "The service that the command runs in.").holds(Content::Service).read_by(EVERYONE),
    key("steps", Shape::Tables(&STEP), "Steps in place of one command. clnrm 1.0 checks them and never runs them.")
        .read_by(EVERYONE),
    key("timeout_ms", COUNT, "How long the scenario may take, in milliseconds."),
    inert("timeout_strategy", "What to do when the time is over; not interpreted by clnrm.").unmet(),
])
.slips(&[("command", "run"), ("cmd", "run"), ("step", "steps"), ("collect", "artifacts"), ("timeout", "timeout_ms")]);

const RUN_SHAPE: Shape = Shape::Forms(&[form(TEXT), refused(Shape::List(&RUN_ITEM), "`run` as a list")]);

static RUN_ITEM: Shape = Shape::Forms(&[form(Shape::Table(&RUN_COMMAND)), form(TEXT)]);

static RUN_COMMAND: Table = table(&[
    key("command", COMMAND, "The command."),
    key("service", NAME, "The service that the command runs in.").holds(Content::Service),
    key("timeout_ms", COUNT, "How long the command may take, in milliseconds."),
]);

static ARTIFACTS: Table =
    table(&[key("collect", TEXTS, "What to keep: `spans:NAME`, `logs:stdout`, `logs:stderr`, `files:PATH`.")
        .holds(Content::Usual(ARTIFACT_KINDS))
        .required()
        .read_by(EVERYONE)]);

static POLICY: Table = table(&[
    key(
        "allowed_network_hosts",
        TEXTS,
        "Hosts that may be reached; not interpreted by clnrm: a network is open or closed as a whole.",
    )
    .unmet(),
    key(
        "disallowed_commands",
        TEXTS,
        "Programs that no step may name as its command. What a program starts itself is not looked at.",
    ),
    key(
        "max_cpu_usage",
        Shape::Number(0.0, 1.0),
        "Part of one processor that each container of the scenario may use at most, from `0.0` to `1.0`.",
    ),
    key("max_execution_time", COUNT, "How long the scenario may take, in seconds."),
    key("max_memory_mb", COUNT, "Memory that each container of the scenario may use at most, in MiB."),
    key(
        "security_level",
        Shape::Text(TextRule::Choice(&SECURITY_LEVEL)),
        "How strict to be; not interpreted by clnrm: every run is as strict as it can be.",
    )
    .unmet(),
]);

static SECURITY_LEVEL: Choice =
    Choice { what: "security level", values: &["low", "medium", "high"], also: &[], slips: &[], strict: false };

const ARTIFACT_KINDS: &[&str] = &["spans:default", "logs:stdout", "logs:stderr", "logs:all", "files:/"];
