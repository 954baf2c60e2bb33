//! The variables that programs get so that their spans come here, soon and whole. What the test says itself always wins.

use super::Identity;
use crate::config::model::{Keyed, Otel, Scalar};

/// One variable of the table in `docs/collector.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injected {
    /// The variable.
    pub name: &'static str,
    /// What it is set to, for people.
    pub value: &'static str,
    /// Why.
    pub why: &'static str,
}

const fn row(name: &'static str, value: &'static str, why: &'static str) -> Injected {
    Injected { name, value, why }
}

/// All variables that [`variables`] may set.
pub const TABLE: &[Injected] = &[
    row("OTEL_SDK_DISABLED", "`false`", "images may switch the SDK off"),
    row("OTEL_TRACES_EXPORTER", "`otlp`; `console` or `none` as `otel.exporter` says", "images often set `none`"),
    row("OTEL_METRICS_EXPORTER", "`none`", "readers of metrics delay the end of a program by up to a minute"),
    row("OTEL_LOGS_EXPORTER", "`none`", "nothing asks for logs"),
    row("OTEL_EXPORTER_OTLP_ENDPOINT", "`http://127.0.0.1:PORT`", "the receiver; the SDK appends `/v1/traces`"),
    row(
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "the same with `/v1/traces`, where the image sets it",
        "the more special variable wins over the general one",
    ),
    row(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "`otel.protocol`, where it is set",
        "else the SDK's own: one port takes all of them",
    ),
    row("OTEL_EXPORTER_OTLP_HEADERS", "`otel.headers`, where there are any", "a program may look at them"),
    row("OTEL_EXPORTER_OTLP_COMPRESSION", "`none`", "computing time is scarcer than bytes"),
    row("OTEL_EXPORTER_OTLP_TIMEOUT", "`2000`", "the usual 10 s would hold up the end of a program"),
    row("OTEL_BSP_SCHEDULE_DELAY", "`100`", "the usual 5 s would bring spans late"),
    row("OTEL_BSP_EXPORT_TIMEOUT", "`2000`", "the usual 30 s would hold up the end of a program"),
    row("OTEL_BSP_MAX_QUEUE_SIZE", "`65536`", "the usual 2048 drop what comes at once"),
    row("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "`512`", "the usual size, whatever the image says"),
    row(
        "OTEL_TRACES_SAMPLER",
        "`always_on`, or `traceidratio` for an `otel.sample_ratio` below 1",
        "a test needs every span",
    ),
    row("OTEL_TRACES_SAMPLER_ARG", "`otel.sample_ratio` below 1", "the ratio of the sampler"),
    row("OTEL_SERVICE_NAME", "the name of the service in the test", "spans tell whose they are"),
    row(
        "OTEL_RESOURCE_ATTRIBUTES",
        "`otel.resources`, `clnrm.run.id`, `clnrm.scenario.id`",
        "spans tell which run they belong to",
    ),
    row("OTEL_PROPAGATORS", "`otel.propagators.use`, else `tracecontext,baggage`", "contexts pass between services"),
    row("TRACEPARENT", "the span of the scenario", "programs that read it join the trace of the scenario"),
    row("CLNRM_RUN_ID", "the run", "for programs without an SDK"),
    row("CLNRM_SEED", "`determinism.seed`, else that of the run", "random choices can be repeated"),
    row(
        "SOURCE_DATE_EPOCH",
        "`determinism.freeze_clock` in seconds, where it is set",
        "tools that know it write this time",
    ),
];

/// Variables of an image that make an SDK ignore all others.
pub const CONFIGURATION_FILES: [&str; 2] = ["OTEL_EXPERIMENTAL_CONFIG_FILE", "OTEL_CONFIG_FILE"];

/// For whom the variables are.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// `[otel]` of the test.
    pub otel: Option<&'a Otel>,
    /// The name of the service.
    pub service: &'a str,
    /// The port of its own loopback where the receiver is.
    pub port: u16,
    /// Who the scenario is.
    pub identity: &'a Identity,
    /// The variables of the image.
    pub image: &'a [(String, String)],
    /// Where random choices start from.
    pub seed: u64,
    /// The time that tools are told, as the test states it.
    pub freeze_clock: Option<&'a str>,
}

