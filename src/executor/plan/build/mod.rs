//! From analysed tests to planned ones: each combination of a matrix, its services, scenarios and steps, with every value known.

mod graph;
mod inputs;
mod scenarios;
mod services;
mod steps;
mod values;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::values::Values;
use super::{MOST_COMBINATIONS, Place, PlannedTest, Reports, TestLimits};
use crate::analysis::{Analysis, AnalysisOptions, Analyzer, CombinationAnalysis, Diagnostic};
use crate::config::TestConfig;
use crate::executor::{Failure, FailureKind, SelectedTest, Selection, TestId};
use crate::template::TemplateLoader;
use crate::text::Span;
use crate::validation::{Level, Severity};

/// The tests of one file of which something is selected.
pub(super) fn tests(
    analyzer: &Analyzer,
    selected: &SelectedTest,
    loader: Option<&dyn TemplateLoader>,
) -> Vec<PlannedTest> {
    let options = match selected.options.level {
        Level::Structure => Cow::Borrowed(&*selected.options),
        // What is wrong with the test must be known before it runs, however little its editor wants to see.
        _ => Cow::Owned(AnalysisOptions { level: Level::Structure, ..(*selected.options).clone() }),
    };
    let combinations = analyzer.analyze_combinations(&selected.document, &options, loader, MOST_COMBINATIONS);
    let file = identity_path(&selected.path, &selected.root);
    combinations
        .into_iter()
        .map(|combination| (TestId { file: file.clone(), combination: combination.label.clone() }, combination))
        .filter(|(id, _)| is_wanted(&selected.scenarios, id))
        .map(|(id, CombinationAnalysis { analysis, .. })| test(id, selected, analysis))
        .filter(|test| !test.scenarios.is_empty() || test.is_invalid())
        .collect()
}

pub(super) use scenarios::headers;

