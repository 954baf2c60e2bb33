//! The functions, one family a file.

mod collections;
mod engine;
mod environment;
mod fake;
mod fake_contact;
mod fake_things;
mod identifiers;
mod random;
mod telemetry;
mod text;
mod time;
mod vocabulary;

pub(super) use text::sha256;

use super::builtin::Builtin;

/// All families.
pub(super) const FAMILIES: &[&[Builtin]] = &[
    collections::BUILTINS,
    engine::BUILTINS,
    environment::BUILTINS,
    fake::BUILTINS,
    fake_contact::BUILTINS,
    fake_things::BUILTINS,
    identifiers::BUILTINS,
    random::BUILTINS,
    telemetry::BUILTINS,
    text::BUILTINS,
    time::BUILTINS,
];
