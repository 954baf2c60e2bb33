//! Traces from files and standard input, with what could not be read.

use std::io;
use std::path::{Path, PathBuf};

use super::output;
use super::paths::{shown, tidy};
use crate::expectation::{NoSpans, Reception};
use crate::report::listed;
use crate::trace::read::{Collector, SpanReader};
use crate::trace::{Completeness, Grade, Trace};

/// Spans as they were read.
pub struct Traces {
    /// The spans of all files.
    pub trace: Trace,
    /// What could not be read, or not as it stands; a line each.
    pub problems: Vec<String>,
    /// Whether spans may be missing because of it.
    pub lossy: bool,
    /// The sources, as they are shown.
    pub sources: Vec<String>,
}

impl Traces {
    /// Reads all of `paths` (`-` for standard input). What can't be opened is told on standard error; the answer is then `None`.
    pub fn read(paths: &[PathBuf], current: &Path) -> Option<Self> {
        let mut reader = SpanReader::new(Collector::default());
        let mut all = true;
        let mut lossy = false;
        let mut sources = Vec::new();
        for path in paths {
            let summary = match path.as_os_str() == "-" {
                true => Ok(reader.read(io::stdin().lock(), "<stdin>")),
                false => reader.read_path(path),
            };
            match summary {
                Ok(summary) => {
                    lossy |= summary.lost_spans();
                    sources.push(if path.as_os_str() == "-" {
                        "<stdin>".to_owned()
                    } else {
                        shown(&tidy(path), current)
                    });
                }
                Err(error) => {
                    output::complain(&format!("`{}` can't be read: {error}", path.display()));
                    all = false;
                }
            }
        }
        if !all {
            return None;
        }
        let collector = reader.into_sink();
        let more = collector.more_problems();
        let (trace, problems) = collector.into_trace();
        let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        if more > 0 {
            problems.push(format!("{more} more problems"));
        }
        Some(Self { trace, problems, lossy, sources })
    }

    /// How the spans were received, with the completeness that the user vouches for.
    pub fn reception(&self, grade: Option<Grade>) -> Reception {
        let from = self.sources.iter().map(|source| format!("`{source}`")).collect::<Vec<_>>().join(", ");
        let completeness = match grade {
            _ if self.lossy => Completeness::unknown(format!("parts of {from} could not be read")),
            Some(Grade::Proved) => Completeness::proved("the caller says so"),
            Some(Grade::Idle) => Completeness::idle("the caller says so"),
            Some(Grade::Unknown) | None => Completeness::unknown(format!("read from {from}")),
        };
        Reception { no_spans: NoSpans::EmptySource(from), ..Reception::of(completeness) }
    }

    /// What is said where there are no spans.
    pub fn none(&self) -> String {
        let from: Vec<String> = self.sources.iter().map(|source| format!("`{source}`")).collect();
        format!("there are no spans in {}: docs/traces.md lists the formats that are read", listed(&from))
    }

    /// Tells on standard error what could not be read.
    pub fn tell_problems(&self) {
        const MOST: usize = 5;
        for problem in self.problems.iter().take(MOST) {
            output::complain(problem);
        }
        if self.problems.len() > MOST {
            output::complain(&format!("{} more problems in what was read", self.problems.len() - MOST));
        }
    }
}
