//! `[services.NAME]` and `[service.NAME]`.

use super::{
    COUNT, Content, DURATION, EVERYONE, NAME, RUN, Shape, TEXT, TEXTS, Table, TextRule, form, inert, key, refused,
    table,
};

/// The value of one service.
pub(super) static SERVICE_SHAPE: Shape = Shape::Table(&SERVICE);

static SERVICE: Table = table(&[
    key("args", TEXTS, "The command of the container, one argument an item."),
    inert("capabilities", "What the service can do; not interpreted by clnrm.").unmet(),
    key("command", COMMAND, "The command of the container; `args` in clnrm 1.0."),
    inert("context", "A prompt for a language model; not interpreted by clnrm."),
    key("cpu_limit", PROCESSORS, "Processors that the container may use, such as `0.5`."),
    key("default_model", Shape::Any, "The model of a language-model service."),
    key("depends_on", ONE_OR_MORE, "Services that must run first.").holds(Content::Service),
    inert("description", "What the service is for; not interpreted by clnrm."),
    inert("endpoint", "Where the service answers; not interpreted by clnrm.").unmet(),
    key("env", ENVIRONMENT, "Environment variables of the container.").read_by(EVERYONE),
    key("env_vars", ENVIRONMENT, "Environment variables of the container.").alias_of("env"),
    key("environment", ENVIRONMENT, "Environment variables of the container.").alias_of("env"),
    inert("expose", "Ports for other containers; not interpreted by clnrm."),
    key(
        "extends",
        NAME,
        "A template with the settings that the service does not set itself. A run reads no such template.",
    )
    .unmet(),
    key("health_check", HEALTH_CHECK, "The command that tells whether the service is ready."),
    key("healthcheck", HEALTH_CHECK, "The command that tells whether the service is ready.").alias_of("health_check"),
    key("image", NAME, "The container image, such as `alpine:3.20`.").holds(Content::Image).read_by(EVERYONE),
    key("limits", Shape::Table(&LIMITS), "What the container may use."),
    key("max_model_len", Shape::Any, "How many tokens a `vllm` takes at most."),
    key("max_num_seqs", Shape::Any, "How many requests a `vllm` answers at a time."),
    key("memory_limit", MEMORY, "Memory that the container may use, such as `256m`."),
    key("model", Shape::Any, "The model of a `vllm` or `tgi` service."),
    key("model_id", Shape::Any, "The model of a `vllm` or `tgi` service."),
    inert("name", "Another name of the service; the key in `[services]` is its name."),
    key(
        "network",
        NETWORK,
        "The network of the container: `none`, `internal` (the default where there are several services) or `open`.",
    ),
    key("password", TEXT, "Password of a `surrealdb` service.").read_by(RUN).default("\"root\""),
    inert("personality", "A prompt for a language model; not interpreted by clnrm."),
    key("plugin", NAME, "The kind of service, such as `generic_container` or `surrealdb`.")
        .holds(Content::ServiceKind)
        .read_by(EVERYONE)
        .default("\"generic_container\""),
    key(
        "ports",
        Shape::List(&PORT),
        "Ports to publish: `8080` for the same port on both sides, or `\"8080:80\"` (host, then container).",
    )
    .read_by(EVERYONE),
    inert("privileged", "Whether the container may do everything; not interpreted by clnrm.").unmet(),
    inert("readiness", "How to wait for the service; not interpreted by clnrm.").unmet(),
    key("resources", Shape::Table(&LIMITS), "What the container may use.").alias_of("limits"),
    inert("restart", "Restart policy; not interpreted by clnrm.").unmet(),
    key("strict", Shape::Boolean, "Whether a `surrealdb` service is strict.").read_by(RUN).default("false"),
    key("tensor_parallel_size", Shape::Any, "Over how many graphics processors a `vllm` or `tgi` spreads its model."),
    key("timeout", SECONDS, "How long the start may take: seconds, or a text such as `30s`.").default("60"),
    key("timeout_sec", SECONDS, "How long the start may take, in seconds.").alias_of("timeout"),
    key("type", NAME, "The kind of service in the older dialect; `plugin` wins where it names a known kind.")
        .holds(Content::ServiceKind),
    key("user", USER, "The user whose rights the programs have: a name or number that the image knows."),
    key("username", TEXT, "User of a `surrealdb` service.").read_by(RUN).default("\"root\""),
    key(
        "volumes",
        Shape::List(&VOLUME),
        "Directories of the host to mount: tables, or texts such as `\"/data:/data:ro\"`.",
    )
    .read_by(EVERYONE),
    inert("wait_for_ready", "Whether to wait for the service; not interpreted by clnrm.").unmet(),
    key("wait_for_span", NAME, "The service is ready when a span of this name was seen.").holds(Content::Span),
    key("wait_for_span_timeout_secs", COUNT, "How long to wait for `wait_for_span`, in seconds.").default("30"),
    key("wait_log_message", TEXT, "The service is ready when what it writes has this text."),
    key(
        "wait_strategy",
        NAME,
        "What tells that the service is ready: `log` (with `wait_log_message`), `port`, `health`, `exit` or `none`.",
    )
    .holds(Content::Usual(&["log", "port", "health", "exit", "none"])),
    key("workdir", TEXT, "Working directory of the programs."),
    key("working_dir", TEXT, "Working directory of the programs.").alias_of("workdir"),
])
.slips(&[
    ("cmd", "command"),
    ("env_variables", "env"),
    ("envs", "env"),
    ("health", "health_check"),
    ("kind", "type"),
    ("mounts", "volumes"),
    ("port", "ports"),
]);

