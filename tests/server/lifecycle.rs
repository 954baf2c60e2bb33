//! Beginning and end: exit codes, broken input, order of messages.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, FOUND, brief, broken, frame};

const URI: &str = "file:///tests/a.clnrm.toml";

#[test]
fn exit_after_shutdown_is_0_even_while_the_input_stays_open() {
    Client::start(json!({})).shut_down();
}

#[test]
fn exit_without_shutdown_is_1() {
    let mut client = Client::start(json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end().code(), Some(1));
}

#[test]
fn the_end_of_the_input_ends_the_server() {
    let mut client = Client::start(json!({}));
    client.open(URI, &broken());
    client.close_input();
    assert_eq!(client.wait_for_end().code(), Some(1));

    let mut client = Client::start(json!({}));
    client.request("shutdown", Value::Null).unwrap();
    client.close_input();
    assert_eq!(client.wait_for_end().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_dead_parent_ends_the_server() {
    // The "editor" is a process of its own, whose end does not close the server's input.
    let mut editor = Command::new("sleep").arg("600").spawn().unwrap();
    let mut client = Client::start(json!({ "processId": editor.id() }));
    client.request("clnrm/status", json!({})).unwrap();
    editor.kill().unwrap();
    editor.wait().unwrap();
    assert_eq!(client.wait_for_end().code(), Some(1));
}

#[test]
fn requests_before_initialize_and_after_shutdown_are_refused() {
    let mut client = Client::spawn(&[]);
    assert_eq!(client.request("clnrm/status", json!({})).unwrap_err()["code"], -32002);
    client.initialize(json!({}));
    client.request("clnrm/status", json!({})).unwrap();
    assert_eq!(client.request("initialize", json!({ "capabilities": {} })).unwrap_err()["code"], -32600);
    client.request("shutdown", Value::Null).unwrap();
    assert_eq!(client.request("clnrm/status", json!({})).unwrap_err()["code"], -32600);
}

#[test]
fn whatever_comes_in_the_server_answers_and_goes_on() {
    let mut client = Client::start(json!({}));
    let header = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for (input, code) in [
        (header("{"), -32700),
        (header("[]"), -32600),
        (header("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":3}"), -32600),
        (header("\"text\""), -32600),
        ("Content-Length: many\r\n\r\n".to_owned(), -32700),
        ("rubbish\r\n\r\n".to_owned(), -32700),
        ("Content-Length: 999999999999\r\nContent-Length: 1\r\n\r\n{".to_owned(), -32700),
    ] {
        client.send_raw(input.as_bytes());
        let error = client.wait(&format!("the error for {input:?}"), |message| {
            message["id"].is_null() && message["error"].is_object()
        });
        assert_eq!(error["error"]["code"], code, "{input:?}");
    }
    assert_eq!(client.request("textDocument/unheardOf", json!({})).unwrap_err()["code"], -32601);
    assert_eq!(client.request("textDocument/diagnostic", json!({ "nothing": 1 })).unwrap_err()["code"], -32602);
    client.notify("$/unheardOf", json!({}));
    client.notify("textDocument/didChange", json!({ "wrong": true }));
    client.change("file:///never/opened.clnrm.toml", 1, json!([{ "text": "x" }]));
    client.open(URI, &broken());
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [FOUND]);
    client.shut_down();
}

#[test]
fn a_message_of_a_response_that_nobody_waits_for_is_ignored() {
    let mut client = Client::start(json!({}));
    client.send(&json!({ "jsonrpc": "2.0", "id": 77, "result": null }));
    client.open(URI, CLEAN);
    assert_eq!(brief(&client.diagnostics(URI, Some(1))), [""; 0]);
    client.shut_down();
}

#[test]
fn the_server_listens_on_the_loopback_only() {
    let refused = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp")).args(["--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not a loopback address"));

    let mut server = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"))
        .args(["--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let messages = [
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }),
        json!({ "jsonrpc": "2.0", "method": "exit" }),
    ];
    for message in &messages {
        std::io::Write::write_all(&mut stream, &frame(message)).unwrap();
    }
    assert_eq!(server.wait().unwrap().code(), Some(0));
}
