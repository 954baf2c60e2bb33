//! `clnrm-lsp --check` and `clnrm validate`: files in, a report and an exit code out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{ColorChoice, ValueEnum};
use tracing::{Span, debug_span};

use super::discovery::{Input, NAMES_OF_TESTS, Target, targets};
use super::fix::{Fixed, FixedFile};
use super::input::InputOptions;
use super::progress::Progress;
use super::settings::Projects;
use super::{TROUBLE, log, output, panics, paths, read, workers};
use crate::analysis::{AnalysisOptions, Analyzer, CacheLimits, Combinations, FileKind, RenderCache};
use crate::features::code_actions;
use crate::report::{Checked, CheckedFile, Failure, FailureKind, Format, Outcome, Report, Style, Timing};
use crate::report::{write_failure, write_note, write_warning};
use crate::telemetry::{self, Endpoint};
use crate::template::SourceFile;
use crate::template::variables::Environment;
use crate::validation::Level;

/// How deep a check goes, and how it is reported.
#[derive(Clone, Debug, clap::Args)]
pub struct CheckOptions {
    /// How findings are written
    #[arg(long, short, value_enum, default_value = "human", hide_possible_values = true, long_help = None,
        help = "How findings are written: human, json, jsonl, sarif, github, gitlab or junit")]
    pub format: Format,

    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Let warnings fail the check
    #[arg(long, visible_alias = "deny-warnings")]
    pub strict: bool,

    /// How deep to look: syntax, semantic or structure
    #[arg(long, value_enum, default_value = "structure", hide_possible_values = true)]
    level: LevelName,

    /// Show hints too (json, jsonl and sarif always hold them)
    #[arg(long)]
    pub hints: bool,

    /// Tell how long each stage took
    #[arg(long)]
    pub timing: bool,

    /// Make all fixes that need nobody's look, then tell what is left
    #[arg(long)]
    pub fix: bool,

    /// With --fix: show what would be changed, and write nothing
    #[arg(long)]
    pub diff: bool,

    /// Check every combination of a matrix, not just a representative one
    #[arg(long)]
    pub all_combinations: bool,
}

/// The levels under their names.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelName {
    Syntax,
    Semantic,
    Structure,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            format: Format::Human,
            output: None,
            strict: false,
            level: LevelName::Structure,
            hints: false,
            timing: false,
            fix: false,
            diff: false,
            all_combinations: false,
        }
    }
}

impl CheckOptions {
    /// How deep to look.
    const fn level(&self) -> Level {
        match self.level {
            LevelName::Syntax => Level::Syntax,
            LevelName::Semantic => Level::Semantic,
            LevelName::Structure => Level::Structure,
        }
    }
}

/// A check with all that was said about it.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// What to check; never empty.
    pub paths: &'a [PathBuf],
    /// How deep, and how it is reported.
    pub options: &'a CheckOptions,
    /// What is said of the files.
    pub input: &'a InputOptions,
    /// When to use colours.
    pub color: ColorChoice,
    /// Where spans and metrics go, if anywhere.
    pub trace_endpoint: Option<&'a Endpoint>,
}

/// Checks, reports, and gives the exit code.
pub fn run(check: &Check<'_>) -> u8 {
    let CheckOptions { fix, diff, .. } = *check.options;
    if diff && !fix {
        output::complain("`--diff` shows what `--fix` would change: give both");
        return TROUBLE;
    }
    if fix && check.paths.iter().any(|path| path.as_os_str() == "-") {
        output::complain("standard input can't be fixed: `--fix` writes to the files that it fixes");
        return TROUBLE;
    }
    let Some(endpoint) = check.trace_endpoint else { return check_and_report(check) };
    match log::start(log::QUIET, None, Some(endpoint)) {
        Ok(export) => {
            let code = debug_span!("check").in_scope(|| check_and_report(check));
            if let Some(export) = export {
                export.finish();
            }
            code
        }
        Err(error) => {
            output::complain(&format!("spans can't be exported: {error}"));
            TROUBLE
        }
    }
}

