//! The outermost fields of protobuf, read from a stream: tags, lengths, and the bytes behind them.

use crate::trace::read::input::Input;

/// Why no further field can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("the protobuf ends in the middle of a field: the file was cut off, or its writer has not finished")]
    End,
    #[error("this is no protobuf of OTLP: a field reaches beyond the message that it is in")]
    Overrun,
    #[error("this is no protobuf of OTLP: a number has more than ten bytes")]
    Varint,
    #[error("this is no protobuf of OTLP: a field has the unknown wire type {0}")]
    WireType(u8),
}

/// More bytes than this are not taken into memory for one span: OTLP's own limit for a whole message.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What to say of a field that is not taken into memory.
pub(super) fn too_long(length: u64) -> String {
    format!("it has {length} bytes, more than the {} MiB that are read into memory", LONGEST >> 20)
}

/// A field. Those without a length are numbers, which are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub number: u64,
    pub length: Option<u64>,
}

/// Protobuf on an input.
pub(super) struct Wire<'w, 'i> {
    input: &'w mut Input<'i>,
    taken: Vec<u8>,
}

impl<'w, 'i> Wire<'w, 'i> {
    pub fn new(input: &'w mut Input<'i>) -> Self {
        Self { input, taken: Vec::new() }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.input.consumed()
    }

    /// The length before a message, the highest byte first; `None` at the end.
    pub fn message_length(&mut self) -> Result<Option<u64>, Broken> {
        if self.input.peek().is_none() {
            return Ok(None);
        }
        let mut length = 0;
        for _ in 0..4 {
            length = length << 8 | u64::from(self.input.next().ok_or(Broken::End)?);
        }
        Ok(Some(length))
    }

    /// The next field of a message that ends at `end`, or with the input; `None` when it has no more.
    pub fn field(&mut self, end: Option<u64>) -> Result<Option<Field>, Broken> {
        match end {
            Some(end) if self.position() > end => return Err(Broken::Overrun),
            Some(end) if self.position() == end => return Ok(None),
            None if self.input.peek().is_none() => return Ok(None),
            _ => {}
        }
        let tag = self.varint()?;
        let length = match (tag & 7) as u8 {
            0 => {
                self.varint()?;
                None
            }
            1 => {
                self.skip(8)?;
                None
            }
            2 => Some(self.varint()?),
            5 => {
                self.skip(4)?;
                None
            }
            other => return Err(Broken::WireType(other)),
        };
        let reach = self.position().checked_add(length.unwrap_or(0)).ok_or(Broken::Overrun)?;
        if end.is_some_and(|end| reach > end) {
            return Err(Broken::Overrun);
        }
        Ok(Some(Field { number: tag >> 3, length }))
    }

    fn varint(&mut self) -> Result<u64, Broken> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.input.next().ok_or(Broken::End)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Broken::Varint)
    }

    /// Passes over `length` bytes.
    pub fn skip(&mut self, mut length: u64) -> Result<(), Broken> {
        while length > 0 {
            let available = self.input.chunk().len() as u64;
            if available == 0 {
                return Err(Broken::End);
            }
            let count = available.min(length);
            self.input.consume(count as usize);
            length -= count;
        }
        Ok(())
    }

    /// The next `length` bytes; `None`, and passed over, when they are too many to hold.
    pub fn bytes(&mut self, length: u64) -> Result<Option<&[u8]>, Broken> {
        if length > LONGEST {
            self.skip(length)?;
            return Ok(None);
        }
        self.taken.clear();
        let length = length as usize;
        while self.taken.len() < length {
            let chunk = self.input.chunk();
            if chunk.is_empty() {
                return Err(Broken::End);
            }
            let count = chunk.len().min(length - self.taken.len());
            self.taken.extend_from_slice(&chunk[..count]);
            self.input.consume(count);
        }
        Ok(Some(&self.taken))
    }
}
