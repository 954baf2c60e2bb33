//! The body of a request: whole, bounded, decompressed.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use http_body_util::BodyExt as _;

/// Why there is no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is too long, compressed or not.
    #[error("the message is longer than {0} bytes: export in smaller batches (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`)")]
    TooLong(usize),
    /// Too much is under way.
    #[error("more than {0} bytes are under way: try again")]
    Busy(usize),
    /// The connection ended in the middle of it.
    #[error("a request was cut off: {0}")]
    CutOff(String),
    /// It is not what its encoding says.
    #[error("the message can't be decompressed: {0}")]
    Corrupt(String),
    /// Nobody reads this encoding.
    #[error("the encoding `{0}` is not read: use `gzip` or none (`OTEL_EXPORTER_OTLP_COMPRESSION`)")]
    UnknownEncoding(String),
}

/// Bytes that are counted among those under way until they are dropped.
#[derive(Debug)]
pub struct Held {
    pub bytes: Vec<u8>,
    counted: usize,
    total: Arc<AtomicUsize>,
}

impl Held {
    fn new(total: &Arc<AtomicUsize>) -> Self {
        Self { bytes: Vec::new(), counted: 0, total: Arc::clone(total) }
    }

    fn count(&mut self, bytes: usize, most: usize) -> Result<(), BodyError> {
        let before = self.total.fetch_add(bytes, Ordering::AcqRel);
        self.counted += bytes;
        if before.saturating_add(bytes) > most { Err(BodyError::Busy(most)) } else { Ok(()) }
    }

    /// The same, with other bytes in their place.
    pub fn with(mut self, bytes: Vec<u8>, most: usize) -> Result<Self, BodyError> {
        let more = bytes.len();
        self.bytes = bytes;
        self.count(more, most)?;
        Ok(self)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.total.fetch_sub(self.counted, Ordering::AcqRel);
    }
}

/// Reads a body to its end.
pub async fn read(
    mut body: Body,
    longest: usize,
    most: usize,
    under_way: &Arc<AtomicUsize>,
) -> Result<Held, BodyError> {
    let mut held = Held::new(under_way);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| BodyError::CutOff(error.to_string()))?;
        let Some(bytes) = frame.data_ref() else { continue };
        if held.bytes.len() + bytes.len() > longest {
            return Err(BodyError::TooLong(longest));
        }
        held.count(bytes.len(), most)?;
        held.bytes.extend_from_slice(bytes);
    }
    Ok(held)
}

/// The bytes that `encoding` stands for, at most `longest` of them.
pub fn decompress(held: Held, encoding: &str, longest: usize, most: usize) -> Result<Held, BodyError> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(held),
        "gzip" => {
            let mut bytes = Vec::new();
            let mut decoder = flate2::read::MultiGzDecoder::new(held.bytes.as_slice()).take(longest as u64 + 1);
            decoder.read_to_end(&mut bytes).map_err(|error| BodyError::Corrupt(error.to_string()))?;
            if bytes.len() > longest {
                return Err(BodyError::TooLong(longest));
            }
            held.with(bytes, most)
        }
        other => Err(BodyError::UnknownEncoding(other.to_owned())),
    }
}
