//! The functions of Tera 1 and 2.

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind, optional, required};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(
        BuiltinKind::Function,
        "range",
        &[optional("start", "0"), required("end"), optional("step_by", "1")],
        "The whole numbers from `start` up to, but without, `end`",
        "{% for i in range(end=3) %}{{ i }} {% endfor %}",
    ),
    Builtin::engine(
        BuiltinKind::Function,
        "throw",
        &[required("message")],
        "Ends the render with this message",
        r#"{% if false %}{{ throw(message="no region given") }}{% endif %}"#,
    ),
    Builtin::function(
        "get_random",
        &[optional("start", "0"), required("end"), super::super::builtin::SEED],
        "A whole number from `start` up to, but without, `end`",
        "{{ get_random(start=1, end=7) }}",
        get_random,
    ),
];

fn get_random(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let start = arguments.integer("start")?.unwrap_or(0);
    let end = arguments.integer("end")?.unwrap_or(start);
    Ok(arguments.draw().between(start, end.saturating_sub(1)).into())
}
