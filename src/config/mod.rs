//! The test format: its TOML, its schema as data, and the typed model in which every key and value carries its place.
//! All dialects are read here. Does not know how the text came to be (see `template`) nor what is allowed (see `validation`).

pub mod model;

pub use model::TestConfig;
