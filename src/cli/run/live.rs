//! What is to be seen of a run while it goes on: lines for people or for programs, and on a terminal what runs just now.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output;
use crate::executor::{Redaction, RunEvent, ScenarioId};
use crate::report::Style;
use crate::report::run::{RunDocument, RunLines, TestDocument, event_line};

/// How long a run may take before what it is at is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows events as they come.
pub struct Live<'a> {
    lines: Lines,
    style: Style,
    base: &'a Path,
    bar: Option<Bar>,
    /// Why nothing can be written any more.
    broken: Option<io::Error>,
}

/// What is written of each event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Human,
    Json,
    None,
}

/// What runs just now, on a terminal.
struct Bar {
    shown_from: Instant,
    bar: Option<ProgressBar>,
    total: u64,
    done: u64,
    running: BTreeMap<ScenarioId, String>,
}

impl<'a> Live<'a> {
    /// Lines for people.
    pub fn human(style: Style, base: &'a Path) -> Self {
        Self { lines: Lines::Human, ..Self::silent(style, base) }
    }

    /// A JSON object for each event.
    pub fn json(style: Style, base: &'a Path) -> Self {
        Self { lines: Lines::Json, ..Self::silent(style, base) }
    }

    /// Nothing but what runs just now, where there is a terminal.
    pub fn silent(style: Style, base: &'a Path) -> Self {
        let bar = (!style.quiet && io::stderr().is_terminal()).then(|| Bar {
            shown_from: Instant::now() + PATIENCE,
            bar: None,
            total: 0,
            done: 0,
            running: BTreeMap::new(),
        });
        Self { lines: Lines::None, style, base, bar, broken: None }
    }

    /// Shows one event.
    pub fn event(&mut self, event: &RunEvent, redaction: &Redaction) {
        match self.lines {
            Lines::Human => self.human_lines(event, redaction),
            Lines::Json => {
                if let Some(line) = event_line(event, redaction, self.base) {
                    self.write(&format!("{line}\n"));
                }
            }
            Lines::None => {}
        }
        if let Some(bar) = &mut self.bar {
            bar.event(event, redaction);
        }
    }

    fn human_lines(&mut self, event: &RunEvent, redaction: &Redaction) {
        let lines = RunLines::new(self.style);
        let text = match event {
            RunEvent::ScenarioFinished(scenario) if !self.style.quiet => lines.scenario(scenario) + "\n",
            RunEvent::TestFinished(test) => {
                let mut text = Vec::new();
                // A vector takes everything.
                let _ = lines.test(&TestDocument::new(test, redaction, self.base), &mut text);
                String::from_utf8_lossy(&text).into_owned()
            }
            RunEvent::Slow { scenario, elapsed } if !self.style.quiet => {
                lines.slow(&scenario.to_string(), *elapsed) + "\n"
            }
            RunEvent::Decision { message, .. } if !self.style.quiet => lines.remark(&redaction.cover(message)) + "\n",
            RunEvent::Note { test, message } if !self.style.quiet => {
                let test = test.as_ref().map(|test| format!("{test}: ")).unwrap_or_default();
                lines.remark(&format!("{test}{}", redaction.cover(message))) + "\n"
            }
            _ => return,
        };
        self.write(&text);
    }

    /// Shows what is to be told once the run is over: the summary, or the last line.
    ///
    /// # Errors
    /// Where something could not be written, now or before.
    pub fn end(mut self, run: &RunDocument) -> io::Result<()> {
        self.clear();
        match self.lines {
            Lines::Human => {
                let mut text = Vec::new();
                RunLines::new(self.style).summary(run, &mut text)?;
                self.write(&String::from_utf8_lossy(&text));
            }
            Lines::Json => self.write(&format!("{}\n", crate::report::run::end_line(run))),
            Lines::None => {}
        }
        self.broken.map_or(Ok(()), Err)
    }

    /// Takes what runs just now off the terminal.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take().and_then(|bar| bar.bar) {
            bar.finish_and_clear();
        }
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() || self.broken.is_some() {
            return;
        }
        let write = || output::write_stdout(text.as_bytes());
        let written = match self.bar.as_ref().and_then(|bar| bar.bar.as_ref()) {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        self.broken = written.err();
    }
}

impl Bar {
    fn event(&mut self, event: &RunEvent, redaction: &Redaction) {
        match event {
            RunEvent::Started { scenarios, .. } => self.total = scenarios.len() as u64,
            RunEvent::ScenarioStarted { scenario, .. } => {
                self.running.insert(scenario.clone(), String::new());
            }
            RunEvent::Progress { scenario, message, percent, .. } => {
                let percent = percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
                self.running.insert(scenario.clone(), format!("{}{percent}", redaction.cover(message)));
            }
            RunEvent::ScenarioFinished(scenario) => {
                self.running.remove(&scenario.id);
                self.done += 1;
            }
            _ => return,
        }
        if Instant::now() < self.shown_from {
            return;
        }
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| bar(total));
        bar.set_position(self.done);
        let running: Vec<String> = self
            .running
            .iter()
            .take(3)
            .map(|(id, at)| if at.is_empty() { id.scenario.clone() } else { format!("{}: {at}", id.scenario) })
            .collect();
        let more = self.running.len().saturating_sub(3);
        let more = if more > 0 { format!(", {more} more") } else { String::new() };
        bar.set_message(format!("{}{more}", running.join(", ")));
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let bar = match ProgressStyle::with_template("running [{bar:20}] {pos}/{len} [{elapsed}] {wide_msg}") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
