//! Parts of texts.

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind, optional, required};

const ENGINE: BuiltinKind = BuiltinKind::Filter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(
        ENGINE,
        "trim",
        &[optional("pat", "")],
        "Without white space (or `pat`) at the ends",
        r#"{{ "  x " | trim }}"#,
    ),
    Builtin::engine(
        ENGINE,
        "trim_start",
        &[optional("pat", "")],
        "Without white space (or `pat`) at the start",
        r#"{{ "  x" | trim_start }}"#,
    ),
    Builtin::engine(
        ENGINE,
        "trim_end",
        &[optional("pat", "")],
        "Without white space (or `pat`) at the end",
        r#"{{ "x  " | trim_end }}"#,
    ),
    Builtin::filter(
        "trim_start_matches",
        &[required("pat")],
        "Without `pat`, however often it stands at the start",
        r#"{{ "//x//" | trim_start_matches(pat="//") }}"#,
        |value, arguments| {
            let pattern = arguments.required_text("pat")?;
            Ok(text(value, arguments)?.trim_start_matches(&*pattern).into())
        },
    ),
    Builtin::filter(
        "trim_end_matches",
        &[required("pat")],
        "Without `pat`, however often it stands at the end",
        r#"{{ "//x//" | trim_end_matches(pat="//") }}"#,
        |value, arguments| {
            let pattern = arguments.required_text("pat")?;
            Ok(text(value, arguments)?.trim_end_matches(&*pattern).into())
        },
    ),
    Builtin::engine(
        ENGINE,
        "replace",
        &[required("from"), required("to")],
        "With `to` in place of each `from`",
        r#"{{ "a-b-c" | replace(from="-", to="_") }}"#,
    ),
    Builtin::engine(
        ENGINE,
        "split",
        &[required("pat")],
        "The parts between `pat`, as a list",
        r#"{{ "a,b" | split(pat=",") }}"#,
    ),
    Builtin::engine(ENGINE, "wordcount", &[], "How many words", r#"{{ "one two three" | wordcount }}"#),
    Builtin::filter(
        "truncate",
        &[optional("length", "255"), optional("end", "\"…\"")],
        "At most `length` characters, then `end` where some were left out",
        r#"{{ "abcdef" | truncate(length=3, end="") }}"#,
        |value, arguments| {
            let text = text(value, arguments)?;
            let length = arguments.count("length", 255, usize::MAX >> 1)?;
            let Some((cut, _)) = text.char_indices().nth(length) else { return Ok(value.clone()) };
            let end = arguments.text("end");
            Ok(format!("{}{}", text.get(..cut).unwrap_or(text), end.as_deref().unwrap_or("…")).into())
        },
    ),
    Builtin::filter(
        "indent",
        &[
            optional("width", "4"),
            optional("indentation", "\" \""),
            optional("prefix", ""),
            optional("first", "false"),
            optional("blank", "false"),
        ],
        "Each line but the first (and blank ones) indented by `width` characters, or by `prefix`",
        r#"{{ "a\nb" | indent(width=2) }}"#,
        indent,
    ),
];

fn text<'a>(value: &'a Value, arguments: &Arguments<'_>) -> TeraResult<&'a str> {
    value.as_str().ok_or_else(|| arguments.wrong_input("text", value))
}

fn indent(value: &Value, arguments: &Arguments<'_>) -> TeraResult<Value> {
    let text = text(value, arguments)?;
    let width = arguments.count("width", 4, 1000)?;
    let prefix = arguments
        .text("prefix")
        .map_or_else(|| arguments.text("indentation").as_deref().unwrap_or(" ").repeat(width), Into::into);
    let (first, blank) = (arguments.flag("first"), arguments.flag("blank"));
    let mut indented = String::with_capacity(text.len() * 2);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let empty = line.trim_end_matches(['\r', '\n']).is_empty();
        if (index > 0 || first) && (!empty || blank) {
            indented.push_str(&prefix);
        }
        indented.push_str(line);
    }
    Ok(indented.into())
}
