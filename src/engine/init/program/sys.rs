//! What the standard library does not offer: waiting for many descriptors at once, collecting any child with what it used, and
//! signals to groups. The only place of this program with `unsafe`; every call here is one system call whose arguments are owned by
//! its caller for as long as it lasts.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_long, c_short, c_ulong, c_void};
use std::io::{self, PipeReader, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use crate::wire::Status;

pub const READABLE: c_short = 0x001;
pub const WRITABLE: c_short = 0x004;
pub const BROKEN: c_short = 0x008;
pub const HUNG_UP: c_short = 0x010;

pub const SIGHUP: c_int = 1;
pub const SIGINT: c_int = 2;
pub const SIGQUIT: c_int = 3;
pub const SIGKILL: c_int = 9;
pub const SIGUSR1: c_int = 10;
pub const SIGUSR2: c_int = 12;
pub const SIGTERM: c_int = 15;
const SIGCHLD: c_int = 17;

const WNOHANG: c_int = 1;
const F_GETFL: c_int = 3;
const F_SETFL: c_int = 4;
const O_NONBLOCK: c_int = 0o4000;
const FIONREAD: c_ulong = 0x541B;
const PR_SET_CHILD_SUBREAPER: c_int = 36;

/// `struct pollfd`.
#[repr(C)]
pub struct Watched {
    fd: c_int,
    events: c_short,
    found: c_short,
}

/// `struct rusage`, with the reserve that musl has behind it.
#[repr(C)]
#[derive(Default)]
struct Usage {
    user: [c_long; 2],
    system: [c_long; 2],
    peak_memory_kib: c_long,
    rest: [c_long; 13],
    reserve: [c_long; 16],
}

unsafe extern "C" {
    fn poll(watched: *mut Watched, count: c_ulong, timeout_ms: c_int) -> c_int;
    fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut Usage) -> c_int;
    #[link_name = "kill"]
    fn send_signal(pid: c_int, signal: c_int) -> c_int;
    fn signal(number: c_int, handler: usize) -> usize;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn prctl(option: c_int, ...) -> c_int;
    fn write(fd: c_int, bytes: *const c_void, count: usize) -> isize;
    fn __errno_location() -> *mut c_int;
}

impl Watched {
    /// Watches for what is in `events`; `BROKEN` and `HUNG_UP` are always found.
    pub fn new(fd: BorrowedFd<'_>, events: c_short) -> Self {
        Self { fd: fd.as_raw_fd(), events, found: 0 }
    }

    /// Whether one of these was found.
    pub fn is(&self, events: c_short) -> bool {
        self.found & events != 0
    }
}

/// Waits until something is found, a signal comes or the time is over; `None` waits for ever.
pub fn wait_for(watched: &mut [Watched], timeout: Option<std::time::Duration>) {
    // Rounded up: a wait that ends too early is repeated without need.
    let timeout = timeout.map_or(-1, |time| c_int::try_from(time.as_millis() + 1).unwrap_or(c_int::MAX));
    // SAFETY: the slice is valid for writing, and its length goes with it.
    let result = unsafe { poll(watched.as_mut_ptr(), watched.len() as c_ulong, timeout) };
    if result < 0 {
        // Interrupted: nothing was found, and what interrupted shows the next time.
        watched.iter_mut().for_each(|one| one.found = 0);
    }
}

/// A child that has ended.
pub struct Reaped {
    pub pid: u32,
    pub status: Status,
    pub peak_memory_kib: u64,
    pub cpu_us: u64,
}

/// What there is to collect.
pub enum Children {
    Ended(Reaped),
    Running,
    None,
}

