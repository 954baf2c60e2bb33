//! A session with the init of one container, over the streams that its engine attached. Two tasks serve it, one for each direction;
//! neither ever waits for who uses the session, so no stream can block another. When the stream ends or breaks, everything that
//! belongs to the session ends with one and the same reason.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot, watch};

use super::error::SessionError;
use super::link::{Link, Outgoing};
use super::wire::{Decoder, Message as _, Request, VERSION};
use super::{OTLP_GRPC_PORT, OTLP_HTTP_PORT, Signal, Tunnel};

/// How a session is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOptions {
    /// The ports that init shall hold on the container's loopback; a free one in the place of each that is taken.
    pub ports: Vec<u16>,
    /// How long processes have to end by themselves when the session closes, or the runner dies.
    pub grace: Duration,
    /// How long the container may take to answer.
    pub patience: Duration,
}

/// A port that init holds in the container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPort {
    /// The one that was asked for.
    pub asked: u16,
    /// The one that is held: another where that was taken.
    pub held: u16,
}

/// The runner's side of the init of one container.
///
/// Dropping it ends the container: init gets the end of its input, ends all processes and then itself. [`Session::close`] does the
/// same and waits for it.
pub struct Session {
    link: Arc<Link>,
    closing: watch::Sender<bool>,
    readiness: Readiness,
}

/// The connections that processes in the container made to the held ports, as they come. When this is dropped, they are closed.
pub struct Tunnels {
    accepted: mpsc::UnboundedReceiver<Tunnel>,
}

/// What init says first.
#[derive(Clone, Debug, Default)]
pub(super) struct Readiness {
    pub pid: u32,
    pub ports: Vec<HeldPort>,
}

/// What a container may take beyond its grace to vanish after it was told to, before its streams are given up.
const FAREWELL: Duration = Duration::from_secs(10);

/// So much is collected before it is written.
const BATCH: usize = 256 * 1024;

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            ports: vec![OTLP_GRPC_PORT, OTLP_HTTP_PORT],
            grace: Duration::from_secs(2),
            patience: Duration::from_secs(60),
        }
    }
}

impl Session {
    /// Greets the init behind the streams and waits until it is ready. `output` has what it writes to its standard output, in pieces
    /// of any size, without the frames of the engine; `input` is its standard input. The container need not run yet.
    ///
    /// # Errors
    ///
    /// When it does not answer in time, when what answers is no init of this version, or when a stream ends.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn open<B>(
        output: impl Stream<Item = io::Result<B>> + Send + Unpin + 'static,
        input: impl AsyncWrite + Send + Unpin + 'static,
        options: SessionOptions,
    ) -> Result<(Self, Tunnels), SessionError>
    where
        B: AsRef<[u8]> + Send + 'static,
    {
        let (outgoing, requests) = mpsc::unbounded_channel();
        let (ready, becoming_ready) = oneshot::channel();
        let (accepting, accepted) = mpsc::unbounded_channel();
        let link = Link::new(outgoing, ready, accepting);
        let (closing, closes) = watch::channel(false);
        link.send(Request::Hello { version: VERSION, grace_ms: milliseconds(options.grace), ports: options.ports });
        tokio::spawn(read(Arc::clone(&link), output, closes, options.grace.saturating_add(FAREWELL)));
        tokio::spawn(write(Arc::clone(&link), input, requests));
        // From here on dropping the session ends the tasks.
        let mut session = Self { link, closing, readiness: Readiness::default() };
        session.readiness = match tokio::time::timeout(options.patience, becoming_ready).await {
            Ok(Ok(readiness)) => readiness,
            Ok(Err(_)) => return Err(session.link.reason()),
            Err(_) => {
                session.link.end(SessionError::Silent(options.patience));
                return Err(SessionError::Silent(options.patience));
            }
        };
        Ok((session, Tunnels { accepted }))
    }

    /// The ports that init holds, in the order of the options.
    pub fn ports(&self) -> &[HeldPort] {
        &self.readiness.ports
    }

    /// The port that is held for the one that was asked for.
    pub fn held_port(&self, asked: u16) -> Option<u16> {
        self.ports().iter().find(|port| port.asked == asked).map(|port| port.held)
    }

    /// Whether init is the container's first process, so that the container ends with it.
    pub fn is_first_process(&self) -> bool {
        self.readiness.pid == 1
    }

    /// Sends a signal to every process in the container, and after the grace `KILL` to those that are left. Init and the tunnels go
    /// on, so what processes send at their end still comes through; [`Session::drained`] waits for that.
    pub fn stop(&self, signal: Signal, grace: Duration) {
        self.link.send(Request::Stop { signal: signal.number(), grace_ms: milliseconds(grace) });
    }

    /// Waits until nothing in the container can send anything any more: no process is left, every connection to a held port is
    /// closed and none waits to be accepted, every [`Tunnel`] has been dropped. What was received is then all there is. May be
    /// dropped and called again.
    ///
    /// # Errors
    ///
    /// When the session ends before.
    pub async fn drained(&self) -> Result<(), SessionError> {
        self.link.add_drain()?.await.map_err(|_| self.link.reason())?;
        // Its other half lives in the link, so this ends with the number alone.
        let _ = self.link.watch_live().wait_for(|live| *live == 0).await;
        Ok(())
    }

    /// Whether the kernel killed a process of the container because its memory was used up. Known as soon as the end of the job is
    /// that it killed, or that the process belonged to.
    pub fn ran_out_of_memory(&self) -> bool {
        self.link.ran_out_of_memory()
    }

    /// Waits for the end of the session, and tells why it ended.
    pub async fn ended(&self) -> SessionError {
        let mut ended = self.link.watch_end();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(SessionError::Ended),
            Err(_) => SessionError::Ended,
        }
    }

    /// Ends all processes, the given grace between `TERM` and `KILL`, then init and with it the container, and waits for that. May
    /// be dropped and called again.
    ///
    /// # Errors
    ///
    /// When the session ended for another reason, or when the container does not end in time.
    pub async fn close(&self) -> Result<(), SessionError> {
        self.begin_close();
        match self.ended().await {
            SessionError::Closed => Ok(()),
            other => Err(other),
        }
    }

    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    fn begin_close(&self) {
        self.closing.send_replace(true);
        self.link.close();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.begin_close();
    }
}

