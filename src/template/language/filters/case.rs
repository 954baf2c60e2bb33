//! Changes of case.

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind};
use crate::template::language::words;

const ENGINE: BuiltinKind = BuiltinKind::Filter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(ENGINE, "upper", &[], "All letters upper case", r#"{{ "prod" | upper }}"#),
    Builtin::engine(ENGINE, "lower", &[], "All letters lower case", r#"{{ "PROD" | lower }}"#),
    Builtin::engine(
        ENGINE,
        "capitalize",
        &[],
        "First letter upper case, the rest lower case",
        r#"{{ "hELLO" | capitalize }}"#,
    ),
    Builtin::engine(ENGINE, "title", &[], "First letter of each word upper case", r#"{{ "hello world" | title }}"#),
    Builtin::filter(
        "camel",
        &[],
        "Words joined, each but the first with a capital",
        r#"{{ "my service-name" | camel }}"#,
        |value, arguments| cased(value, arguments, words::camel),
    ),
    Builtin::filter(
        "pascal",
        &[],
        "Words joined, each with a capital",
        r#"{{ "my service-name" | pascal }}"#,
        |value, arguments| cased(value, arguments, words::pascal),
    ),
    Builtin::filter(
        "snake",
        &[],
        "Words in lower case, joined by underscores",
        r#"{{ "myServiceName" | snake }}"#,
        |value, arguments| cased(value, arguments, |text| words::words(text).join("_")),
    ),
    Builtin::filter(
        "kebab",
        &[],
        "Words in lower case, joined by hyphens",
        r#"{{ "myServiceName" | kebab }}"#,
        |value, arguments| cased(value, arguments, |text| words::words(text).join("-")),
    ),
    Builtin::filter(
        "slug",
        &[],
        "Lower case, everything but letters and digits one hyphen",
        r#"{{ "Hello World 2025!" | slug }}"#,
        |value, arguments| cased(value, arguments, words::slug),
    ),
    Builtin::filter(
        "slugify",
        &[],
        "Lower case, everything but letters and digits one hyphen (Tera's name for `slug`)",
        r#"{{ "My Company" | slugify }}"#,
        |value, arguments| cased(value, arguments, words::slug),
    ),
];

fn cased(value: &Value, arguments: &Arguments<'_>, change: fn(&str) -> String) -> TeraResult<Value> {
    let text = value.as_str().ok_or_else(|| arguments.wrong_input("text", value))?;
    Ok(change(text).into())
}