const USER: Shape = Shape::Forms(&[form(TEXT), form(COUNT)]);

/// A list of names, or one name.
pub(super) const ONE_OR_MORE: Shape = Shape::Forms(&[form(TEXTS), form(NAME)]);

static LIMITS: Table = table(&[
    key("cpu", PROCESSORS, "Processors, such as `0.5`.").alias_of("cpu_limit"),
    key("cpu_limit", PROCESSORS, "Processors, such as `0.5`."),
    key("cpu_millicores", COUNT, "Thousandths of a processor."),
    key("memory", MEMORY, "Memory, such as `256m`.").alias_of("memory_limit"),
    key("memory_limit", MEMORY, "Memory, such as `256m`."),
    key("memory_mb", COUNT, "Memory, in MiB."),
])
.slips(&[("cpus", "cpu_limit"), ("mem_limit", "memory_limit")]);

const PROCESSORS: Shape = Shape::Forms(&[form(TEXT), form(Shape::Number(0.0, f64::MAX))]);

const MEMORY: Shape = Shape::Forms(&[form(TEXT), form(COUNT)]);

const NETWORK: Shape = Shape::Forms(&[form(NAME), form(Shape::Table(&NETWORK_TABLE))]);

static NETWORK_TABLE: Table = table(&[
    inert("allowed_hosts", "Hosts that may be reached; not interpreted by clnrm.").unmet(),
    key("external_access", Shape::Boolean, "Whether the container may reach the outside world.").default("false"),
    key("mode", NAME, "`none`, `internal` or `open`.").holds(Content::Usual(&["none", "internal", "open"])),
]);

/// Environment variables.
pub(super) const ENVIRONMENT: Shape = Shape::Forms(&[
    form(Shape::Map(&ENVIRONMENT_VALUE)),
    refused(TEXTS, "environment variables as a list of `NAME=value`"),
]);

static ENVIRONMENT_VALUE: Shape = Shape::Forms(&[
    form(TEXT),
    refused(Shape::Integer(i64::MIN, i64::MAX), "environment variables that are no texts"),
    refused(Shape::Number(f64::MIN, f64::MAX), "environment variables that are no texts"),
    refused(Shape::Boolean, "environment variables that are no texts"),
]);

/// A command as a list, or as one text.
pub(super) const COMMAND: Shape = Shape::Forms(&[form(TEXTS), refused(NAME, "commands as one text")]);

const PORT_NUMBER: Shape = Shape::Integer(1, 65535);

static PORT: Shape = Shape::Forms(&[
    form(PORT_NUMBER),
    refused(Shape::Text(TextRule::Port), "ports as texts"),
    refused(Shape::Table(&PORT_TABLE), "ports as tables"),
]);

static PORT_TABLE: Table = table(&[
    key("container", PORT_NUMBER, "The port in the container.").required(),
    key("host", PORT_NUMBER, "The port on the host; any free one where it is missing."),
    inert("name", "What the port is for; not interpreted by clnrm."),
    key("protocol", TEXT, "`tcp`, `udp` or `sctp`.").holds(Content::Usual(&["tcp", "udp", "sctp"])).default("\"tcp\""),
])
.slips(&[("container_port", "container"), ("host_port", "host"), ("published", "host"), ("target", "container")]);

static VOLUME: Shape = Shape::Forms(&[form(Shape::Table(&VOLUME_TABLE)), refused(NAME, "volumes as texts")]);

static VOLUME_TABLE: Table = table(&[
    key("container_path", NAME, "Absolute path in the container.").required().read_by(EVERYONE),
    key("host_path", NAME, "Absolute path on the host.").required().read_by(EVERYONE),
    key("read_only", Shape::Boolean, "Whether the container may only read.").read_by(RUN).default("false"),
])
.slips(&[
    ("host", "host_path"),
    ("container", "container_path"),
    ("source", "host_path"),
    ("target", "container_path"),
    ("readonly", "read_only"),
]);

const HEALTH_CHECK: Shape = Shape::Forms(&[
    form(Shape::Table(&HEALTH_CHECK_TABLE)),
    refused(NAME, "health checks as one text"),
    refused(TEXTS, "health checks as a list"),
]);

static HEALTH_CHECK_TABLE: Table = table(&[
    key("cmd", COMMAND, "The command; exit code 0 means ready.").read_by(RUN),
    key("command", COMMAND, "The command; exit code 0 means ready.").alias_of("cmd"),
    key("interval", SECONDS, "Time between two probes: seconds, or a text such as `10s`."),
    key("retries", COUNT, "How many probes may fail."),
    key("start_period", SECONDS, "Time before failures count."),
    key("timeout", SECONDS, "Time for one probe: seconds, or a text such as `5s`."),
    inert("type", "The kind of probe; not interpreted by clnrm.").unmet(),
]);

pub(super) const SECONDS: Shape = Shape::Forms(&[
    form(COUNT),
    refused(Shape::Number(0.0, f64::MAX), "durations with fractions of a second"),
    refused(DURATION, "durations as texts in a health check"),
]);
