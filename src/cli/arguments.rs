//! What can be said on the command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgGroup, ColorChoice, CommandFactory, Parser, ValueEnum, error::ErrorKind};

use super::log::QUIET;
use crate::report::Format;
use crate::telemetry::Endpoint;
use crate::validation::Level;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const USAGE: &str = "\
clnrm-lsp --check [OPTIONS] [PATH]...
       clnrm-lsp --format [--check] [--diff] [PATH]...
       clnrm-lsp --explain <CODE> | --rules
       clnrm-lsp [--listen <ADDRESS>] [--log <FILTER>] [--log-file <FILE>] [--trace-endpoint <URL>]";

const EXAMPLES: &str = "\
Examples:
  clnrm-lsp --check                            all tests below the current directory
  clnrm-lsp --check tests 'e2e/**/*.tera'      a directory and a glob
  clnrm-lsp --check --strict --format github   for a workflow of GitHub Actions
  clnrm-lsp --check --format sarif -o clnrm.sarif
  clnrm-lsp --format                           bring all tests below the current directory into shape
  clnrm-lsp --format --check --diff tests      show what is not, and fail
  git show :a.clnrm.toml | clnrm-lsp --check - --stdin-filename a.clnrm.toml
  clnrm-lsp --explain unknown-key              why a rule is there, with examples

Exit codes:
  0  no error (with --strict: and no warning)
  1  findings; with --format --check: files that are not formatted
  2  wrong usage, a file that can't be read, or a mistake of clnrm-lsp itself";

/// Language server and headless check for cleanroom tests.
#[derive(Debug, Parser)]
#[command(name = "clnrm-lsp", version, override_usage = USAGE, styles = STYLES, after_help = EXAMPLES, max_term_width = 100)]
#[command(group(ArgGroup::new("work").args(["check", "fmt"]).multiple(true)))]
pub struct Arguments {
    /// Check files and tell what is wrong in them
    #[arg(long, conflicts_with_all = ["explain", "rules"])]
    check: bool,

    /// Bring files into shape; with --check, only tell which are not. Short for it: --format, followed by no report format
    #[arg(long, conflicts_with_all = ["explain", "rules"])]
    fmt: bool,

    /// Show what formatting changes, and write nothing
    #[arg(long, requires = "fmt")]
    diff: bool,

    /// Files, directories, globs, or `-` for standard input [default: .]
    #[arg(value_name = "PATH", requires = "work")]
    paths: Vec<PathBuf>,

    /// Show the page of a rule
    #[arg(long, value_name = "CODE", conflicts_with = "rules")]
    explain: Option<String>,

    /// List all rules
    #[arg(long)]
    rules: bool,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = false)]
    pub color: ColorChoice,

    /// Export spans and metrics as OTLP over HTTP to this base address (`docs/telemetry.md`)
    #[arg(long, value_name = "URL", conflicts_with_all = ["fmt", "explain", "rules"])]
    pub trace_endpoint: Option<Endpoint>,

    #[command(flatten)]
    check_options: CheckOptions,

    #[command(flatten)]
    pub serve_options: ServeOptions,
}

/// Options that belong to the language server.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Options of the language server")]
pub struct ServeOptions {
    /// Serve one client that connects to this loopback address (port 0: any free one, told on standard error)
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["check", "fmt", "explain", "rules"])]
    pub listen: Option<SocketAddr>,

    /// Serve standard input and output; the default, accepted because editors say it
    #[arg(long, conflicts_with_all = ["check", "fmt", "explain", "rules", "listen"])]
    stdio: bool,

    /// What to log: error, warn, info, debug, trace, or a filter such as `clnrm_lsp::server=debug`
    #[arg(long, value_name = "FILTER", default_value = QUIET, conflicts_with_all = ["check", "fmt", "explain", "rules"])]
    pub log: String,

    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "fmt", "explain", "rules"])]
    pub log_file: Option<PathBuf>,
}

