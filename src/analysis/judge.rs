//! Parses one text and runs the rules over it, stage by stage, with the duration of each.

use std::time::{Duration, Instant};

use tracing::field::Empty;

use super::StageDurations;
use crate::config::{self, TestConfig};
use crate::telemetry::{Measure, measured};
use crate::template::{Problem, ReadingMode, SourceMap};
use crate::text::Span;
use crate::validation::{Finding, Findings, Level, Stage, Subject, check_stage};

/// What is judged.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    /// The document's name, for the log.
    pub name: &'a str,
    /// The text that is parsed.
    pub text: &'a str,
    /// How the document is read.
    pub mode: ReadingMode,
    /// Mistakes in the template.
    pub problems: &'a [Problem],
    /// Places in `text` that hold placeholders. Sorted, without overlap.
    pub opaque: &'a [Span],
    /// From `text` back to the template, where it was rendered.
    pub map: Option<&'a SourceMap>,
    /// How deep the check goes.
    pub level: Level,
}

/// What came out.
pub(super) struct Judged {
    /// The typed model.
    pub config: TestConfig,
    /// All findings, in the order of the stages.
    pub findings: Vec<Finding>,
    /// How long each stage took; rendering not included.
    pub durations: StageDurations,
}

/// Parses and judges.
pub(super) fn judge(evidence: Evidence<'_>) -> Judged {
    let Evidence { name, text, mode, problems, opaque, map, level } = evidence;
    let mut durations = StageDurations::default();
    let started = Instant::now();
    let parsed = tracing::debug_span!("watch.parse", config = name, bytes = text.len())
        .in_scope(|| config::parse(text, opaque, mode == ReadingMode::InString));
    durations.parse = started.elapsed();
    let subject = Subject {
        text,
        config: &parsed.config,
        syntax: &parsed.syntax,
        shape: &parsed.shape,
        template: problems,
        mode,
        source_map: map,
    };
    let mut findings = Findings::default();
    let validate =
        tracing::debug_span!("watch.validate", config = name, level = level.name(), findings = Empty).entered();
    for stage in Stage::ALL.into_iter().filter(|stage| stage.level() <= level) {
        let started = Instant::now();
        check_stage(&subject, stage, &mut findings);
        *duration_of(stage, &mut durations) += started.elapsed();
    }
    let findings = findings.into_vec();
    validate.record("findings", findings.len());
    drop(validate);
    measured(Measure::TomlParse, durations.parse);
    measured(Measure::ConfigValidate, durations.semantic + durations.structure + durations.expectations);
    Judged { config: parsed.config, findings, durations }
}

fn duration_of(stage: Stage, durations: &mut StageDurations) -> &mut Duration {
    match stage {
        Stage::Syntax => &mut durations.parse,
        Stage::Semantic => &mut durations.semantic,
        Stage::Blocks => &mut durations.structure,
        Stage::Expectations => &mut durations.expectations,
    }
}
