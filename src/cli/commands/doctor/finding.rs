//! What `clnrm doctor` found: one thing that was looked at, how it is, and what to do about it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Ansi};
use serde_json::{Value, json};

use crate::report::Style;

/// What a finding is about, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// The container engine.
    Engine,
    /// The images that tests need.
    Images,
    /// The settings and tests of the project.
    Project,
    /// What is kept of earlier runs.
    Cache,
    /// The language server and editors.
    Editors,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing is in the way of a run.
    Warning,
    /// Runs will fail.
    Problem,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub area: Area,
    /// What was looked at, for programs.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// What was seen, for people.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Area {
    const ALL: [Self; 5] = [Self::Engine, Self::Images, Self::Project, Self::Cache, Self::Editors];

    const fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Images => "images",
            Self::Project => "project",
            Self::Cache => "cache",
            Self::Editors => "editors",
        }
    }
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }

    const fn color(self) -> AnsiColor {
        match self {
            Self::Ok => AnsiColor::Green,
            Self::Warning => AnsiColor::Yellow,
            Self::Problem => AnsiColor::Red,
        }
    }
}

impl Finding {
    /// It is as it should be.
    pub fn ok(area: Area, check: &'static str, message: impl Into<String>) -> Self {
        Self { area, check, state: State::Ok, message: message.into(), help: None }
    }

    /// It is worth knowing.
    pub fn warning(area: Area, check: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { area, check, state: State::Warning, message: message.into(), help: Some(help.into()) }
    }

    /// It is in the way of runs.
    pub fn problem(area: Area, check: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: State::Problem, ..Self::warning(area, check, message, help) }
    }
}

/// All findings by area, with a last line that counts them. Where it shall be quiet, only what is not as it should be.
pub fn human(findings: &[Finding], style: Style) -> String {
    let mut text = String::new();
    for area in Area::ALL {
        let mut shown =
            findings.iter().filter(|it| it.area == area && (!style.quiet || it.state != State::Ok)).peekable();
        if shown.peek().is_some() {
            text.push_str(area.name());
            text.push('\n');
        }
        for it in shown {
            let paint = if style.color { Ansi::new().fg_color(Some(it.state.color().into())) } else { Ansi::new() };
            // Writing to a string can't fail.
            let _ = writeln!(text, "  {paint}{:<7}{paint:#}  {}", it.state.name(), it.message);
            for line in it.help.iter().flat_map(|help| help.lines()) {
                let _ = writeln!(text, "           {line}");
            }
        }
    }
    if !style.quiet {
        let count = |state| findings.iter().filter(|it| it.state == state).count();
        let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let (problems, warnings) = (count(State::Problem), count(State::Warning));
        let _ = match (problems, warnings) {
            (0, 0) => writeln!(text, "\nall is as it should be"),
            _ => writeln!(text, "\n{}, {}", words(problems, "problem"), words(warnings, "warning")),
        };
    }
    text
}

/// All findings as one object.
pub fn document(findings: &[Finding]) -> Value {
    let object = |it: &Finding| {
        json!({
            "area": it.area.name(),
            "check": it.check,
            "state": it.state.name(),
            "message": it.message,
            "help": it.help,
        })
    };
    let count = |state| findings.iter().filter(|it| it.state == state).count();
    json!({
        "version": 1,
        "problems": count(State::Problem),
        "warnings": count(State::Warning),
        "findings": findings.iter().map(object).collect::<Vec<_>>(),
    })
}
