//! `clnrm man`: the manual pages.

use std::path::PathBuf;

use crate::cli::{CLEAN, TROUBLE, output};

/// Print the manual page, or write the pages of all commands into a folder
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder, such as `~/.local/share/man/man1`
    #[arg(long, short, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

/// Prints or writes, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let written = match &arguments.output {
        Some(folder) => std::fs::create_dir_all(folder).and_then(|()| {
            clap_mangen::generate_to(super::program(), folder)?;
            clap_mangen::generate_to(crate::cli::arguments::program(), folder)
        }),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(super::program()).render(&mut page).and_then(|()| output::write_stdout(&page))
        }
    };
    match written {
        Ok(()) => CLEAN,
        Err(error) => {
            let to = arguments.output.as_ref().map(|path| format!(" into `{}`", path.display())).unwrap_or_default();
            output::complain(&format!("can't write{to}: {error}"));
            TROUBLE
        }
    }
}
