//! Reads files and standard input as UTF-8.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::Utf8Error;
use std::sync::Arc;

use crate::report::{Failure, FailureKind};
use crate::text::LineIndex;

/// No file larger than this is read, in MiB: it is no test, and it may have no end (a device, a pipe).
const LARGEST: u64 = 64;

thread_local! {
    /// Every file of a thread is read into the same bytes, and copied once its size is known.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The text of the file at `path`.
pub fn file(path: &Path) -> Result<Arc<str>, Failure> {
    read(File::open(path))
}

/// All of standard input.
pub fn stdin() -> Result<Arc<str>, Failure> {
    read(Ok(io::stdin().lock()))
}

/// The text of these bytes.
pub fn text(bytes: &[u8]) -> Result<Arc<str>, Failure> {
    read(Ok(bytes))
}

fn read(source: io::Result<impl Read>) -> Result<Arc<str>, Failure> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        let limit = LARGEST << 20;
        let size =
            source.and_then(|source| source.take(limit + 1).read_to_end(buffer)).map_err(|error| unreadable(&error))?;
        if size as u64 > limit {
            let message = format!("is larger than {LARGEST} MiB");
            return Err(Failure { kind: FailureKind::Unreadable, message, place: None });
        }
        std::str::from_utf8(buffer).map(Arc::from).map_err(|error| not_utf8(buffer, error))
    })
}

/// The failure of an operation on a file.
pub fn unreadable(error: &io::Error) -> Failure {
    let (kind, message) = match error.kind() {
        io::ErrorKind::NotFound => (FailureKind::NotFound, "no such file or directory".to_owned()),
        io::ErrorKind::PermissionDenied => (FailureKind::Unreadable, "permission denied".to_owned()),
        io::ErrorKind::IsADirectory => (FailureKind::Unreadable, "is a directory".to_owned()),
        _ => (FailureKind::Unreadable, format!("can't be read: {error}")),
    };
    Failure { kind, message, place: None }
}

fn not_utf8(bytes: &[u8], error: Utf8Error) -> Failure {
    let offset = error.valid_up_to();
    let before = String::from_utf8_lossy(&bytes[..offset]);
    let place = LineIndex::new(&before).position(&before, offset);
    let message = match (error.error_len(), bytes.get(offset)) {
        _ if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") => {
            "is not UTF-8, but UTF-16: save it as UTF-8".to_owned()
        }
        (Some(_), Some(byte)) => format!("is not UTF-8: invalid byte 0x{byte:02x}"),
        _ => "is not UTF-8: ends within a character".to_owned(),
    };
    Failure { kind: FailureKind::NotUtf8, message, place: Some((place, offset)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_not_utf8_has_a_place() {
        let failure =
            read(Ok("a = 1\nb = \"k\u{e4}".as_bytes().iter().chain(b"\xff\"").copied().collect::<Vec<_>>().as_slice()))
                .unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotUtf8);
        assert_eq!(failure.message, "is not UTF-8: invalid byte 0xff");
        let (place, byte) = failure.place.unwrap();
        assert_eq!((place.line, place.column, byte), (2, 8, 14));
    }

    #[test]
    fn a_text_that_ends_within_a_character_is_not_utf8() {
        let failure = read(Ok(&b"\xe4\xb8"[..])).unwrap_err();
        assert_eq!(failure.message, "is not UTF-8: ends within a character");
    }
}
