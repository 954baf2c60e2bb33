//! Bytes of a source with one byte of foresight and a count of lines; decompresses what is compressed with gzip.

use std::io::{self, Read};

/// A buffered source. After a failure it looks ended; [`Input::failure`] tells it from the end.
pub(super) struct Input<'a> {
    source: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    line: u64,
    consumed: u64,
    failure: Option<io::Error>,
}

impl<'a> Input<'a> {
    const BUFFER: usize = 64 * 1024;

    pub fn new(source: impl Read + 'a) -> Self {
        Self::over(Box::new(source))
    }

    fn over(source: Box<dyn Read + 'a>) -> Self {
        Self { source, buffer: vec![0; Self::BUFFER], start: 0, end: 0, line: 1, consumed: 0, failure: None }
    }

    /// The same, decompressed if it is compressed with gzip; says whether it is.
    pub fn decompressed(mut self) -> (Self, bool) {
        self.foresee(2);
        if self.foreseen().starts_with(&[0x1f, 0x8b]) {
            let rest: io::Cursor<Vec<u8>> = io::Cursor::new(self.foreseen().to_vec());
            let decoder = flate2::read::MultiGzDecoder::new(rest.chain(self.source));
            (Self::over(Box::new(decoder)), true)
        } else {
            (self, false)
        }
    }

    /// The line of the next byte, from one.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes were consumed.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Why reading ended, if it was not the end of the source.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// Tries to have `count` bytes at hand, at most as many as the buffer has; ends with fewer at the end of the source.
    pub fn foresee(&mut self, count: usize) {
        while self.end - self.start < count.min(Self::BUFFER) && self.fill() {}
    }

    /// The bytes at hand. Empty before the first byte was asked for.
    pub fn foreseen(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The first bytes, as many as tell what a source is: the same ones in whatever pieces they come.
    pub fn head(&mut self) -> &[u8] {
        const HEAD: usize = 4096;
        self.foresee(HEAD);
        let bytes = self.foreseen();
        &bytes[..bytes.len().min(HEAD)]
    }

    /// The bytes at hand, at least one; empty at the end.
    pub fn chunk(&mut self) -> &[u8] {
        self.foresee(1);
        self.foreseen()
    }

    /// The next byte.
    pub fn peek(&mut self) -> Option<u8> {
        if self.start == self.end {
            self.foresee(1);
        }
        self.foreseen().first().copied()
    }

    /// Passes over the next `count` bytes, which are at hand.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        let bytes = &self.buffer[self.start..self.start + count];
        self.line += match bytes {
            [byte] => u64::from(*byte == b'\n'),
            _ => memchr::memchr_iter(b'\n', bytes).count() as u64,
        };
        self.start += count;
        self.consumed += count as u64;
    }

    /// The next byte, passed over.
    pub fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.consume(1);
        Some(byte)
    }

    /// Reads more behind the bytes at hand; says whether anything came.
    fn fill(&mut self) -> bool {
        if self.failure.is_some() {
            return false;
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => return false,
                Ok(count) => {
                    self.end += count;
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    return false;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Input;
    use std::io::{Read, Write};

    /// A source that gives one byte at a time.
    struct Drop<'a>(&'a [u8]);

    impl Read for Drop<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = into.len().min(1);
            self.0.read(&mut into[..count])
        }
    }

    #[test]
    fn lines_are_counted_in_whatever_pieces_the_bytes_come() {
        let mut input = Input::new(Drop(b"a\nb\n\nc"));
        input.foresee(3);
        assert_eq!(input.foreseen(), b"a\nb");
        input.consume(3);
        assert_eq!(
            (input.line(), input.next(), input.next(), input.next(), input.next()),
            (2, Some(b'\n'), Some(b'\n'), Some(b'c'), None)
        );
        assert_eq!((input.line(), input.consumed()), (4, 6));
    }

    #[test]
    fn what_is_compressed_is_decompressed_all_its_members() {
        let mut bytes = Vec::new();
        for part in ["first ", "second"] {
            let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
            encoder.write_all(part.as_bytes()).unwrap();
            encoder.finish().unwrap();
        }
        let (mut input, compressed) = Input::new(Drop(&bytes)).decompressed();
        let text: Vec<u8> = std::iter::from_fn(|| input.next()).collect();
        assert_eq!((text.as_slice(), compressed), (b"first second".as_slice(), true));
    }

    #[test]
    fn a_broken_archive_is_a_failure_not_an_end() {
        let (mut input, _) = Input::new([0x1f, 0x8b, 0x08, 0x00].as_slice()).decompressed();
        assert_eq!(input.next(), None);
        assert!(input.failure().is_some());
    }
}
