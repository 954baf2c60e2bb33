//! The variables that programs get so that their spans come here, soon and whole. What the test says itself always wins.

use sha2::{Digest as _, Sha256};

use crate::config::model::{Keyed, Scalar};
use crate::executor::plan::PlannedTest;
use crate::executor::{RunId, ScenarioId};
use crate::trace::SpanId;

/// Who a scenario is in the spans of its programs.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The run.
    pub run: RunId,
    /// The scenario.
    pub scenario: ScenarioId,
    /// The trace that programs are told to take part in.
    trace: [u8; 16],
    /// The span of the scenario in it, the parent of their spans.
    span: [u8; 8],
}

impl Identity {
    /// That of one attempt at a scenario.
    pub fn new(run: &RunId, scenario: &ScenarioId, attempt: u32, round: usize) -> Self {
        let digest = Sha256::digest(format!("{run}\0{scenario}\0{attempt}\0{round}"));
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&digest[..16]);
        span.copy_from_slice(&digest[16..24]);
        // All zero is no id.
        trace[0] |= 1;
        span[0] |= 1;
        Self { run: run.clone(), scenario: scenario.clone(), trace, span }
    }

    /// The id of the scenario's span.
    pub fn span_id(&self) -> SpanId {
        self.span.into()
    }

    fn traceparent(&self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("00-{}-{}-01", hex(&self.trace), hex(&self.span))
    }
}

/// The variables for the programs of a service, whose receiver is at `port` of their loopback.
pub fn variables(
    test: &PlannedTest,
    service: &str,
    port: u16,
    identity: &Identity,
    image: &[(String, String)],
    seed: u64,
) -> Vec<(String, String)> {
    let otel = test.analysis.config.otel.as_ref();
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
        ("OTEL_PROPAGATORS", propagators(test)),
        ("TRACEPARENT", identity.traceparent()),
        ("CLNRM_RUN_ID", identity.run.to_string()),
        ("CLNRM_SEED", test.seed.unwrap_or(seed).to_string()),
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
    if let Some(clock) = &test.freeze_clock
        && let Ok(time) = clock.parse::<jiff::Timestamp>()
    {
        variables.push(("SOURCE_DATE_EPOCH", time.as_second().to_string()));
    }
    variables.push(("OTEL_RESOURCE_ATTRIBUTES", resource_attributes(test, identity)));
    variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn propagators(test: &PlannedTest) -> String {
    let named = test.analysis.config.otel.iter().flat_map(|otel| &otel.propagators);
    let named: Vec<&str> = named.filter_map(|name| name.known()).collect();
    if named.is_empty() { "tracecontext,baggage".to_owned() } else { named.join(",") }
}

/// What the test says of its resources, then who the scenario is.
fn resource_attributes(test: &PlannedTest, identity: &Identity) -> String {
    let otel = test.analysis.config.otel.as_ref();
    let resources = otel.and_then(|otel| otel.resources.as_ref()).map(|it| it.value.as_slice()).unwrap_or_default();
    let own = resources.iter().filter_map(|Keyed { key, value }| Some((key.known()?.to_owned(), text(value)?)));
    let ours = [
        ("clnrm.run.id".to_owned(), identity.run.to_string()),
        ("clnrm.scenario.id".to_owned(), identity.scenario.to_string()),
    ];
    let pairs: Vec<String> =
        own.chain(ours).map(|(key, value)| format!("{}={}", encoded(&key), encoded(&value))).collect();
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
