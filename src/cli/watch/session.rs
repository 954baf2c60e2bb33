//! The loop: waits for what happens next, has the tests looked at and run, and tells what came of it. Ends when it is asked to, or when nobody
//! listens any more; nothing that is wrong with a test ends it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::Event;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::block_in_place;

use super::screen::Command;
use super::timing::Timing;
use super::under_way::{Stopped, UnderWay};
use super::verdicts::Verdicts;
use super::view::{Happened, Known, Nobody, Viewer};
use super::watched::{Round, Watched};
use super::{WatchOptions, reader};
use crate::cli::run::{Outputs, Signals};
use crate::executor::{Executor, ExecutorSettings, RunEvent, RunOptions};
use crate::report::run::ExitCode;
use crate::telemetry::{self, Measure, measured};
use crate::watch::{Burst, Follower};

/// How often a screen is drawn at least while something was told that was not drawn yet.
const TICK: Duration = Duration::from_millis(100);

/// How a watch was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// While nothing ran.
    Idle,
    /// While tests ran, which were cancelled.
    Running,
}

/// How runs go, and where they are written.
pub struct Runs {
    /// How they go.
    pub options: RunOptions,
    /// Where they are written besides `.clnrm/`.
    pub outputs: Outputs,
}

/// A watch under way.
pub struct Session<'a> {
    options: &'a WatchOptions,
    runs: Runs,
    watched: Watched,
    verdicts: Verdicts,
    follower: Follower,
    viewer: Viewer,
    executor: Executor,
    run: Option<UnderWay>,
    unfinished: BTreeSet<PathBuf>,
    timing: Timing,
    /// When the first event of the round came that a run belongs to.
    began: Instant,
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

/// Waits for the next key; for ever where there are none.
async fn pressed(events: &mut Option<UnboundedReceiver<Event>>) -> Event {
    if let Some(receiver) = events
        && let Some(event) = receiver.recv().await
    {
        return event;
    }
    std::future::pending().await
}

/// Waits for what happens next in a run; for ever where there is none.
async fn next(run: &mut Option<UnderWay>) -> Option<RunEvent> {
    match run {
        Some(run) => run.next().await,
        None => std::future::pending().await,
    }
}

impl<'a> Session<'a> {
    /// Watches until it is ended.
    ///
    /// # Errors
    /// Where the system refuses to watch, or nothing can be shown any more.
    pub fn run(watched: Watched, viewer: Viewer, options: &'a WatchOptions, runs: Runs) -> io::Result<Ended> {
        let runtime = Runtime::new()?;
        runtime.block_on(async {
            let (sender, bursts) = mpsc::unbounded_channel();
            let mut signals = Signals::new()?;
            let follower = Follower::new(options.debounce(), move |burst| drop(sender.send(burst)));
            let mut session = Session {
                options,
                runs,
                watched,
                verdicts: Verdicts::default(),
                follower: follower.map_err(io::Error::other)?,
                viewer,
                executor: Executor::new(ExecutorSettings::default()),
                run: None,
                unfinished: BTreeSet::new(),
                timing: Timing::default(),
                began: Instant::now(),
                look_again: None,
                unfollowed: BTreeSet::new(),
            };
            let ended = session.watch(bursts, &mut signals).await;
            // Whatever the reason is, nothing stays behind.
            match session.run.take() {
                Some(run) => {
                    session.cancelled(run, &mut signals).await;
                    match ended {
                        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
                        _ => Ok(Ended::Running),
                    }
                }
                None => ended,
            }
        })
    }

    async fn watch(&mut self, mut bursts: UnboundedReceiver<Burst>, signals: &mut Signals) -> io::Result<Ended> {
        self.begin()?;
        let mut gone = std::pin::pin!(reader::gone());
        loop {
            let running = self.run.as_ref().filter(|run| run.stopped().is_none());
            let deadline = running.and_then(|run| Some(run.began() + self.options.timebox()?));
            tokio::select! {
                biased;
                () = signals.next() => return Ok(Ended::Idle),
                () = &mut gone => return Ok(Ended::Idle),
                burst = bursts.recv() => {
                    let Some(mut burst) = burst else { return Err(io::Error::other("the system tells no events any more")) };
                    while let Ok(more) = bursts.try_recv() {
                        burst.merge(more);
                    }
                    // It is quiet, so this is as good a time; later something may be written just then.
                    if self.look_again.take().is_some() {
                        burst.merge(Burst::anything());
                    }
                    self.changed(&burst)?;
                    self.start()?;
                }
                event = next(&mut self.run) => match event {
                    Some(event) => self.happened(&event)?,
                    None => {
                        self.over().await?;
                        self.start()?;
                    }
                },
                event = pressed(&mut self.viewer.events) => {
                    if self.pressed(&event)? {
                        return Ok(Ended::Idle);
                    }
                    self.start()?;
                }
                () = tokio::time::sleep(TICK), if self.viewer.events.is_some() => {}
                () = until(self.look_again) => {
                    self.look_again = None;
                    self.changed(&Burst::anything())?;
                    self.start()?;
                }
                () = until(deadline) => {
                    if let Some(run) = &mut self.run {
                        run.stop(Stopped::Timebox);
                    }
                }
            }
            self.draw()?;
        }
    }

