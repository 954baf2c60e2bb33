//! The frames that runner and init exchange: what each says, and how that is written as bytes. Both sides compile this very file
//! (the program includes it by path), so it uses the standard library alone and knows neither sockets nor processes.
//!
//! A frame is `kind: u8, number: u32, length: u32, payload`, all numbers big-endian. The number says which job or channel it is
//! about, and is 0 where it is about none. Kinds below 0x80 go from the runner to init, the others back, so a stream that is read the wrong way round is noticed.
//! Reading never panics, whatever the bytes are, and holds at most one frame.

/// Both sides must speak the same version; they say so in [`Request::Hello`] and [`Event::Ready`].
pub const VERSION: u16 = 1;

/// So many bytes of one stream may be under way before its receiver has granted more.
pub const WINDOW: u32 = 256 * 1024;

/// A stream is cut into pieces of at most so many bytes, so that no stream waits long for another.
pub const CHUNK: usize = 32 * 1024;

/// No payload is longer, in bytes. Linux takes no more than 2 MiB of arguments and environment by default.
pub const MAX_PAYLOAD: usize = 4 * 1024 * 1024;

/// Channels that the runner opens have this bit in their number; those that init accepts don't.
pub const OPENED_BY_RUNNER: u32 = 1 << 31;

/// Bytes of a frame before its payload.
pub const HEADER: usize = 9;

/// What `Hello` and `Ready` begin with.
const MAGIC: &[u8] = b"clnrm-init";

/// A stream of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What the runner asks of init.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The first frame.
    Hello {
        /// The runner's [`VERSION`].
        version: u16,
        /// How long processes have, in milliseconds, between `TERM` and `KILL` when the runner goes away.
        grace_ms: u32,
        /// The ports to hold on the loopback; 0 asks for any free one.
        ports: Vec<u16>,
    },
    /// Starts a job: a process in a group of its own that reads nothing.
    Start {
        /// Its number, chosen by the runner, never used twice.
        job: u32,
        /// The program and its arguments.
        argv: Vec<Vec<u8>>,
        /// What is changed in the container's environment: set, or removed where the value is `None`.
        env: Vec<(Vec<u8>, Option<Vec<u8>>)>,
        /// The working directory; init's own where it is `None`.
        workdir: Option<Vec<u8>>,
    },
    /// Sends a signal to the whole group of a job.
    Signal {
        /// The job.
        job: u32,
        /// The number of the signal.
        signal: u8,
    },
    /// Sends a signal to every process in the container, and `KILL` to those that are left after a time. Init goes on.
    Stop {
        /// The number of the signal.
        signal: u8,
        /// The time, in milliseconds.
        grace_ms: u32,
    },
    /// Allows so many more bytes of a job's output.
    OutputCredit {
        /// The job.
        job: u32,
        /// The stream.
        output: Output,
        /// How many.
        bytes: u32,
    },
    /// Connects to a port of the container's loopback.
    Connect {
        /// The channel's number, chosen by the runner, with [`OPENED_BY_RUNNER`].
        channel: u32,
        /// The port.
        port: u16,
    },
    /// Bytes for the process at the other end of a channel.
    Data {
        /// The channel.
        channel: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Allows so many more bytes of a channel.
    Credit {
        /// The channel.
        channel: u32,
        /// How many.
        bytes: u32,
    },
    /// No more `Data` comes for a channel.
    End {
        /// The channel.
        channel: u32,
    },
    /// Nothing is said on a channel and nothing heard from it any more. What was sent before is still delivered.
    Close {
        /// The channel.
        channel: u32,
    },
    /// Asks to be told when nothing is left that could still send something; see [`Event::Drained`].
    Drain {
        /// Comes back in the answer.
        token: u32,
    },
}

