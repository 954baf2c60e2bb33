//! `clnrm render`: what a template becomes, and where each value of it stands.

use std::path::PathBuf;

use clap::ColorChoice;

use crate::analysis::CacheStatistics;
use crate::cli::input::InputOptions;
use crate::cli::test_file::TestDocument;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::report::RenderMap;

/// Some construct could not be rendered.
const FINDINGS: u8 = 1;

const HELP: &str = "\
Examples:
  clnrm render a.clnrm.toml.tera                      the text
  clnrm render a.clnrm.toml.tera --map                what each construct becomes, and where
  clnrm render a.clnrm.toml.tera --set image=shop:dev
  clnrm render a.clnrm.toml.tera --show-vars          the variables, and where each comes from

Exit codes:
  0  rendered
  1  some construct could not be rendered
  2  wrong usage, or a file that can't be read or written";

/// Show what a template becomes
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The template: a file, `-` for standard input, or `REV:PATH`
    #[arg(value_name = "TEMPLATE")]
    template: PathBuf,

    /// Show each construct with its value and its place instead of the text
    #[arg(long)]
    map: bool,

    /// Set a template variable, as `--var` does
    #[arg(short = 'm', long = "set", value_name = "NAME=VALUE", value_parser = crate::cli::input::parse_variable)]
    set: Vec<(String, String)>,

    /// Show the variables that the template sees, and where each comes from
    #[arg(long)]
    show_vars: bool,

    /// Take a render from the cache where it is known, which is what happens anyway
    #[arg(long)]
    cache: bool,

    /// Tell on standard error how often the cache of renders was asked, and what it has
    #[arg(long)]
    cache_stats: bool,

    /// As text or as JSON
    #[arg(long, short, value_enum, default_value = "human")]
    format: RenderFormat,

    /// Write to a file instead of standard output
    #[arg(long, short, alias = "out", value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    input: InputOptions,
}

/// How a render is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum RenderFormat {
    /// The text, or lists for people
    Human,
    /// One JSON object: text, constructs, variables, problems
    Json,
}

/// Renders, and gives the exit code: 1 where a construct has no value.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let mut input = arguments.input.clone();
    input.variables.extend(arguments.set.iter().cloned());
    let test = match TestDocument::read(&arguments.template, &input, &current) {
        Ok(test) => test,
        Err(unusable) => {
            unusable.tell(&arguments.template, color);
            return TROUBLE;
        }
    };
    let (rendered, variables) = test.render(&current);
    let failed = rendered.problems.iter().any(|problem| !problem.kind.is_remark());
    let map = RenderMap { name: &test.document.name, rendered: &rendered, variables: &variables };
    let text = match arguments.format {
        RenderFormat::Json => map.json(),
        RenderFormat::Human if arguments.map || arguments.show_vars => {
            let constructs = arguments.map.then(|| map.constructs());
            let variables = arguments.show_vars.then(|| map.variables());
            [constructs, variables].into_iter().flatten().collect::<Vec<_>>().join("\n")
        }
        RenderFormat::Human => rendered.text.clone(),
    };
    let written = match &arguments.output {
        Some(path) => output::write_file(path, text.as_bytes()),
        None => output::write_stdout(text.as_bytes()),
    };
    if let Err(error) = written {
        output::complain(&format!("can't write: {error}"));
        return TROUBLE;
    }
    if arguments.cache_stats {
        let CacheStatistics { hits, misses, retyped: _, evictions, entries, bytes } = test.cache_statistics(&current);
        let bytes = indicatif::HumanBytes(bytes as u64);
        let text =
            format!("render cache: {hits} hits, {misses} misses, {evictions} evictions, {entries} entries, {bytes}\n");
        output::write_stderr(text.as_bytes());
    }
    if !failed {
        return CLEAN;
    }
    test.unusable(&current).tell(&arguments.template, color);
    FINDINGS
}