/// Collects one child that has ended.
pub fn reap() -> Children {
    let mut status = 0;
    let mut usage = Usage::default();
    // SAFETY: both are valid for writing; the kernel fills no more than `struct rusage`, which `Usage` covers.
    let pid = unsafe { wait4(-1, &raw mut status, WNOHANG, &raw mut usage) };
    match u32::try_from(pid) {
        Ok(0) => Children::Running,
        Ok(pid) => {
            let status = match status & 0x7f {
                0 => Status::Code((status >> 8) & 0xff),
                signal => Status::Signal(signal),
            };
            let number = |value: c_long| u64::try_from(value).unwrap_or(0);
            let micros = |time: [c_long; 2]| number(time[0]) * 1_000_000 + number(time[1]);
            Children::Ended(Reaped {
                pid,
                status,
                peak_memory_kib: number(usage.peak_memory_kib),
                cpu_us: micros(usage.user) + micros(usage.system),
            })
        }
        Err(_) => Children::None,
    }
}

/// Signals all processes of a group.
pub fn kill_group(leader: u32, signal: c_int) {
    if let Some(group) = c_int::try_from(leader).ok().filter(|group| *group > 1) {
        // SAFETY: takes no memory. A group that is gone is no mistake.
        unsafe { send_signal(-group, signal) };
    }
}

/// Signals every process that this one may signal, but not itself. Only for the first process of a container: elsewhere that would
/// be the whole machine.
pub fn kill_all_others(signal: c_int) {
    if std::process::id() == 1 {
        // SAFETY: takes no memory.
        unsafe { send_signal(-1, signal) };
    }
}

/// Signals one process.
pub fn kill_one(pid: u32, signal: c_int) {
    if let Some(pid) = c_int::try_from(pid).ok().filter(|pid| *pid > 1) {
        // SAFETY: takes no memory.
        unsafe { send_signal(pid, signal) };
    }
}

/// Makes orphaned descendants children of this process, as they are those of a container's first process anyway.
pub fn adopt_orphans() {
    // SAFETY: takes no memory. Where the kernel refuses, orphans go elsewhere, as without it.
    unsafe { prctl(PR_SET_CHILD_SUBREAPER, 1 as c_ulong, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) };
}

/// Reading and writing this never waits. Also holds for everybody else who has the same open file.
pub fn never_wait(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: these commands take and give numbers only.
    let flags = unsafe { fcntl(fd.as_raw_fd(), F_GETFL) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above.
    if unsafe { fcntl(fd.as_raw_fd(), F_SETFL, flags | O_NONBLOCK) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// How many bytes lie in a pipe.
pub fn waiting_bytes(fd: BorrowedFd<'_>) -> usize {
    let mut count: c_int = 0;
    // SAFETY: this request writes one `int`.
    let result = unsafe { ioctl(fd.as_raw_fd(), FIONREAD, &raw mut count) };
    if result < 0 { 0 } else { usize::try_from(count).unwrap_or(0) }
}

/// The end of the pipe into which `on_signal` writes.
static SIGNALS: AtomicI32 = AtomicI32::new(-1);

/// Does what a handler may do: one `write`, and leaves the error number as it was.
extern "C" fn on_signal(number: c_int) {
    let byte = number as u8;
    // SAFETY: the byte lives through the call; the address of the error number is this thread's.
    unsafe {
        let errno = *__errno_location();
        write(SIGNALS.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *__errno_location() = errno;
    }
}

/// The signals that came, in a pipe. Handlers, unlike a mask, are not inherited by programs that are started.
pub struct Signals(PipeReader);

impl Signals {
    pub fn listen() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        never_wait(reader.as_fd())?;
        never_wait(writer.as_fd())?;
        SIGNALS.store(writer.as_raw_fd(), Ordering::Relaxed);
        // The handler uses it until the process ends.
        std::mem::forget(writer);
        for number in [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM] {
            // SAFETY: the handler keeps to what is allowed in one.
            unsafe { signal(number, on_signal as extern "C" fn(c_int) as usize) };
        }
        Ok(Self(reader))
    }

    /// Takes what came, but for `CHLD`, which only wakes.
    pub fn take(&mut self) -> Vec<c_int> {
        let mut bytes = [0; 64];
        let mut taken = Vec::new();
        while let Ok(length @ 1..) = self.0.read(&mut bytes) {
            taken.extend(bytes[..length].iter().map(|byte| c_int::from(*byte)).filter(|number| *number != SIGCHLD));
        }
        taken
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
