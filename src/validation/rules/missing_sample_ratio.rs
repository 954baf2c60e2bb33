//! `[otel]` without `sample_ratio`.

use crate::text::Span;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "missing-sample-ratio",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "`[otel]` does not say which share of the traces is sampled",
    explanation: "Without `sample_ratio` all traces are sampled, which is what a test needs. Written out it also overrides an \
                  `OTEL_TRACES_SAMPLER_ARG` of the machine; clnrm 1.0's `lint` asks for it.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "stdout"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[otel]
exporter = "stdout"
sample_ratio = 1.0

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(otel) = &subject.config.otel else { return };
    let Some(exporter) = &otel.exporter else { return };
    let exports_nothing = exporter.known().is_none_or(|name| name.eq_ignore_ascii_case("none"));
    if otel.sample_ratio.is_some() || exports_nothing || !subject.is_whole() {
        return;
    }
    let finding = Finding::new(&RULE, otel.header, "`[otel]` does not say which share of the traces is sampled")
        .help("add `sample_ratio = 1.0` to keep all of them");
    findings.push(match otel.header.slice(subject.text) {
        Some("[otel]") => {
            let line = "\nsample_ratio = 1.0";
            finding.fix(Fix::replace("add `sample_ratio = 1.0`", Span::at(otel.header.end), line).guess())
        }
        _ => finding,
    });
}
