//! What is said of the files that a check or a formatting reads; the same in `clnrm-lsp` and `clnrm`.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::Command;
use clap::error::ErrorKind;

/// Options of whatever reads tests.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct InputOptions {
    /// Set a template variable; wins over all others (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub variables: Vec<(String, String)>,

    /// Hide environment variables and files outside the checked directories from templates
    #[arg(long)]
    pub untrusted: bool,

    /// Name under which standard input is checked
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,

    /// Print findings only: no summary, notes or progress
    #[arg(long, short)]
    pub quiet: bool,
}

impl InputOptions {
    /// The paths that were given, or the current directory. Ends the process where standard input has a name, but is not read;
    /// `command` says how to use the program.
    pub fn paths_or_here<'a>(&self, paths: &'a [PathBuf], command: impl FnOnce() -> Command) -> &'a [PathBuf] {
        let reads_stdin = paths.iter().any(|path| path.as_os_str() == "-");
        if self.stdin_filename.is_some() && !reads_stdin {
            let message = "`--stdin-filename` names standard input: give `-` as a path too";
            command().error(ErrorKind::MissingRequiredArgument, message).exit();
        }
        if paths.is_empty() { &*HERE } else { paths }
    }
}

static HERE: LazyLock<[PathBuf; 1]> = LazyLock::new(|| [PathBuf::from(".")]);

/// Reads `NAME=VALUE`; the name is a path of identifiers (`image`, `vars.image`).
pub fn parse_variable(text: &str) -> Result<(String, String), String> {
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
    fn a_variable_is_a_name_and_a_value() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parse_variable("image=alpine:3=x"), pair("image", "alpine:3=x"));
        assert_eq!(parse_variable("vars.image="), pair("vars.image", ""));
        for bad in ["", "image", "=x", "a b=x", "1a=x", "a..b=x"] {
            assert!(parse_variable(bad).is_err(), "{bad}");
        }
    }
}