/// What init tells the runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The first frame.
    Ready {
        /// Init's [`VERSION`].
        version: u16,
        /// Init's process number: 1 where it is the container's first process.
        pid: u32,
        /// Of each port that was asked for, in that order, the one that is held: another where it was taken.
        ports: Vec<(u16, u16)>,
    },
    /// Init gives up; it ends all processes and then itself.
    Failed {
        /// What went wrong, for people.
        message: String,
    },
    /// A job runs.
    Started {
        /// The job.
        job: u32,
        /// The number of its process, which is also that of its group.
        pid: u32,
        /// When it was started, in nanoseconds of the container's monotonic clock since init began.
        at_ns: u64,
    },
    /// A job could not be started.
    NotStarted {
        /// The job.
        job: u32,
        /// What is at fault.
        fault: Fault,
        /// The system's error number; 0 where there is none.
        errno: i32,
    },
    /// Something that a job wrote.
    Output {
        /// The job.
        job: u32,
        /// Where.
        output: Output,
        /// What.
        bytes: Vec<u8>,
    },
    /// Nobody can write to a job's output any more.
    OutputEnd {
        /// The job.
        job: u32,
        /// The stream.
        output: Output,
    },
    /// The process of a job has ended. All that was written before that has been told.
    Exited {
        /// The job.
        job: u32,
        /// How.
        exit: Exit,
    },
    /// A process in the container connected to a port that init holds.
    Opened {
        /// The channel's number.
        channel: u32,
        /// The port, as it was asked for in `Hello`.
        port: u16,
    },
    /// The channel that the runner asked for is connected.
    Connected {
        /// The channel.
        channel: u32,
    },
    /// Nobody listens there; the channel does not exist.
    Refused {
        /// The channel.
        channel: u32,
        /// The system's error number; 0 where there is none.
        errno: i32,
    },
    /// Bytes from the process at the other end of a channel.
    Data {
        /// The channel.
        channel: u32,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Allows so many more bytes to a channel.
    Credit {
        /// The channel.
        channel: u32,
        /// How many.
        bytes: u32,
    },
    /// No more `Data` comes from a channel.
    End {
        /// The channel.
        channel: u32,
    },
    /// A channel is gone, in both directions.
    Closed {
        /// The channel.
        channel: u32,
        /// Whether it was cut rather than closed.
        reset: bool,
    },
    /// No process but init is left in the container, every connection is closed, none waits to be accepted, and all that came from
    /// them has been told before this.
    Drained {
        /// What the runner asked with.
        token: u32,
    },
}

/// How the process of a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code, or the signal that ended it.
    pub status: Status,
    /// When, on the clock of [`Event::Started`].
    pub at_ns: u64,
    /// The most memory that it, or one of its children, held at a time, in KiB.
    pub peak_memory_kib: u64,
    /// Time on processors, in microseconds, its children included.
    pub cpu_us: u64,
}

/// Exit code or signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The process ended by itself.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
}

/// Why a job could not be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program: not found, not executable, of another architecture.
    Program,
    /// The working directory.
    Workdir,
    /// No process could be made: limits, memory.
    Process,
    /// An argument or a variable can't be passed on: a zero byte, no program at all.
    Arguments,
}

/// Bytes that are no frame of this protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// A kind that does not exist in this direction.
    Kind(u8),
    /// A payload longer than [`MAX_PAYLOAD`].
    Length(u32),
    /// A payload that does not say what its kind must say.
    Payload(u8),
}

impl std::fmt::Display for WireError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kind(kind) => write!(formatter, "no frame has the kind {kind:#04x}"),
            Self::Length(length) => write!(formatter, "a frame of {length} bytes is too long"),
            Self::Payload(kind) => write!(formatter, "a frame of the kind {kind:#04x} is malformed"),
        }
    }
}

impl std::error::Error for WireError {}

/// One direction of the protocol.
pub trait Message: Sized {
    /// Whether a frame of this kind goes in this direction.
    fn known(kind: u8) -> bool;

    /// Appends the frame.
    fn encode(&self, into: &mut Vec<u8>);

