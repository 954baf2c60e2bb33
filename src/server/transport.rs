//! The message loop: frames in, futures of the service polled, responses out.
//!
//! It stands in for tower-lsp's own transport, which ends at the first malformed message, lets handlers overtake each other and
//! stops as a whole when four of them wait (`docs/decisions/0010-our-own-message-loop.md`). What must hold:
//!
//! - Every message's handler runs up to its first `.await` before the next message is looked at, so that notifications take
//!   effect in the order in which they were sent.
//! - Nothing that a handler awaits delays another message.
//! - A panic in a handler becomes an error of that request alone.

use std::future::Future;
use std::io::BufRead;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use tokio::runtime::Handle;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp::{ClientSocket, LanguageServer, LspService};
use tower_service::Service;

use super::encoded;
use super::framing::{self, Frame};
use super::outbox::Outbox;

/// How the conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `exit` after `shutdown`, or the input ended after `shutdown`.
    Orderly,
    /// `exit` or the end of the input without `shutdown`.
    Abrupt,
}

/// Serves one client until it leaves. Blocks the calling thread.
pub fn serve<S: LanguageServer>(
    mut input: impl BufRead,
    outbox: &Outbox,
    mut service: LspService<S>,
    socket: ClientSocket,
    runtime: &Handle,
) -> End {
    let _entered = runtime.enter();
    let (mut requests, mut responses) = socket.split();
    runtime.spawn({
        let outbox = outbox.clone();
        async move {
            while let Some(request) = requests.next().await {
                outbox.send(&request);
            }
        }
    });

    let mut shut_down = false;
    loop {
        let body = match framing::read(&mut input) {
            Ok(Frame::Body(body)) => body,
            Ok(Frame::Malformed(error)) => {
                outbox.send(&Response::from_error(Id::Null, error_with(ErrorCode::ParseError, error.to_string())));
                continue;
            }
            Ok(Frame::End) => break,
            Err(error) => {
                tracing::error!(%error, "the input failed");
                break;
            }
        };
        match decode(&body) {
            Ok(Incoming::Request(request)) => {
                let method = request.method().to_owned();
                start(&mut service, request, outbox, runtime);
                match method.as_str() {
                    "shutdown" => shut_down = true,
                    "exit" => break,
                    _ => {}
                }
            }
            Ok(Incoming::Response(response)) => {
                // Only puts it where its sender waits; an error means that the service has ended.
                if responses.send(response).now_or_never().is_none_or(|sent| sent.is_err()) {
                    break;
                }
            }
            Err(answer) => outbox.send(&*answer),
        }
    }
    if shut_down { End::Orderly } else { End::Abrupt }
}

/// Runs a handler up to its first `.await` here, and the rest of it on the runtime.
fn start<S: LanguageServer>(service: &mut LspService<S>, request: Request, outbox: &Outbox, runtime: &Handle) {
    let id = request.id().cloned();
    let method = request.method().to_owned();
    let (request, is_encoded) = encoded::route(request);
    // The service is always ready: its only other state is "initializing", and `initialize` never awaits anything.
    if service.poll_ready(&mut Context::from_waker(Waker::noop())).is_pending() {
        tracing::error!("a message came while the service was not ready");
    }
    let answer = AssertUnwindSafe(service.call(request)).catch_unwind();
    let mut finish: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin({
        let outbox = outbox.clone();
        async move {
            match answer.await {
                Ok(Ok(Some(response))) => match is_encoded.then(|| encoded::message(&response)).flatten() {
                    Some(message) => outbox.send_encoded(message),
                    None => outbox.send(&response),
                },
                Ok(Ok(None) | Err(_)) => {}
                Err(_) => {
                    tracing::error!(method, "a handler panicked");
                    if let Some(id) = id {
                        let message = format!("`{method}` failed inside the server; the log says more");
                        outbox.send(&Response::from_error(id, error_with(ErrorCode::InternalError, message)));
                    }
                }
            }
        }
    });
    if finish.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending {
        runtime.spawn(finish);
    }
}

enum Incoming {
    Request(Request),
    Response(Response),
}

