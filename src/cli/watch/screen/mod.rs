//! The watch on a terminal: a list of the tests, what is to be read of the one that is chosen, and keys. What a watch does is decided elsewhere;
//! here it is shown, and keys become wishes.

mod details;
mod display;
mod draw;
mod rows;
mod state;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::layout::Rect;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use self::details::Details;
use self::display::Display;
use self::draw::{Areas, Picture};
use self::state::State;
use super::plain;
use super::timing::Timing;
use super::under_way::Stopped;
use super::view::{Happened, Known, View};
use super::watched::Round;
use crate::cli::run::Performed;
use crate::executor::{Redaction, RunEvent, ScenarioId};
use crate::report::listed;

pub use state::Command;

/// Drawn no more often than that, for eyes see no more.
const FRAME: Duration = Duration::from_millis(33);

/// Shows everything on the terminal.
pub struct Screen {
    display: Display,
    state: State,
    colors: bool,
    /// Whether it is told how the cache of renders does.
    cache_stats: bool,
    base: PathBuf,
    title: String,
    verdict: (String, String),
    note: String,
    /// Why the last run did not take place, where it did not.
    no_run: Option<String>,
    running: BTreeMap<ScenarioId, String>,
    redaction: Redaction,
    /// The details that were made last, and of what.
    details: Details,
    of: Option<(PathBuf, u16, u64)>,
    /// Counts what makes details stale.
    version: u64,
    is_stale: bool,
    drawn: Option<Instant>,
}

/// The keys and changes of size, from now on until the process ends.
pub fn events() -> UnboundedReceiver<Event> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || while event::read().is_ok_and(|event| sender.send(event).is_ok()) {});
    receiver
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where the terminal refuses.
    pub fn open(colors: bool, cache_stats: bool, base: PathBuf) -> io::Result<Self> {
        Ok(Self {
            display: Display::open()?,
            state: State::default(),
            colors,
            cache_stats,
            base,
            title: String::new(),
            verdict: (String::new(), "looking".to_owned()),
            note: String::new(),
            no_run: None,
            running: BTreeMap::new(),
            redaction: Redaction::default(),
            details: Details::default(),
            of: None,
            version: 0,
            is_stale: true,
            drawn: None,
        })
    }

    fn changed(&mut self) {
        self.version += 1;
        self.is_stale = true;
    }

    /// What is to be read of the test that is chosen, made anew where it is stale.
    fn look_up(&mut self, chosen: Option<&rows::Row<'_>>, known: Known<'_>, width: u16) {
        let of = chosen.map(|row| (row.path.to_owned(), width, self.version));
        if of != self.of {
            let no_run = self.no_run.as_deref();
            let made = chosen.map(|row| Details::of(row, known, &self.redaction, no_run, &self.base, width));
            self.details = made.unwrap_or_default();
            self.of = of;
        }
    }
}

impl View for Screen {
    fn watching(&mut self, known: Known<'_>, folders: usize) -> io::Result<()> {
        let paths = known.watched.settings().paths.iter().map(|path| path.display().to_string());
        self.title = format!("{} · {folders} folders", listed(&paths.collect::<Vec<_>>()));
        self.changed();
        self.draw(known)
    }

    fn round(&mut self, round: &Round, known: Known<'_>) -> io::Result<()> {
        let (word, text) = plain::verdict(known.watched);
        self.verdict = (word.to_owned(), text);
        let changed = round.changed.first().map(|file| format!("changed: {file}"));
        let gone = round.gone.first().map(|file| format!("gone: {file}"));
        let more = (round.changed.len() + round.gone.len()).saturating_sub(1);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if let Some(first) = changed.or(gone) {
            self.note = format!("{first}{more}");
        }
        if let Some((path, failure)) = known.watched.problems().failures.first() {
            self.note = format!("error: {path}: {}", failure.message);
        }
        if self.cache_stats {
            let cache = known.watched.cache();
            let asked = cache.hits + cache.misses;
            self.note = format!("{}  cache: {} of {asked} renders were known", self.note, cache.hits);
        }
        if let Some((test, diff)) = round.diffs.first() {
            self.note = format!("{}  diff: {test}: {}", self.note, diff.summary());
        }
        self.changed();
        self.draw(known)
    }

