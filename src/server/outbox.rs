//! The way out: one thread writes what all others say.
//!
//! Messages leave in the order in which they were sent. What replaces itself, such as the diagnostics of one document, waits in
//! a slot: a client that reads slowly gets the newest and never a backlog.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde::Serialize;

/// Sends messages to the client. Cloning is cheap; sending never blocks.
#[derive(Clone, Debug)]
pub struct Outbox {
    sender: Sender<Outgoing>,
    slots: Slots,
}

type Slots = Arc<Mutex<HashMap<String, Vec<u8>>>>;

#[derive(Debug)]
enum Outgoing {
    Message(Vec<u8>),
    Slot(String),
    End,
}

impl Outbox {
    /// Starts the writing thread. It ends after [`Outbox::end`], or when the output fails.
    pub fn start(output: impl Write + Send + 'static) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel();
        let slots = Slots::default();
        let writer = thread::spawn({
            let slots = Arc::clone(&slots);
            // The output failing means that the client is gone; the reading side notices as well and ends the server.
            move || write_all(&receiver, &slots, BufWriter::with_capacity(64 * 1024, output)).unwrap_or(())
        });
        (Self { sender, slots }, writer)
    }

    /// Sends one message.
    pub fn send(&self, message: &impl Serialize) {
        if let Some(body) = encode(message) {
            self.queue(Outgoing::Message(body));
        }
    }

    /// Sends one message that is encoded already.
    pub fn send_encoded(&self, message: Vec<u8>) {
        self.queue(Outgoing::Message(message));
    }

    /// Sends a message that replaces an unsent one with the same key.
    pub fn send_latest(&self, key: &str, message: &impl Serialize) {
        let Some(body) = encode(message) else { return };
        let waiting = self.slots.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), body);
        if waiting.is_none() {
            self.queue(Outgoing::Slot(key.to_owned()));
        }
    }

    /// Ends the writing thread once everything sent so far is written.
    pub fn end(&self) {
        self.queue(Outgoing::End);
    }

    fn queue(&self, outgoing: Outgoing) {
        // The writer is gone only when the client is.
        self.sender.send(outgoing).unwrap_or(());
    }
}

/// The JSON of a message; the messages of the protocol always have one.
fn encode(message: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(message).inspect_err(|error| tracing::error!(%error, "a message could not be encoded")).ok()
}

fn write_all(receiver: &Receiver<Outgoing>, slots: &Slots, mut output: impl Write) -> io::Result<()> {
    while let Ok(first) = receiver.recv() {
        let mut next = Some(first);
        while let Some(outgoing) = next {
            let body = match outgoing {
                Outgoing::Message(body) => Some(body),
                Outgoing::Slot(key) => slots.lock().unwrap_or_else(PoisonError::into_inner).remove(&key),
                Outgoing::End => return output.flush(),
            };
            if let Some(body) = body {
                write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
                output.write_all(&body)?;
            }
            next = receiver.try_recv().ok();
        }
        output.flush()?;
    }
    Ok(())
}
