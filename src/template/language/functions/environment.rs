//! `env()` and `get_env()`: the environment of the render.

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, optional, required};
use crate::template::language::state;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "env",
        &[required("name"), optional("default", "")],
        "The environment variable `name`; undefined when it is not set and there is no default",
        r#"{{ env(name="DEPLOYMENT", default="dev") }}"#,
        environment,
    ),
    Builtin::function(
        "get_env",
        &[required("name"), optional("default", "")],
        "The environment variable `name` (Tera's name for `env`)",
        r#"{{ get_env(name="DEPLOYMENT", default="dev") }}"#,
        environment,
    ),
];

/// An unset variable is undefined, so that `| default(value=…)` and `{% if env(…) %}` work, and writing it is an error.
fn environment(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let name = arguments.required_text("name")?;
    let seen = state::environment(&name).map(Value::from);
    Ok(seen.or_else(|| arguments.value("default").cloned()).unwrap_or_else(Value::undefined))
}
