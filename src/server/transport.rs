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
    // The service is always ready: its only other state is "initializing", and `initialize` never awaits anything.
    if service.poll_ready(&mut Context::from_waker(Waker::noop())).is_pending() {
        tracing::error!("a message came while the service was not ready");
    }
    let answer = AssertUnwindSafe(service.call(request)).catch_unwind();
    let mut finish: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin({
        let outbox = outbox.clone();
        async move {
            match answer.await {
                Ok(Ok(Some(response))) => outbox.send(&response),
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
