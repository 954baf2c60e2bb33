//! Both ends of a conversation with a language server: a client that stamps a message before it decodes it, and the floor, a
//! server that only reads, applies and parses.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::documents;

/// A message with its header.
fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The body of the next message; `None` at the end of the input.
fn read_body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(value) => length = value.parse().map_err(io::Error::other)?,
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    Ok(Some(body))
}

/// A server's process and this end of its pipes.
pub struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: u64,
    /// The version whose diagnostics came last.
    pub judged: Option<i64>,
    /// When it was started.
    pub started: Instant,
    /// When `initialize` was answered.
    pub initialized: Instant,
}

impl Server {
    /// Starts a server and initializes it.
    pub fn start(command: &mut Command) -> Self {
        Self::start_for(command, json!({}))
    }

    /// Starts a server and initializes it for a client that can do more than watch files.
    pub fn start_for(command: &mut Command, text_document: Value) -> Self {
        let started = Instant::now();
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server can be started");
        let input = process.stdin.take().expect("standard input is piped");
        let output = BufReader::new(process.stdout.take().expect("standard output is piped"));
        let mut server = Self { process, input, output, requests: 0, judged: None, started, initialized: started };
        // A client that watches files, so that only the documents are measured, and that can be told to ask for hints again.
        let workspace = json!({
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "inlayHint": { "refreshSupport": true },
        });
        let capabilities = json!({ "workspace": workspace, "textDocument": text_document });
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        server.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        loop {
            let (message, at) = server.receive();
            if message["id"] == 1 {
                server.initialized = at;
                break;
            }
        }
        server.notify("initialized", json!({}));
        server
    }

    /// Its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Opens a document in version 1.
    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "clnrm", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces `length` columns of one line; returns when the first byte was sent.
    pub fn change(&mut self, uri: &str, version: i32, place: Place, length: usize, text: &str) -> Instant {
        let end = json!({ "line": place.line, "character": place.column + length });
        let range = json!({ "start": { "line": place.line, "character": place.column }, "end": end });
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] });
        self.notify("textDocument/didChange", params)
    }

    /// Waits for the diagnostics of a version: how many errors there are, and when they came.
    pub fn errors(&mut self, uri: &str, version: i32) -> (usize, Instant) {
        loop {
            let (message, at) = self.receive();
            let params = &message["params"];
            if params["uri"] == uri && params["version"] == version {
                let diagnostics = params["diagnostics"].as_array().expect("diagnostics are a list");
                return (diagnostics.iter().filter(|diagnostic| diagnostic["severity"] == 1).count(), at);
            }
        }
    }

    /// Replaces the text of a document; returns when the first byte was sent.
    pub fn replace(&mut self, uri: &str, version: i32, text: &str) -> Instant {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }))
    }

    /// Sends a request; nobody waits for its answer.
    pub fn ask(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": method, "params": params }));
    }

    /// Sends a request; returns its result, and how long it took from the first byte sent to the last received.
    pub fn request(&mut self, method: &str, params: &Value) -> (Value, Duration) {
        self.requests += 1;
        let id = self.requests + 2;
        let sent = self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let (mut answer, at) = self.wait(|message| message["id"] == id && message["method"].is_null());
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        (answer["result"].take(), at - sent)
    }

    /// Waits for a message, and tells when it came. Others are passed over.
    pub fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> (Value, Instant) {
        loop {
            let (message, at) = self.receive();
            if wanted(&message) {
                return (message, at);
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) -> Instant {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> Instant {
        let bytes = frame(message);
        let at = Instant::now();
        self.input.write_all(&bytes).and_then(|()| self.input.flush()).expect("the server reads");
        at
    }

    fn receive(&mut self) -> (Value, Instant) {
        let body = read_body(&mut self.output).expect("the server writes").expect("the server goes on");
        let at = Instant::now();
        let message: Value = serde_json::from_slice(&body).expect("the message is JSON");
        if message["method"] == "textDocument/publishDiagnostics" {
            self.judged = message["params"]["version"].as_i64();
        }
        (message, at)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A place in a text of ASCII characters, from 0.
#[derive(Clone, Copy)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The place behind the first `needle`.
    pub fn behind(needle: &str, text: &str) -> Self {
        let offset = text.find(needle).expect("it is there") + needle.len();
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count(), column: offset - line_start }
    }
}

/// Serves one document on standard input and output: each change is applied and the text parsed, no more.
pub fn serve_floor() -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, io::stdin());
    let mut output = io::stdout();
    let mut texts: std::collections::HashMap<String, String> = std::collections::HashMap::new();
    while let Some(body) = read_body(&mut input)? {
        let message: Value = serde_json::from_slice(&body)?;
        let params = &message["params"];
        let document = &params["textDocument"];
        let uri = document["uri"].as_str().unwrap_or_default();
        match message["method"].as_str() {
            Some("initialize") => {
                let result = json!({ "capabilities": { "textDocumentSync": 2 } });
                output.write_all(&frame(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })))?;
                output.flush()?;
                continue;
            }
            Some("textDocument/didOpen") => {
                texts.insert(uri.to_owned(), document["text"].as_str().unwrap_or_default().to_owned());
            }
            Some("textDocument/didChange") => {
                let text = texts.entry(uri.to_owned()).or_default();
                for change in params["contentChanges"].as_array().into_iter().flatten() {
                    let range = &change["range"];
                    let (start, end) = (offset(text, &range["start"]), offset(text, &range["end"]));
                    text.replace_range(start..end, change["text"].as_str().unwrap_or_default());
                }
            }
            _ => continue,
        }
        // What waits is applied first: the floor needs no more than one parse for a burst.
        if !input.buffer().is_empty() {
            continue;
        }
        let position = json!({ "line": 0, "character": 0 });
        let error = json!({ "range": { "start": position, "end": position }, "severity": 1, "message": "wrong" });
        let read = documents::floor(&texts[uri], uri.ends_with(".tera"));
        let diagnostics = if read.is_some() { json!([]) } else { json!([error]) };
        let params = json!({ "uri": uri, "version": document["version"], "diagnostics": diagnostics });
        let method = "textDocument/publishDiagnostics";
        output.write_all(&frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params })))?;
        output.flush()?;
    }
    Ok(())
}

/// The offset of a position in a text of ASCII characters.
fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    let line = number("line");
    let start = if line == 0 {
        0
    } else {
        memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 1).map_or(text.len(), |at| at + 1)
    };
    (start + number("character")).min(text.len())
}
