//! The language server. The only room that sees the protocol's types.
//!
//! A message travels `framing` → `transport` → `backend` → one file in `notifications/`, `requests/` or `commands/` → `session`,
//! which owns all state and keeps every open document judged; answers leave through `outbox`. See `docs/architecture.md`.

mod backend;
mod baseline;
mod client_facts;
mod commands;
mod diagnostics;
mod documents;
mod encoded;
mod framing;
mod judge;
mod metrics;
mod neighbourhood;
mod notifications;
mod outbox;
mod parent;
mod positions;
mod progress;
mod recorded;
mod requests;
mod runs;
mod semantic_legend;
mod session;
mod settings;
mod transport;
mod workspace;
mod workspace_index;

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

use tower_lsp::LspService;

use backend::Backend;
use outbox::Outbox;
use session::Session;
use transport::End;

/// How long teardown may take after the client has left.
const TEARDOWN: Duration = Duration::from_millis(200);

/// How long the engine may take to remove what runs under way have started. What is left behind it goes with this process, or is
/// swept by the next one.
const CANCELLING: Duration = Duration::from_secs(5);

/// Serves one client on standard input and output.
///
/// Exit code 0 after an orderly `shutdown`, 1 when the client left without one.
///
/// # Errors
/// When no runtime can be started.
pub fn serve_stdio() -> io::Result<ExitCode> {
    serve(io::stdin(), io::stdout())
}

/// Serves one client that connects to `address`, which must be a loopback address: whoever connects is trusted.
///
/// # Errors
/// When the address is not a loopback address or can't be listened on, or no runtime can be started.
pub fn serve_tcp(address: SocketAddr) -> io::Result<ExitCode> {
    if !address.ip().is_loopback() {
        let reason = format!("`{address}` is not a loopback address; the server listens on 127.0.0.1 or [::1] only");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let listener = TcpListener::bind(address)?;
    // Whoever started us with port 0 has to learn the port.
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    serve(stream.try_clone()?, stream)
}

/// Serves one client on any pair of streams; see [`serve_stdio`].
///
/// # Errors
/// When no runtime can be started.
pub fn serve(input: impl Read, output: impl Write + Send + 'static) -> io::Result<ExitCode> {
    serve_with(input, output, runs::runner::executor())
}

/// The same with something else that runs tests.
fn serve_with(
    input: impl Read,
    output: impl Write + Send + 'static,
    runner: Box<dyn runs::runner::Runner>,
) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (outbox, writer) = Outbox::start(output);
    let mut session = None;
    let (service, socket) = LspService::build(|client| {
        let new = Session::new(client, outbox.clone(), runtime.handle().clone(), runner);
        Backend::new(session.insert(new).clone())
    })
    .custom_method(encoded::CODE_LENS.service, Backend::encoded_code_lens)
    .custom_method(encoded::DOCUMENT_HIGHLIGHT.service, Backend::encoded_document_highlight)
    .custom_method(encoded::DOCUMENT_SYMBOL.service, Backend::encoded_document_symbol)
    .custom_method(encoded::FOLDING_RANGE.service, Backend::encoded_folding_range)
    .custom_method(encoded::REFERENCES.service, Backend::encoded_references)
    .custom_method(encoded::SEMANTIC_TOKENS_FULL.service, Backend::encoded_semantic_tokens_full)
    .custom_method(encoded::WORKSPACE_SYMBOL.service, Backend::encoded_workspace_symbol)
    .custom_method("clnrm/status", Backend::status)
    .custom_method("clnrm/libraryText", Backend::library_text)
    .custom_method("clnrm/rendered", Backend::rendered)
    .custom_method("clnrm/renderedRanges", Backend::rendered_ranges)
    .custom_method("clnrm/sourceRange", Backend::source_range)
    .custom_method("clnrm/expectationDiff", Backend::expectation_diff)
    .custom_method("clnrm/runOutput", Backend::run_output)
    .custom_method("clnrm/runs", Backend::runs)
    .custom_method("clnrm/trace", Backend::trace)
    .custom_method("experimental/discoverTest", Backend::discover_test)
    .custom_method("experimental/runTest", Backend::run_test)
    .custom_method("experimental/abortRunTest", Backend::abort_run_test)
    .custom_method("window/workDoneProgress/cancel", Backend::work_done_progress_cancel)
    .finish();
    let end = transport::serve(BufReader::with_capacity(64 * 1024, input), &outbox, service, socket, runtime.handle());
    if let Some(session) = session
        && !runtime.block_on(session.runs().close(CANCELLING))
    {
        tracing::warn!("the engine has not removed everything of the runs yet; the rest goes with this process");
    }
    // A blocking analysis in flight must not hold the process.
    runtime.shutdown_timeout(TEARDOWN);
    outbox.end();
    let written = writer.join();
    Ok(if end == End::Orderly && written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
