//! Logs, and spans and metrics as a collector sees them.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, FOUND, brief, broken, frame};
use crate::collector::{Collector, Received, Span};

const URI: &str = "file:///tests/a.clnrm.toml";
const TEMPLATE: &str = "file:///tests/a.clnrm.toml.tera";

/// A document that must be rendered.
fn template() -> String {
    format!("{{% set image = \"alpine:3.20\" %}}\n{}", CLEAN.replace("\"alpine:3.20\"", "\"{{ image }}\""))
}

/// A client that watches files itself. For another, all open documents are judged again once our own watch stands, which
/// would count.
fn watching() -> Value {
    json!({ "capabilities": { "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } } })
}

/// The names of the spans directly below `parent`, sorted.
fn below(received: &Received, parent: &Span) -> Vec<String> {
    let children = received.spans.iter().filter(|span| span.parent == parent.id && span.trace == parent.trace);
    let mut names: Vec<_> = children.map(|span| span.name.clone()).collect();
    names.sort_unstable();
    names
}

/// Says all that a session needs at the least to a server, and lets it end.
fn shortest_session(arguments: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut input = process.stdin.take().unwrap();
    let document = json!({ "uri": TEMPLATE, "languageId": "toml", "version": 1, "text": template() });
    for message in [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": { "processId": null, "rootUri": null, "capabilities": {} } }),
        json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
        json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }),
        json!({ "jsonrpc": "2.0", "method": "exit" }),
    ] {
        input.write_all(&frame(&message)).unwrap();
    }
    process.wait_with_output().unwrap()
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn check(arguments: &[&str], text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.clnrm.toml.tera"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"));
    command.current_dir(folder.path()).arg("--check").args(arguments).output().unwrap()
}

#[test]
fn a_change_is_a_tree_of_spans() {
    let collector = Collector::start();
    let mut client = Client::spawn(&["--trace-endpoint", &collector.endpoint]);
    client.initialize(watching());
    client.open(TEMPLATE, &template());
    assert_eq!(brief(&client.diagnostics(TEMPLATE, Some(1))), [""; 0]);
    client.open(URI, &broken());
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [FOUND]);

    let root = |uri: &'static str| {
        move |received: &Received| {
            let is_root = |span: &&Span| span.name == "watch.file_changed" && span.attributes["path"] == uri;
            received.spans.iter().find(is_root).map(|span| (span.clone(), below(received, span)))
        }
    };
    let (span, children) = collector.wait("the template", root(TEMPLATE));
    assert_eq!(children, ["watch.cache_lookup", "watch.parse", "watch.publish", "watch.render", "watch.validate"]);
    assert!(span.parent.is_empty());
    assert_eq!(span.service, "clnrm-lsp");
    assert_eq!(span.attributes["version"], "1");
    assert_eq!(span.attributes["source"], "editor");
    assert_eq!(span.attributes["hash"].len(), 64);
    let (_, children) = collector.wait("the plain document", root(URI));
    assert_eq!(children, ["watch.parse", "watch.publish", "watch.validate"]);
    collector.wait("attributes", |received| {
        let attribute = |span: &str, name: &str, value: &str| {
            received.spans.iter().any(|it| it.name == span && it.attributes.get(name).is_some_and(|it| it == value))
        };
        (attribute("watch.cache_lookup", "hit", "false")
            && attribute("watch.render", "template", "/tests/a.clnrm.toml.tera")
            && attribute("watch.validate", "findings", "1")
            && attribute("watch.publish", "diagnostics", "1"))
        .then_some(())
    });

    client.shut_down();
    let metrics =
        collector.wait("metrics", |received| (!received.metrics.is_empty()).then(|| received.metrics.clone()));
    assert_eq!(metrics["watch.file_changes_total"], 2.0);
    assert_eq!(metrics["watch.total_latency_ms"], 2.0);
    assert_eq!(metrics["watch.dev_loop_latency_ms"], 2.0);
    assert_eq!(metrics["watch.template_render_ms"], 1.0);
    assert_eq!(metrics["watch.toml_parse_ms"], 2.0);
    assert_eq!(metrics["watch.config_validate_ms"], 2.0);
    assert_eq!(metrics["watch.validation_duration_ms"], 5.0);
    assert_eq!(metrics["watch.cache_lookup_ms"], 1.0);
    assert_eq!(metrics["watch.cache_hit_rate"], 0.0);
    assert_eq!(metrics["cache.miss_rate"], 1.0);
    assert!(metrics["cache.memory_usage_bytes"] > 0.0);
}

