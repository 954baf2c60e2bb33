//! `--schema`: the format as a JSON schema, for TOML tools that know nothing of this one.

use clap::ValueEnum;
use serde_json::Value;

use super::{CLEAN, TROUBLE, output};
use crate::config::json_schema;

/// The files that a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Described {
    /// Plain tests (`*.clnrm.toml`)
    Test,
    /// The settings of a project (`cleanroom.toml`)
    Project,
}

/// Prints a schema.
pub fn run(described: Described) -> u8 {
    let schema = match described {
        Described::Test => json_schema::of_tests(),
        Described::Project => json_schema::of_projects(),
    };
    match output::write_stdout(text(&schema).as_bytes()) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