    /// Reads the parts of a frame.
    ///
    /// # Errors
    ///
    /// When no frame of this direction looks like that.
    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError>;
}

/// Cuts a stream of bytes into messages.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where in the buffer the next frame begins.
    start: usize,
}

impl Decoder {
    /// Takes what came.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 && (self.start == self.buffer.len() || self.start >= 64 * 1024) {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next message, when it is there wholly.
    ///
    /// # Errors
    ///
    /// When what comes next is no frame. The stream can't be read on after that.
    pub fn next_message<M: Message>(&mut self) -> Result<Option<M>, WireError> {
        let pending = &self.buffer[self.start..];
        let Some(&kind) = pending.first() else { return Ok(None) };
        if !M::known(kind) {
            return Err(WireError::Kind(kind));
        }
        let Some(header) = pending.first_chunk::<HEADER>() else { return Ok(None) };
        let [_, n0, n1, n2, n3, l0, l1, l2, l3] = *header;
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        if length as usize > MAX_PAYLOAD {
            return Err(WireError::Length(length));
        }
        let end = HEADER + length as usize;
        let Some(payload) = pending.get(HEADER..end) else { return Ok(None) };
        let message = M::decode(kind, u32::from_be_bytes([n0, n1, n2, n3]), payload)?;
        self.start += end;
        Ok(Some(message))
    }

    /// What came and belongs to no message yet.
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

impl Message for Request {
    fn known(kind: u8) -> bool {
        (0x01..=0x0b).contains(&kind)
    }

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Hello { version, grace_ms, ports } => frame(into, 0x01, 0, |out| {
                out.extend_from_slice(MAGIC);
                put_u16(out, *version);
                put_u32(out, *grace_ms);
                put_count(out, ports.len());
                ports.iter().for_each(|port| put_u16(out, *port));
            }),
            Self::Start { job, argv, env, workdir } => frame(into, 0x02, *job, |out| {
                put_count(out, argv.len());
                argv.iter().for_each(|argument| put_bytes(out, argument));
                put_count(out, env.len());
                for (name, value) in env {
                    put_bytes(out, name);
                    put_optional(out, value.as_deref());
                }
                put_optional(out, workdir.as_deref());
            }),
            Self::Signal { job, signal } => frame(into, 0x03, *job, |out| out.push(*signal)),
            Self::Stop { signal, grace_ms } => frame(into, 0x04, 0, |out| {
                out.push(*signal);
                put_u32(out, *grace_ms);
            }),
            Self::OutputCredit { job, output, bytes } => frame(into, 0x05, *job, |out| {
                out.push(output.code());
                put_u32(out, *bytes);
            }),
            Self::Connect { channel, port } => frame(into, 0x06, *channel, |out| put_u16(out, *port)),
            Self::Data { channel, bytes } => frame(into, 0x07, *channel, |out| out.extend_from_slice(bytes)),
            Self::Credit { channel, bytes } => frame(into, 0x08, *channel, |out| put_u32(out, *bytes)),
            Self::End { channel } => frame(into, 0x09, *channel, |_| ()),
            Self::Close { channel } => frame(into, 0x0a, *channel, |_| ()),
            Self::Drain { token } => frame(into, 0x0b, *token, |_| ()),
        }
    }

    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields(payload);
        let message = match kind {
            0x01 => fields.magic().and_then(|()| {
                let (version, grace_ms) = (fields.u16()?, fields.u32()?);
                Some(Self::Hello { version, grace_ms, ports: fields.list(Fields::u16)? })
            }),
            0x02 => fields.list(Fields::bytes).and_then(|argv| {
                let env = fields.list(|fields| Some((fields.bytes()?, fields.optional()?)))?;
                Some(Self::Start { job: number, argv, env, workdir: fields.optional()? })
            }),
            0x03 => fields.u8().map(|signal| Self::Signal { job: number, signal }),
            0x04 => fields.u8().and_then(|signal| Some(Self::Stop { signal, grace_ms: fields.u32()? })),
            0x05 => fields
                .output()
                .and_then(|output| Some(Self::OutputCredit { job: number, output, bytes: fields.u32()? })),
            0x06 => fields.u16().map(|port| Self::Connect { channel: number, port }),
            0x07 => Some(Self::Data { channel: number, bytes: fields.rest() }),
            0x08 => fields.u32().map(|bytes| Self::Credit { channel: number, bytes }),
            0x09 => Some(Self::End { channel: number }),
            0x0a => Some(Self::Close { channel: number }),
            0x0b => Some(Self::Drain { token: number }),
            _ => return Err(WireError::Kind(kind)),
        };
        let is_numbered = !matches!(kind, 0x01 | 0x04);
        message.filter(|_| fields.0.is_empty() && (is_numbered || number == 0)).ok_or(WireError::Payload(kind))
    }
}

