//! Cuts values out of a stream of JSON without building them: finds their ends by brackets and quotes alone, so that a value
//! that is broken inside does not hide the next.

use crate::trace::read::input::Input;

/// Why the end of a value can't be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("the JSON ends in the middle: the file was cut off, or its writer has not finished")]
    End,
    #[error("this is no JSON: {0}")]
    Syntax(&'static str),
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It was taken.
    Taken,
    /// It is too long to hold, and was passed over.
    TooLong,
}

/// More bytes than this are not taken into memory for one value.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// What to say of a value that was passed over.
pub(super) fn too_long() -> String {
    format!("it is longer than the {} MiB that are read into memory", LONGEST >> 20)
}

/// Passes over white space; the byte after it.
pub(super) fn after_space(input: &mut Input<'_>) -> Result<u8, Broken> {
    loop {
        match input.peek() {
            Some(byte) if byte.is_ascii_whitespace() => input.consume(1),
            Some(byte) => return Ok(byte),
            None => return Err(Broken::End),
        }
    }
}

/// What comes next in an object or a list, after white space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A key or an element.
    Element,
    /// The end, which is passed over.
    End,
}

/// Finds the next element, from behind the opening bracket or the last element. Surplus and missing commas are forgiven:
/// what matters is where elements are.
pub(super) fn next(input: &mut Input<'_>, close: u8) -> Result<Next, Broken> {
    loop {
        match after_space(input)? {
            b',' => input.consume(1),
            byte if byte == close => {
                input.consume(1);
                return Ok(Next::End);
            }
            b'}' | b']' => return Err(Broken::Syntax("a bracket is closed that was not opened")),
            _ => return Ok(Next::Element),
        }
    }
}

/// A key with its colon. White space around both is passed over.
pub(super) fn key(input: &mut Input<'_>, key: &mut Vec<u8>) -> Result<(), Broken> {
    key.clear();
    if input.peek() != Some(b'"') {
        return Err(Broken::Syntax("a key is expected"));
    }
    value(input, Some(key))?;
    if after_space(input)? != b':' {
        return Err(Broken::Syntax("a colon is expected after a key"));
    }
    input.consume(1);
    after_space(input)?;
    Ok(())
}

/// Takes the value that begins at the next byte, appended to `into`, or passes over it.
pub(super) fn value(input: &mut Input<'_>, mut into: Option<&mut Vec<u8>>) -> Result<Cut, Broken> {
    let mut state = State::default();
    let before = into.as_ref().map_or(0, |into| into.len());
    let mut cut = Cut::Taken;
    loop {
        let chunk = input.chunk();
        if chunk.is_empty() {
            // A number ends with the source; everything else has an end of its own.
            return if state.scalar { Ok(cut) } else { Err(Broken::End) };
        }
        let (length, ended) = state.advance(chunk);
        if let Some(into) = into.as_mut() {
            if cut == Cut::Taken && into.len() - before + length <= LONGEST {
                into.extend_from_slice(&chunk[..length]);
            } else {
                into.truncate(before);
                cut = Cut::TooLong;
            }
        }
        input.consume(length);
        match ended {
            Ok(true) => return Ok(cut),
            Ok(false) => {}
            Err(broken) => return Err(broken),
        }
    }
}

/// How far a value is known.
#[derive(Debug, Default)]
struct State {
    /// The closing brackets that are due.
    open: Vec<u8>,
    string: bool,
    escaped: bool,
    /// Inside a number or a word, which has no end of its own.
    scalar: bool,
}

impl State {
    /// Walks over `bytes`: how many belong to the value, and whether it ends with them.
    fn advance(&mut self, bytes: &[u8]) -> (usize, Result<bool, Broken>) {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]) else {
                    return (bytes.len(), Ok(false));
                };
                at += found + 1;
                match bytes[at - 1] {
                    b'\\' => self.escaped = true,
                    b'\n' => return (at - 1, Err(Broken::Syntax("a string has no end on its line"))),
                    _ => {
                        self.string = false;
                        if self.open.is_empty() {
                            return (at, Ok(true));
                        }
                    }
                }
                continue;
            }
            match byte {
                b'"' if self.scalar => return (at, Err(Broken::Syntax("a quote stands inside a number or a word"))),
                b'"' => self.string = true,
                b'{' => self.open.push(b'}'),
                b'[' => self.open.push(b']'),
                b'}' | b']' if self.scalar => return (at, Ok(true)),
                b'}' | b']' => {
                    if self.open.pop() != Some(byte) {
                        return (at, Err(Broken::Syntax("a bracket is closed that was not opened")));
                    }
                    if self.open.is_empty() {
                        return (at + 1, Ok(true));
                    }
                }
                _ if !self.open.is_empty() => {}
                b',' => return (at, Ok(true)),
                _ if byte.is_ascii_whitespace() => return (at, Ok(true)),
                _ => self.scalar = true,
            }
            at += 1;
        }
        (at, Ok(false))
    }
}

#[cfg(test)]
mod tests {
    use super::{Broken, Cut, value};
    use crate::trace::read::input::Input;

    fn cut(text: &str) -> (Result<Cut, Broken>, String, Option<u8>) {
        let mut input = Input::new(text.as_bytes());
        let mut taken = Vec::new();
        let result = value(&mut input, Some(&mut taken));
        (result, String::from_utf8(taken).unwrap(), input.peek())
    }

    #[test]
    fn a_value_ends_where_its_bracket_does_whatever_is_inside() {
        for (text, expected, next) in [
            (r#"{"a":"}\"]","b":[{}]},x"#, r#"{"a":"}\"]","b":[{}]}"#, Some(b',')),
            (r#""\\" rest"#, r#""\\""#, Some(b' ')),
            ("12.5]", "12.5", Some(b']')),
            ("null", "null", None),
            ("{oops: NaN,,}", "{oops: NaN,,}", None),
        ] {
            assert_eq!(cut(text), (Ok(Cut::Taken), expected.to_owned(), next), "{text}");
        }
    }

    #[test]
    fn what_has_no_end_says_why() {
        assert_eq!(cut(r#"{"a":[1"#).0, Err(Broken::End));
        assert!(matches!(cut("{\"a\n\":1}").0, Err(Broken::Syntax(_))));
        assert!(matches!(cut("[{]").0, Err(Broken::Syntax(_))));
    }
}
