//! Nothing that one client or one request does keeps the others waiting.
//!
//! A test here fails only when an answer does not come at all while something else blocks; how fast answers come is measured in
//! the benchmarks.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, FOUND, brief, broken};

const URI: &str = "file:///tests/a.clnrm.toml";

/// So much to render that requests come before its end.
const NUMBERS: &str =
    "{% for a in range(end=200) %}{% for b in range(end=200) %}# {{ a * b }}\n{% endfor %}{% endfor %}";

/// A client that says it can do everything for which the server might ask it something.
fn able() -> Value {
    json!({ "capabilities": { "workspace": {
        "configuration": true,
        "didChangeWatchedFiles": { "dynamicRegistration": true },
        "didChangeConfiguration": { "dynamicRegistration": true },
        "diagnostics": { "refreshSupport": true },
    } } })
}

#[test]
fn a_client_that_never_answers_is_served_all_the_same() {
    let mut client = Client::spawn(&[]);
    client.configuration = None;
    client.initialize(able());
    for version in 2..40 {
        if version == 2 {
            client.open(URI, CLEAN);
        }
        client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
        client.replace(URI, version, &broken());
        assert_eq!(brief(&client.diagnostics(URI, Some(version))), [FOUND]);
    }
    client.shut_down();
}

#[test]
fn what_the_text_alone_says_waits_for_no_render() {
    const TEMPLATE: &str = "file:///tests/a.clnrm.toml.tera";
    let mut client = Client::start(json!({ "capabilities": {} }));
    client.open(TEMPLATE, &format!("{CLEAN}{NUMBERS}"));
    let document = json!({ "uri": TEMPLATE });
    let start = json!({ "line": 0, "character": 1 });
    for method in [
        "textDocument/documentSymbol",
        "textDocument/foldingRange",
        "textDocument/semanticTokens/full",
        "textDocument/selectionRange",
        "textDocument/linkedEditingRange",
    ] {
        let params = json!({ "textDocument": document, "position": start, "positions": [start] });
        client.request(method, params).unwrap();
        assert_eq!(client.received("textDocument/publishDiagnostics").count(), 0, "{method}");
    }
    client.diagnostics(TEMPLATE, Some(1));
    client.shut_down();
}

#[test]
fn what_somebody_types_is_completed_while_it_is_rendered() {
    const TEMPLATE: &str = "file:///tests/a.clnrm.toml.tera";
    let mut client = Client::start(json!({ "capabilities": {} }));
    let head = "{% macro m(first, second) %}{{ first }}{% endmacro %}\n[services.looped_{{ 1 + 1 }}]\n";
    client.open(TEMPLATE, head);
    client.diagnostics(TEMPLATE, Some(1));
    // A new service, and a reference that is being written.
    let typed = format!("{head}[services.typed]\n[[steps]]\nservice = \"\"\n{{{{ self::m( }}}}\n{NUMBERS}");
    client.replace(TEMPLATE, 2, &typed);
    let document = json!({ "uri": TEMPLATE });
    let completed = json!({ "textDocument": document, "position": { "line": 4, "character": 11 } });
    let answer = client.request("textDocument/completion", completed).unwrap();
    let labels: Vec<&str> =
        answer["items"].as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["looped_2", "typed"], "what was known, and what the text says");
    let called = json!({ "textDocument": document, "position": { "line": 5, "character": 11 } });
    let answer = client.request("textDocument/signatureHelp", called).unwrap();
    assert_eq!(answer["signatures"][0]["label"], "self::m(first, second)");
    assert_eq!(client.received("textDocument/publishDiagnostics").count(), 0, "the render had ended before");
    client.diagnostics(TEMPLATE, Some(2));
    client.shut_down();
}

