//! Whatever a client sends, the server ends only when the input ends. The input is a list of lines; each is the body of a message,
//! or, after a `!`, bytes that are sent as they are.

#![no_main]

use std::io::{self, Cursor};

use clnrm_lsp::server;
use libfuzzer_sys::fuzz_target;

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}}"#;

fuzz_target!(|text: &str| {
    let mut input = frame(INITIALIZE);
    for line in text.lines() {
        match line.strip_prefix('!') {
            Some(raw) => input.extend_from_slice(raw.as_bytes()),
            None => input.extend_from_slice(&frame(line)),
        }
    }
    server::serve(Cursor::new(input), io::sink()).expect("a runtime can be started");
});

fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
