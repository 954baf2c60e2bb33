//! `clnrm completions`: what a shell needs to complete our command lines.

use clap::ValueEnum;
use clap_complete::Shell;

use crate::cli::{CLEAN, TROUBLE, output};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,

    /// For which program
    #[arg(long, value_enum, default_value = "clnrm", value_name = "PROGRAM")]
    program: Completed,
}

/// A program of this package.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Completed {
    /// The command line
    Clnrm,
    /// The language server and headless check
    ClnrmLsp,
}

/// Prints, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let mut text = Vec::new();
    let (mut command, name) = match arguments.program {
        Completed::Clnrm => (super::program(), "clnrm"),
        Completed::ClnrmLsp => (crate::cli::arguments::program(), "clnrm-lsp"),
    };
    clap_complete::generate(arguments.shell, &mut command, name, &mut text);
    match output::write_stdout(&text) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}