#[test]
fn hints_are_shown_while_it_is_rendered_and_asked_for_again_behind_that() {
    const TEMPLATE: &str = "file:///tests/a.clnrm.toml.tera";
    let refreshes = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    let mut client = Client::start(json!({ "capabilities": refreshes }));
    let head = "{% macro m(first) %}{{ first }}{% endmacro %}\n[vars]\na = 1\n[meta]\nname = \"{{ vars.a + 1 }}\"\n";
    client.open(TEMPLATE, head);
    client.diagnostics(TEMPLATE, Some(1));
    // The tag that is known is on another line; of the others only the name of a parameter can be known.
    let typed = format!(
        "# typed\n{head}description = \"{{{{ 3 + 3 }}}}\"\n[[steps]]\nname = \"{{{{ self::m(5) }}}}\"\n{NUMBERS}"
    );
    client.replace(TEMPLATE, 2, &typed);
    let hints = |client: &mut Client| -> Vec<(u64, String)> {
        let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
        let params = json!({ "textDocument": { "uri": TEMPLATE }, "range": all });
        let answer = client.request("textDocument/inlayHint", params).unwrap();
        let shown =
            |hint: &Value| (hint["position"]["line"].as_u64().unwrap(), hint["label"].as_str().unwrap().to_owned());
        answer.as_array().unwrap().iter().map(shown).collect()
    };
    let hint = |line: u64, label: &str| (line, label.to_owned());
    assert_eq!(hints(&mut client), [hint(5, "= 2"), hint(8, "first:")]);
    assert_eq!(client.received("textDocument/publishDiagnostics").count(), 0, "the render had ended before");
    client.wait("the news of hints", |message| message["method"] == "workspace/inlayHint/refresh");
    assert_eq!(hints(&mut client), [hint(1, "= 5"), hint(5, "= 2"), hint(6, "= 6"), hint(8, "first:"), hint(8, "= 5")]);
    client.shut_down();
}

#[test]
fn two_hundred_pending_requests_delay_no_other() {
    let mut client = Client::start(json!({ "capabilities": { "textDocument": { "diagnostic": {} } } }));
    client.open(URI, &large());
    let pulls: Vec<_> = (0..200)
        .map(|round| {
            client.replace(URI, round + 2, &format!("{}# {round}\n", large()));
            client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }))
        })
        .collect();
    client.request("clnrm/status", json!({})).unwrap();
    for id in pulls {
        client.answer(&json!(id)).unwrap();
    }
    client.shut_down();
}

#[test]
fn a_request_is_cancelled_while_work_runs() {
    let mut client = Client::start(json!({ "capabilities": { "textDocument": { "diagnostic": {} } } }));
    client.open(URI, &large());
    let mut cancelled = 0;
    for round in 0..20 {
        client.replace(URI, round + 2, &format!("{}# {round}\n", large()));
        let id = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": URI } }));
        client.notify("$/cancelRequest", json!({ "id": id }));
        match client.answer(&json!(id)) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error["code"], -32800);
                cancelled += 1;
            }
        }
    }
    assert!(cancelled > 0, "no request was ever under way when it was cancelled");
    assert_eq!(client.pull(URI), client.pull(URI));
    client.shut_down();
}

#[test]
fn a_slow_reader_gets_the_newest_and_no_backlog() {
    let mut client = Client::start(json!({}));
    client.open(URI, CLEAN);
    // The pipe is full after 64 KB; the server must go on reading all the same.
    let many_mistakes = format!("{CLEAN}{}", "nope = 1\n[x]\n".repeat(500));
    for version in 2..200 {
        client.replace(URI, version, &format!("{many_mistakes}# {version}\n"));
        if version % 20 == 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }
    client.replace(URI, 200, CLEAN);
    assert_eq!(brief(&client.diagnostics(URI, Some(200))), [""; 0]);
    client.shut_down();
}

#[test]
fn a_line_of_a_megabyte_is_a_line() {
    let mut client = Client::start(json!({}));
    let text = format!("{CLEAN}# {}\n", "é".repeat(500_000));
    client.open(URI, &text);
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [""; 0]);
    let line = text.lines().count() - 1;
    let end = json!({ "line": line, "character": 500_002 });
    client.change(URI, 2, json!([{ "range": { "start": end, "end": end }, "text": "\nnope = 1" }]));
    assert_eq!(client.diagnostics(URI, Some(2)).len(), 1);
    client.shut_down();
}

/// A test of some hundred kilobytes.
fn large() -> String {
    let span =
        |number| format!("[[expect.span]]\nname = \"span.{number}\"\nattrs.all = {{ \"a\" = \"{number}\" }}\n\n");
    format!("{CLEAN}{}", (0..4000).map(span).collect::<String>())
}
