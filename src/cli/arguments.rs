//! What can be said on the command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Arg, ArgGroup, ColorChoice, CommandFactory, Parser, ValueEnum};

use super::check::{Check, CheckOptions};
use super::format::FormatRun;
use super::input::InputOptions;
use super::schema::Described;
use super::serve::ServeOptions;
use crate::report::Format;
use crate::telemetry::Endpoint;

/// Heading of the options that `--check` takes.
const OF_CHECK: &str = "Options of --check";

/// The colours of a help text.
pub const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const USAGE: &str = "\
clnrm-lsp --check [OPTIONS] [PATH]...
       clnrm-lsp --check --fix [--diff] [PATH]...
       clnrm-lsp --format [--check] [--diff] [PATH]...
       clnrm-lsp --explain <CODE> | --rules | --schema [test|project]
       clnrm-lsp [--listen <ADDRESS>] [--log <FILTER>] [--log-file <FILE>] [--trace-endpoint <URL>]";

const EXAMPLES: &str = "\
Examples:
  clnrm-lsp --check                            all tests below the current directory
  clnrm-lsp --check tests 'e2e/**/*.tera'      a directory and a glob
  clnrm-lsp --check --strict --format github   for a workflow of GitHub Actions
  clnrm-lsp --check --format sarif -o clnrm.sarif
  clnrm-lsp --check --fix tests                mend what can be mended without a look
  clnrm-lsp --format                           bring all tests below the current directory into shape
  clnrm-lsp --format --check --diff tests      show what is not, and fail
  git show :a.clnrm.toml | clnrm-lsp --check - --stdin-filename a.clnrm.toml
  clnrm-lsp --explain unknown-key              why a rule is there, with examples
  clnrm-lsp --schema > clnrm.schema.json       the format for other TOML tools

Exit codes:
  0  no error (with --strict: and no warning)
  1  findings; with --format --check: files that are not formatted
  2  wrong usage, a file that can't be read, or a mistake of clnrm-lsp itself";

/// Language server and headless check for cleanroom tests.
#[derive(Debug, Parser)]
#[command(name = "clnrm-lsp", version, override_usage = USAGE, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
#[command(group(ArgGroup::new("work").args(["check", "fmt"]).multiple(true)), mut_args(belonging))]
pub struct Arguments {
    /// Check files and tell what is wrong in them
    #[arg(long, conflicts_with_all = ["explain", "rules"])]
    check: bool,

    /// Bring files into shape; with --check, only tell which are not. Short for it: --format, followed by no report format
    #[arg(long, conflicts_with_all = ["explain", "rules"])]
    fmt: bool,

    /// Files, directories, globs, or `-` for standard input [default: .]
    #[arg(value_name = "PATH", requires = "work")]
    paths: Vec<PathBuf>,

    /// Show the page of a rule
    #[arg(long, value_name = "CODE", conflicts_with = "rules")]
    explain: Option<String>,

    /// List all rules
    #[arg(long)]
    rules: bool,

    /// Print the JSON schema of plain tests, or of `cleanroom.toml`
    #[arg(
        long,
        value_name = "FILES",
        num_args = 0..=1,
        default_missing_value = "test",
        conflicts_with_all = ["check", "fmt", "explain", "rules"]
    )]
    schema: Option<Described>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = false)]
    pub color: ColorChoice,

    /// Export spans and metrics as OTLP over HTTP to this base address (`docs/telemetry.md`)
    #[arg(long, value_name = "URL", conflicts_with_all = ["fmt", "explain", "rules"])]
    pub trace_endpoint: Option<Endpoint>,

    #[command(flatten)]
    check_options: CheckOptions,

    #[command(flatten)]
    input: InputOptions,

    #[command(flatten)]
    pub serve_options: ServeOptions,
}