fn check_and_report(check: &Check<'_>) -> u8 {
    panics::keep_silent();
    let started = Instant::now();
    let Check { options, input, color, .. } = *check;
    let to_file = options.output.is_some();
    let style = Style {
        color: match (color, to_file) {
            (ColorChoice::Auto, true) => false,
            _ => output::color(color, &io::stdout()),
        },
        width: output::width(),
        hints: options.hints,
        quiet: input.quiet,
    };
    let (mut report, warnings, fixed) = report(check, style);
    if let Some(fixed) = &fixed {
        let code = fixed.tell(options.diff, input.quiet);
        if options.diff || code == TROUBLE {
            return code;
        }
    }
    if let Some(timing) = &mut report.timing {
        timing.total = started.elapsed();
    }

    let mut text = Vec::new();
    let written = report.write(options.format, &mut text).and_then(|()| match &options.output {
        Some(path) => output::write_file(path, &text),
        None => output::write_stdout(&text),
    });
    remark(check, &report, &warnings);
    match (written, &options.output) {
        (Ok(()), _) => report.exit_code(),
        (Err(error), Some(path)) => {
            let path = path.display();
            output::complain(&format!("can't write the report to `{path}`: {error}"));
            TROUBLE
        }
        (Err(error), None) => {
            output::complain(&format!("can't write the report: {error}"));
            TROUBLE
        }
    }
}

/// Finds and checks everything; with warnings about the settings of the projects.
fn report(check: &Check<'_>, style: Style) -> (Report, Vec<String>, Option<Fixed>) {
    let Check { paths, options, input, .. } = *check;
    let started = Instant::now();
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let targets = targets(paths, input.stdin_filename.as_deref(), &current);
    let base = AnalysisOptions {
        level: options.level(),
        trusted: !input.untrusted,
        overrides: input.variables.iter().cloned().collect(),
        roots: paths::roots(paths, &current, !input.untrusted),
        combinations: if options.all_combinations { Combinations::ALL } else { Combinations::Representative },
        ..AnalysisOptions::default()
    };
    let mut projects = Projects::new(base, &current);
    let jobs: Vec<Job> = targets
        .into_iter()
        .map(|target| {
            let path = match &target.input {
                Input::File(path) | Input::Stdin(Some(path)) => path,
                Input::Stdin(None) | Input::Missing(_) => Path::new("stdin"),
            };
            let options = projects.options(path);
            // Where it is one of many, a library is checked by the tests that import it.
            let is_library = target.named && FileKind::of_name(path) == Some(FileKind::MacroLibrary);
            let options = match is_library {
                true => Arc::new(AnalysisOptions { libraries: true, ..(*options).clone() }),
                false => options,
            };
            Job { options, target }
        })
        .collect();
    let problems = projects.into_problems();
    let discovery = started.elapsed();

    let progress = Progress::new(jobs.len(), !input.quiet);
    let analyzer = Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default()));
    let cache = analyzer.shared_cache();
    telemetry::observe_cache(telemetry::CacheType::Render, move || cache.statistics().into());
    let session = Session { analyzer, current, progress, span: Span::current() };
    let fixed = options.fix.then(|| Fixed::of(workers::map(&jobs, |job| session.fix(job, options.diff))));
    let jobs = if options.diff { Vec::new() } else { jobs };
    let results = workers::map(&jobs, |job| session.check(job));
    session.progress.finish();

    let mut timing = Timing { discovery, ..Timing::default() };
    let files = results.into_iter().map(|(file, reading)| {
        timing.reading += reading;
        if let Outcome::Checked(checked) = &file.outcome {
            timing += checked.durations;
        }
        file
    });
    let mut files: Vec<CheckedFile> = files.collect();
    for (path, failure) in problems.failures {
        // Settings that are checked themselves have their findings there.
        if !files.iter().any(|file| file.path == path) {
            files.push(CheckedFile { path, named: false, outcome: Outcome::Failed(failure) });
        }
    }
    let warnings = problems.warnings.into_iter().filter(|(path, _)| !files.iter().any(|file| file.path == *path));
    let warnings = warnings.map(|(_, warning)| warning).collect();
    let timing = options.timing.then_some(timing);
    (Report { files, strict: options.strict, timing, style }, warnings, fixed)
}

