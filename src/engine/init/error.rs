//! What can go wrong between runner and init.

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use super::wire::{Fault, WireError};

/// A session came to an end. Everything that waits for it gets the same reason.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SessionError {
    /// The stream of the container ended without having been asked to.
    #[error(
        "the container ended, or the connection to its engine was lost, while it was in use; look for an engine that was \
         restarted, a container that was killed, and memory limits"
    )]
    Ended,
    /// The runner ended it.
    #[error("the session with the container was closed")]
    Closed,
    /// Reading or writing the stream failed.
    #[error("the stream of the container broke: {0}; look whether the engine still runs")]
    Stream(Arc<io::Error>),
    /// Init did not say that it is ready in time.
    #[error("the container did not answer within {} s of its start; look at the load of the engine", .0.as_secs())]
    Silent(Duration),
    /// The container did not end in time when it was told to.
    #[error("the container did not end within {} s of being told to; look at the load of the engine", .0.as_secs())]
    Lingering(Duration),
    /// The stream says what init never says.
    #[error("what came from the container is not what its init says ({error}); it begins with `{}`", Excerpt(.begin))]
    Wire {
        /// What is wrong with it.
        error: WireError,
        /// The first bytes of it.
        begin: Vec<u8>,
    },
    /// Init did something that the protocol does not allow.
    #[error("the init of the container broke its protocol: {0}")]
    Protocol(&'static str),
    /// Init is of another version.
    #[error("the init of the container speaks version {theirs} of its protocol, not {ours}; remove the cached program")]
    Version {
        /// The runner's.
        ours: u16,
        /// Init's.
        theirs: u16,
    },
    /// Init gave up.
    #[error("the init of the container gave up: {0}")]
    Init(String),
}

/// A job could not be started.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such program.
    #[error("there is no program `{program}` in the container; look at the spelling and at the image's `PATH`")]
    NoProgram {
        /// As it was asked for.
        program: String,
    },
    /// The program is there but can't be executed.
    #[error("`{program}` can't be executed in the container: {}", Errno(.errno))]
    NotExecutable {
        /// As it was asked for.
        program: String,
        /// Linux' error number.
        errno: i32,
    },
    /// The working directory can't be entered.
    #[error("the working directory `{workdir}` can't be entered in the container: {}", Errno(.errno))]
    Workdir {
        /// As it was asked for.
        workdir: String,
        /// Linux' error number.
        errno: i32,
    },
    /// No process could be made.
    #[error("no process could be made for `{program}`: {}; look at the limits of the container", Errno(.errno))]
    Process {
        /// As it was asked for.
        program: String,
        /// Linux' error number.
        errno: i32,
    },
    /// No program is named, or an argument or a variable has a zero byte.
    #[error("a command needs a program, and neither it nor its variables may hold a zero byte")]
    Arguments,
    /// Arguments and environment are longer than a process may get.
    #[error("arguments and variables of `{program}` take {bytes} bytes, more than a process may get")]
    TooLong {
        /// As it was asked for.
        program: String,
        /// How many.
        bytes: usize,
    },
    /// The session came to an end.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// A port in the container could not be connected to.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody listens there.
    #[error("nothing listens on port {port} of the container: {}", Errno(.errno))]
    Refused {
        /// The port.
        port: u16,
        /// Linux' error number.
        errno: i32,
    },
    /// The session came to an end.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl StartError {
    pub(super) fn of(fault: Fault, errno: i32, program: &str, workdir: Option<&str>) -> Self {
        let program = program.to_owned();
        match fault {
            Fault::Program if errno == NO_ENTRY => Self::NoProgram { program },
            Fault::Program => Self::NotExecutable { program, errno },
            Fault::Workdir => Self::Workdir { workdir: workdir.unwrap_or_default().to_owned(), errno },
            Fault::Process => Self::Process { program, errno },
            Fault::Arguments => Self::Arguments,
        }
    }
}

/// `ENOENT`.
const NO_ENTRY: i32 = 2;

/// Linux' error numbers in words: the runner's system may number them otherwise.
struct Errno<'number>(&'number i32);

impl fmt::Display for Errno<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            1 => "operation not permitted",
            2 => "it does not exist",
            7 => "its arguments and variables are too long",
            8 => "it is no program, or one for another processor",
            11 => "too many processes",
            12 => "not enough memory",
            13 => "permission denied",
            20 => "it is not a directory",
            23 | 24 => "too many open files",
            26 => "it is being written to",
            40 => "too many symbolic links",
            99 => "there is no such address",
            110 => "no answer in time",
            111 => "connection refused",
            number => return write!(formatter, "error {number}"),
        })
    }
}

/// The beginning of what is no protocol, so that a person can recognise it.
struct Excerpt<'bytes>(&'bytes [u8]);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.get(..80).unwrap_or(self.0);
        write!(formatter, "{}", String::from_utf8_lossy(shown).escape_debug())
    }
}
