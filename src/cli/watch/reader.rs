//! Whoever reads what is told into a pipe: while nothing happens, only the system knows that they went away.

/// Waits until nobody reads standard output any more. Where that can't be known, for ever: the next line tells.
#[cfg(unix)]
pub async fn gone() {
    use std::io;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    let pipe = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let pipe = pipe.ok().filter(|file| file.metadata().is_ok_and(|it| it.file_type().is_fifo()));
    // Nothing is written by this end, so it may stay as it is: standard output must not be made non-blocking.
    let Some(pipe) = pipe.and_then(|file| Sender::from_file_unchecked(file).ok()) else {
        return std::future::pending().await;
    };
    if pipe.ready(Interest::ERROR).await.is_err() {
        std::future::pending().await
    }
}

/// Waits for ever: the next line tells.
#[cfg(not(unix))]
pub async fn gone() {
    std::future::pending().await
}
