//! A client that holds the server to the protocol: every message that comes is checked against the meta model.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::conformance;

/// How long anything may take before a test fails. Far more than it takes, so that a loaded machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running server and this end of its pipes.
pub struct Client {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Notifications that nobody has asked for yet.
    pending: VecDeque<Value>,
    next_id: i64,
    /// What `workspace/configuration` is answered with; `None`: never answered, like every other request of the server.
    pub configuration: Option<Value>,
    /// Sent requests by id, so that their results can be checked.
    sent: std::collections::HashMap<String, String>,
    /// Whether the server has told of a panic on standard error, which it must not.
    panicked: Arc<AtomicBool>,
    errors: Option<thread::JoinHandle<()>>,
}

impl Client {
    /// Starts a server with extra arguments, without saying anything to it.
    pub fn spawn(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"));
        command.args(arguments);
        Self::of(command)
    }

    /// Starts a server by this command, without saying anything to it.
    pub fn of(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let panicked = Arc::new(AtomicBool::new(false));
        let errors = process.stderr.take().map(|errors| {
            let panicked = Arc::clone(&panicked);
            thread::spawn(move || {
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    panicked.fetch_or(line.contains("panicked"), Ordering::Relaxed);
                    eprintln!("{line}");
                }
            })
        });
        let output = process.stdout.take().expect("standard output is piped");
        let input = process.stdin.take();
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            process,
            input,
            messages,
            pending: VecDeque::new(),
            // Above the ids in recorded sessions.
            next_id: 10_000,
            configuration: Some(Value::Null),
            sent: std::collections::HashMap::new(),
            panicked,
            errors,
        }
    }

    /// The server's process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Starts a server and initializes it with these parameters, which are put over the least that a client must say.
    pub fn start(parameters: Value) -> Self {
        let mut client = Self::spawn(&[]);
        client.initialize(parameters);
        client
    }

    /// `initialize` and `initialized`; returns the capabilities.
    pub fn initialize(&mut self, parameters: Value) -> Value {
        let mut all = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        merge(&mut all, parameters);
        let result = self.request("initialize", all).expect("initialize succeeds");
        self.notify("initialized", json!({}));
        result["capabilities"].clone()
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("standard input is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        if let (Some(id), Some(method)) = (message.get("id"), message.get("method").and_then(Value::as_str)) {
            self.sent.insert(id.to_string(), method.to_owned());
        }
        self.send_raw(&frame(message));
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request without waiting for its answer; returns its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        id
    }

    /// Sends a request and waits for its result or error.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(&json!(id))
    }

    /// Waits for the answer to a request.
    pub fn answer(&mut self, id: &Value) -> Result<Value, Value> {
        let is_answer = |message: &Value| message.get("method").is_none() && message["id"] == *id;
        let answer = self.wait(&format!("the answer to request {id}"), is_answer);
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Opens a document.
    pub fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "clnrm", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a document's text.
    pub fn replace(&mut self, uri: &str, version: i32, text: &str) {
        self.change(uri, version, json!([{ "text": text }]));
    }

    /// Changes a document.
    pub fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Closes a document.
    pub fn close(&mut self, uri: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Waits for the diagnostics of this version of a document. Fails when one of an older version comes after a newer one.
    pub fn diagnostics(&mut self, uri: &str, version: Option<i32>) -> Vec<Value> {
        let what = format!("the diagnostics of {uri} in version {version:?}");
        let params = self.wait(&what, |message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"].get("version").and_then(Value::as_i64) == version.map(i64::from)
        });
        params["params"]["diagnostics"].as_array().expect("diagnostics are a list").clone()
    }

    /// Pulls the diagnostics of a document.
    pub fn pull(&mut self, uri: &str) -> Vec<Value> {
        let report =
            self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })).expect("a report");
        assert_eq!(report["kind"], "full");
        report["items"].as_array().expect("items are a list").clone()
    }

    /// Waits for a message, answering the server's requests meanwhile and keeping everything else for later.
    pub fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.pending.iter().position(&wanted) {
            return self.pending.remove(at).expect("the position was found");
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("{what} did not come; waiting: {:?}", self.pending),
                Err(RecvTimeoutError::Disconnected) => panic!("the server ended before {what} came"),
            };
            self.take(&message);
            if wanted(&message) {
                return message;
            }
            if message.get("id").is_none() || message.get("method").is_none() {
                self.pending.push_back(message);
            }
        }
    }

    /// The notifications with this method that came and that nobody has asked for.
    pub fn received(&self, method: &str) -> impl Iterator<Item = &Value> {
        self.pending.iter().filter(move |message| message["method"] == method)
    }

    /// Forgets the notifications that nobody has asked for.
    pub fn forget(&mut self) {
        self.pending.clear();
    }

    /// Whether no notification with this method comes within `time`.
    pub fn is_silent(&mut self, method: &str, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while let Ok(message) = self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.take(&message);
            self.pending.push_back(message);
        }
        !self.pending.iter().any(|message| message["method"] == method)
    }

    fn take(&mut self, message: &Value) {
        let method = message.get("id").and_then(|id| self.sent.get(&id.to_string()));
        conformance::check(message, method.map(String::as_str));
        let (Some(id), Some(method)) = (message.get("id"), message.get("method").and_then(Value::as_str)) else {
            return;
        };
        let Some(configuration) = self.configuration.clone() else { return };
        let result = if method == "workspace/configuration" { json!([configuration]) } else { Value::Null };
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    /// Closes standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the process to end.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().expect("the process can be asked") {
                return status;
            }
            assert!(Instant::now() < deadline, "the server did not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// `shutdown` and `exit`; the exit code must be 0.
    pub fn shut_down(mut self) {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        assert_eq!(self.wait_for_end().code(), Some(0));
        if let Some(errors) = self.errors.take() {
            errors.join().expect("standard error is read to its end");
        }
        assert!(!self.panicked.load(Ordering::Relaxed), "the server panicked; see standard error");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed half-way must not leave a server behind.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A message with its header.
pub fn frame(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        let value = line.strip_prefix("Content-Length: ").unwrap_or_else(|| panic!("an unknown header: {line:?}"));
        length = Some(value.trim_end().parse::<usize>().expect("the length is a number"));
    }
    let mut body = vec![0; length.expect("a header without length")];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the body is JSON"))
}

/// Puts `over` over `under`, objects key by key.
pub fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// The lines (from 0) and codes of diagnostics, as people would list them.
pub fn brief(diagnostics: &[Value]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let start = &diagnostic["range"]["start"];
            format!("{}:{} {}", start["line"], start["character"], diagnostic["code"].as_str().unwrap_or("?"))
        })
        .collect()
}

/// A test without any finding.
pub const CLEAN: &str = r#"[meta]
name = "clean"
version = "1.0"
description = "Nothing to say about it."

[otel]
exporter = "stdout"
sample_ratio = 1.0

[otel.resources]
"service.name" = "clean"

[service.api]
image = "alpine:3.20"

[[scenario]]
name = "hello"
description = "Says hello."
service = "api"
run = "echo hello"
timeout_ms = 1000
artifacts.collect = ["spans:default"]

[[expect.span]]
name = "hello"
"#;

/// The same with one mistake, an error in line 6 (from 0); see [`FOUND`].
pub fn broken() -> String {
    CLEAN.replace("exporter = \"stdout\"", "exporter = \"stdot\"")
}

/// What is found in [`broken`].
pub const FOUND: &str = "6:11 unknown-value";
