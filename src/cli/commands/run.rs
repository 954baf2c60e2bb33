//! `clnrm run`: tests in real containers, judged by their spans.

use std::io;
use std::path::PathBuf;

use clap::ColorChoice;

use super::usage;
use crate::cli::input::InputOptions;
use crate::cli::run::plan::{self, PlanDetail};
use crate::cli::run::{ExecutionOptions, Filter, Live, Outputs, Performed, ReportTarget, Selected, perform, select};
use crate::cli::watch::{Watch, WatchOptions};
use crate::cli::{CLEAN, TROUBLE, log, output};
use crate::executor::RunOptions;
use crate::report::Style;
use crate::report::run::{ExitCode, RunFormat, Waterfalls};

/// Heading of the options about reports.
const OF_REPORTS: &str = "Reports";

/// The exit codes, the same for all commands that run tests.
pub const EXIT_CODES: &str = "\
Exit codes:
    0  every test passed
    1  a test failed; with --fail-on-flaky: or was flaky
    2  wrong usage, or a test with mistakes that leave unclear what it says
    3  the engine, the network or clnrm itself failed: nothing is said about some test
    4  no scenario was selected
    5  nothing failed, but not everything ran
  130  cancelled";

const EXAMPLES: &str = "\
Examples:
  clnrm run                              all tests below the current directory
  clnrm run tests/login.clnrm.toml       one test
  clnrm run --only login --retries 2     scenarios by name; failed ones twice again
  clnrm run --jobs 4 --max-memory 2048   within bounds
  clnrm run --report junit=out.xml --html out.html
  clnrm run --shard 1/3                  one of three parts, for three machines
  clnrm run --repeat 5 --only pay        must do the same each time
  clnrm run --list                       what would run; with --format json for programs
";

/// Run tests in containers, and judge them by their spans
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_CODES}"), mut_args(without_checks))]
pub struct Arguments {
    /// Files, directories or globs [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    filter: Filter,

    #[command(flatten)]
    execution: ExecutionOptions,

    #[command(flatten)]
    reports: Reports,

    /// Run again as soon as something changes, as `clnrm watch` does
    #[arg(long, short, conflicts_with_all = ["list", "dry_run", "output", "digest"])]
    watch: bool,

    /// Tell which scenarios would run, and run none
    #[arg(long)]
    list: bool,

    /// Tell what would run in detail, with mistakes, and run nothing
    #[arg(long, conflicts_with = "list")]
    dry_run: bool,

    #[command(flatten)]
    input: InputOptions,
}

/// How a run is reported.
#[derive(Clone, Debug, clap::Args)]
pub struct Reports {
    /// How the run is written to standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", help_heading = OF_REPORTS)]
    format: RunFormat,

    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE", help_heading = OF_REPORTS)]
    output: Option<PathBuf>,

    /// Write a further report, such as junit=out.xml (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", help_heading = OF_REPORTS)]
    reports: Vec<ReportTarget>,

    /// Write JUnit XML to this file
    #[arg(long, value_name = "FILE", help_heading = OF_REPORTS)]
    report_junit: Option<PathBuf>,

    /// Write a page with failures, logs and waterfalls to this file
    #[arg(long, value_name = "FILE", help_heading = OF_REPORTS)]
    html: Option<PathBuf>,

    /// Print the digests of the spans of each test at the end
    #[arg(long, help_heading = OF_REPORTS)]
    digest: bool,

    /// Whether standard output is left to somebody else.
    #[arg(skip)]
    silent: bool,
}

/// Runs, reports, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    log::exporting(arguments.execution.trace_endpoint.as_ref(), || select_and_run(arguments, color))
}

fn select_and_run(arguments: &Arguments, color: ColorChoice) -> u8 {
    if arguments.watch {
        return watch(arguments, color);
    }
    let Some(selected) = selected(&arguments.paths, &arguments.input, &arguments.filter, arguments.execution.seed)
    else {
        return TROUBLE;
    };
    if arguments.list || arguments.dry_run {
        let detail = if arguments.dry_run { PlanDetail::Steps } else { PlanDetail::Names };
        let RunOptions { secrets, .. } = &arguments.execution.run_options();
        let told = match arguments.reports.format {
            RunFormat::Human => plan::lines(&selected, detail, secrets),
            RunFormat::Json => format!("{:#}\n", plan::json(&selected, detail, secrets)),
            _ => {
                output::complain(
                    "what would run is told in lines or as `json`; other formats are of a run that took place",
                );
                return TROUBLE;
            }
        };
        return tell_plan(&selected, &told);
    }
    if let Some(code) = nothing_to_run(&selected) {
        return code;
    }
    match run_and_report(&selected, arguments.execution.run_options(), &arguments.reports, &arguments.input, color) {
        Some((_, code)) => code,
        None => TROUBLE,
    }
}

/// Runs again and again, as `clnrm watch` without flags of its own.
fn watch(arguments: &Arguments, color: ColorChoice) -> u8 {
    let Arguments { paths, filter, execution, reports, input, .. } = arguments;
    if reports.format != RunFormat::Human {
        output::complain(
            "a watch has no end at which `--format` could be written; `--report FORMAT=FILE` is, after each run",
        );
        return TROUBLE;
    }
    let paths = input.paths_or_here(paths, || usage("run"));
    let targets = reports.outputs().targets;
    Watch { paths, options: &WatchOptions::default(), filter, execution, targets, input, color }.run()
}