/// Options that belong to `--check`.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Options of --check")]
pub struct CheckOptions {
    /// How findings are written
    #[arg(long, short, value_enum, default_value = "human", hide_possible_values = true, requires = "check", conflicts_with = "fmt",
        long_help = None, help = "How findings are written: human, json, jsonl, sarif, github, gitlab or junit")]
    pub format: Format,

    /// Write the report to a file instead of standard output
    #[arg(long, short, value_name = "FILE", requires = "check", conflicts_with = "fmt")]
    pub output: Option<PathBuf>,

    /// Let warnings fail the check
    #[arg(long, requires = "check", conflicts_with = "fmt")]
    pub strict: bool,

    /// How deep to look: syntax, semantic or structure
    #[arg(
        long,
        value_enum,
        default_value = "structure",
        hide_possible_values = true,
        requires = "check",
        conflicts_with = "fmt"
    )]
    level: LevelName,

    /// Show hints too (json, jsonl and sarif always hold them)
    #[arg(long, requires = "check", conflicts_with = "fmt")]
    pub hints: bool,

    /// Tell how long each stage took
    #[arg(long, requires = "check", conflicts_with = "fmt")]
    pub timing: bool,

    /// Set a template variable; wins over all others (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse_variable, requires = "work")]
    pub variables: Vec<(String, String)>,

    /// Check every combination of a matrix, not just a representative one
    #[arg(long, requires = "check", conflicts_with = "fmt")]
    pub all_combinations: bool,

    /// Hide environment variables and files outside the checked directories from templates
    #[arg(long, requires = "work")]
    pub untrusted: bool,

    /// Name under which standard input is checked
    #[arg(long, value_name = "FILE", requires = "work")]
    pub stdin_filename: Option<PathBuf>,

    /// Print findings only: no summary, notes or progress
    #[arg(long, short, requires = "work")]
    pub quiet: bool,
}

/// The levels under their names.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LevelName {
    Syntax,
    Semantic,
    Structure,
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
    /// Serve an editor.
    Serve,
}

/// A check with all that was said about it.
#[derive(Clone, Copy, Debug)]
pub struct Check<'a> {
    /// What to check; never empty.
    pub paths: &'a [PathBuf],
    /// The options.
    pub options: &'a CheckOptions,
    /// When to use colours.
    pub color: ColorChoice,
    /// Where spans and metrics go, if anywhere.
    pub trace_endpoint: Option<&'a Endpoint>,
}

/// A formatting with all that was said about it.
#[derive(Clone, Copy, Debug)]
pub struct FormatRun<'a> {
    /// What to format; never empty.
    pub paths: &'a [PathBuf],
    /// Whether to tell only which files are not formatted.
    pub check: bool,
    /// Whether to show the changes in place of making them.
    pub diff: bool,
    /// The options that it shares with the check: variables, trust, the name of standard input, silence.
    pub options: &'a CheckOptions,
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
        if !self.check && !self.fmt {
            return Mode::Serve;
        }
        let options = &self.check_options;
        let reads_stdin = self.paths.iter().any(|path| path.as_os_str() == "-");
        if options.stdin_filename.is_some() && !reads_stdin {
            let message = "`--stdin-filename` names standard input: give `-` as a path too";
            Self::command().error(ErrorKind::MissingRequiredArgument, message).exit();
        }
        let paths = if self.paths.is_empty() { default_paths() } else { &self.paths };
        if self.fmt {
            return Mode::Format(FormatRun { paths, check: self.check, diff: self.diff, options });
        }
        Mode::Check(Check { paths, options, color: self.color, trace_endpoint: self.trace_endpoint.as_ref() })
    }
}

impl CheckOptions {
    /// How deep to look.
    pub const fn level(&self) -> Level {
        match self.level {
            LevelName::Syntax => Level::Syntax,
            LevelName::Semantic => Level::Semantic,
            LevelName::Structure => Level::Structure,
        }
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

fn default_paths() -> &'static [PathBuf] {
    static HERE: std::sync::LazyLock<[PathBuf; 1]> = std::sync::LazyLock::new(|| [PathBuf::from(".")]);
    &*HERE
}

/// Reads `NAME=VALUE`; the name is a path of identifiers (`image`, `vars.image`).
fn parse_variable(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once('=') else {
        return Err("write it as NAME=VALUE".to_owned());
    };
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if name.split('.').all(is_identifier) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err(format!("`{name}` is no name of a variable (letters, digits, `_` and `.`)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_variable_is_a_name_and_a_value() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_variable("image=alpine:3=x"), pair("image", "alpine:3=x"));
        assert_eq!(parse_variable("vars.image="), pair("vars.image", ""));
        for bad in ["", "image", "=x", "a b=x", "1a=x", "a..b=x"] {
            assert!(parse_variable(bad).is_err(), "{bad}");
        }
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
