//! The filters, one family a file.

mod case;
mod escaping;
mod lists;
mod numbers;
mod text;
mod time;
mod values;

use super::builtin::Builtin;

/// All families.
pub(super) const FAMILIES: &[&[Builtin]] = &[
    case::BUILTINS,
    escaping::BUILTINS,
    lists::BUILTINS,
    numbers::BUILTINS,
    text::BUILTINS,
    time::BUILTINS,
    values::BUILTINS,
];