/// The path from the project's root, with `/` between its parts; the whole path where the file lies elsewhere.
pub(super) fn identity_path(path: &Path, root: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn is_wanted(selection: &Selection, id: &TestId) -> bool {
    match selection {
        Selection::All => true,
        Selection::Only(filters) => {
            filters.iter().any(|filter| filter.combination.is_none() || filter.combination == id.combination)
        }
    }
}

fn test(id: TestId, selected: &SelectedTest, analysis: Analysis) -> PlannedTest {
    let analysis = Arc::new(analysis);
    let mut mistakes = mistakes_of(&analysis);
    let config = &*analysis.config;
    let folder = selected.path.parent().unwrap_or(&selected.root);
    let (services, scenarios, limits, timeout, found, notes) = analysis.with_places(|locate| {
        let mut values = Values::new(locate);
        let mut services = services::all(config, folder, &mut values);
        let planned = scenarios::all(&id, &selected.scenarios, config, &services, &mut values);
        for index in planned.iter().flat_map(|scenario| &scenario.services) {
            if let Some(service) = services.get_mut(*index) {
                values.mistakes.append(&mut service.mistakes);
            }
        }
        let services: Vec<_> = services.into_iter().map(|service| service.planned).collect();
        let (limits, timeout) = limits(config, &mut values);
        unmet(config, &analysis.diagnostics, &mut values);
        (services, planned, limits, timeout, values.mistakes, values.notes)
    });
    // What the analysis says already need not be said twice.
    let known = mistakes.len();
    for mistake in found {
        let is_known = mistakes.iter().enumerate().any(|(index, other)| {
            (index < known && other.span.overlaps(mistake.span))
                || (other.span == mistake.span && other.message == mistake.message)
        });
        if !is_known {
            mistakes.push(mistake);
        }
    }
    if analysis.combinations.total > MOST_COMBINATIONS {
        let place = Place { path: "matrix".to_owned(), ..Place::default() };
        let total = analysis.combinations.total;
        mistakes.push(place.failure(
            FailureKind::InvalidTest,
            format!("the matrix has {total} combinations, and at most {MOST_COMBINATIONS} are run"),
        ));
    }
    let mut test = PlannedTest {
        name: name(config).unwrap_or(&id.file).to_owned(),
        tags: tags(config),
        path: selected.path.clone(),
        root: selected.root.clone(),
        services,
        scenarios,
        limits,
        timeout,
        seed: config.determinism.as_ref().and_then(|it| u64::try_from(it.seed?.value).ok()),
        freeze_clock: freeze_clock(config),
        reports: reports(config),
        mistakes,
        notes,
        id,
        analysis: Arc::clone(&analysis),
    };
    inputs::write(&mut test);
    test
}

/// Exporters that programs of a run are told of.
const EXPORTERS: [&str; 6] = ["otlp", "otlp-http", "otlp-grpc", "stdout", "console", "none"];

/// Tells what the test asks of its run in vain: a slip in a name switches off what it names.
fn unmet(config: &TestConfig, diagnostics: &[Diagnostic], values: &mut Values<'_>) {
    for diagnostic in diagnostics.iter().filter(|it| ["unknown-key", "misplaced-table"].contains(&it.rule.code)) {
        values.note(format!("{}: it has no effect", diagnostic.message));
    }
    let exporter = config.otel.as_ref().and_then(|otel| otel.exporter.as_ref()?.known());
    if let Some(exporter) = exporter.filter(|it| !EXPORTERS.contains(&it.to_ascii_lowercase().as_str())) {
        values.note(format!("`otel.exporter` has no effect: programs are told to export by OTLP, not by `{exporter}`"));
    }
    for unmet in &config.unmet {
        values.note(format!("`{}` has no effect: a run does not read it", unmet.path));
    }
}

/// What the analysis found that leaves unclear what the test says.
fn mistakes_of(analysis: &Analysis) -> Vec<Failure> {
    let is_mistake = |diagnostic: &&Diagnostic| {
        diagnostic.severity == Severity::Error
            && diagnostic.rule.severity == Severity::Error
            && diagnostic.rule.level() <= Level::Semantic
    };
    let mistakes = analysis.diagnostics.iter().filter(is_mistake).map(|diagnostic| Failure {
        kind: FailureKind::InvalidTest,
        path: diagnostic.rule.code.to_owned(),
        message: diagnostic.message.clone(),
        detail: None,
        help: diagnostic.help.clone(),
        span: diagnostic.span,
        related: diagnostic.related.clone(),
        told_by: None,
    });
    mistakes.collect()
}

/// The name of the test, as `[meta]` or the older dialect has it.
fn name(config: &TestConfig) -> Option<&str> {
    let identities = config.meta.iter().chain(config.test.iter().map(|test| &test.identity));
    identities.into_iter().find_map(|identity| identity.name.as_ref()?.known()).filter(|name| !name.trim().is_empty())
}

fn tags(config: &TestConfig) -> Vec<String> {
    let identities = config.meta.iter().chain(config.test.iter().map(|test| &test.identity));
    identities.flat_map(|identity| &identity.tags).filter_map(|tag| Some(tag.known()?.to_owned())).collect()
}

fn freeze_clock(config: &TestConfig) -> Option<String> {
    let determinism = config.determinism.as_ref()?;
    let text = determinism.freeze_clock.as_ref().and_then(|clock| clock.known().map(str::to_owned));
    text.or_else(|| determinism.freeze_clock_native.as_ref().map(|clock| clock.value.clone()))
}

fn reports(config: &TestConfig) -> Reports {
    let output = |name: &str| {
        let outputs = &config.report.as_ref()?.outputs;
        let output = outputs.iter().find(|output| output.key.known() == Some(name))?;
        Some(PathBuf::from(output.value.known()?))
    };
    Reports { json: output("json"), junit: output("junit"), digest: output("digest") }
}

/// What a test may use, and how long it may take: the shortest of what it says.
fn limits(config: &TestConfig, values: &mut Values<'_>) -> (TestLimits, Option<(Duration, Place)>) {
    let limit = |name: &str| {
        let limits = &config.limits.as_ref()?.values;
        let limit = limits.iter().find(|limit| limit.key.known() == Some(name))?;
        let value = u64::try_from(limit.value.value).ok().filter(|value| *value > 0)?;
        Some((value, limit.value.span))
    };
    let value = |name: &str| limit(name).map(|(value, _)| value);
    let limits = TestLimits {
        cpu_millis: value("cpu_millicores"),
        memory_mb: value("memory_mb"),
        containers: value("max_containers"),
    };
    let mut timeouts: Vec<(Duration, Place)> = Vec::new();
    if let Some((seconds, span)) = limit("max_duration_seconds") {
        timeouts.push((Duration::from_secs(seconds), values.place("limits.max_duration_seconds", span)));
    }
    let identities = config.meta.iter().map(|meta| ("meta", meta));
    let older =
        config.test.iter().map(|test| (if test.without_metadata { "test" } else { "test.metadata" }, &test.identity));
    for (table, identity) in identities.chain(older) {
        if let Some(text) = &identity.timeout
            && let Some(duration) = values.duration(text, &format!("{table}.timeout"))
        {
            timeouts.push((duration, values.place(format!("{table}.timeout"), text.span)));
        }
        if let Some(seconds) = identity.timeout_seconds
            && let Ok(value) = u64::try_from(seconds.value)
        {
            let place = values.place(format!("{table}.timeout_seconds"), seconds.span);
            timeouts.push((Duration::from_secs(value), place));
        }
    }
    (limits, timeouts.into_iter().min_by_key(|(duration, _)| *duration))
}

/// The place that stands for a table without a header.
fn header_or(header: Span, other: Span) -> Span {
    if header.is_empty() { other } else { header }
}
