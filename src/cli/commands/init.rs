//! `clnrm init`: a project that is green at once.

use std::path::{Path, PathBuf};

use clap::ColorChoice;

use tokio::runtime::Runtime;

use super::run::{Reports, nothing_to_run, run_and_report, selected};
use super::validate;
use crate::cli::input::InputOptions;
use crate::cli::run::Filter;
use crate::cli::scaffold::{Names, Project, Refused, ScaffoldFile, write_all};
use crate::cli::{CLEAN, TROUBLE, output};
use crate::engine::{ConnectOptions, Engine, EngineError};
use crate::executor::RunOptions;
use crate::report::run::ExitCode;

const EXAMPLES: &str = "\
Examples:
  clnrm init                         here: write a first test, check it, run it
  clnrm init shop --template api     in a folder of its own; a server and a client
  clnrm init --no-engine             write and check, and start no container
  clnrm init --image my/shell:1      with an image that is there; it needs a shell, and `wget` for spans

Exit codes:
  0  the project is there and its test is green; with --no-engine: has no mistake
  1  its test is red
  2  wrong usage, or something is in the way; nothing was written then
  3  the project is there and has no mistake, and no container engine answers, or it failed";

/// Make a project with a first test, check it and run it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// The folder of the project [default: .]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// What it begins with
    #[arg(long, short, value_enum, value_name = "TEMPLATE", default_value = "default")]
    template: Project,

    /// The image of its services
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,

    /// Check the tests, and start no container
    #[arg(long)]
    no_engine: bool,

    /// Replace what is there
    #[arg(long)]
    force: bool,

    /// Write `cleanroom.toml` alone
    #[arg(long)]
    config: bool,
}

/// Writes, checks, runs, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let files = files(arguments.template, &folder, arguments.image.as_deref());
    let files = if arguments.config { &files[..1] } else { &files[..] };
    if let Err(refused) = write_and_tell(files, arguments.force) {
        output::complain(&refused.to_string());
        return TROUBLE;
    }
    if arguments.config {
        return CLEAN;
    }
    let tests = folder.join("tests");
    let checked = validate::of_paths(std::slice::from_ref(&tests), color);
    if checked != CLEAN {
        return checked;
    }
    output::write_stderr(format!("checked {}: no mistake\n", tests.display()).as_bytes());
    let code = if arguments.no_engine { CLEAN } else { run_tests(&tests, color) };
    if code == CLEAN {
        output::write_stderr(format!("next: clnrm dev --watch {}\n", tests.display()).as_bytes());
    }
    code
}

/// Runs the new tests, and gives the exit code of that.
fn run_tests(tests: &Path, color: ColorChoice) -> u8 {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("can't start: {error}"));
            return TROUBLE;
        }
    };
    if let Err(error) = runtime.block_on(greet()) {
        output::complain(&format!(
            "the project has no mistake, and was not run: {error}\n  help: {}; then `clnrm run {}`",
            error.help(),
            tests.display()
        ));
        return ExitCode::Infrastructure.code();
    }
    drop(runtime);
    let (input, options) = (InputOptions::default(), RunOptions::default());
    let paths = [tests.to_owned()];
    let Some(selected) = selected(&paths, &input, &Filter::default(), options.seed) else { return TROUBLE };
    if let Some(code) = nothing_to_run(&selected) {
        return code;
    }
    run_and_report(&selected, options, &Reports::default(), &input, color).map_or(TROUBLE, |(_, code)| code)
}

async fn greet() -> Result<Engine, EngineError> {
    Engine::connect(&ConnectOptions::of_process()?).await
}

/// Writes the files of a project.
///
/// # Errors
/// See [`write_all`].
pub(super) fn write(project: Project, folder: &Path, image: Option<&str>, force: bool) -> Result<(), Refused> {
    write_and_tell(&files(project, folder, image), force)
}

fn files(project: Project, folder: &Path, image: Option<&str>) -> Vec<ScaffoldFile> {
    let names = Names::of(folder, image);
    let file = |(path, text): &(&str, &str)| ScaffoldFile { path: folder.join(path), text: names.fill(text) };
    project.files().iter().map(file).collect()
}

fn write_and_tell(files: &[ScaffoldFile], force: bool) -> Result<(), Refused> {
    for path in write_all(files, force)? {
        output::write_stderr(format!("wrote {}\n", path.display()).as_bytes());
    }
    Ok(())
}
