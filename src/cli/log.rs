//! Where log lines and spans go.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use super::{TROUBLE, output};
use crate::telemetry::{Endpoint, Export};

/// What is logged where nobody said otherwise.
pub const QUIET: &str = "error";

/// Sends the log to a file or standard error, for standard output belongs to others, and spans and metrics to `endpoint`.
///
/// # Errors
/// When the filter is none, the file can't be written or the export can't be set up. A collector that does not answer is no
/// error, but a line of the log.
pub fn start(filter: &str, file: Option<&Path>, endpoint: Option<&Endpoint>) -> io::Result<Option<Export>> {
    let parsed = EnvFilter::try_new(filter);
    let filter =
        parsed.map_err(|error| told(io::ErrorKind::InvalidInput, format!("`--log {filter}` is no filter: {error}")))?;
    let export = endpoint.map(Export::start).transpose().map_err(invalid)?;
    let lines = fmt::layer().with_ansi(false).with_target(true);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let because =
                |error: io::Error| told(error.kind(), format!("`{}` can't be written: {error}", path.display()));
            lines.with_writer(file.map_err(because)?).boxed()
        }
        None => lines.with_writer(io::stderr).boxed(),
    };
    match &export {
        Some(export) => {
            tracing_subscriber::registry().with(lines.with_filter(filter)).with(export.layer()).init();
        }
        // A filter for all layers turns what nobody wants off where it arises.
        None => tracing_subscriber::registry().with(lines).with(filter).init(),
    }
    Ok(export)
}

/// Does some work, and exports spans and metrics meanwhile where there is an `endpoint`. Gives the exit code: that of the work.
pub fn exporting(endpoint: Option<&Endpoint>, work: impl FnOnce() -> u8) -> u8 {
    let export = match start(QUIET, None, endpoint) {
        Ok(export) => export,
        Err(error) => {
            output::complain(&format!("spans can't be exported: {error}"));
            return TROUBLE;
        }
    };
    let code = work();
    if let Some(export) = export {
        export.finish();
    }
    code
}

fn told(kind: io::ErrorKind, message: String) -> io::Error {
    io::Error::new(kind, message)
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
