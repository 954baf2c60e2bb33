//! The base protocol's frames: `Content-Length` headers and bodies, read so that nothing a client sends can end the server.

use std::io::{self, BufRead, Read};

/// Largest body that is accepted, in bytes. A document of 10 MB with every character escaped still fits.
pub const MAX_BODY: usize = 128 * 1024 * 1024;

/// Longest header line that is looked at, in bytes.
const MAX_HEADER_LINE: u64 = 8 * 1024;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// The body of one message.
    Body(Vec<u8>),
    /// Something that is no frame. It was skipped; the next read starts at the next header.
    Malformed(FrameError),
    /// The input has ended.
    End,
}

/// Why something is no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A header block without `Content-Length`, or with one that is no number.
    #[error("the header has no valid `Content-Length`")]
    Header,
    /// A body larger than [`MAX_BODY`].
    #[error("the message has {length} bytes; at most {MAX_BODY} are accepted")]
    TooLarge {
        /// Its announced length in bytes.
        length: usize,
    },
}

/// Reads the next frame.
///
/// # Errors
/// Those of the input itself. A malformed frame is none.
pub fn read(input: &mut impl BufRead) -> io::Result<Frame> {
    let mut length = None;
    let mut malformed = false;
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(MAX_HEADER_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(if malformed { Frame::Malformed(FrameError::Header) } else { Frame::End });
        }
        let header = line.trim_ascii();
        if header.is_empty() {
            match length {
                Some(length) => return body(input, length),
                // A stray blank line between frames harms nobody.
                None if !malformed => continue,
                None => return Ok(Frame::Malformed(FrameError::Header)),
            }
        }
        match content_length(header) {
            Header::ContentLength(value) => length = Some(value),
            Header::Other if !malformed => {}
            Header::Other | Header::Malformed => malformed = true,
        }
    }
}

/// What one header line says.
enum Header {
    ContentLength(usize),
    Other,
    Malformed,
}

/// Reads one header line. A lost body may stand before the header on the same line, so the name is searched, not compared.
fn content_length(line: &[u8]) -> Header {
    const NAME: &[u8] = b"content-length";
    let Some(at) = line.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME)) else {
        let is_header = line.iter().position(|byte| *byte == b':').is_some_and(|colon| {
            colon > 0 && line[..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        });
        return if is_header { Header::Other } else { Header::Malformed };
    };
    let value = line[at + NAME.len()..].trim_ascii().strip_prefix(b":").map(<[u8]>::trim_ascii);
    match value.and_then(|value| std::str::from_utf8(value).ok()).and_then(|value| value.parse().ok()) {
        Some(length) => Header::ContentLength(length),
        None => Header::Malformed,
    }
}

/// Reads a body, or skips it where it is too large.
fn body(input: &mut impl BufRead, length: usize) -> io::Result<Frame> {
    if length > MAX_BODY {
        io::copy(&mut input.take(length as u64), &mut io::sink())?;
        return Ok(Frame::Malformed(FrameError::TooLarge { length }));
    }
    let mut body = Vec::with_capacity(length);
    if input.take(length as u64).read_to_end(&mut body)? < length {
        return Ok(Frame::End);
    }
    Ok(Frame::Body(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(mut input: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            match read(&mut input).unwrap() {
                Frame::End => return frames,
                frame => frames.push(frame),
            }
        }
    }

    fn body(text: &str) -> Frame {
        Frame::Body(text.as_bytes().to_vec())
    }

    #[test]
    fn frames_follow_each_other() {
        let input = b"Content-Length: 2\r\n\r\n{}Content-Type: x\r\ncontent-length:3\r\n\r\n[1]";
        assert_eq!(frames(input), [body("{}"), body("[1]")]);
    }

    #[test]
    fn a_broken_header_costs_one_error_and_the_next_frame_is_read() {
        let good = "Content-Length: 2\r\n\r\n{}";
        for broken in
            ["Content-Length: x\r\n\r\n", "rubbish\r\n\r\n", "Content-Length: -1\r\n\r\n", "\u{1}\u{2}\r\n\r\n"]
        {
            let input = format!("{broken}{good}");
            assert_eq!(frames(input.as_bytes()), [Frame::Malformed(FrameError::Header), body("{}")], "{broken:?}");
        }
    }

    #[test]
    fn a_body_without_header_does_not_swallow_the_next_frame() {
        assert_eq!(frames(b"{\"lost\":1}Content-Length: 2\r\n\r\n{}"), [body("{}")]);
    }

    #[test]
    fn a_body_that_is_too_large_is_skipped() {
        let length = MAX_BODY + 1;
        let mut input = format!("Content-Length: {length}\r\n\r\n").into_bytes();
        input.resize(input.len() + length, b' ');
        input.extend(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(frames(&input), [Frame::Malformed(FrameError::TooLarge { length }), body("{}")]);
    }

    #[test]
    fn a_cut_frame_ends_the_input() {
        assert_eq!(frames(b"Content-Length: 9\r\n\r\n{}"), []);
        assert_eq!(frames(b"Content-Le"), [Frame::Malformed(FrameError::Header)]);
    }
}
