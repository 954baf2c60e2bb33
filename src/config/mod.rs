//! The test format: its TOML, its schema as data, and the typed model in which every key and value carries its place.
//! All dialects are read here. Does not know how the text came to be (see `template`) nor what is allowed (see `validation`).

pub mod duration;
pub mod json_schema;
pub mod kind;
pub mod model;
mod parse;
pub mod project;
#[cfg(test)]
mod properties;
pub mod quantity;
mod read;
pub mod schema;
pub mod shape;
pub mod shell_words;
pub mod syntax;
pub mod timestamp;
pub mod tokens;
mod unmet;

pub use kind::FileKind;
pub use model::TestConfig;
pub use parse::{Parsed, parse, parse_for_run};
pub use shape::{ShapeProblem, ShapeProblemKind};
pub use syntax::{Former, SyntaxError, SyntaxErrorKind};