/// Hides what is for files that are only checked: a test that runs is a file, and trusted.
pub fn without_checks(arg: clap::Arg) -> clap::Arg {
    match arg.get_id().as_str() {
        "untrusted" | "stdin_filename" => arg.hide(true),
        _ => arg,
    }
}

/// What is selected; `None` where this was told to be impossible.
pub fn selected(paths: &[PathBuf], input: &InputOptions, filter: &Filter, seed: u64) -> Option<Selected> {
    if input.untrusted {
        output::complain(
            "`--untrusted` tests are not run: whoever runs a test trusts it; `clnrm validate --untrusted` checks it",
        );
        return None;
    }
    let paths = input.paths_or_here(paths, || usage("run"));
    select(paths, input, filter, seed)
}

/// The exit code for a selection of nothing.
pub fn nothing_to_run(selected: &Selected) -> Option<u8> {
    selected.why_nothing().map(|why| {
        output::complain(&why);
        ExitCode::NoScenario.code()
    })
}

/// Runs what is selected and writes all reports; gives the exit code too. `None` where nothing could run at all.
pub fn run_and_report(
    selected: &Selected,
    options: RunOptions,
    reports: &Reports,
    input: &InputOptions,
    color: ColorChoice,
) -> Option<(Performed, u8)> {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let style = match reports.output {
        Some(_) if color == ColorChoice::Auto => Style { quiet: input.quiet, ..Style::default() },
        _ => output::style(color, &io::stdout(), input),
    };
    let mut live = match reports.format {
        _ if reports.silent => Live::silent(style, &current),
        RunFormat::Human if reports.output.is_none() => Live::human(style, &current),
        RunFormat::Jsonl if reports.output.is_none() => Live::json(style, &current),
        _ => Live::silent(style, &current),
    };
    let streams =
        reports.silent || reports.output.is_none() && matches!(reports.format, RunFormat::Human | RunFormat::Jsonl);
    let performed = match perform(selected, options, input, &mut live) {
        Ok(performed) => performed,
        Err(error) => {
            output::complain(&format!("the run could not start: {error}"));
            return None;
        }
    };
    let document = performed.document(&current);
    let mut problems = Vec::new();
    let mut written = live.end(&document);
    if written.is_ok() && !streams {
        let mut text = Vec::new();
        written = match reports.format {
            RunFormat::Html => document.write_html(&Waterfalls::of(&performed.report, &performed.redaction), &mut text),
            format => document.write(format, style, &mut text),
        };
        written = written.and_then(|()| match &reports.output {
            Some(path) => output::write_file(&current.join(path), &text),
            None => output::write_stdout(&text),
        });
    }
    if written.is_ok() && reports.digest && reports.format != RunFormat::Digest {
        let mut text = Vec::new();
        written = document.write(RunFormat::Digest, style, &mut text).and_then(|()| match reports.format {
            RunFormat::Human if reports.output.is_none() => output::write_stdout(&text),
            _ => {
                output::write_stderr(&text);
                Ok(())
            }
        });
    }
    if let Err(error) = written {
        let to = reports.output.as_ref().map(|path| format!(" to `{}`", path.display())).unwrap_or_default();
        problems.push(format!("can't write the report{to}: {error}"));
    }
    let unwritten = reports.outputs().write(&performed, &current);
    problems.extend(unwritten.reports);
    for problem in problems.iter().chain(&unwritten.record) {
        output::complain(problem);
    }
    let code = match performed.exit_code() {
        // What was asked for is not there.
        code if code != ExitCode::Cancelled && !problems.is_empty() => TROUBLE,
        code => code.code(),
    };
    Some((performed, code))
}

impl Default for Reports {
    /// Lines for people, and no file.
    fn default() -> Self {
        Self {
            format: RunFormat::Human,
            output: None,
            reports: Vec::new(),
            report_junit: None,
            html: None,
            digest: false,
            silent: false,
        }
    }
}

impl Reports {
    /// Nothing on standard output, and no file.
    pub fn silent() -> Self {
        Self { silent: true, ..Self::default() }
    }

    fn outputs(&self) -> Outputs {
        let named = [(RunFormat::Junit, &self.report_junit), (RunFormat::Html, &self.html)];
        let named = named.into_iter().filter_map(|(format, path)| Some(ReportTarget { format, path: path.clone()? }));
        Outputs { targets: self.reports.iter().cloned().chain(named).collect() }
    }
}

/// Tells what would run. 2 where a test has mistakes, 4 where there is nothing.
fn tell_plan(selected: &Selected, told: &str) -> u8 {
    let mut invalid = false;
    for test in &selected.plan.tests {
        for mistake in &test.mistakes {
            invalid = true;
            output::complain(&format!("{}: {}: {}", test.id, mistake.path, mistake.message));
        }
    }
    if let Err(error) = output::write_stdout(told.as_bytes()) {
        output::complain(&format!("can't write: {error}"));
        return TROUBLE;
    }
    match nothing_to_run(selected) {
        _ if invalid => TROUBLE,
        Some(code) => code,
        None => CLEAN,
    }
}