    /// Looks at everything for the first time.
    fn begin(&mut self) -> io::Result<()> {
        let round = block_in_place(|| self.watched.apply(&Burst::anything()));
        self.follow(true)?;
        if self.options.clear_cache {
            let forgotten = block_in_place(|| self.watched.forget_outcomes())?;
            self.viewer.view.note("cache", &format!("{forgotten} known outcomes are forgotten"))?;
        }
        let folders = self.follower.count();
        let Self { watched, verdicts, viewer, runs, .. } = self;
        let known = Known { watched, verdicts, running: None, fail_on_flaky: runs.options.fail_on_flaky };
        viewer.view.watching(known, folders)?;
        self.tell(&round)?;
        // What changed while nobody was listening yet. It may be written just now, as behind any event.
        self.look_again = Some(Instant::now() + self.options.debounce());
        self.start()
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
        let is_fit = |file: &std::path::Path| self.watched.files().get(file).is_some_and(|it| it.unfit.is_none());
        self.verdicts.retain(is_fit);
        self.make_way(&round)?;
        self.tell(&round)
    }

    /// Cancels what of the run changed and has no result yet, and lets the rest make way as far as it was not started.
    fn make_way(&mut self, round: &Round) -> io::Result<()> {
        let Some(run) = self.run.as_mut().filter(|run| run.stopped().is_none()) else { return Ok(()) };
        let gone = run.unfinished().into_iter().filter(|file| !self.watched.files().contains_key(file));
        let changed: BTreeSet<PathBuf> = round.looked.iter().cloned().chain(gone).collect();
        if !changed.is_empty() && run.make_way(&changed) {
            self.viewer.view.note("stopped", "what ran of that is out of date; it runs again")?;
        }
        Ok(())
    }

    /// Tells a round, and what it took where nothing runs for it.
    fn tell(&mut self, round: &Round) -> io::Result<()> {
        let Self { watched, verdicts, viewer, unfinished, run, runs, .. } = self;
        let running = run.is_some().then_some(&*unfinished);
        viewer.view.round(round, Known { watched, verdicts, running, fail_on_flaky: runs.options.fail_on_flaky })?;
        self.began = round.began;
        self.timing.checked(round);
        measured(Measure::TotalLatency, round.began.elapsed());
        if self.watched.due().next().is_none() {
            self.tell_timing()?;
        }
        Ok(())
    }

    fn tell_timing(&mut self) -> io::Result<()> {
        self.timing.ended();
        if self.options.perf_metrics {
            self.viewer.view.timing(&self.timing)?;
        }
        Ok(())
    }

    /// Follows the folders that count now. Whether there are new ones among them.
    fn follow(&mut self, afresh: bool) -> io::Result<bool> {
        let (new, failed) = block_in_place(|| self.follower.follow(self.watched.folders(), afresh));
        for (folder, reason) in failed {
            if self.unfollowed.insert(folder.clone()) {
                let text = format!("changes in `{}` are not noticed: {reason}", folder.display());
                self.viewer.view.note("warning", &text)?;
            }
        }
        Ok(new > 0)
    }

    /// Starts a run of what is due, unless one is under way.
    fn start(&mut self) -> io::Result<()> {
        if self.run.is_some() {
            return Ok(());
        }
        let (selected, forced) = self.watched.take_due();
        if selected.tests.is_empty() {
            return Ok(());
        }
        for file in selected.tests.iter().map(|test| &test.path) {
            let tests = selected.plan.tests.iter().filter(|test| test.path == *file).map(|test| test.id.clone());
            self.verdicts.begin(file, tests.collect());
        }
        let options = RunOptions { force: self.runs.options.force || forced, ..self.runs.options.clone() };
        let input = &self.watched.settings().input;
        let run = UnderWay::start(&self.executor, selected, options, input);
        self.unfinished = run.unfinished();
        self.run = Some(run);
        Ok(())
    }