/// What is to be done.
#[derive(Debug)]
pub enum Mode<'a> {
    /// Check files.
    Check(Check<'a>),
    /// Format files, or tell which are not formatted.
    Format(FormatRun<'a>),
    /// Show the page of a rule.
    Explain(&'a str),
    /// List the rules.
    Rules,
    /// Print a JSON schema.
    Schema(Described),
    /// Serve an editor.
    Serve,
}

/// The definition of `clnrm-lsp`, for completions and manual pages.
pub fn program() -> clap::Command {
    Arguments::command()
}

/// What options of files and reports need besides themselves: here a word chooses the work, in `clnrm` a command does.
fn belonging(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "variables" | "untrusted" | "stdin_filename" | "quiet" => arg.requires("work").help_heading(OF_CHECK),
        "diff" => arg.requires("work").help_heading(OF_CHECK),
        "format" | "output" | "strict" | "level" | "hints" | "timing" | "fix" | "all_combinations" => {
            arg.requires("check").conflicts_with("fmt").help_heading(OF_CHECK)
        }
        "listen" | "stdio" | "log" | "log_file" => arg
            .conflicts_with_all(["check", "fmt", "explain", "rules", "schema"])
            .help_heading("Options of the language server"),
        _ => arg,
    }
}

impl Arguments {
    /// Reads the arguments of the process. Wrong usage ends it, with exit code 2.
    pub fn of_process() -> Self {
        Self::parse_from(spelled_out(std::env::args_os()))
    }

    /// What is to be done. Ends the process where options do not fit together.
    pub fn mode(&self) -> Mode<'_> {
        if let Some(code) = &self.explain {
            return Mode::Explain(code);
        }
        if self.rules {
            return Mode::Rules;
        }
        if let Some(described) = self.schema {
            return Mode::Schema(described);
        }
        if !self.check && !self.fmt {
            return Mode::Serve;
        }
        let paths = self.input.paths_or_here(&self.paths, Self::command);
        if self.fmt {
            return Mode::Format(FormatRun {
                paths,
                check: self.check,
                diff: self.check_options.diff,
                json: false,
                input: &self.input,
            });
        }
        Mode::Check(Check {
            paths,
            options: &self.check_options,
            input: &self.input,
            color: self.color,
            trace_endpoint: self.trace_endpoint.as_ref(),
        })
    }
}

/// The arguments with `--format` as `--fmt` where it asks for formatting: the same word, with a word behind it that is no path,
/// chooses the format of a report.
fn spelled_out(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    for index in 1..arguments.len() {
        if arguments[index] == "--" {
            break;
        }
        let names_a_report = arguments.get(index + 1).and_then(|next| next.to_str()).is_some_and(|next| {
            let is_word = !next.is_empty() && next.bytes().all(|byte| byte.is_ascii_alphanumeric());
            Format::from_str(next, false).is_ok() || (is_word && !Path::new(next).exists())
        });
        if arguments[index] == "--format" && !names_a_report {
            arguments[index] = "--fmt".into();
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_word_format_asks_for_formatting_unless_a_report_format_follows() {
        let read = |words: &[&str]| spelled_out(words.iter().map(OsString::from)).contains(&OsString::from("--fmt"));
        for words in [
            &["x", "--format"][..],
            &["x", "--format", "--check"],
            &["x", "--check", "--format", "src"],
            &["x", "--format", "-"],
            &["x", "--format", "a.toml"],
        ] {
            assert!(read(words), "{words:?}");
        }
        for words in
            [&["x", "--check", "--format", "json"][..], &["x", "--check", "--format", "xml"], &["x", "--", "--format"]]
        {
            assert!(!read(words), "{words:?}");
        }
    }

    #[test]
    fn nothing_said_means_the_server_and_check_alone_means_here() {
        assert!(matches!(Arguments::parse_from(["clnrm-lsp"]).mode(), Mode::Serve));
        let arguments = Arguments::parse_from(["clnrm-lsp", "--check"]);
        let Mode::Check(check) = arguments.mode() else { panic!("a check") };
        assert_eq!(check.paths, [PathBuf::from(".")]);
    }
}
