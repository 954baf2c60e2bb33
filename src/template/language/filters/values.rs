//! Values of any kind.

use tera::Value;

use crate::template::language::builtin::{Builtin, BuiltinKind, optional, required};

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::filter(
        "default",
        &[required("value"), optional("boolean", "false")],
        "Another value in place of an undefined one or `none`; with `boolean=true` also of empty ones and `false`",
        r#"{{ region | default(value="eu") }}"#,
        |value, arguments| {
            let missing = value.is_undefined() || value.is_none() || (arguments.flag("boolean") && !value.is_truthy());
            if !missing {
                return Ok(value.clone());
            }
            // `none` may be a default too.
            Ok(arguments.value("value").cloned().unwrap_or_else(Value::none))
        },
    ),
    Builtin::engine(BuiltinKind::Filter, "str", &[], "A value as text", "{{ [1, 2] | str }}"),
    Builtin::filter("as_str", &[], "A value as text (Tera 1's name for `str`)", "{{ 42 | as_str }}", |value, _| {
        Ok(value.to_string().into())
    }),
];