/// The variables for the programs of a service.
pub fn variables(recipient: &Recipient<'_>) -> Vec<(String, String)> {
    let Recipient { otel, service, port, identity, image, seed, freeze_clock } = *recipient;
    let endpoint = format!("http://127.0.0.1:{port}");
    let exporter = otel.and_then(|otel| otel.exporter.as_ref()?.known()).map(str::to_ascii_lowercase);
    let exporter = match exporter.as_deref() {
        Some("stdout" | "console") => "console",
        Some("none") => "none",
        _ => "otlp",
    };
    let mut variables = vec![
        ("OTEL_SDK_DISABLED", "false".to_owned()),
        ("OTEL_TRACES_EXPORTER", exporter.to_owned()),
        ("OTEL_METRICS_EXPORTER", "none".to_owned()),
        ("OTEL_LOGS_EXPORTER", "none".to_owned()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.clone()),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none".to_owned()),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2000".to_owned()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100".to_owned()),
        ("OTEL_BSP_EXPORT_TIMEOUT", "2000".to_owned()),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "65536".to_owned()),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "512".to_owned()),
        ("OTEL_SERVICE_NAME", service.to_owned()),
        ("OTEL_RESOURCE_ATTRIBUTES", resource_attributes(otel, identity)),
        ("OTEL_PROPAGATORS", propagators(otel)),
        ("TRACEPARENT", identity.traceparent()),
        ("CLNRM_RUN_ID", identity.run.clone()),
        ("CLNRM_SEED", seed.to_string()),
    ];
    match otel.and_then(|otel| otel.sample_ratio).map(|ratio| ratio.value) {
        Some(ratio) if ratio < 1.0 => {
            variables.push(("OTEL_TRACES_SAMPLER", "traceidratio".to_owned()));
            variables.push(("OTEL_TRACES_SAMPLER_ARG", ratio.to_string()));
        }
        _ => variables.push(("OTEL_TRACES_SAMPLER", "always_on".to_owned())),
    }
    if image.iter().any(|(name, _)| name == "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        variables.push(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("{endpoint}/v1/traces")));
    }
    if let Some(protocol) = otel.and_then(|otel| otel.protocol.as_ref()?.known()) {
        let protocol = if protocol.eq_ignore_ascii_case("json") { "http/json" } else { protocol };
        variables.push(("OTEL_EXPORTER_OTLP_PROTOCOL", protocol.to_ascii_lowercase()));
    }
    let headers = otel.map(|otel| pairs(&otel.headers).collect::<Vec<_>>()).unwrap_or_default();
    if !headers.is_empty() {
        variables.push(("OTEL_EXPORTER_OTLP_HEADERS", joined(headers)));
    }
    if let Some(time) = freeze_clock.and_then(|clock| clock.parse::<jiff::Timestamp>().ok()) {
        variables.push(("SOURCE_DATE_EPOCH", time.as_second().to_string()));
    }
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn propagators(otel: Option<&Otel>) -> String {
    let named = otel.iter().flat_map(|otel| &otel.propagators);
    let named: Vec<&str> = named.filter_map(|name| name.known()).collect();
    if named.is_empty() { "tracecontext,baggage".to_owned() } else { named.join(",") }
}

/// What the test says of its resources, then who the scenario is.
fn resource_attributes(otel: Option<&Otel>, identity: &Identity) -> String {
    let resources = otel.and_then(|otel| otel.resources.as_ref()).map(|it| it.value.as_slice()).unwrap_or_default();
    let ours = [
        ("clnrm.run.id".to_owned(), identity.run.clone()),
        ("clnrm.scenario.id".to_owned(), identity.scenario.clone()),
    ];
    joined(pairs(resources).chain(ours))
}

fn pairs(keyed: &[Keyed<Scalar>]) -> impl Iterator<Item = (String, String)> {
    keyed.iter().filter_map(|Keyed { key, value }| Some((key.known()?.to_owned(), text(value)?)))
}

fn joined(pairs: impl IntoIterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{}={}", encoded(&key), encoded(&value))).collect();
    pairs.join(",")
}

fn text(value: &Scalar) -> Option<String> {
    Some(match value {
        Scalar::Text(text) => text.known()?.to_owned(),
        Scalar::Integer(number) => number.value.to_string(),
        Scalar::Float(number) => number.value.to_string(),
        Scalar::Boolean(flag) => flag.value.to_string(),
        Scalar::Datetime(time) => time.value.clone(),
        Scalar::Array(_) | Scalar::Table(_) | Scalar::Unknown(_) => return None,
    })
}

/// As the header `baggage` has it: what separates is written as `%XX`.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b',' | b';' | b'=' | b'%' | b'"' | b'\\' | 0..=0x20 | 0x7f.. => encoded.push_str(&format!("%{byte:02X}")),
            other => encoded.push(char::from(other)),
        }
    }
    encoded
}
