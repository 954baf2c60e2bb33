//! Receives for one scenario, from its first connection to the end of what came.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::http;
use super::inbox::{Inbox, State};
use super::{Limits, Statistics};
use crate::trace::Span;

/// Whose spans are awaited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The run: spans whose resource says otherwise (`clnrm.run.id`) are turned away.
    pub run: Option<String>,
    /// When the run began, in nanoseconds since 1970: spans that ended more than a minute before are of another run. `None`
    /// where programs are told another time.
    pub began: Option<u64>,
}

/// Receives OTLP. Dropped, it closes its connections.
#[derive(Debug)]
pub struct Receiver {
    inbox: Arc<Inbox>,
    ended: CancellationToken,
    _guard: DropGuard,
}

/// Serves connections for a receiver.
#[derive(Clone, Debug)]
pub struct Acceptor {
    inbox: Arc<Inbox>,
    ended: CancellationToken,
}

/// Accepts connections by TCP until it is dropped.
#[derive(Debug)]
pub struct Listener {
    /// Where.
    pub address: SocketAddr,
    _stop: DropGuard,
}

/// All that came.
#[derive(Debug, Default)]
pub struct Collected {
    /// The spans, as they came: each once, and after it those of the same ids with other contents.
    pub spans: Vec<Span>,
    /// In numbers.
    pub statistics: Statistics,
    /// Why it is doubtful that these are all: something was cut off, unreadable or too much.
    pub doubt: Option<String>,
    /// The first thing that could not be decoded.
    pub undecodable: Option<String>,
    /// Whose the first span of another run is.
    pub foreign: Option<String>,
}

impl Receiver {
    /// A receiver for the spans of `source`.
    pub fn new(source: Source, limits: Limits) -> Self {
        let ended = CancellationToken::new();
        Self { inbox: Arc::new(Inbox::new(source, limits)), ended: ended.clone(), _guard: ended.drop_guard() }
    }

    /// A handle with which connections can be served elsewhere.
    pub fn acceptor(&self) -> Acceptor {
        Acceptor { inbox: Arc::clone(&self.inbox), ended: self.ended.clone() }
    }

    /// Listens at an address, for programs that reach the runner by a network.
    ///
    /// # Errors
    /// The address can't be bound.
    pub async fn listen(&self, address: SocketAddr) -> std::io::Result<Listener> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let acceptor = self.acceptor();
        let stop = self.ended.child_token();
        let stopped = stop.clone();
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    biased;
                    () = stopped.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                match accepted {
                    Ok((stream, _)) => acceptor.serve(stream),
                    Err(error) => {
                        acceptor.inbox.doubt(format!("a connection could not be accepted: {error}"));
                        // Too many open files: they become fewer, and asking at once again helps nobody.
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    }
                }
            }
        });
        Ok(Listener { address, _stop: stop.drop_guard() })
    }

    /// Reads spans from what a program wrote, in whatever format it wrote them.
    pub fn read(&self, bytes: &[u8], name: &str) {
        self.inbox.take(|reader| reader.read(bytes, name));
    }

    /// Waits until a span of this name has come.
    pub async fn wait_for_span(&self, name: &str) {
        self.inbox.wait_for(name).await;
    }

    /// Waits until no connection is open, no request is being answered and no message is being decoded: with the senders gone, what
    /// came is then all there is.
    pub async fn drained(&self) {
        self.inbox.quiet().await;
    }

    /// What came so far, in numbers.
    pub fn statistics(&self) -> Statistics {
        self.inbox.lock().statistics
    }

    /// Ends the receiver and gives what came. Connections that are still open are closed, and make it doubtful that all came only
    /// where a request is under way: whether everybody had ended is known by who waited for [`Self::drained`].
    pub fn finish(self) -> Collected {
        let State { spans, statistics, undecodable, doubt, foreign, .. } = std::mem::take(&mut *self.inbox.lock());
        Collected { spans, statistics, doubt, undecodable, foreign }
    }
}

impl Acceptor {
    /// Serves a connection, which counts from now on.
    pub fn serve(&self, io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        let live = self.inbox.live();
        self.inbox.lock().statistics.connections += 1;
        let inbox = Arc::clone(&self.inbox);
        let ended = self.ended.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
                let inbox = Arc::clone(&inbox);
                async move {
                    let response = http::answer(inbox, request.map(Body::new)).await;
                    Ok::<Response<Body>, Infallible>(response)
                }
            });
            let builder = auto::Builder::new(TokioExecutor::new());
            let connection = builder.serve_connection(TokioIo::new(io), service);
            tokio::select! {
                biased;
                () = ended.cancelled() => {}
                // How a connection ends says nothing: a request that it cut off has told so itself.
                _ = connection => {}
            }
            drop(live);
        });
    }
}
