//! The program `clnrm`: one file for each command.

mod analyze;
mod cache;
mod cleanup;
mod completions;
mod diff;
mod doctor;
mod fmt;
mod r#gen;
mod graph;
mod init;
mod lsp;
mod man;
mod mutate;
mod pull;
mod record;
mod redgreen;
mod render;
mod report;
mod repro;
mod run;
mod spans;
mod template;
mod trace;
mod validate;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

use super::arguments::STYLES;
use super::output;

const EXAMPLES: &str = "\
Examples:
  clnrm init                           a project with a first test
  clnrm gen span >> a.clnrm.toml       a block to be adapted
  clnrm render a.clnrm.toml.tera --map what each construct of a template becomes
  clnrm validate                       check all tests below the current directory
  clnrm fmt --check                    list the tests that are not in shape
  clnrm run                            run all tests in containers
  clnrm watch                          run tests again as soon as they change
  clnrm doctor                         what is in the way of that, and what to do
  clnrm analyze a.clnrm.toml --traces spans.jsonl
  clnrm mutate a.clnrm.toml --traces spans.jsonl
  clnrm record --traces spans.jsonl    expectations from a good run
  clnrm diff HEAD:a.clnrm.toml a.clnrm.toml --strategy semantic
  clnrm graph a.clnrm.toml --traces spans.jsonl --format mermaid
  clnrm spans spans.jsonl --waterfall

Exit codes:
  0  green: nothing to complain about, no difference
  1  red: findings, failed expectations, differences
  2  wrong usage, a file that can't be read, or a mistake of clnrm itself
  3  no container engine, or it failed (commands that run tests)
  4  no scenario was selected (commands that run tests)
  5  nothing failed, but not everything ran (commands that run tests)
  130  cancelled";

/// Cleanroom tests on the command line: checked, evaluated, compared.
#[derive(Debug, Parser)]
#[command(name = "clnrm", version, styles = STYLES, after_help = EXAMPLES, max_term_width = 100, arg_required_else_help = true)]
struct Program {
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Gen(r#gen::Arguments),
    Template(template::Arguments),
    Render(render::Arguments),
    #[command(visible_aliases = ["dry-run", "lint"])]
    Validate(validate::Arguments),
    Fmt(fmt::Arguments),
    Run(Box<run::Arguments>),
    #[command(visible_alias = "dev")]
    Watch(Box<watch::Arguments>),
    #[command(visible_alias = "red-green")]
    Redgreen(Box<redgreen::Arguments>),
    Repro(Box<repro::Arguments>),
    Report(report::Arguments),
    Trace(trace::Arguments),
    #[command(visible_alias = "gc")]
    Cleanup(cleanup::Arguments),
    Pull(pull::Arguments),
    Cache(cache::Arguments),
    #[command(visible_alias = "health")]
    Doctor(doctor::Arguments),
    Analyze(analyze::Arguments),
    Mutate(mutate::Arguments),
    Record(record::Arguments),
    Diff(diff::Arguments),
    Graph(graph::Arguments),
    Spans(spans::Arguments),
    Lsp(lsp::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Runs `clnrm` with the arguments of the process.
pub fn run() -> ExitCode {
    output::set_program("clnrm");
    // Wrong usage ends the process here, with exit code 2.
    let Program { color, command } = Program::parse();
    let code = match &command {
        Command::Init(arguments) => init::run(arguments, color),
        Command::Gen(arguments) => r#gen::run(arguments),
        Command::Template(arguments) => template::run(arguments, color),
        Command::Render(arguments) => render::run(arguments, color),
        Command::Validate(arguments) => validate::run(arguments, color),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Run(arguments) => run::run(arguments, color),
        Command::Watch(arguments) => watch::run(arguments, color),
        Command::Redgreen(arguments) => redgreen::run(arguments, color),
        Command::Repro(arguments) => repro::run(arguments, color),
        Command::Report(arguments) => report::run(arguments, color),
        Command::Cleanup(arguments) => cleanup::run(arguments),
        Command::Pull(arguments) => pull::run(arguments),
        Command::Cache(arguments) => cache::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments, color),
        Command::Trace(arguments) => trace::run(arguments, color),
        Command::Analyze(arguments) => analyze::run(arguments, color),
        Command::Mutate(arguments) => mutate::run(arguments, color),
        Command::Record(arguments) => record::run(arguments, color),
        Command::Diff(arguments) => diff::run(arguments, color),
        Command::Graph(arguments) => graph::run(arguments, color),
        Command::Spans(arguments) => spans::run(arguments, color),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments),
        Command::Lsp(arguments) => return lsp::run(arguments),
    };
    ExitCode::from(code)
}

/// Whether an argument names a test rather than a file of spans.
fn is_test(argument: &Path) -> bool {
    argument.extension().is_some_and(|extension| extension == "toml" || extension == "tera")
}

/// The definition of `clnrm`, for completions, manual pages, and whoever wants to know all commands.
pub fn program() -> clap::Command {
    use clap::CommandFactory;
    Program::command()
}

/// The command `name` as it says how it is used, for complaints about its arguments.
fn usage(name: &str) -> clap::Command {
    use clap::CommandFactory;
    let mut program = Program::command();
    program.build();
    program.find_subcommand(name).cloned().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Program::command().debug_assert();
    }
}