/// One file with what its project says.
struct Job {
    target: Target,
    options: Arc<AnalysisOptions>,
}

/// What all files of a check share.
struct Session {
    analyzer: Analyzer,
    current: PathBuf,
    progress: Progress,
    /// The parent of each file's span, on whatever thread that is.
    span: Span,
}

impl Session {
    /// Reads and analyses one file; with the time that reading took.
    fn check(&self, job: &Job) -> (CheckedFile, Duration) {
        let Job { target, options } = job;
        let _span = debug_span!(parent: &self.span, "check.file", path = target.shown).entered();
        let started = Instant::now();
        let (text, path) = match &target.input {
            Input::File(path) => (read::file(path), Some(path.as_path())),
            Input::Stdin(path) => (read::stdin(), path.as_deref()),
            Input::Missing(failure) => (Err(failure.clone()), None),
        };
        let reading = started.elapsed();
        let outcome = match text.and_then(|text| self.analyze(target, path, text, options)) {
            Ok(checked) => Outcome::Checked(checked),
            Err(failure) => Outcome::Failed(failure),
        };
        self.progress.advance();
        (CheckedFile { path: target.shown.clone(), named: target.named, outcome }, reading)
    }

    /// Makes the fixes in one file, or shows them.
    fn fix(&self, job: &Job, shows_only: bool) -> FixedFile {
        let Input::File(path) = &job.target.input else { return FixedFile::default() };
        // What can't be read is told by the check.
        let Ok(text) = read::file(path) else { return FixedFile::default() };
        let document = SourceFile { name: job.target.shown.clone(), path: Some(self.current.join(path)), text };
        let analyze = |document: &SourceFile| self.analyzer.analyze(document, &job.options);
        match panics::catch(|| code_actions::fix_all(&document, &analyze(&document), &analyze)) {
            Ok(fixed) => FixedFile::make(path, &document, fixed, shows_only),
            Err(message) => FixedFile::failed(&document.name, &message),
        }
    }

    fn analyze(
        &self,
        target: &Target,
        path: Option<&Path>,
        text: Arc<str>,
        options: &AnalysisOptions,
    ) -> Result<Checked, Failure> {
        let path = path.map(|path| self.current.join(path));
        let document = SourceFile { name: target.shown.clone(), path, text };
        let analysis = panics::catch(|| self.analyzer.analyze(&document, options));
        match analysis {
            Ok(analysis) => Ok(Checked::new(analysis, |file| self.shown(&document, file))),
            Err(message) => {
                let message = format!("this is a mistake of clnrm-lsp, please report it: {message}");
                Err(Failure { kind: FailureKind::Internal, message, place: None })
            }
        }
    }

    /// How a file of a render is shown.
    fn shown(&self, document: &SourceFile, file: &SourceFile) -> String {
        match &file.path {
            _ if Arc::ptr_eq(&file.text, &document.text) => document.name.clone(),
            Some(path) => paths::shown(path, &self.current),
            None => format!("<built-in>/{}", file.name),
        }
    }
}

/// Says on standard error what people should know, where the report is for programs or empty.
fn remark(check: &Check<'_>, report: &Report, warnings: &[String]) {
    let style = Style { color: output::color(check.color, &io::stderr()), ..report.style };
    let mut text = Vec::new();
    // A vector takes everything.
    for warning in warnings {
        let _ = write_warning(warning, style, &mut text);
    }
    let human_on_terminal = check.options.format == Format::Human && check.options.output.is_none();
    if !human_on_terminal {
        for file in &report.files {
            if let Outcome::Failed(failure) = &file.outcome {
                let _ = write_failure(file, failure, style, &mut text);
            }
        }
    }
    if report.files.is_empty() && !check.input.quiet {
        let looked: Vec<String> = check.paths.iter().map(|path| format!("`{}`", path.display())).collect();
        let note = format!("no test found in {}", looked.join(", "));
        let _ = write_note(&note, Some(NAMES_OF_TESTS), style, &mut text);
    }
    output::write_stderr(&text);
}
