//! Whoever shows what happens: what they are told, and what they know then.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use ratatui::crossterm::event::Event;
use tokio::sync::mpsc::UnboundedReceiver;

use super::look::Unfit;
use super::screen::Command;
use super::timing::Timing;
use super::under_way::Stopped;
use super::verdicts::Verdicts;
use super::watched::{Round, Watched};
use crate::cli::run::Performed;
use crate::executor::{Redaction, RunEvent};

/// What is known at one moment, for whoever shows it.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The tests, and what is wrong with them.
    pub watched: &'a Watched,
    /// How they ran.
    pub verdicts: &'a Verdicts,
    /// What of the run under way has no result yet; `None` where nothing runs.
    pub running: Option<&'a BTreeSet<PathBuf>>,
    /// Whether flaky tests are red.
    pub fail_on_flaky: bool,
}

impl Known<'_> {
    /// What is said of all tests that run: a word, and the counts behind it.
    pub fn verdict(self) -> (&'static str, String) {
        let tests = self.watched.tests().filter(|(_, looked)| looked.unfit != Some(Unfit::Unasked));
        self.verdicts.summary(tests.map(|(path, _)| path), self.fail_on_flaky)
    }
}

/// Something that happened in a run.
#[derive(Clone, Copy)]
pub struct Happened<'a> {
    /// What.
    pub event: &'a RunEvent,
    /// What must not be shown of it.
    pub redaction: &'a Redaction,
}

/// Whoever shows what happens. An error ends the watch.
pub trait View {
    /// Everything is followed from now on.
    fn watching(&mut self, known: Known<'_>, folders: usize) -> io::Result<()>;

    /// Something changed, and was looked at.
    fn round(&mut self, round: &Round, known: Known<'_>) -> io::Result<()>;

    /// Something happened in a run.
    fn happened(&mut self, happened: Happened<'_>, known: Known<'_>) -> io::Result<()>;

    /// A run is over.
    fn ended(&mut self, run: &Performed, stopped: Option<Stopped>, known: Known<'_>) -> io::Result<()>;

    /// How long the round took.
    fn timing(&mut self, timing: &Timing) -> io::Result<()>;

    /// Something is to be known: a word, and what it is.
    fn note(&mut self, word: &str, text: &str) -> io::Result<()>;

    /// A key was pressed, or the terminal has another size.
    fn event(&mut self, _: &Event, _: Known<'_>) -> io::Result<Option<Command>> {
        Ok(None)
    }

    /// The tests that can be seen.
    fn shown(&self, _: Known<'_>) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Shows what was told since it was shown last.
    fn draw(&mut self, _: Known<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// Whoever shows what happens, and the keys that are pressed there, if there are any.
pub struct Viewer {
    /// Who shows it.
    pub view: Box<dyn View>,
    /// The keys.
    pub events: Option<UnboundedReceiver<Event>>,
}

/// Shows nothing: takes the place of a view that is to go.
pub struct Nobody;

impl View for Nobody {
    fn watching(&mut self, _: Known<'_>, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn round(&mut self, _: &Round, _: Known<'_>) -> io::Result<()> {
        Ok(())
    }

    fn happened(&mut self, _: Happened<'_>, _: Known<'_>) -> io::Result<()> {
        Ok(())
    }

    fn ended(&mut self, _: &Performed, _: Option<Stopped>, _: Known<'_>) -> io::Result<()> {
        Ok(())
    }

    fn timing(&mut self, _: &Timing) -> io::Result<()> {
        Ok(())
    }

    fn note(&mut self, _: &str, _: &str) -> io::Result<()> {
        Ok(())
    }
}
