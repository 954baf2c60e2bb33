//! `clnrm pull`: brings the images that tests need into the engine, so that runs need not wait for them.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::ValueEnum;
use futures::future::join_all;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::run::{nothing_to_run, selected, without_checks};
use crate::cli::input::InputOptions;
use crate::cli::numbers::positive;
use crate::cli::run::{Filter, images};
use crate::cli::{CLEAN, TROUBLE, output};
use crate::engine::{ConnectOptions, Engine, EngineError, Image, PullPolicy, PullProgress};
use crate::executor::RunOptions;
use crate::report::run::ExitCode;

const EXAMPLES: &str = "\
Examples:
  clnrm pull                          the images of all tests below the current directory
  clnrm pull tests/login.clnrm.toml   those of one test
  clnrm pull --policy always          newer ones too, where their names have moved
  clnrm pull --policy never           pull nothing, fail where one is missing
Names below `localhost/` belong to no registry: such an image is taken as it is.

Exit codes:
  0  all images are there
  2  wrong usage, or a test with mistakes that leave unclear what it needs
  3  no container engine answers, or an image is missing and could not be pulled
  4  no scenario was selected";

/// Pull the images that tests need
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_args(without_checks))]
pub struct Arguments {
    /// Files, directories or globs [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    filter: Filter,

    /// What is pulled
    #[arg(long, visible_alias = "pull", value_enum, value_name = "WHEN", default_value = "missing")]
    policy: Policy,

    /// So many images at once at most
    #[arg(long, short, value_name = "N", default_value = "4", value_parser = positive)]
    jobs: NonZeroUsize,

    /// Pull several images at once, which is what happens anyway
    #[arg(long, short)]
    parallel: bool,

    /// How the result is told
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Policy {
    /// What the engine does not have
    Missing,
    /// Everything that a registry has
    Always,
    /// Nothing: tell what is missing
    Never,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A line for each image
    Human,
    /// One object
    Json,
}

/// What became of an image.
struct Pulled {
    image: String,
    tests: Vec<String>,
    outcome: Result<(State, Image), EngineError>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Present,
    Pulled,
    Unchanged,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Pulled => "pulled",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Pulls, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let Some(selected) = selected(&arguments.paths, &arguments.input, &arguments.filter, RunOptions::default().seed)
    else {
        return TROUBLE;
    };
    if let Some(code) = nothing_to_run(&selected) {
        return code;
    }
    let mistakes = selected.plan.tests.iter().flat_map(|test| test.mistakes.iter().map(move |it| (&test.id, it)));
    let mut unclear = false;
    for (test, mistake) in mistakes {
        unclear = true;
        output::complain(&format!("{test}: {}: {}", mistake.path, mistake.message));
    }
    let wanted = images(&selected);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("can't start: {error}"));
            return TROUBLE;
        }
    };
    let pulled = match runtime.block_on(pull(wanted, arguments)) {
        Ok(pulled) => pulled,
        Err(error) => {
            output::complain(&format!("{error}\n  help: {}", error.help()));
            return ExitCode::Infrastructure.code();
        }
    };
    let text = match arguments.format {
        Format::Human => pulled.iter().filter_map(|it| line(it, arguments.input.quiet)).collect(),
        Format::Json => format!("{:#}\n", document(&pulled)),
    };
    if let Err(error) = output::write_stdout(text.as_bytes()) {
        output::complain(&format!("can't write: {error}"));
        return TROUBLE;
    }
    let mut failed = false;
    for error in pulled.iter().filter_map(|it| it.outcome.as_ref().err()) {
        failed = true;
        output::complain(&format!("{error}\n  help: {}", error.help()));
    }
    match (unclear, failed) {
        (true, _) => TROUBLE,
        (false, true) => ExitCode::Infrastructure.code(),
        (false, false) => CLEAN,
    }
}

/// Pulls all of them, several at once; what becomes of one does not stop the others.
async fn pull(wanted: BTreeMap<String, Vec<String>>, arguments: &Arguments) -> Result<Vec<Pulled>, EngineError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let engine =
        Engine::connect(&ConnectOptions { pulls: arguments.jobs.get(), ..ConnectOptions::of_process()? }).await?;
    let policy = match arguments.policy {
        Policy::Missing => PullPolicy::Missing,
        Policy::Always => PullPolicy::Always,
        Policy::Never => PullPolicy::Never,
    };
    let bars = (!arguments.input.quiet && io::stderr().is_terminal()).then(MultiProgress::new);
    let one = |(image, tests): (String, Vec<String>)| {
        let (engine, bars) = (&engine, bars.as_ref());
        async move {
            let bar = Mutex::new(None);
            let show = |progress: &PullProgress| {
                let mut bar = bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let bar = bar.get_or_insert_with(|| bars.map(|bars| bars.add(new_bar(&image))));
                if let Some(bar) = bar {
                    bar.set_length(progress.total);
                    bar.set_position(progress.done);
                    bar.set_message(progress.status.clone());
                }
            };
            let outcome = get(engine, &image, policy, show).await;
            if let Ok(Some(Some(bar))) = bar.into_inner() {
                bar.finish_and_clear();
            }
            Pulled { image, tests, outcome }
        }
    };
    Ok(join_all(wanted.into_iter().map(one)).await)
}

async fn get(
    engine: &Engine,
    image: &str,
    policy: PullPolicy,
    mut show: impl FnMut(&PullProgress) + Send,
) -> Result<(State, Image), EngineError> {
    let before = match policy {
        PullPolicy::Always => engine.inspect_image(image).await?,
        PullPolicy::Missing | PullPolicy::Never => None,
    };
    let mut asked = false;
    let found = engine
        .image(image, policy, |progress| {
            asked = true;
            show(progress);
        })
        .await?;
    let state = match before {
        _ if !asked => State::Present,
        Some(before) if before.id == found.id => State::Unchanged,
        _ => State::Pulled,
    };
    Ok((state, found))
}

fn new_bar(image: &str) -> ProgressBar {
    let bar = ProgressBar::no_length().with_prefix(image.to_owned());
    match ProgressStyle::with_template("{prefix} [{bar:30}] {bytes}/{total_bytes} {msg}") {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}

/// The line of an image; what failed is told elsewhere.
fn line(pulled: &Pulled, quiet: bool) -> Option<String> {
    let (state, _) = pulled.outcome.as_ref().ok().filter(|_| !quiet)?;
    Some(format!("{:<9} {}\n", state.word(), pulled.image))
}

fn document(pulled: &[Pulled]) -> Value {
    let image = |it: &Pulled| match &it.outcome {
        Ok((state, image)) => json!({
            "image": it.image, "tests": it.tests, "outcome": state.word(), "id": image.id, "digests": image.digests,
        }),
        Err(error) => json!({
            "image": it.image, "tests": it.tests, "outcome": "failed", "message": error.to_string(), "help": error.help(),
        }),
    };
    json!({ "version": 1, "images": pulled.iter().map(image).collect::<Vec<_>>() })
}