    /// Something happened in the run.
    fn happened(&mut self, event: &RunEvent) -> io::Result<()> {
        let Some(run) = &self.run else { return Ok(()) };
        self.unfinished = run.unfinished();
        if let RunEvent::TestFinished(test) = event
            && run.stopped().is_none()
            && !run.again().contains(&test.path)
        {
            self.verdicts.insert(test.clone());
        }
        let Self { watched, verdicts, viewer, unfinished, runs, .. } = self;
        let known = Known { watched, verdicts, running: Some(unfinished), fail_on_flaky: runs.options.fail_on_flaky };
        viewer.view.happened(Happened { event, redaction: run.redaction() }, known)
    }

    /// Does what a key asks for; whether that is to end.
    fn pressed(&mut self, event: &Event) -> io::Result<bool> {
        let Self { watched, verdicts, viewer, unfinished, run, runs, .. } = self;
        let running = run.is_some().then_some(&*unfinished);
        let known = Known { watched, verdicts, running, fail_on_flaky: runs.options.fail_on_flaky };
        let files = match viewer.view.event(event, known)? {
            Some(Command::Quit) => return Ok(true),
            Some(Command::Run(file)) => BTreeSet::from([file]),
            Some(Command::RunAll) => viewer.view.shown(known).into_iter().collect(),
            None => return Ok(false),
        };
        if !self.watched.settings().runs {
            self.viewer.view.note("note", "tests are checked alone: `--validate-only`")?;
        }
        self.watched.make_due(&files, true);
        if let Some(run) = self.run.as_mut().filter(|run| run.stopped().is_none()) {
            run.make_way(&BTreeSet::new());
        }
        Ok(false)
    }

    fn draw(&mut self) -> io::Result<()> {
        let Self { watched, verdicts, viewer, unfinished, run, runs, .. } = self;
        let running = run.is_some().then_some(&*unfinished);
        viewer.view.draw(Known { watched, verdicts, running, fail_on_flaky: runs.options.fail_on_flaky })
    }

    /// The run is over.
    async fn over(&mut self) -> io::Result<()> {
        let Some(run) = self.run.take() else { return Ok(()) };
        let (report, stopped, took) = (run.report().await, run.stopped(), run.began().elapsed());
        let again = run.again().clone();
        let performed = run.into_asked().performed(report);
        let counts = |file: &std::path::Path| stopped.is_some() || !again.contains(file);
        let counting = performed.report.tests.iter().filter(|test| counts(&test.path));
        counting.clone().for_each(|test| self.verdicts.insert(test.clone()));
        // A run of which nothing counts is not worth remembering.
        if counting.count() > 0 || performed.report.tests.is_empty() {
            let outputs = &self.runs.outputs;
            let current = self.watched.settings().current.clone();
            let unwritten = block_in_place(|| outputs.write(&performed, &current));
            for problem in unwritten.reports.iter().chain(&unwritten.record) {
                self.viewer.view.note("warning", problem)?;
            }
            // What a test wants its results in may be mounted by another one.
            outputs.paths(&performed, &current).iter().for_each(|path| self.watched.absorb(path));
        }
        if stopped.is_none() {
            self.watched.make_due(&again, false);
        }
        // Where more runs at once, this is no verdict yet.
        let stopped = stopped.or_else(|| self.watched.due().next().map(|_| Stopped::Stale));
        let Self { watched, verdicts, viewer, runs, .. } = self;
        let known = Known { watched, verdicts, running: None, fail_on_flaky: runs.options.fail_on_flaky };
        viewer.view.ended(&performed, stopped, known)?;
        self.timing.ran(took, self.began.elapsed());
        if stopped != Some(Stopped::Stale) {
            self.tell_timing()?;
        }
        Ok(())
    }

    /// Cancels the run and waits until nothing of it is left. A second signal does not wait.
    async fn cancelled(&mut self, mut run: UnderWay, signals: &mut Signals) {
        run.stop(Stopped::Quit);
        // Nobody may be listening any more.
        drop(self.viewer.view.note("cancelled", "containers are being removed; once more ends this at once"));
        drop(self.draw());
        loop {
            tokio::select! {
                biased;
                event = run.next() => match event {
                    Some(_) => continue,
                    None => return,
                },
                () = signals.next() => {}
                event = pressed(&mut self.viewer.events) => if !asks_to_end(&event) { continue },
            }
            // Whoever asks twice does not want to wait; containers end when their runner does. The terminal is given back before.
            self.viewer.view = Box::new(Nobody);
            std::process::exit(i32::from(ExitCode::Cancelled.code()));
        }
    }
}

/// Whether a key asks for the end.
fn asks_to_end(event: &Event) -> bool {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};
    matches!(event, Event::Key(key) if key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL))
}
