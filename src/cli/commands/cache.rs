//! `clnrm cache`: what a project keeps of earlier runs in `.clnrm/`, how much that is, and away with it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::cli::run::find_stored;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::executor::cache::RunCache;
use crate::report::counted;
use crate::report::run::{RunDocument, ValidityDocument};
use crate::trace::recorded;

const EXAMPLES: &str = "\
Examples:
  clnrm cache stats                 how much is kept, and how much of the last run it saved
  clnrm cache clear                 forget what is known to pass: everything runs the next time
  clnrm cache clear --all           remembered runs and recorded traces too

Exit codes:
  0  done
  2  wrong usage, or something that can't be read or removed";

/// Tell what is kept of earlier runs, or remove it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// How much is kept
    Stats {
        #[command(flatten)]
        common: Common,
    },
    /// Remove what is known of tests, so that everything runs the next time
    Clear {
        /// Remove the remembered runs too: `report`, `repro` and `trace` have nothing to tell then
        #[arg(long)]
        runs: bool,

        /// Remove the recorded traces too, by which editors know spans
        #[arg(long)]
        traces: bool,

        /// Remove all of it
        #[arg(long)]
        all: bool,

        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, clap::Args)]
struct Common {
    /// A file or folder of the project [default: .]
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    path: PathBuf,

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

/// A part of what is kept.
#[derive(Clone, Copy)]
enum Part {
    Cache,
    Runs,
    Traces,
}

impl Part {
    const ALL: [Self; 3] = [Self::Cache, Self::Runs, Self::Traces];

    /// Its name, which is that of its folder.
    const fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Runs => "runs",
            Self::Traces => "traces",
        }
    }

    /// What one of it is, and what many are.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Cache => ("test with a known outcome", "tests with a known outcome"),
            Self::Runs => ("remembered run", "remembered runs"),
            Self::Traces => ("recorded trace", "recorded traces"),
        }
    }
}

/// How much a part is.
struct Amount {
    part: Part,
    entries: usize,
    bytes: u64,
}

/// Tells or removes, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let common = match &arguments.command {
        Command::Stats { common } | Command::Clear { common, .. } => common,
    };
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let path = current.join(&common.path);
    if !path.exists() {
        output::complain(&format!("`{}`: no such file or directory", common.path.display()));
        return TROUBLE;
    }
    let within = if path.is_dir() { path.join("any") } else { path };
    let root = recorded::root(&crate::cli::paths::tidy(&within));
    let text = match &arguments.command {
        Command::Stats { .. } => stats(&root, common.format),
        Command::Clear { runs, traces, all, .. } => {
            let wanted = |part: &Part| match part {
                Part::Cache => true,
                Part::Runs => *runs || *all,
                Part::Traces => *traces || *all,
            };
            clear(&root, Part::ALL.into_iter().filter(wanted), common.format)
        }
    };
    let written = text.and_then(|text| output::write_stdout(text.as_bytes()));
    match written {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("`{}`: {error}", root.join(".clnrm").display()));
            TROUBLE
        }
    }
}

fn stats(root: &Path, format: Format) -> io::Result<String> {
    let amounts = Part::ALL.into_iter().map(|part| amount(root, part)).collect::<io::Result<Vec<_>>>()?;
    let last = find_stored(None, root).ok().map(|stored| LastRun::of(&stored.document));
    Ok(match format {
        Format::Human => {
            let mut text = format!("{}\n", root.join(".clnrm").display());
            amounts.iter().for_each(|it| text.push_str(&line(it)));
            if let Some(LastRun { run, scenarios, cached, replayed }) = last {
                // Writing to a string can't fail.
                let _ = writeln!(
                    text,
                    "last run {run}: of {}, {} did not run, for the outcome was known ({cached} cached, {replayed} replayed)",
                    counted(scenarios, "scenario"),
                    cached + replayed
                );
            }
            text
        }
        Format::Json => {
            let mut document = document(root, "", &amounts);
            document["last_run"] = last.map_or(Value::Null, |it| it.json());
            format!("{document:#}\n")
        }
    })
}

