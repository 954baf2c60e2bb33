//! The frames that runner and init exchange: what each says, and how that is written as bytes. Both sides compile this very file
//! (the program includes it by path), so it uses the standard library alone and knows neither sockets nor processes.
//!
//! A frame is `kind: u8, number: u32, length: u32, payload`, all numbers big-endian. The number says which job or channel it is
//! about, and is 0 where it is about none. Kinds below 0x80 go from the runner to init, the others back, so a stream that is read the wrong way round is noticed.
//! Reading never panics, whatever the bytes are, and holds at most one frame.

mod bytes;
mod codec;
mod message;

pub use message::{Event, Exit, Fault, Output, Request, Status};

/// Both sides must speak the same version; they say so in [`Request::Hello`] and [`Event::Ready`].
pub const VERSION: u16 = 2;

/// So many bytes of one stream may be under way before its receiver has granted more.
pub const WINDOW: u32 = 256 * 1024;

/// A stream is cut into pieces of at most so many bytes, so that no stream waits long for another.
pub const CHUNK: usize = 32 * 1024;

/// No payload is longer, in bytes. Linux takes no more than 2 MiB of arguments and environment by default.
pub const MAX_PAYLOAD: usize = 4 * 1024 * 1024;

/// Channels that the runner opens have this bit in their number; those that init accepts don't.
pub const OPENED_BY_RUNNER: u32 = 1 << 31;

/// Bytes of a frame before its payload.
pub const HEADER: usize = 9;

/// What `Hello` and `Ready` begin with.
const MAGIC: &[u8] = b"clnrm-init";

/// Bytes that are no frame of this protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// A kind that does not exist in this direction.
    Kind(u8),
    /// A payload longer than [`MAX_PAYLOAD`].
    Length(u32),
    /// A payload that does not say what its kind must say.
    Payload(u8),
}

impl std::fmt::Display for WireError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kind(kind) => write!(formatter, "no frame has the kind {kind:#04x}"),
            Self::Length(length) => write!(formatter, "a frame of {length} bytes is too long"),
            Self::Payload(kind) => write!(formatter, "a frame of the kind {kind:#04x} is malformed"),
        }
    }
}

impl std::error::Error for WireError {}

/// One direction of the protocol.
pub trait Message: Sized {
    /// Whether a frame of this kind goes in this direction.
    fn known(kind: u8) -> bool;

    /// Appends the frame.
    fn encode(&self, into: &mut Vec<u8>);

    /// Reads the parts of a frame.
    ///
    /// # Errors
    ///
    /// When no frame of this direction looks like that.
    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError>;
}

/// Cuts a stream of bytes into messages.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where in the buffer the next frame begins.
    start: usize,
}

impl Decoder {
    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && (self.start == self.buffer.len() || self.start >= 64 * 1024) {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message, when it is there wholly.
    ///
    /// # Errors
    ///
    /// When what comes next is no frame. The stream can't be read on after that.
    pub fn next_message<M: Message>(&mut self) -> Result<Option<M>, WireError> {
        let pending = &self.buffer[self.start..];
        let Some(&kind) = pending.first() else { return Ok(None) };
        if !M::known(kind) {
            return Err(WireError::Kind(kind));
        }
        let Some(header) = pending.first_chunk::<HEADER>() else { return Ok(None) };
        let [_, n0, n1, n2, n3, l0, l1, l2, l3] = *header;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        if length as usize > MAX_PAYLOAD {
            return Err(WireError::Length(length));
        }
        let end = HEADER + length as usize;
        let Some(payload) = pending.get(HEADER..end) else { return Ok(None) };
        let message = M::decode(kind, u32::from_be_bytes([n0, n1, n2, n3]), payload)?;
        self.start += end;
        Ok(Some(message))
    }

    /// What came and belongs to no message yet.
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}
