//! Init: the first process of a container, the hands of the runner within it. It speaks frames (`../wire/`) on its standard input
//! and output. It holds ports on the loopback and passes the bytes of each connection on; starts programs, passes on what they write
//! and tells how they end; and when its input ends, because the runner has closed it or died, it ends everything and itself.
//!
//! Compiled by `build.rs` for Linux with the standard library alone, statically, so that it runs in any container: without network,
//! with a read-only file system, as any user, without capabilities. `docs/init.md` tells more.
#![deny(unsafe_code)]

mod channels;
mod clock;
mod jobs;
mod memory;
mod outgoing;
mod processes;
mod supervisor;
mod sys;
#[path = "../wire/mod.rs"]
#[allow(dead_code, reason = "the other half is the runner's")]
mod wire;

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;

fn main() -> ExitCode {
    let clock = clock::Clock::start();
    let run = || -> io::Result<u8> {
        let signals = sys::Signals::listen()?;
        if std::process::id() != 1 {
            sys::adopt_orphans();
        }
        let input = unbuffered(io::stdin().as_fd())?;
        let output = unbuffered(io::stdout().as_fd())?;
        Ok(supervisor::Supervisor::new(input, output, signals, clock).run())
    };
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("clnrm-init: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The stream itself, without the buffers and locks of the standard library, and never waiting.
fn unbuffered(stream: std::os::fd::BorrowedFd<'_>) -> io::Result<File> {
    sys::never_wait(stream)?;
    Ok(File::from(stream.try_clone_to_owned()?))
}
