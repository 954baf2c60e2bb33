//! The frame that gRPC puts around a message, and its answers. Messages go the same way as those over HTTP: the server that
//! tonic generates refuses a whole request for one bad span.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use http_body_util::{BodyExt as _, Full};
use tonic::Code;

/// Why a body is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is shorter than it says.
    #[error("the gRPC message ends before its {0} bytes have come")]
    Short(usize),
    /// An export is one message.
    #[error("the gRPC call carries more than the one message of an export")]
    More,
    /// The first byte tells whether it is compressed.
    #[error("the gRPC message begins with {0}, not with 0 or 1")]
    Flag(u8),
}

/// The message in a body, and whether it is compressed.
pub fn unframe(body: &[u8]) -> Result<(bool, &[u8]), FrameError> {
    let Some((head, rest)) = body.split_at_checked(5) else { return Err(FrameError::Short(5)) };
    let compressed = match head[0] {
        0 => false,
        1 => true,
        other => return Err(FrameError::Flag(other)),
    };
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    match rest.len() {
        got if got < length => Err(FrameError::Short(length)),
        got if got > length => Err(FrameError::More),
        _ => Ok((compressed, rest)),
    }
}

/// An answer that carries a message.
pub fn answer(message: &[u8]) -> Response<Body> {
    let mut bytes = Vec::with_capacity(message.len() + 5);
    bytes.push(0);
    bytes.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert(HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
    let body = Full::new(axum::body::Bytes::from(bytes)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

/// An answer that refuses.
pub fn refusal(code: Code, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(HeaderName::from_static("grpc-status"), HeaderValue::from(code as i32));
    if let Ok(message) = HeaderValue::from_str(&percent_encoded(message)) {
        headers.insert(HeaderName::from_static("grpc-message"), message);
    }
    response
}

/// As gRPC has the message of a status: what is not printable ASCII, and `%`, as `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{FrameError, percent_encoded, unframe};

    #[test]
    fn a_frame_is_one_whole_message() {
        assert_eq!(unframe(b"\0\0\0\0\x02ab"), Ok((false, b"ab".as_slice())));
        assert_eq!(unframe(b"\x01\0\0\0\0"), Ok((true, b"".as_slice())));
        assert_eq!(unframe(b"\0\0\0"), Err(FrameError::Short(5)));
        assert_eq!(unframe(b"\0\0\0\0\x03ab"), Err(FrameError::Short(3)));
        assert_eq!(unframe(b"\0\0\0\0\x01ab"), Err(FrameError::More));
        assert_eq!(unframe(b"\x07\0\0\0\0"), Err(FrameError::Flag(7)));
    }

    #[test]
    fn messages_of_a_status_are_printable() {
        assert_eq!(percent_encoded("100 % ä\n"), "100 %25 %C3%A4%0A");
    }
}
