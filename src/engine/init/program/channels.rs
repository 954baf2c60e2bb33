//! The connections: those that processes make to the held ports, and those that the runner asks for. Bytes are passed on as they
//! are; what they mean is the runner's affair.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::outgoing::Outgoing;
use crate::wire::{CHUNK, Event, OPENED_BY_RUNNER, WINDOW};

/// More connections than that wait to be accepted: each takes memory and a descriptor.
const MOST: usize = 512;

/// After accepting failed for want of something, it is tried again in so long.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection to the loopback succeeds or fails at once, unless the queue of the listener is full.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Channels {
    listeners: Vec<Listener>,
    channels: BTreeMap<u32, Channel>,
    next: u32,
    paused_until: Option<Instant>,
}

struct Listener {
    socket: TcpListener,
    /// The port as it was asked for.
    port: u16,
}

struct Channel {
    socket: TcpStream,
    /// How much the runner still takes.
    credit: u32,
    /// What came from the runner and is not written yet.
    pending: Vec<u8>,
    start: usize,
    read_ended: bool,
    /// The runner says no more.
    write_ending: bool,
    write_ended: bool,
    /// The runner hears no more: what is pending is written, then all is over.
    closing: bool,
}

/// A mistake of the runner.
pub struct Violation(pub &'static str);

impl Channels {
    /// Holds a port on the loopback, a free one in its place where it is taken.
    pub fn hold(&mut self, port: u16) -> std::io::Result<u16> {
        let socket = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if port != 0 && error.kind() == ErrorKind::AddrInUse => {
                TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            }
            other => other?,
        };
        socket.set_nonblocking(true)?;
        let held = socket.local_addr()?.port();
        self.listeners.push(Listener { socket, port });
        // Programs that take `localhost` for `::1` first, and don't try further, find it too where the container has it.
        if let Ok(socket) = TcpListener::bind((Ipv6Addr::LOCALHOST, held))
            && socket.set_nonblocking(true).is_ok()
        {
            self.listeners.push(Listener { socket, port });
        }
        Ok(held)
    }

    /// The sockets to be accepted from, none while that has to wait.
    pub fn listeners(&self) -> impl Iterator<Item = &TcpListener> {
        let accepts = self.channels.len() < MOST && self.paused_until.is_none();
        self.listeners.iter().filter(move |_| accepts).map(|listener| &listener.socket)
    }

    /// When accepting is tried again.
    pub fn wakes_at(&self) -> Option<Instant> {
        self.paused_until
    }

    /// Accepts what waits; says whether really nothing waits any more.
    pub fn accept(&mut self, outgoing: &mut Outgoing) -> bool {
        if self.paused_until.is_some_and(|until| until <= Instant::now()) {
            self.paused_until = None;
        }
        if self.paused_until.is_some() {
            return false;
        }
        for listener in &self.listeners {
            loop {
                if self.channels.len() >= MOST || outgoing.is_full() {
                    return false;
                }
                match listener.socket.accept() {
                    Ok((socket, _)) => {
                        let channel = self.next;
                        self.next = (self.next + 1) & !OPENED_BY_RUNNER;
                        // One that can't be made non-blocking would stop everything; it is dropped, and thereby closed.
                        if let Ok(opened) = Channel::new(socket) {
                            self.channels.insert(channel, opened);
                            outgoing.tell(&Event::Opened { channel, port: listener.port });
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    // The other side has gone again before it was accepted.
                    Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::Interrupted) => {}
                    Err(_) => {
                        self.paused_until = Some(Instant::now() + PAUSE);
                        return false;
                    }
                }
            }
        }
        true
    }

    pub fn connect(&mut self, channel: u32, port: u16, outgoing: &mut Outgoing) -> Result<(), Violation> {
        if channel & OPENED_BY_RUNNER == 0 || self.channels.contains_key(&channel) {
            return Err(Violation("a channel was opened with a number that is not free"));
        }
        let connect = |address: SocketAddr| TcpStream::connect_timeout(&address, CONNECT_TIMEOUT);
        let socket = connect((Ipv4Addr::LOCALHOST, port).into())
            .or_else(|error| connect((Ipv6Addr::LOCALHOST, port).into()).map_err(|_| error))
            .and_then(Channel::new);
        match socket {
            Ok(opened) => {
                self.channels.insert(channel, opened);
                outgoing.tell(&Event::Connected { channel });
            }
            Err(error) => {
                let errno = error.raw_os_error().unwrap_or(TIMED_OUT);
                outgoing.tell(&Event::Refused { channel, errno });
            }
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// The connections from which may be read now.
    pub fn readable(&self) -> impl Iterator<Item = (u32, &TcpStream)> {
        let readable = |channel: &&Channel| channel.credit > 0 && !channel.read_ended && !channel.closing;
        self.channels
            .iter()
            .filter(move |(_, channel)| readable(channel))
            .map(|(number, channel)| (*number, &channel.socket))
    }

    /// The connections into which something waits to be written.
    pub fn writable(&self) -> impl Iterator<Item = (u32, &TcpStream)> {
        self.channels
            .iter()
            .filter(|(_, channel)| channel.has_pending())
            .map(|(number, channel)| (*number, &channel.socket))
    }

    pub fn grant(&mut self, channel: u32, bytes: u32) {
        if let Some(channel) = self.channels.get_mut(&channel) {
            channel.credit = channel.credit.saturating_add(bytes);
        }
    }

    /// Takes what the runner says on a channel. One that is gone is no mistake: the runner may not know yet.
    pub fn take(&mut self, number: u32, bytes: &[u8], outgoing: &mut Outgoing) -> Result<(), Violation> {
        let Some(channel) = self.channels.get_mut(&number) else { return Ok(()) };
        if channel.pending.len() - channel.start + bytes.len() > WINDOW as usize {
            return Err(Violation("more was sent through a channel than was allowed"));
        }
        if channel.start > 0 && channel.start == channel.pending.len() {
            channel.pending.clear();
            channel.start = 0;
        }
        channel.pending.extend_from_slice(bytes);
        self.write(number, outgoing);
        Ok(())
    }

    /// The runner says no more.
    pub fn end(&mut self, number: u32, outgoing: &mut Outgoing) {
        if let Some(channel) = self.channels.get_mut(&number) {
            channel.write_ending = true;
            self.write(number, outgoing);
        }
    }

    /// The runner neither says nor hears more.
    pub fn close(&mut self, number: u32, outgoing: &mut Outgoing) {
        if let Some(channel) = self.channels.get_mut(&number) {
            channel.closing = true;
            channel.write_ending = true;
            self.write(number, outgoing);
        }
    }

    /// Writes as much as goes without waiting.
    pub fn write(&mut self, number: u32, outgoing: &mut Outgoing) {
        let Some(channel) = self.channels.get_mut(&number) else { return };
        let mut written = 0;
        let reset = loop {
            if !channel.has_pending() {
                break false;
            }
            match channel.socket.write(&channel.pending[channel.start..]) {
                Ok(0) => break true,
                Ok(length) => {
                    channel.start += length;
                    written += length;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break true,
            }
        };
        if channel.start == channel.pending.len() {
            channel.pending = Vec::new();
            channel.start = 0;
        } else if channel.start >= CHUNK {
            channel.pending.drain(..channel.start);
            channel.start = 0;
        }
        if reset && !channel.read_ended && !channel.closing {
            // It takes nothing any more, but what it sent before it went may still wait to be read.
            channel.pending = Vec::new();
            channel.start = 0;
            channel.write_ending = true;
            channel.write_ended = true;
            return;
        }
        if reset {
            return self.remove(number, true, outgoing);
        }
        if written > 0 {
            outgoing.tell(&Event::Credit { channel: number, bytes: written as u32 });
        }
        if channel.write_ending && !channel.write_ended && !channel.has_pending() {
            channel.write_ended = true;
            let _ = channel.socket.shutdown(Shutdown::Write);
        }
        self.remove_if_over(number, outgoing);
    }

    /// Passes on one piece.
    pub fn read(&mut self, number: u32, buffer: &mut [u8; CHUNK], outgoing: &mut Outgoing) {
        let Some(channel) = self.channels.get_mut(&number) else { return };
        let most = CHUNK.min(channel.credit as usize);
        if most == 0 || channel.read_ended || channel.closing {
            return;
        }
        match channel.socket.read(&mut buffer[..most]) {
            Ok(0) => {
                channel.read_ended = true;
                outgoing.tell(&Event::End { channel: number });
                self.remove_if_over(number, outgoing);
            }
            Ok(length) => {
                // Credit is taken for what was read, not for what could have been.
                channel.credit = channel.credit.saturating_sub(length as u32);
                outgoing.tell(&Event::Data { channel: number, bytes: buffer[..length].to_vec() });
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.remove(number, true, outgoing),
        }
    }

    fn remove_if_over(&mut self, number: u32, outgoing: &mut Outgoing) {
        let is_over = |channel: &Channel| channel.write_ended && (channel.read_ended || channel.closing);
        if self.channels.get(&number).is_some_and(is_over) {
            self.remove(number, false, outgoing);
        }
    }

    fn remove(&mut self, number: u32, reset: bool, outgoing: &mut Outgoing) {
        if self.channels.remove(&number).is_some() {
            outgoing.tell(&Event::Closed { channel: number, reset });
        }
    }
}

impl Channel {
    fn new(socket: TcpStream) -> std::io::Result<Self> {
        socket.set_nonblocking(true)?;
        // Answers are small and somebody waits for them.
        let _ = socket.set_nodelay(true);
        Ok(Self {
            socket,
            credit: WINDOW,
            pending: Vec::new(),
            start: 0,
            read_ended: false,
            write_ending: false,
            write_ended: false,
            closing: false,
        })
    }

    fn has_pending(&self) -> bool {
        self.start < self.pending.len()
    }
}

const TIMED_OUT: i32 = 110;
