//! `clnrm cleanup`: removes what earlier runs left in the container engine. What belongs to a run that lives stays.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::cli::{CLEAN, TROUBLE, output};
use crate::engine::{ConnectOptions, Engine, EngineError, SweepOptions, Swept, SweptObject};
use crate::report::run::ExitCode;

const EXAMPLES: &str = "\
Examples:
  clnrm cleanup --dry-run     what would be removed, and what stays and why
  clnrm cleanup               what dead runs left is removed
  clnrm cleanup --all         everything that clnrm made, runs that go on included
Every run does the second by itself. In CI it belongs into a step that always runs.

Exit codes:
  0  nothing is left that should not be
  3  no container engine answers, or something could not be removed";

/// Remove containers and networks that earlier runs left in the container engine
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Remove everything that clnrm made in the engine, also that of runs that go on: they fail then
    #[arg(long)]
    all: bool,

    /// Remove nothing, tell what would be removed
    #[arg(long)]
    dry_run: bool,

    /// How the result is told
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object
    Json,
}

/// Cleans up, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("can't start: {error}"));
            return TROUBLE;
        }
    };
    let options = SweepOptions { dry_run: arguments.dry_run, all: arguments.all };
    let swept = match runtime.block_on(sweep(options)) {
        Ok(swept) => swept,
        Err(error) => {
            complain(&error);
            return ExitCode::Infrastructure.code();
        }
    };
    let text = match arguments.format {
        Format::Human => human(&swept, arguments.dry_run),
        Format::Json => format!("{:#}\n", document(&swept, arguments.dry_run)),
    };
    if let Err(error) = output::write_stdout(text.as_bytes()) {
        output::complain(&format!("can't write: {error}"));
        return TROUBLE;
    }
    swept.errors.iter().for_each(complain);
    if swept.errors.is_empty() { CLEAN } else { ExitCode::Infrastructure.code() }
}

async fn sweep(options: SweepOptions) -> Result<Swept, EngineError> {
    Engine::connect(&ConnectOptions::of_process()?).await?.sweep(options).await
}

fn complain(error: &EngineError) {
    output::complain(&format!("{error}\n  help: {}", error.help()));
}

fn human(swept: &Swept, dry_run: bool) -> String {
    let mut text = String::new();
    let mut list = |verb: &str, objects: &[SweptObject]| {
        for SweptObject { kind, name, reason, .. } in objects {
            // Writing to a string can't fail.
            let _ = writeln!(text, "{verb} {} `{name}`: {}", kind.word(), reason.words());
        }
    };
    list(if dry_run { "would remove" } else { "removed" }, &swept.removed);
    list("kept", &swept.kept);
    if text.is_empty() && swept.errors.is_empty() {
        text.push_str("nothing is left of any run\n");
    }
    text
}

fn document(swept: &Swept, dry_run: bool) -> Value {
    let objects = |objects: &[SweptObject]| -> Vec<Value> {
        let object = |it: &SweptObject| {
            json!({
                "kind": it.kind.word(),
                "name": it.name,
                "run": it.run,
                "scenario": it.scenario,
                "reason": it.reason.name(),
            })
        };
        objects.iter().map(object).collect()
    };
    let error = |it: &EngineError| json!({ "message": it.to_string(), "help": it.help() });
    json!({
        "version": 1,
        "dry_run": dry_run,
        "removed": objects(&swept.removed),
        "kept": objects(&swept.kept),
        "errors": swept.errors.iter().map(error).collect::<Vec<_>>(),
    })
}
