//! `clnrm gen`: a block of a test, ready to be adapted.

use std::path::PathBuf;

use crate::cli::scaffold::{Block, Names};
use crate::cli::{CLEAN, TROUBLE, output};

const EXAMPLES: &str = "\
Examples:
  clnrm gen span                        print a block
  clnrm gen span -o tests/a.clnrm.toml  put it at the end of a test
  clnrm gen window --whole              in a test that passes the check";

/// Print a block of a test, ready to be adapted
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Which block
    #[arg(value_enum, value_name = "BLOCK")]
    block: Block,

    /// A whole test around it, which passes the check as it is
    #[arg(long)]
    whole: bool,

    /// The image of services
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,

    /// Append to this file instead of printing; it is created where it is missing
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Prints or appends, and gives the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let names = Names::of(&current, arguments.image.as_deref());
    let blocks = if arguments.whole { arguments.block.whole() } else { vec![arguments.block] };
    let text = blocks.iter().map(|block| names.fill(block.text())).collect::<Vec<_>>().join("\n");
    let written = match &arguments.output {
        Some(path) => append(path, &text),
        None => output::write_stdout(text.as_bytes()),
    };
    match written {
        Ok(()) => CLEAN,
        Err(error) => {
            let to = arguments.output.as_ref().map(|path| format!(" `{}`", path.display())).unwrap_or_default();
            output::complain(&format!("can't write{to}: {error}"));
            TROUBLE
        }
    }
}

/// Puts `text` behind what the file holds, with an empty line between them.
fn append(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let before = match std::fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let gap = match () {
        () if before.is_empty() || before.ends_with("\n\n") => "",
        () if before.ends_with('\n') => "\n",
        () => "\n\n",
    };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{gap}{text}").as_bytes())
}
