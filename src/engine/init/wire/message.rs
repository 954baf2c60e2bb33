//! What runner and init say to each other.

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
        /// The runner's [`VERSION`](super::VERSION).
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
        /// The channel's number, chosen by the runner, with [`OPENED_BY_RUNNER`](super::OPENED_BY_RUNNER).
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
        /// Init's [`VERSION`](super::VERSION).
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
    /// How many processes of the container the kernel has killed so far because its memory was used up.
    pub memory_kills: u64,
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