impl Message for Event {
    fn known(kind: u8) -> bool {
        (0x81..=0x8e).contains(&kind)
    }

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Ready { version, pid, ports } => frame(into, 0x81, 0, |out| {
                out.extend_from_slice(MAGIC);
                put_u16(out, *version);
                put_u32(out, *pid);
                put_count(out, ports.len());
                for (asked, held) in ports {
                    put_u16(out, *asked);
                    put_u16(out, *held);
                }
            }),
            Self::Failed { message } => frame(into, 0x82, 0, |out| out.extend_from_slice(message.as_bytes())),
            Self::Started { job, pid, at_ns } => frame(into, 0x83, *job, |out| {
                put_u32(out, *pid);
                put_u64(out, *at_ns);
            }),
            Self::NotStarted { job, fault, errno } => frame(into, 0x84, *job, |out| {
                out.push(fault.code());
                put_i32(out, *errno);
            }),
            Self::Output { job, output, bytes } => frame(into, 0x85, *job, |out| {
                out.push(output.code());
                out.extend_from_slice(bytes);
            }),
            Self::OutputEnd { job, output } => frame(into, 0x86, *job, |out| out.push(output.code())),
            Self::Exited { job, exit } => frame(into, 0x87, *job, |out| {
                let (signalled, number) = match exit.status {
                    Status::Code(code) => (0, code),
                    Status::Signal(signal) => (1, signal),
                };
                out.push(signalled);
                put_i32(out, number);
                put_u64(out, exit.at_ns);
                put_u64(out, exit.peak_memory_kib);
                put_u64(out, exit.cpu_us);
            }),
            Self::Opened { channel, port } => frame(into, 0x88, *channel, |out| put_u16(out, *port)),
            Self::Connected { channel } => frame(into, 0x89, *channel, |out| put_i32(out, 0)),
            Self::Refused { channel, errno } => frame(into, 0x8a, *channel, |out| put_i32(out, *errno)),
            Self::Data { channel, bytes } => frame(into, 0x8b, *channel, |out| out.extend_from_slice(bytes)),
            Self::Credit { channel, bytes } => frame(into, 0x8c, *channel, |out| put_u32(out, *bytes)),
            Self::End { channel } => frame(into, 0x8d, *channel, |out| out.push(0)),
            Self::Closed { channel, reset } => frame(into, 0x8d, *channel, |out| out.push(1 + u8::from(*reset))),
            Self::Drained { token } => frame(into, 0x8e, *token, |_| ()),
        }
    }

    fn decode(kind: u8, number: u32, payload: &[u8]) -> Result<Self, WireError> {
        let mut fields = Fields(payload);
        let message = match kind {
            0x81 => fields.magic().and_then(|()| {
                let (version, pid) = (fields.u16()?, fields.u32()?);
                let ports = fields.list(|fields| Some((fields.u16()?, fields.u16()?)))?;
                Some(Self::Ready { version, pid, ports })
            }),
            0x82 => Some(Self::Failed { message: String::from_utf8_lossy(&fields.rest()).into_owned() }),
            0x83 => fields.u32().and_then(|pid| Some(Self::Started { job: number, pid, at_ns: fields.u64()? })),
            0x84 => fields
                .u8()
                .and_then(|code| Some(Self::NotStarted { job: number, fault: Fault::of(code)?, errno: fields.i32()? })),
            0x85 => fields.output().map(|output| Self::Output { job: number, output, bytes: fields.rest() }),
            0x86 => fields.output().map(|output| Self::OutputEnd { job: number, output }),
            0x87 => fields.u8().and_then(|signalled| {
                let status = match (signalled, fields.i32()?) {
                    (0, code) => Status::Code(code),
                    (1, signal) => Status::Signal(signal),
                    _ => return None,
                };
                let (at_ns, peak_memory_kib, cpu_us) = (fields.u64()?, fields.u64()?, fields.u64()?);
                Some(Self::Exited { job: number, exit: Exit { status, at_ns, peak_memory_kib, cpu_us } })
            }),
            0x88 => fields.u16().map(|port| Self::Opened { channel: number, port }),
            0x89 => fields.i32().filter(|errno| *errno == 0).map(|_| Self::Connected { channel: number }),
            0x8a => fields.i32().map(|errno| Self::Refused { channel: number, errno }),
            0x8b => Some(Self::Data { channel: number, bytes: fields.rest() }),
            0x8c => fields.u32().map(|bytes| Self::Credit { channel: number, bytes }),
            0x8d => fields.u8().and_then(|how| match how {
                0 => Some(Self::End { channel: number }),
                1 | 2 => Some(Self::Closed { channel: number, reset: how == 2 }),
                _ => None,
            }),
            0x8e => Some(Self::Drained { token: number }),
            _ => return Err(WireError::Kind(kind)),
        };
        let is_numbered = !matches!(kind, 0x81 | 0x82);
        message.filter(|_| fields.0.is_empty() && (is_numbered || number == 0)).ok_or(WireError::Payload(kind))
    }
}