impl Tunnels {
    /// The next connection; `None` when the session has ended. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Tunnel> {
        self.accepted.recv().await
    }
}

/// Reads what init tells until the stream ends.
async fn read<B: AsRef<[u8]>>(
    link: Arc<Link>,
    mut output: impl Stream<Item = io::Result<B>> + Unpin,
    mut closes: watch::Receiver<bool>,
    farewell: Duration,
) {
    let mut ended = link.watch_end();
    let mut decoder = Decoder::default();
    let too_long = async {
        // An error says that the session is gone, which closes it as well.
        let _ = closes.wait_for(|closing| *closing).await;
        tokio::time::sleep(farewell).await;
    };
    tokio::pin!(too_long);
    let reason = loop {
        let item = tokio::select! {
            item = output.next() => item,
            () = &mut too_long => break SessionError::Lingering(farewell),
            _ = ended.wait_for(Option::is_some) => return,
        };
        match item {
            Some(Ok(bytes)) => {
                decoder.push(bytes.as_ref());
                if let Err(error) = pass_on(&link, &mut decoder) {
                    break error;
                }
            }
            Some(Err(error)) => break SessionError::Stream(Arc::new(error)),
            None if link.is_closing() => break SessionError::Closed,
            None => break SessionError::Ended,
        }
    };
    link.end(reason);
}

fn pass_on(link: &Arc<Link>, decoder: &mut Decoder) -> Result<(), SessionError> {
    loop {
        match decoder.next_message() {
            Ok(Some(event)) => link.receive(event)?,
            Ok(None) => return Ok(()),
            Err(error) => {
                let begin = decoder.pending();
                let begin = begin.get(..256).unwrap_or(begin).to_vec();
                return Err(SessionError::Wire { error, begin });
            }
        }
    }
}

/// Writes what is asked of init until it is told to close.
async fn write(link: Arc<Link>, mut input: impl AsyncWrite + Unpin, mut requests: mpsc::UnboundedReceiver<Outgoing>) {
    let mut ended = link.watch_end();
    let mut bytes = Vec::new();
    loop {
        let first = tokio::select! {
            first = requests.recv() => first,
            _ = ended.wait_for(Option::is_some) => return,
        };
        let mut next = first;
        let mut last = false;
        while let Some(outgoing) = next {
            match outgoing {
                Outgoing::Request(request) => request.encode(&mut bytes),
                Outgoing::Close => last = true,
            }
            next = if last || bytes.len() >= BATCH { None } else { requests.try_recv().ok() };
        }
        let written = async {
            input.write_all(&bytes).await?;
            input.flush().await?;
            if last { input.shutdown().await } else { Ok(()) }
        };
        let written = tokio::select! {
            written = written => written,
            _ = ended.wait_for(Option::is_some) => return,
        };
        bytes.clear();
        bytes.shrink_to(BATCH);
        match written {
            _ if last => return,
            Ok(()) => {}
            // Init may have said why it went before it did: what it wrote is read to its end first.
            Err(error) => {
                tokio::time::sleep(LAST_WORDS).await;
                return link.end(SessionError::Stream(Arc::new(error)));
            }
        }
    }
}

/// How long the reading side has to find the reason when writing fails.
const LAST_WORDS: Duration = Duration::from_secs(1);

fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
