//! A tunnel: a connection within the container whose bytes come out at the runner.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

use super::Session;
use super::error::ConnectError;
use super::link::{Channel, Incoming, Link, lock};
use super::wire::{CHUNK, Request};

/// A connection to or from a process in the container. Reading and writing are as with a TCP stream; dropping it closes it, after
/// what was written has been delivered.
pub struct Tunnel {
    link: Arc<Link>,
    channel: Channel,
    port: u16,
    /// What was received and not wholly read.
    current: Vec<u8>,
    read: usize,
    end_read: bool,
    end_sent: bool,
}

impl Session {
    /// Connects to a port on the container's loopback (`127.0.0.1`, else `::1`): works without any network, for instance to see
    /// whether a service answers.
    ///
    /// # Errors
    ///
    /// When nobody listens there, or when the session has ended.
    pub async fn connect(&self, port: u16) -> Result<Tunnel, ConnectError> {
        let link = self.link();
        let (connected, connecting) = oneshot::channel();
        let channel = link.add_channel(None, Some(connected))?;
        link.send(Request::Connect { channel: channel.number, port });
        let tunnel = Tunnel::new(Arc::clone(link), channel, port);
        match connecting.await {
            Ok(Ok(())) => Ok(tunnel),
            Ok(Err(errno)) => Err(ConnectError::Refused { port, errno }),
            Err(_) => Err(link.reason().into()),
        }
    }
}

impl Tunnel {
    pub(super) fn new(link: Arc<Link>, channel: Channel, port: u16) -> Self {
        Self { link, channel, port, current: Vec::new(), read: 0, end_read: false, end_sent: false }
    }

    /// The port: of an accepted connection the one that was asked for in the session's options, whichever is held in its place.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn broken(&self) -> io::Error {
        match self.link.check() {
            Ok(()) => io::ErrorKind::BrokenPipe.into(),
            Err(reason) => io::Error::new(io::ErrorKind::ConnectionAborted, reason),
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if buffer.remaining() == 0 || this.end_read {
            return Poll::Ready(Ok(()));
        }
        if this.read == this.current.len() {
            match ready!(this.channel.incoming.poll_recv(context)) {
                Some(Incoming::Bytes(bytes)) => {
                    this.current = bytes;
                    this.read = 0;
                }
                Some(Incoming::End) => {
                    this.end_read = true;
                    return Poll::Ready(Ok(()));
                }
                Some(Incoming::Reset) => {
                    this.end_read = true;
                    return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
                }
                None => return Poll::Ready(Err(this.broken())),
            }
        }
        let rest = this.current.get(this.read..).unwrap_or_default();
        let length = rest.len().min(buffer.remaining());
        buffer.put_slice(&rest[..length]);
        this.read += length;
        if this.read == this.current.len() {
            // Only what was really read makes room for more.
            let bytes = u32::try_from(this.current.len()).unwrap_or(u32::MAX);
            this.current = Vec::new();
            this.read = 0;
            if bytes > 0 {
                this.channel.allowed.fetch_add(bytes, Ordering::AcqRel);
                this.link.send(Request::Credit { channel: this.channel.number, bytes });
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let mut outlet = lock(&this.channel.outlet);
        if outlet.closed || this.end_sent {
            drop(outlet);
            return Poll::Ready(Err(this.broken()));
        }
        let length = bytes.len().min(CHUNK).min(usize::try_from(outlet.credit).unwrap_or(CHUNK));
        if length == 0 {
            outlet.waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        outlet.credit = outlet.credit.saturating_sub(u32::try_from(length).unwrap_or(u32::MAX));
        drop(outlet);
        this.link.send(Request::Data { channel: this.channel.number, bytes: bytes[..length].to_vec() });
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.end_sent {
            this.end_sent = true;
            this.link.send(Request::End { channel: this.channel.number });
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        if !(self.end_read && self.end_sent) {
            self.link.send(Request::Close { channel: self.channel.number });
        }
    }
}
