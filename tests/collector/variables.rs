//! What programs are told.

use std::collections::BTreeMap;

use clnrm_lsp::collector::Identity;
use clnrm_lsp::collector::environment::{Recipient, TABLE, variables};
use clnrm_lsp::config::parse;

fn told(source: &str, image: &[(&str, &str)], freeze_clock: Option<&str>) -> BTreeMap<String, String> {
    let config = parse(source, &[], false).config;
    let image: Vec<(String, String)> = image.iter().map(|&(name, value)| (name.into(), value.into())).collect();
    let identity = Identity::new("20260101T000000Z-1f2e", "tests/a.clnrm.toml::pay it", 1, 0);
    let recipient = Recipient {
        otel: config.otel.as_ref(),
        service: "shop",
        port: 4318,
        identity: &identity,
        image: &image,
        seed: 42,
        freeze_clock,
    };
    variables(&recipient).into_iter().collect()
}

#[test]
fn all_that_may_be_set_is_in_the_table_and_the_other_way_round() {
    let source =
        "[otel]\nexporter = \"otlp\"\nprotocol = \"grpc\"\nsample_ratio = 0.5\nheaders = { \"x-team\" = \"a b\" }\n";
    let image = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://elsewhere:4318/v1/traces")];
    let told = told(source, &image, Some("2026-01-01T00:00:00Z"));
    let mut known: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    known.sort_unstable();
    assert_eq!(told.keys().collect::<Vec<_>>(), known);
    assert_eq!(told["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], "http://127.0.0.1:4318/v1/traces");
    assert_eq!(
        (told["OTEL_TRACES_SAMPLER"].as_str(), told["OTEL_TRACES_SAMPLER_ARG"].as_str()),
        ("traceidratio", "0.5")
    );
    assert_eq!(
        (told["OTEL_EXPORTER_OTLP_PROTOCOL"].as_str(), told["OTEL_EXPORTER_OTLP_HEADERS"].as_str()),
        ("grpc", "x-team=a%20b")
    );
    assert_eq!(told["SOURCE_DATE_EPOCH"], "1767225600");
}

#[test]
fn a_test_that_says_nothing_gets_every_span_at_once() {
    let told = told("", &[], None);
    assert_eq!(told["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://127.0.0.1:4318");
    assert_eq!((told["OTEL_TRACES_SAMPLER"].as_str(), told["OTEL_TRACES_EXPORTER"].as_str()), ("always_on", "otlp"));
    assert_eq!(
        told["OTEL_RESOURCE_ATTRIBUTES"],
        "clnrm.run.id=20260101T000000Z-1f2e,clnrm.scenario.id=tests/a.clnrm.toml::pay%20it"
    );
    assert!(!told.contains_key("OTEL_EXPORTER_OTLP_PROTOCOL") && !told.contains_key("SOURCE_DATE_EPOCH"));
}
