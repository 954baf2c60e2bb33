//! Numbers, lists and texts as bytes, big-endian, lengths first.

use super::{MAGIC, Output};

/// Writes a frame: the header, then the payload with its length set afterwards.
pub(super) fn frame(into: &mut Vec<u8>, kind: u8, number: u32, payload: impl FnOnce(&mut Vec<u8>)) {
    into.push(kind);
    put_u32(into, number);
    let length_at = into.len();
    put_u32(into, 0);
    let start = into.len();
    payload(into);
    let length = u32::try_from(into.len() - start).unwrap_or(u32::MAX);
    into[length_at..start].copy_from_slice(&length.to_be_bytes());
}

pub(super) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(super) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(super) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(super) fn put_i32(out: &mut Vec<u8>, value: i32) {
    out.extend_from_slice(&value.to_be_bytes());
}

pub(super) fn put_count(out: &mut Vec<u8>, count: usize) {
    // A list too long for its count is too long for a frame as well, which the reader refuses.
    put_u32(out, u32::try_from(count).unwrap_or(u32::MAX));
}

pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

pub(super) fn put_optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    out.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put_bytes(out, bytes);
    }
}

/// What is left of a payload; each call takes a field off its front, `None` where it is not there.
pub(super) struct Fields<'payload>(pub(super) &'payload [u8]);

impl Fields<'_> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    pub(super) fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.u32()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken.to_vec())
    }

    pub(super) fn optional(&mut self) -> Option<Option<Vec<u8>>> {
        match self.u8()? {
            0 => Some(None),
            1 => self.bytes().map(Some),
            _ => None,
        }
    }

    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()?;
        // Each item takes at least a byte, so a count that lies reserves nothing and ends soon.
        (0..count).map(|_| item(self)).collect()
    }

    pub(super) fn output(&mut self) -> Option<Output> {
        let code = self.u8()?;
        Output::ALL.into_iter().find(|output| output.code() == code)
    }

    pub(super) fn magic(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(MAGIC)?;
        Some(())
    }

    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).to_vec()
    }
}
