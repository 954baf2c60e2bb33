//! The signals that ask this process to end.

use std::io;

/// SIGINT, SIGTERM and SIGHUP, from when it is made.
pub struct Signals {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl Signals {
    /// Listens from now on; must be called in a runtime.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    #[cfg(unix)]
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let [int, term, hup] = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        Ok(Self { signals: [int?, term?, hup?] })
    }

    /// Listens from now on; must be called in a runtime.
    ///
    /// # Errors
    /// Where the system does not let us listen.
    #[cfg(not(unix))]
    pub fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        let [int, term, hup] = &mut self.signals;
        tokio::select! { _ = int.recv() => {} _ = term.recv() => {} _ = hup.recv() => {} }
    }

    /// Waits for the next one.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