impl Output {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Stdout, Self::Stderr];

    fn code(self) -> u8 {
        match self {
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }
}

impl Fault {
    fn code(self) -> u8 {
        match self {
            Self::Program => 1,
            Self::Workdir => 2,
            Self::Process => 3,
            Self::Arguments => 4,
        }
    }

    fn of(code: u8) -> Option<Self> {
        [Self::Program, Self::Workdir, Self::Process, Self::Arguments].into_iter().find(|fault| fault.code() == code)
    }
}

/// Writes a frame: the header, then the payload with its length set afterwards.
fn frame(into: &mut Vec<u8>, kind: u8, number: u32, payload: impl FnOnce(&mut Vec<u8>)) {
    into.push(kind);
    put_u32(into, number);
    let length_at = into.len();
    put_u32(into, 0);
    let start = into.len();
    payload(into);
    let length = u32::try_from(into.len() - start).unwrap_or(u32::MAX);
    into[length_at..start].copy_from_slice(&length.to_be_bytes());
}

fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_i32(out: &mut Vec<u8>, value: i32) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    // A list too long for its count is too long for a frame as well, which the reader refuses.
    put_u32(out, u32::try_from(count).unwrap_or(u32::MAX));
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    out.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put_bytes(out, bytes);
    }
}

/// What is left of a payload; each call takes a field off its front, `None` where it is not there.
struct Fields<'payload>(&'payload [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.u32()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken.to_vec())
    }

    fn optional(&mut self) -> Option<Option<Vec<u8>>> {
        match self.u8()? {
            0 => Some(None),
            1 => self.bytes().map(Some),
            _ => None,
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.u32()?;
        // Each item takes at least a byte, so a count that lies reserves nothing and ends soon.
        (0..count).map(|_| item(self)).collect()
    }

    fn output(&mut self) -> Option<Output> {
        let code = self.u8()?;
        Output::ALL.into_iter().find(|output| output.code() == code)
    }

    fn magic(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(MAGIC)?;
        Some(())
    }

    fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0).to_vec()
    }
}
