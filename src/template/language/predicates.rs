//! The tests of templates: `x is odd`.

use tera::{Error, TeraResult, Value};

use super::arguments::Arguments;
use super::builtin::{Builtin, BuiltinKind, required};
use crate::template::signature::Param;

const ENGINE: BuiltinKind = BuiltinKind::Test;

const PATTERN: Param = required("pat");

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(ENGINE, "defined", &[], "Whether it is defined", "{{ region is defined }}"),
    Builtin::engine(ENGINE, "undefined", &[], "Whether it is not defined", "{{ region is undefined }}"),
    Builtin::engine(ENGINE, "none", &[], "Whether it is `none`", "{{ none is none }}"),
    Builtin::engine(ENGINE, "string", &[], "Whether it is text", r#"{{ "x" is string }}"#),
    Builtin::engine(ENGINE, "number", &[], "Whether it is a number", "{{ 1 is number }}"),
    Builtin::engine(ENGINE, "integer", &[], "Whether it is a whole number", "{{ 1.5 is integer }}"),
    Builtin::engine(ENGINE, "float", &[], "Whether it is a number with a fraction", "{{ 1.5 is float }}"),
    Builtin::engine(ENGINE, "bool", &[], "Whether it is true or false", "{{ false is bool }}"),
    Builtin::engine(ENGINE, "array", &[], "Whether it is a list", "{{ [1] is array }}"),
    Builtin::engine(ENGINE, "map", &[], "Whether it is a map", r#"{{ {"a": 1} is map }}"#),
    Builtin::engine(ENGINE, "iterable", &[], "Whether a loop can go over it", "{{ [1] is iterable }}"),
    Builtin::engine(ENGINE, "odd", &[], "Whether a whole number is odd", "{{ 3 is odd }}"),
    Builtin::engine(ENGINE, "even", &[], "Whether a whole number is even", "{{ 3 is even }}"),
    Builtin::engine(
        ENGINE,
        "divisible_by",
        &[required("divisor")],
        "Whether it can be divided",
        "{{ 6 is divisible_by(divisor=3) }}",
    ),
    Builtin::engine(
        ENGINE,
        "starting_with",
        &[PATTERN],
        "Whether text starts so",
        r#"{{ "abc" is starting_with(pat="a") }}"#,
    ),
    Builtin::engine(
        ENGINE,
        "ending_with",
        &[PATTERN],
        "Whether text ends so",
        r#"{{ "abc" is ending_with(pat="c") }}"#,
    ),
    Builtin::engine(
        ENGINE,
        "containing",
        &[PATTERN],
        "Whether text, a list or a map holds it",
        r#"{{ ["a", "b"] is containing(pat="b") }}"#,
    ),
    Builtin::test(
        "divisibleby",
        &[required("divisor")],
        "Whether it can be divided (Tera 1's name for `divisible_by`)",
        "{{ 6 is divisibleby(divisor=3) }}",
        |value, arguments| {
            let number = value.as_number().and_then(|number| number.as_integer());
            let number = number.ok_or_else(|| arguments.wrong_input("whole numbers", value))?;
            let divisor = i128::from(arguments.integer("divisor")?.unwrap_or(0));
            Ok(number.checked_rem(divisor) == Some(0))
        },
    ),
    Builtin::test(
        "object",
        &[],
        "Whether it is a map (Tera 1's name for `map`)",
        r#"{{ {"a": 1} is object }}"#,
        |value, _| Ok(value.is_map()),
    ),
    Builtin::test(
        "matching",
        &[PATTERN],
        "Whether text matches a regular expression",
        r#"{{ "v1.2" is matching(pat="^v[0-9]") }}"#,
        matching,
    ),
];

fn matching(value: &Value, arguments: &Arguments<'_>) -> TeraResult<bool> {
    let text = value.as_str().ok_or_else(|| arguments.wrong_input("text", value))?;
    let pattern = arguments.required_text("pat")?;
    let expression = regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build();
    expression
        .map(|expression| expression.is_match(text))
        .map_err(|_| Error::message(format!("`{pattern}` is no regular expression")))
}
