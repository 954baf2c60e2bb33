//! The stdout exporters of serverless-otlp-forwarder: an OTLP request, mostly compressed and as base64, in one JSON object.

use std::io::Read;

use super::tree::{Json, Object};
use super::value::base64;

/// The key that marks an envelope.
pub(super) const MARK: &str = "__otel_otlp_stdout";

/// What is in an envelope.
pub(super) struct Payload {
    /// A request in JSON, else in protobuf.
    pub json: bool,
    /// The request, decompressed.
    pub bytes: Vec<u8>,
}

/// More bytes than this, decompressed, are refused: OTLP's own limit for a request.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The payload; an error costs all its spans.
pub(super) fn payload(envelope: &Object<'_>) -> Result<Payload, String> {
    let header = |name: &str| match envelope.get(name).or_else(|| envelope.object("headers")?.get(name)) {
        Some(Json::Text(value)) => value.trim().to_ascii_lowercase(),
        _ => String::new(),
    };
    let content = header("content-type");
    let json = content.starts_with("application/json");
    if !json && !content.is_empty() && !content.starts_with("application/x-protobuf") {
        return Err(format!("the content type `{content}` is neither `application/x-protobuf` nor `application/json`"));
    }
    let bytes = match envelope.get("payload") {
        Some(Json::Text(text)) if envelope.get("base64") == Some(&Json::Bool(false)) => text.as_bytes().to_vec(),
        // Without the mark: JSON tells itself from base64, which has no brackets.
        Some(Json::Text(text)) if text.trim_start().starts_with('{') => text.as_bytes().to_vec(),
        Some(Json::Text(text)) => base64(text).ok_or("the `payload` is no base64")?,
        Some(other) => return Err(format!("the `payload` is {} where base64 is expected", other.type_name())),
        None => return Err("the `payload` is missing".to_owned()),
    };
    match header("content-encoding").as_str() {
        "" | "none" | "identity" => Ok(Payload { json, bytes }),
        "gzip" => {
            let mut decompressed = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice())
                .take(LONGEST + 1)
                .read_to_end(&mut decompressed)
                .map_err(|error| format!("the `payload` can't be decompressed: {error}"))?;
            if decompressed.len() as u64 > LONGEST {
                return Err(format!("the `payload` has more than {} MiB, decompressed", LONGEST >> 20));
            }
            Ok(Payload { json, bytes: decompressed })
        }
        other => Err(format!("the content encoding `{other}` is not `gzip`")),
    }
}
