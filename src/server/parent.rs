//! Ends the server when the process that started it is gone without a word.

use std::time::Duration;

use super::session::Session;

/// How often it is looked for. Standard input is closed as well when an editor dies, so this is for what keeps it open.
const INTERVAL: Duration = Duration::from_secs(1);

/// Ends this process with exit code 1 once `process` is gone. On systems where that can't be asked, the end of the input must do.
pub fn end_with(process: u32, session: &Session) {
    let watched = session.clone();
    session.runtime().spawn(async move {
        loop {
            tokio::time::sleep(INTERVAL).await;
            if !is_alive(process) {
                tracing::warn!(process, "the parent process is gone");
                watched.runs().close(super::CANCELLING).await;
                std::process::exit(1);
            }
        }
    });
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    let pid = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    // A process that belongs to somebody else can't be signalled, but it is there.
    pid.is_none_or(|pid| !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
}

#[cfg(not(unix))]
const fn is_alive(_: u32) -> bool {
    true
}
