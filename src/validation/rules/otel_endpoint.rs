//! An exporter and its endpoint.

use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "otel-endpoint",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "an exporter has no endpoint, which clnrm 1.0 needs, or an endpoint that it does not use",
    explanation: "`otlp`, `otlp-http` and `otlp-grpc` send spans over the network. A run of `clnrm` tells programs its own address, so it needs no \
                  `endpoint`. clnrm 1.0 takes the SDK's default without one (`http://localhost:4318`), which depends on the environment. \
                  `stdout` and `none` send nothing, so an `endpoint` beside them has no effect.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "otlp"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "otlp"
endpoint = "http://localhost:4318"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(otel) = &subject.config.otel else { return };
    let Some(exporter) = &otel.exporter else { return };
    let Some(name) = exporter.known() else { return };
    match &otel.endpoint {
        None if is_one_of(name, &["otlp", "otlp-http", "otlp-grpc"]) && subject.is_whole() => {
            let finding = Finding::new(
                &RULE,
                exporter.content,
                format!("exporter `{name}` has no `endpoint`, which clnrm 1.0 needs"),
            )
            .help("where it is read by clnrm 1.0, add one, as in `endpoint = \"http://localhost:4318\"`");
            findings.push(match otel.header.slice(subject.text) {
                Some("[otel]") => {
                    let port = if name.eq_ignore_ascii_case("otlp-grpc") { 4317 } else { 4318 };
                    let line = format!("\nendpoint = \"http://localhost:{port}\"");
                    finding.fix(Fix::replace("send to the default endpoint", Span::at(otel.header.end), line).guess())
                }
                _ => finding,
            });
        }
        // `stdout://…` says no more than the exporter does.
        Some(endpoint)
            if is_one_of(name, &["stdout", "none"])
                && !endpoint.known().is_none_or(|url| url.starts_with("stdout")) =>
        {
            findings.push(
                Finding::new(&RULE, endpoint.content, format!("exporter `{name}` sends nothing to an endpoint"))
                    .related(exporter.content, "the exporter")
                    .help("remove it, or write `exporter = \"otlp\"`"),
            );
        }
        _ => {}
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}
