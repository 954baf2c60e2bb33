//! The loop: waits for what happens next, has the tests looked at, and tells what came of it. Ends when it is asked to, or when nobody
//! listens any more; nothing that is wrong with a test ends it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::block_in_place;

use super::timing::Timing;
use super::watched::{Round, Watched};
use super::{WatchOptions, reader};
use crate::cli::run::Signals;
use crate::telemetry::{self, Measure, measured};
use crate::watch::{Burst, Follower};

/// Whoever shows what happens. An error ends the watch.
pub trait View {
    /// Everything is followed from now on.
    fn watching(&mut self, watched: &Watched, folders: usize) -> io::Result<()>;

    /// Something changed, and was looked at.
    fn round(&mut self, round: &Round, watched: &Watched) -> io::Result<()>;

    /// How long the round took.
    fn timing(&mut self, timing: &Timing) -> io::Result<()>;

    /// Something is to be known: a word, and what it is.
    fn note(&mut self, word: &str, text: &str) -> io::Result<()>;
}

/// How a watch was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// While nothing ran.
    Idle,
    /// While tests ran, which were cancelled.
    #[expect(dead_code, reason = "for runs, which come next")]
    Running,
}

/// A watch under way.
pub struct Session<'a> {
    options: &'a WatchOptions,
    watched: Watched,
    follower: Follower,
    view: Box<dyn View>,
    timing: Timing,
    /// When everything is looked at, whatever the events say.
    look_again: Option<Instant>,
    /// Folders that can't be followed, which was told.
    unfollowed: BTreeSet<PathBuf>,
}

/// Waits until this time; for ever where there is none.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => std::future::pending().await,
    }
}

impl<'a> Session<'a> {
    /// Watches until it is ended.
    ///
    /// # Errors
    /// Where the system refuses to watch, or nothing can be shown any more.
    pub fn run(watched: Watched, view: Box<dyn View>, options: &'a WatchOptions) -> io::Result<Ended> {
        let runtime = Runtime::new()?;
        runtime.block_on(async {
            let (sender, bursts) = mpsc::unbounded_channel();
            let signals = Signals::new()?;
            let follower = Follower::new(options.debounce(), move |burst| drop(sender.send(burst)));
            let follower = follower.map_err(io::Error::other)?;
            let (timing, unfollowed) = (Timing::default(), BTreeSet::new());
            let session = Session { options, watched, follower, view, timing, look_again: None, unfollowed };
            session.watch(bursts, signals).await
        })
    }

    async fn watch(mut self, mut bursts: UnboundedReceiver<Burst>, mut signals: Signals) -> io::Result<Ended> {
        self.begin()?;
        let mut gone = std::pin::pin!(reader::gone());
        loop {
            tokio::select! {
                biased;
                () = signals.next() => return Ok(Ended::Idle),
                () = &mut gone => return Ok(Ended::Idle),
                burst = bursts.recv() => {
                    let Some(mut burst) = burst else { return Err(io::Error::other("the system tells no events any more")) };
                    while let Ok(more) = bursts.try_recv() {
                        burst.merge(more);
                    }
                    self.changed(&burst)?;
                }
                () = until(self.look_again) => {
                    self.look_again = None;
                    self.changed(&Burst::anything())?;
                }
            }
        }
    }

    /// Looks at everything for the first time.
    fn begin(&mut self) -> io::Result<()> {
        let round = block_in_place(|| self.watched.apply(&Burst::anything()));
        self.follow(true)?;
        self.view.watching(&self.watched, self.follower.count())?;
        self.tell(&round)?;
        // What changed while nobody was listening yet.
        self.look_again = Some(Instant::now());
        Ok(())
    }

    /// Something changed on disk.
    fn changed(&mut self, burst: &Burst) -> io::Result<()> {
        let round = block_in_place(|| self.watched.apply(burst));
        if round.places && self.follow(burst.folders || burst.lost)? {
            // What came into a folder before it was followed is told by nobody. It may be written just now.
            self.look_again = Some(Instant::now() + self.options.debounce());
        }
        if round.is_empty() {
            return Ok(());
        }
        measured(Measure::FileDetection, round.waited);
        round.changed.iter().for_each(telemetry::file_changed);
        self.tell(&round)
    }

    /// Tells a round, and what it took.
    fn tell(&mut self, round: &Round) -> io::Result<()> {
        self.view.round(round, &self.watched)?;
        self.timing.checked(round);
        self.timing.ended();
        measured(Measure::TotalLatency, round.began.elapsed());
        if self.options.perf_metrics {
            self.view.timing(&self.timing)?;
        }
        Ok(())
    }

    /// Follows the folders that count now. Whether there are new ones among them.
    fn follow(&mut self, afresh: bool) -> io::Result<bool> {
        let (new, failed) = block_in_place(|| self.follower.follow(self.watched.folders(), afresh));
        for (folder, reason) in failed {
            if self.unfollowed.insert(folder.clone()) {
                let text = format!("changes in `{}` are not noticed: {reason}", folder.display());
                self.view.note("warning", &text)?;
            }
        }
        Ok(new > 0)
    }
}
