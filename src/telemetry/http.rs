//! The HTTP client of the exporters: blocking, for it runs on their own threads only; plain text, for collectors listen next door.

use std::future::{self, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;

/// How long one export may take, from connecting to the last byte of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(3);

/// The longest answer that is read, in bytes; those of OTLP are empty or a short message.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// Sends requests, and tells the log once when that begins to fail. Clones share connections and that knowledge.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    failing: Arc<AtomicBool>,
}

impl Client {
    /// A client without connections. It goes straight to the endpoint, whatever proxy the environment names.
    pub fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self { agent: config.into(), failing: Arc::default() }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let endpoint = request.uri().to_string();
        let (parts, body) = request.into_parts();
        let sent = self.agent.run(Request::from_parts(parts, &*body)).and_then(|response| {
            let (parts, mut body) = response.into_parts();
            let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec()?;
            Ok(Response::from_parts(parts, Bytes::from(body)))
        });
        let trouble = match &sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the answer is {}", response.status())),
            Err(error) => Some(error.to_string()),
        };
        match trouble {
            None => self.failing.store(false, Ordering::Relaxed),
            Some(reason) => {
                if !self.failing.swap(true, Ordering::Relaxed) {
                    tracing::error!(endpoint, reason, "spans and metrics are not exported");
                }
            }
        }
        Ok(sent?)
    }
}

/// The method as `#[async_trait]` would write it.
impl HttpClient for Client {
    fn send_bytes<'life, 'future>(
        &'life self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        Box::pin(future::ready(self.send(request)))
    }
}
