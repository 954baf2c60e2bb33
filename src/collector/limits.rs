//! Bounds of what one scenario may send. Beyond them it is told to the sender, and the trace is never taken for complete.

/// Bounds for one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest message in bytes, as it is sent and after decompression.
    pub message: usize,
    /// So many different spans are kept.
    pub spans: usize,
    /// So many bytes of spans are kept, as they were sent and decompressed.
    pub bytes: u64,
    /// So many bytes of messages may be under way at a time; senders beyond it are told to try again.
    pub under_way: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { message: 64 << 20, spans: 200_000, bytes: 256 << 20, under_way: 256 << 20 }
    }
}