/// Reads a message; the error is the answer that it gets.
fn decode(body: &[u8]) -> Result<Incoming, Box<Response>> {
    /// Just enough of a message to tell what it is.
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(default)]
        id: Option<Id>,
        #[serde(default)]
        method: Option<serde::de::IgnoredAny>,
    }
    let refuse = |id: Option<Id>, error: &serde_json::Error| {
        let code = if error.is_data() { ErrorCode::InvalidRequest } else { ErrorCode::ParseError };
        Box::new(Response::from_error(id.unwrap_or(Id::Null), error_with(code, error.to_string())))
    };
    let envelope: Envelope = serde_json::from_slice(body).map_err(|error| refuse(None, &error))?;
    let decoded = if envelope.method.is_some() {
        serde_json::from_slice(body).map(Incoming::Request)
    } else {
        serde_json::from_slice(body).map(Incoming::Response)
    };
    decoded.map_err(|error| refuse(envelope.id, &error))
}

fn error_with(code: ErrorCode, message: String) -> Error {
    Error { code, message: message.into(), data: None }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};
    use tower_lsp::jsonrpc::Result;
    use tower_lsp::ls_types::{InitializeParams, InitializeResult};

    use super::*;

    /// A server that misbehaves in every way that a handler can.
    struct Misbehaving;

    impl LanguageServer for Misbehaving {
        async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
            Ok(InitializeResult::default())
        }

        async fn shutdown(&self) -> Result<()> {
            Ok(())
        }
    }

    impl Misbehaving {
        async fn panic_at_once(&self) -> Result<Value> {
            panic!("at once");
        }

        async fn panic_later(&self) -> Result<Value> {
            tokio::task::yield_now().await;
            panic!("later");
        }

        async fn never(&self) -> Result<Value> {
            std::future::pending().await
        }

        async fn fine(&self) -> Result<Value> {
            Ok(json!("fine"))
        }
    }

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Sends messages to a misbehaving server and returns what it answers, by id.
    fn answers(messages: &[Value]) -> (End, Vec<Value>) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
        let mut input = Vec::new();
        for message in messages {
            let body = message.to_string();
            write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
        let written = Written::default();
        let (outbox, writer) = Outbox::start(written.clone());
        let (service, socket) = LspService::build(|_| Misbehaving)
            .custom_method("panicAtOnce", Misbehaving::panic_at_once)
            .custom_method("panicLater", Misbehaving::panic_later)
            .custom_method("never", Misbehaving::never)
            .custom_method("fine", Misbehaving::fine)
            .finish();
        let end = serve(Cursor::new(input), &outbox, service, socket, runtime.handle());
        // What was put on the runtime has its turn before the answers are read.
        runtime.block_on(async { tokio::time::sleep(std::time::Duration::from_millis(200)).await });
        outbox.end();
        writer.join().unwrap();
        let bytes = written.0.lock().unwrap().clone();
        let mut output = bytes.as_slice();
        let mut answers = Vec::new();
        while let Ok(Frame::Body(body)) = framing::read(&mut output) {
            answers.push(serde_json::from_slice(&body).unwrap());
        }
        answers.sort_by_key(|answer: &Value| answer["id"].as_i64());
        (end, answers)
    }

    fn request(id: i64, method: &str) -> Value {
        json!({ "jsonrpc": "2.0", "id": id, "method": method })
    }

    #[test]
    fn a_panic_is_an_error_of_its_request_alone_and_a_request_that_waits_delays_none() {
        let initialize = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } });
        let mut messages = vec![initialize];
        messages.extend((2..102).map(|id| request(id, "never")));
        messages.extend([request(102, "panicAtOnce"), request(103, "panicLater"), request(104, "fine")]);
        messages.push(json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": 2 } }));
        messages.push(request(105, "shutdown"));
        let (end, answers) = answers(&messages);
        assert_eq!(end, End::Orderly);
        let told: Vec<_> =
            answers.iter().map(|answer| (answer["id"].as_i64().unwrap(), answer["error"]["code"].as_i64())).collect();
        let internal = Some(-32603);
        assert_eq!(told, [(1, None), (2, Some(-32800)), (102, internal), (103, internal), (104, None), (105, None)]);
    }

    #[test]
    fn leaving_without_a_word_is_abrupt() {
        assert_eq!(answers(&[]).0, End::Abrupt);
        assert_eq!(answers(&[json!({ "jsonrpc": "2.0", "method": "exit" })]).0, End::Abrupt);
    }
}
