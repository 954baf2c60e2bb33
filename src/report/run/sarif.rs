//! `--format sarif`: SARIF 2.1.0. A result for each failure; the rules are the kinds of failures. What says nothing about a test
//! (no engine) is a notification of the invocation.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::document::{FailureDocument, Place, RunDocument, TestDocument};
use crate::report::fingerprint::hash;
use crate::report::sarif::artifact;

/// Writes one JSON object and a line end.
pub fn write(run: &RunDocument, out: &mut dyn Write) -> io::Result<()> {
    let failures: Vec<_> = run.tests.iter().flat_map(|test| test.all_failures().map(move |it| (test, it.1))).collect();
    let rules: BTreeSet<&str> = failures.iter().map(|(_, failure)| failure.code.as_str()).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let described = rules.iter().map(|code| {
        json!({
            "id": code,
            "shortDescription": { "text": description(code) },
            "defaultConfiguration": { "level": "error" },
        })
    });
    let notifications = run.error.iter().map(|error| json!({ "level": "error", "message": { "text": error } }));
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "clnrm",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described.collect::<Value>(),
            }},
            "automationDetails": { "id": format!("clnrm/run/{}", run.run) },
            "invocations": [{
                "executionSuccessful": run.error.is_none(),
                "exitCode": run.exit_code,
                "startTimeUtc": run.started,
                "toolExecutionNotifications": notifications.collect::<Value>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": failures.iter().map(|(test, failure)| result(test, failure, &rules)).collect::<Value>(),
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn result(test: &TestDocument, failure: &FailureDocument, rules: &[&str]) -> Value {
    let mut text = failure.message.clone();
    for more in [&failure.detail, &failure.help.as_ref().map(|help| format!("help: {help}"))].into_iter().flatten() {
        text = format!("{text}\n{more}");
    }
    let related = failure.related.iter().map(|related| {
        let mut place = location(&related.place);
        place["message"] = json!({ "text": related.message });
        place
    });
    let related: Vec<Value> = related.collect();
    let mut result = json!({
        "ruleId": failure.code,
        "level": "error",
        "message": { "text": text },
        "locations": [location(&failure.place)],
        "partialFingerprints": { "clnrmFailure/v1": hash(&[&test.id, &failure.code, &failure.path]) },
        "properties": { "test": test.id, "path": failure.path },
    });
    if let Some(index) = rules.iter().position(|rule| *rule == failure.code) {
        result["ruleIndex"] = index.into();
    }
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn location(place: &Place) -> Value {
    let (start, end) = (place.start, place.end);
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&place.path, place.built_in),
        "region": { "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column },
    }})
}

/// What holds where nothing of this kind goes wrong.
fn description(code: &str) -> &'static str {
    match code {
        "expectation-failed" => "the spans of the run are what the test expects",
        "exit-status" => "a program ends with the status that is stated",
        "output-mismatch" => "a program writes what is stated",
        "command-not-started" => "a program can be started",
        "timed-out" => "a step or scenario ends in time",
        "service-not-ready" => "a service becomes ready, and stays",
        "image-unavailable" => "an image is there or can be pulled",
        "port-taken" => "a port of the host is free",
        "resource-exhausted" => "there is memory, disk and the like for the scenario",
        "engine-failed" => "the engine does what it is asked",
        "digest-differs" => "repetitions of a scenario do the same",
        "invalid-test" => "the test says clearly what it means",
        "not-hermetic" => "the scenario reaches no further than the test allows",
        _ => "the run goes well",
    }
}
