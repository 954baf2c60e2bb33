//! The frames: what is written is read again, however it is cut, and nothing makes the reader panic.

use clnrm_lsp::engine::init::Output;
use clnrm_lsp::engine::init::wire::{Decoder, Event, Exit, Fault, Message, Request, Status, WireError};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

fn output() -> impl Strategy<Value = Output> {
    prop_oneof![Just(Output::Stdout), Just(Output::Stderr)]
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (any::<u16>(), any::<u32>(), vec(any::<u16>(), 0..4)).prop_map(|(version, grace_ms, ports)| Request::Hello {
            version,
            grace_ms,
            ports
        }),
        (any::<u32>(), vec(bytes(), 0..4), vec((bytes(), option::of(bytes())), 0..4), option::of(bytes()))
            .prop_map(|(job, argv, env, workdir)| Request::Start { job, argv, env, workdir }),
        any::<(u32, u8)>().prop_map(|(job, signal)| Request::Signal { job, signal }),
        any::<(u8, u32)>().prop_map(|(signal, grace_ms)| Request::Stop { signal, grace_ms }),
        (any::<u32>(), output(), any::<u32>()).prop_map(|(job, output, bytes)| Request::OutputCredit {
            job,
            output,
            bytes
        }),
        any::<(u32, u16)>().prop_map(|(channel, port)| Request::Connect { channel, port }),
        (any::<u32>(), bytes()).prop_map(|(channel, bytes)| Request::Data { channel, bytes }),
        any::<(u32, u32)>().prop_map(|(channel, bytes)| Request::Credit { channel, bytes }),
        any::<u32>().prop_map(|channel| Request::End { channel }),
        any::<u32>().prop_map(|channel| Request::Close { channel }),
        any::<u32>().prop_map(|token| Request::Drain { token }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let fault = prop_oneof![Just(Fault::Program), Just(Fault::Workdir), Just(Fault::Process), Just(Fault::Arguments)];
    let status = prop_oneof![any::<i32>().prop_map(Status::Code), any::<i32>().prop_map(Status::Signal)];
    prop_oneof![
        (any::<u16>(), any::<u32>(), vec(any::<(u16, u16)>(), 0..4)).prop_map(|(version, pid, ports)| Event::Ready {
            version,
            pid,
            ports
        }),
        any::<String>().prop_map(|message| Event::Failed { message }),
        any::<(u32, u32, u64)>().prop_map(|(job, pid, at_ns)| Event::Started { job, pid, at_ns }),
        (any::<u32>(), fault, any::<i32>()).prop_map(|(job, fault, errno)| Event::NotStarted { job, fault, errno }),
        (any::<u32>(), output(), bytes()).prop_map(|(job, output, bytes)| Event::Output { job, output, bytes }),
        (any::<u32>(), output()).prop_map(|(job, output)| Event::OutputEnd { job, output }),
        (any::<u32>(), status, any::<(u64, u64, u64, u64)>()).prop_map(|(job, status, numbers)| {
            let (at_ns, peak_memory_kib, cpu_us, memory_kills) = numbers;
            Event::Exited { job, exit: Exit { status, at_ns, peak_memory_kib, cpu_us, memory_kills } }
        }),
        any::<(u32, u16)>().prop_map(|(channel, port)| Event::Opened { channel, port }),
        any::<u32>().prop_map(|channel| Event::Connected { channel }),
        any::<(u32, i32)>().prop_map(|(channel, errno)| Event::Refused { channel, errno }),
        (any::<u32>(), bytes()).prop_map(|(channel, bytes)| Event::Data { channel, bytes }),
        any::<(u32, u32)>().prop_map(|(channel, bytes)| Event::Credit { channel, bytes }),
        any::<u32>().prop_map(|channel| Event::End { channel }),
        any::<(u32, bool)>().prop_map(|(channel, reset)| Event::Closed { channel, reset }),
        any::<u32>().prop_map(|token| Event::Drained { token }),
    ]
}

/// Reads a stream that comes in pieces of this length.
fn read<M: Message>(stream: &[u8], piece: usize) -> Result<Vec<M>, WireError> {
    let mut decoder = Decoder::default();
    let mut messages = Vec::new();
    for piece in stream.chunks(piece) {
        decoder.push(piece);
        while let Some(message) = decoder.next_message()? {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn written<M: Message>(messages: &[M]) -> Vec<u8> {
    let mut stream = Vec::new();
    messages.iter().for_each(|message| message.encode(&mut stream));
    stream
}

proptest! {
    #[test]
    fn requests_are_read_as_written(messages in vec(request(), 0..8), piece in 1_usize..50) {
        let stream = written(&messages);
        prop_assert_eq!(read::<Request>(&stream, piece).unwrap(), messages);
        prop_assert!(stream.is_empty() || read::<Event>(&stream, piece).is_err(), "the direction shows");
    }

    #[test]
    fn events_are_read_as_written(messages in vec(event(), 0..8), piece in 1_usize..50) {
        let stream = written(&messages);
        prop_assert_eq!(read::<Event>(&stream, piece).unwrap(), messages);
        prop_assert!(stream.is_empty() || read::<Request>(&stream, piece).is_err(), "the direction shows");
    }

    #[test]
    fn any_bytes_are_read_or_refused(stream in vec(any::<u8>(), 0..300), piece in 1_usize..50) {
        let _ = read::<Request>(&stream, piece);
        let _ = read::<Event>(&stream, piece);
    }

    /// A frame with one byte changed is refused, waits for more, or is another frame, and that is written as it was read.
    #[test]
    fn damage_is_noticed_or_means_something(message in event(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut stream = written(&[message]);
        let at = at.index(stream.len());
        stream[at] = byte;
        if let Ok(messages) = read::<Event>(&stream, stream.len()) && !messages.is_empty() && messages.iter().all(|message| !matches!(message, Event::Failed { .. })) {
            let again = written(&messages);
            prop_assert_eq!(&stream[..again.len()], &again[..]);
        }
    }
}

#[test]
fn a_length_that_lies_is_refused_before_it_is_believed() {
    let mut decoder = Decoder::default();
    decoder.push(&[0x81, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(decoder.next_message::<Event>(), Err(WireError::Length(u32::MAX)));
    // A list that claims more items than there are bytes.
    let mut decoder = Decoder::default();
    decoder.push(&[0x02, 0, 0, 0, 1, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(decoder.next_message::<Request>(), Err(WireError::Payload(0x02)));
}
