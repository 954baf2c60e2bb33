//! `clnrm template`: tests and projects to begin with, and the older name of `clnrm render`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ColorChoice, Subcommand, ValueEnum};

use super::{init, render};
use crate::cli::scaffold::{Names, Project, ScaffoldFile, SingleTest, write_all};
use crate::cli::{CLEAN, TROUBLE, output};

const EXAMPLES: &str = "\
Examples:
  clnrm template matrix                          print a test
  clnrm template otel -o tests/otel.clnrm.toml   write it
  clnrm template database shop                   make a project in the folder `shop`";

/// Print a test to begin with, or make a project of several files
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    /// Which template
    #[arg(value_enum, value_name = "NAME", required = true)]
    name: Option<Template>,

    /// The folder of a new project [default: its name]
    #[arg(value_name = "PROJECT")]
    project: Option<PathBuf>,

    /// Write to this file instead of printing
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The image of services
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,

    /// Replace what is there
    #[arg(long)]
    force: bool,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Render(render::Arguments),
}

/// A template of either kind.
#[derive(Clone, Copy, Debug)]
enum Template {
    Test(SingleTest),
    Project(Project),
}

impl ValueEnum for Template {
    fn value_variants<'a>() -> &'a [Self] {
        const {
            &[
                Self::Test(SingleTest::Otel),
                Self::Test(SingleTest::Matrix),
                Self::Test(SingleTest::Macros),
                Self::Test(SingleTest::FullValidation),
                Self::Test(SingleTest::Deterministic),
                Self::Test(SingleTest::LifecycleMatcher),
                Self::Project(Project::Default),
                Self::Project(Project::Minimal),
                Self::Project(Project::Advanced),
                Self::Project(Project::Database),
                Self::Project(Project::Api),
            ]
        }
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Test(test) => test.to_possible_value(),
            Self::Project(project) => project.to_possible_value(),
        }
    }
}

/// Prints or writes, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    if let Some(Command::Render(render)) = &arguments.command {
        return render::run(render, color);
    }
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    match arguments.name {
        Some(Template::Test(test)) => {
            let text = Names::of(&current, arguments.image.as_deref()).fill(test.text());
            let Some(path) = arguments.output.clone() else {
                return match output::write_stdout(text.as_bytes()) {
                    Ok(()) => CLEAN,
                    Err(error) => trouble(&format!("can't write: {error}")),
                };
            };
            match write_all(&[ScaffoldFile { path, text }], arguments.force) {
                Ok(_) => CLEAN,
                Err(refused) => trouble(&refused.to_string()),
            }
        }
        Some(Template::Project(project)) => {
            let name = project.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
            let folder = arguments.project.clone().unwrap_or_else(|| PathBuf::from(name));
            match init::write(project, &folder, arguments.image.as_deref(), arguments.force) {
                Ok(()) => CLEAN,
                Err(refused) => trouble(&refused.to_string()),
            }
        }
        // Clap asks for one of both.
        None => TROUBLE,
    }
}

fn trouble(message: &str) -> u8 {
    output::complain(message);
    TROUBLE
}