fn clear(root: &Path, parts: impl Iterator<Item = Part>, format: Format) -> io::Result<String> {
    let mut removed = Vec::new();
    for part in parts {
        let amount = amount(root, part)?;
        match part {
            Part::Cache => {
                RunCache::of_project(root).clear()?;
            }
            Part::Runs | Part::Traces => match fs::remove_dir_all(folder(root, part)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
        }
        removed.push(amount);
    }
    Ok(match format {
        Format::Human => removed.iter().map(|it| format!("removed {}", line(it).trim_start())).collect(),
        Format::Json => format!("{:#}\n", document(root, "removed", &removed)),
    })
}

fn folder(root: &Path, part: Part) -> PathBuf {
    root.join(".clnrm").join(part.name())
}

/// How much there is of a part. What is not there is nothing.
fn amount(root: &Path, part: Part) -> io::Result<Amount> {
    let (entries, bytes) = match part {
        Part::Cache => {
            let stats = RunCache::of_project(root).stats()?;
            (stats.entries, stats.bytes)
        }
        Part::Runs => {
            let runs = folder(root, part);
            let is_run = |path: &PathBuf| path.is_dir();
            let entries = children(&runs)?.iter().filter(|path| is_run(path)).count();
            (entries, files_below(&runs)?.1)
        }
        Part::Traces => files_below(&folder(root, part))?,
    };
    Ok(Amount { part, entries, bytes })
}

fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|it| it.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// How many files are below a folder, and their size. Links are not followed.
fn files_below(folder: &Path) -> io::Result<(usize, u64)> {
    let (mut count, mut bytes) = (0, 0);
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for path in children(&folder)? {
            let meta = fs::symlink_metadata(&path)?;
            match meta.is_dir() {
                true => open.push(path),
                false => (count, bytes) = (count + 1, bytes + meta.len()),
            }
        }
    }
    Ok((count, bytes))
}

fn line(amount: &Amount) -> String {
    let (one, many) = amount.part.words();
    let words = if amount.entries == 1 { one } else { many };
    format!("  {} {words}, {}\n", amount.entries, indicatif::HumanBytes(amount.bytes))
}

fn document(root: &Path, under: &str, amounts: &[Amount]) -> Value {
    let parts: serde_json::Map<String, Value> = amounts
        .iter()
        .map(|it| (it.part.name().to_owned(), json!({ "entries": it.entries, "bytes": it.bytes })))
        .collect();
    let folder = root.join(".clnrm");
    match under {
        "" => {
            let mut document = json!({ "version": 1, "folder": folder.display().to_string() });
            parts.into_iter().for_each(|(name, part)| document[name] = part);
            document
        }
        under => json!({ "version": 1, "folder": folder.display().to_string(), under: parts }),
    }
}

/// What the cache did for the last run.
struct LastRun {
    run: String,
    scenarios: usize,
    cached: usize,
    replayed: usize,
}

impl LastRun {
    fn of(document: &RunDocument) -> Self {
        let scenarios = || document.tests.iter().flat_map(|test| &test.scenarios);
        Self {
            run: document.run.clone(),
            scenarios: scenarios().count(),
            cached: scenarios().filter(|it| matches!(it.validity, ValidityDocument::Cached { .. })).count(),
            replayed: scenarios().filter(|it| matches!(it.validity, ValidityDocument::Replayed { .. })).count(),
        }
    }

    fn json(&self) -> Value {
        json!({
            "run": self.run,
            "scenarios": self.scenarios,
            "cached": self.cached,
            "replayed": self.replayed,
            "hit_rate": match self.scenarios {
                0 => Value::Null,
                all => json!((self.cached + self.replayed) as f64 / all as f64),
            },
        })
    }
}