#[test]
fn a_changed_file_on_disk_is_the_parent_of_what_it_makes_judged_again() {
    let collector = Collector::start();
    let folder = tempfile::tempdir().unwrap();
    let uri = format!("file://{}", folder.path().join("a.clnrm.toml").display());
    let settings = format!("file://{}", folder.path().join("cleanroom.toml").display());
    let mut client = Client::spawn(&["--trace-endpoint", &collector.endpoint]);
    client.initialize(watching());
    client.open(&uri, CLEAN);
    client.diagnostics(&uri, Some(1));
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": settings, "type": 2 }] }));
    client.diagnostics(&uri, Some(1));
    let children = collector.wait("the file on disk", |received| {
        let is_cause = |span: &&Span| span.attributes.get("source").is_some_and(|source| source == "disk");
        let children = below(received, received.spans.iter().find(is_cause)?);
        (!children.is_empty()).then_some(children)
    });
    assert_eq!(children, ["watch.recheck"]);
    client.shut_down();
}

#[test]
fn a_check_is_one_trace() {
    let collector = Collector::start();
    let ran = check(&["--trace-endpoint", &collector.endpoint], &template());
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(0), ""));
    // All is exported when the process has ended.
    collector.wait("the check", |received| {
        let root = received.spans.iter().find(|span| span.name == "check")?;
        assert!(root.parent.is_empty());
        assert_eq!(below(received, root), ["check.file"]);
        let file = received.spans.iter().find(|span| span.name == "check.file")?;
        assert_eq!(file.attributes["path"], "a.clnrm.toml.tera");
        let stages = ["watch.cache_lookup", "watch.parse", "watch.render", "watch.validate"];
        assert_eq!(below(received, file), stages);
        Some(())
    });
    let parsed = collector.wait("metrics", |received| received.metrics.get("watch.toml_parse_ms").copied());
    assert_eq!(parsed, 1.0);
}

#[test]
fn an_unreachable_endpoint_is_one_line_and_harms_nothing() {
    let ran = check(&["--trace-endpoint", &nobody()], &broken());
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("spans and metrics are not exported"), "{stderr}");
    assert_eq!(ran.stdout, check(&[], &broken()).stdout);

    let ran = shortest_session(&["--trace-endpoint", &nobody()]);
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_collector_that_never_answers_delays_the_end_by_a_second_at_most() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let mut client = Client::spawn(&["--trace-endpoint", &endpoint]);
    client.initialize(json!({}));
    client.open(URI, &broken());
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [FOUND]);
    let started = Instant::now();
    client.shut_down();
    // A second of waiting, and what a loaded machine needs for the rest.
    assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
}

#[test]
fn an_endpoint_that_is_none_is_wrong_usage() {
    for (endpoint, reason) in [("localhost", "it is no address"), ("https://localhost:4318", "only `http` is spoken")] {
        let ran = check(&["--trace-endpoint", endpoint], CLEAN);
        assert_eq!(ran.status.code(), Some(2), "{endpoint}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains(reason), "{endpoint}");
    }
}

#[test]
fn the_log_is_silent_unless_asked() {
    let ran = shortest_session(&[]);
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(0), ""));
    let ran = shortest_session(&["--log", "debug"]);
    assert!(!ran.stderr.is_empty());
}

#[test]
fn the_log_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.log");
    let ran = shortest_session(&["--log-file", file.to_str().unwrap(), "--trace-endpoint", &nobody()]);
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(0), ""));
    let log = fs::read_to_string(&file).unwrap();
    assert!(log.contains("clnrm_lsp::telemetry::http: spans and metrics are not exported"), "{log}");
}

#[test]
fn the_status_tells_metrics_and_settings() {
    let settings = json!({ "check": { "hints": false }, "variables": { "token": "secret" } });
    let mut parameters = watching();
    parameters["initializationOptions"] = json!({ "settings": settings });
    let mut client = Client::start(parameters);
    client.open(TEMPLATE, &template());
    client.diagnostics(TEMPLATE, Some(1));
    let status = client.request("clnrm/status", json!({})).unwrap();
    assert_eq!(status["fileChanges"], 1);
    for stage in ["render", "parse", "validate"] {
        assert_eq!(status["stagesMs"][stage]["count"], 1, "{stage}");
        assert!(status["stagesMs"][stage]["p95"].as_f64().unwrap() > 0.0, "{stage}");
    }
    assert_eq!(status["cache"]["missRate"], 1.0);
    assert_eq!(
        status["settings"],
        json!({ "level": "structure", "allCombinations": false, "hints": false, "variables": ["token"] })
    );
    client.shut_down();
}
