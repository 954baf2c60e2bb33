//! Whatever bytes come from a container or a runner, reading their frames never panics and holds little; how the stream is cut changes
//! nothing; and what was read is written as it was read.

#![no_main]

use clnrm_lsp::engine::init::wire::{Decoder, Event, HEADER, MAX_PAYLOAD, Message, Request, WireError};
use libfuzzer_sys::fuzz_target;

fn read<M: Message>(stream: &[u8], piece: usize) -> (Vec<M>, Option<WireError>) {
    let mut decoder = Decoder::default();
    let mut messages = Vec::new();
    for piece in stream.chunks(piece) {
        decoder.push(piece);
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}

fn check<M: Message + PartialEq + std::fmt::Debug>(stream: &[u8], piece: usize) {
    let (messages, error) = read::<M>(stream, stream.len().max(1));
    let in_pieces = read::<M>(stream, piece);
    assert_eq!((&in_pieces.0, &in_pieces.1), (&messages, &error));
    for message in &messages {
        let mut written = Vec::new();
        message.encode(&mut written);
        assert!(written.len() <= HEADER + MAX_PAYLOAD);
        let (again, error) = read::<M>(&written, piece);
        assert_eq!((again.as_slice(), error), (std::slice::from_ref(message), None));
    }
}

fuzz_target!(|input: (u8, &[u8])| {
    let (piece, stream) = input;
    let piece = usize::from(piece).max(1);
    check::<Request>(stream, piece);
    check::<Event>(stream, piece);
});