    fn happened(&mut self, happened: Happened<'_>, known: Known<'_>) -> io::Result<()> {
        let Happened { event, redaction } = happened;
        match event {
            RunEvent::Started { .. } => {
                self.running.clear();
                self.redaction = redaction.clone();
            }
            RunEvent::ScenarioStarted { scenario, .. } => {
                self.running.insert(scenario.clone(), String::new());
            }
            RunEvent::Progress { scenario, message, .. } => {
                self.running.insert(scenario.clone(), redaction.cover(message).into_owned());
            }
            RunEvent::ScenarioFinished(scenario) => {
                self.running.remove(&scenario.id);
            }
            RunEvent::TestFinished(_) => self.version += 1,
            RunEvent::Decision { message, .. } | RunEvent::Note { message, .. } => {
                self.note = redaction.cover(message).into_owned();
            }
            RunEvent::Slow { .. } | RunEvent::Output { .. } | RunEvent::Finished(_) => return Ok(()),
        }
        self.is_stale = true;
        self.draw(known)
    }

    fn ended(&mut self, run: &Performed, stopped: Option<Stopped>, known: Known<'_>) -> io::Result<()> {
        self.running.clear();
        self.no_run = run.report.error.as_ref().map(|error| run.redaction.cover(error).into_owned());
        self.changed();
        let took = run.report.duration.as_secs_f64();
        if stopped == Some(Stopped::Timebox) {
            self.note = format!("timebox: the run was stopped after {took:.3} s");
        } else if let Some(error) = &self.no_run {
            self.note = format!("error: {error}");
        }
        if stopped.is_none() || stopped == Some(Stopped::Timebox) {
            let (word, text) = known.verdict();
            self.verdict = (word.to_owned(), format!("{text} [{took:.3} s]"));
        }
        self.draw(known)
    }

    fn timing(&mut self, timing: &Timing) -> io::Result<()> {
        self.note = format!("timing: {timing}");
        self.is_stale = true;
        Ok(())
    }

    fn note(&mut self, word: &str, text: &str) -> io::Result<()> {
        self.note = format!("{word}: {text}");
        self.is_stale = true;
        Ok(())
    }

    fn event(&mut self, event: &Event, known: Known<'_>) -> io::Result<Option<Command>> {
        let command = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let rows = rows::rows(known, &self.state);
                let shown: Vec<&Path> = rows.iter().map(|row| row.path).collect();
                self.state.key(*key, &shown)
            }
            _ => None,
        };
        self.is_stale = true;
        self.drawn = None;
        self.draw(known)?;
        Ok(command)
    }

    fn shown(&self, known: Known<'_>) -> Vec<PathBuf> {
        rows::rows(known, &self.state).iter().map(|row| row.path.to_owned()).collect()
    }

    fn draw(&mut self, known: Known<'_>) -> io::Result<()> {
        if !self.is_stale || self.drawn.is_some_and(|drawn| drawn.elapsed() < FRAME) {
            return Ok(());
        }
        let size = self.display.terminal.size()?;
        let rows = rows::rows(known, &self.state);
        let paths: Vec<&Path> = rows.iter().map(|row| row.path).collect();
        let chosen = rows.get(self.state.place(&paths));
        self.look_up(chosen, known, Areas::of(Rect::new(0, 0, size.width, size.height)).width());
        let of_chosen =
            |id: &ScenarioId| chosen.is_some_and(|row| row.looked.plan.tests.iter().any(|test| test.id == id.test));
        let running = self.running.iter().filter(|(id, _)| of_chosen(id));
        let running: Vec<String> = running.map(|(id, at)| format!("running {}: {at}", id.scenario)).collect();
        let picture = Picture {
            state: &self.state,
            rows: &rows,
            details: &self.details,
            verdict: (&self.verdict.0, &self.verdict.1),
            title: &self.title,
            note: &self.note,
            running: &running,
            colors: self.colors,
        };
        self.display.terminal.draw(|frame| picture.draw(frame))?;
        (self.is_stale, self.drawn) = (false, Some(Instant::now()));
        Ok(())
    }
}
