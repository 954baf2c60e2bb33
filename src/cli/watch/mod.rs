//! `clnrm watch`: checks and runs tests as soon as they, or what they depend on, change. What a check finds and how a run goes is decided
//! elsewhere; here is when it happens, of what, and how it is told.

mod dependencies;
mod look;
mod options;
mod plain;
mod reader;
mod screen;
mod session;
mod timing;
mod under_way;
mod verdicts;
mod view;
mod watched;

use std::io::{self, IsTerminal as _};
use std::path::{Component, Path, PathBuf};

use clap::ColorChoice;

use self::dependencies::Dependencies;
use self::plain::Plain;
use self::screen::Screen;
use self::session::{Ended, Runs, Session};
use self::view::Viewer;
use self::watched::{Watched, WatchedSettings};
use super::discovery::{Input, targets};
use super::input::InputOptions;
use super::run::{ExecutionOptions, Filter, Matcher, Outputs, ReportTarget};
use super::{CLEAN, TROUBLE, output, panics};
use crate::report::run::ExitCode;

pub use options::WatchOptions;

/// A watch with all that was said about it.
pub struct Watch<'a> {
    /// What is watched; never empty.
    pub paths: &'a [PathBuf],
    /// How it is watched.
    pub options: &'a WatchOptions,
    /// Which scenarios are wanted.
    pub filter: &'a Filter,
    /// How runs go.
    pub execution: &'a ExecutionOptions,
    /// Files that every run is reported to.
    pub targets: Vec<ReportTarget>,
    /// What is said of the files.
    pub input: &'a InputOptions,
    /// When to use colours.
    pub color: ColorChoice,
}

impl Watch<'_> {
    /// Watches until it is ended, and gives the exit code.
    pub fn run(&self) -> u8 {
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(problems) => {
                problems.iter().for_each(|problem| output::complain(problem));
                return TROUBLE;
            }
        };
        panics::keep_silent();
        let outputs = Outputs { targets: self.targets.clone() };
        let runs = Runs { options: self.execution.run_options(), outputs };
        let ended = panics::catch(|| {
            let viewer = self.viewer(settings.current.clone())?;
            Session::run(Watched::new(settings), viewer, self.options, runs)
        });
        match ended {
            Ok(Ok(Ended::Idle)) => CLEAN,
            Ok(Ok(Ended::Running)) => ExitCode::Cancelled.code(),
            // Whoever read it has seen enough.
            Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => CLEAN,
            Ok(Err(error)) => {
                output::complain(&format!("the watch ended: {error}"));
                TROUBLE
            }
            Err(message) => {
                output::complain(&format!("this is a mistake of clnrm, please report it: {message}"));
                TROUBLE
            }
        }
    }

    /// The screen where somebody sits before a terminal, else lines.
    fn viewer(&self, base: PathBuf) -> io::Result<Viewer> {
        let is_terminal = io::stdout().is_terminal();
        let can_draw = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        if is_terminal && io::stdin().is_terminal() && can_draw && !self.options.plain && !self.input.quiet {
            let colors = output::color(self.color, &io::stdout());
            let view = Box::new(Screen::open(colors, self.options.cache_stats, base)?);
            return Ok(Viewer { view, events: Some(screen::events()) });
        }
        let WatchOptions { clear, cache_stats, .. } = *self.options;
        let view = Plain::new(io::stdout(), self.input.quiet, clear && is_terminal, cache_stats, base);
        Ok(Viewer { view: Box::new(view), events: None })
    }

    /// What is to be watched, or all that is in the way.
    fn settings(&self) -> Result<WatchedSettings, Vec<String>> {
        let runs = !self.options.validate_only;
        let mut problems = Vec::new();
        if self.input.untrusted && runs {
            problems.push(
                "`--untrusted` tests are not run: whoever runs a test trusts it; `--validate-only` checks it"
                    .to_owned(),
            );
        }
        let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        for target in targets(self.paths, None, &current) {
            match &target.input {
                Input::Stdin(_) => problems.push("standard input can't be watched: name a file or folder".to_owned()),
                Input::Missing(failure) => problems.push(format!("`{}`: {}", target.shown, failure.message)),
                Input::File(_) => {}
            }
        }
        let matcher = Matcher::new(self.filter).map_err(|problem| problems.push(problem)).ok();
        match matcher {
            Some(matcher) if problems.is_empty() => Ok(WatchedSettings {
                paths: self.paths.iter().map(|path| resolved(path)).collect(),
                input: self.input.clone(),
                seed: self.execution.seed,
                matcher,
                runs,
                diffs: self.options.diff,
                current,
            }),
            _ => Err(problems),
        }
    }
}

/// A path without `..`, for the system tells of events by where folders really are.
fn resolved(path: &Path) -> PathBuf {
    let goes_up = path.components().any(|part| part == Component::ParentDir);
    goes_up.then(|| path.canonicalize().ok()).flatten().unwrap_or_else(|| path.to_owned())
}
