//! What waits to be written to the runner: one queue, in order. It holds little: who has more to say looks at `has_room` first.

use std::fs::File;
use std::io::{ErrorKind, Write};

use crate::wire::{Event, Message};

/// Nothing more is read from jobs and connections while so many bytes wait.
const ROOM: usize = 128 * 1024;

/// Nothing more is read from the runner while so many bytes wait: its requests cause answers.
const LIMIT: usize = 1024 * 1024;

pub struct Outgoing {
    file: File,
    bytes: Vec<u8>,
    start: usize,
    broken: bool,
}

impl Outgoing {
    pub fn new(file: File) -> Self {
        Self { file, bytes: Vec::new(), start: 0, broken: false }
    }

    pub fn tell(&mut self, event: &Event) {
        if !self.broken {
            event.encode(&mut self.bytes);
        }
    }

    /// Writes as much as goes without waiting.
    pub fn flush(&mut self) {
        while !self.is_empty() {
            match self.file.write(&self.bytes[self.start..]) {
                Ok(0) => self.break_off(),
                Ok(written) => self.start += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.break_off(),
            }
        }
        if self.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(ROOM);
            self.start = 0;
        } else if self.start >= ROOM {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.bytes.len()
    }

    pub fn has_room(&self) -> bool {
        self.bytes.len() - self.start < ROOM
    }

    pub fn is_full(&self) -> bool {
        self.bytes.len() - self.start >= LIMIT
    }

    /// Whether nobody reads any more.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    pub fn break_off(&mut self) {
        self.broken = true;
        self.bytes.clear();
        self.start = 0;
    }
}
