//! Numbers.

use tera::{TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind, optional};

const ENGINE: BuiltinKind = BuiltinKind::Filter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(ENGINE, "abs", &[], "The absolute value", "{{ -3 | abs }}"),
    Builtin::engine(
        ENGINE,
        "round",
        &[optional("method", ""), optional("precision", "0")],
        "Rounded; `method` may be `ceil` or `floor`",
        "{{ 2.71 | round(precision=1) }}",
    ),
    Builtin::engine(
        ENGINE,
        "pluralize",
        &[optional("singular", "\"\""), optional("plural", "\"s\"")],
        "The singular ending for 1 and -1, else the plural one",
        "{{ 3 }} span{{ 3 | pluralize }}",
    ),
    Builtin::filter(
        "int",
        &[optional("default", ""), optional("base", "10")],
        "A whole number from text or a number",
        r#"{{ "42" | int }}"#,
        int,
    ),
    Builtin::filter(
        "float",
        &[optional("default", "")],
        "A number with a fraction from text or a number",
        r#"{{ "1.5" | float }}"#,
        |value, arguments| {
            let number = value.as_str().map_or_else(|| value.as_f64(), |text| text.trim().parse().ok());
            match (number, arguments.value("default")) {
                (Some(number), _) => Ok(number.into()),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(arguments.wrong_input("numbers and text that holds one", value)),
            }
        },
    ),
    Builtin::filter(
        "filesizeformat",
        &[optional("binary", "false")],
        "A number of bytes for people",
        "{{ 123456789 | filesizeformat }}",
        |value, arguments| {
            let bytes = value.as_f64().filter(|bytes| *bytes >= 0.0);
            let bytes = bytes.ok_or_else(|| arguments.wrong_input("numbers of bytes", value))?;
            Ok(file_size(bytes, arguments.flag("binary")).into())
        },
    ),
];

fn int(value: &Value, arguments: &Arguments<'_>) -> TeraResult<Value> {
    let base = arguments.integer("base")?.and_then(|base| u32::try_from(base).ok()).unwrap_or(10);
    let number = match value.as_str() {
        Some(text) if (2..=36).contains(&base) => {
            let text = text.trim();
            let prefix = match base {
                2 => "0b",
                8 => "0o",
                16 => "0x",
                _ => "",
            };
            let digits = text.strip_prefix(prefix).unwrap_or(text);
            let fraction = || text.parse::<f64>().ok().filter(|_| base == 10).map(|number| number.trunc() as i128);
            i128::from_str_radix(digits, base).ok().or_else(fraction)
        }
        Some(_) => None,
        None => {
            value.as_number().and_then(|number| number.as_integer().or_else(|| Some(number.as_float().trunc() as i128)))
        }
    };
    match (number, arguments.value("default")) {
        (Some(number), _) => Ok(number.into()),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(arguments.wrong_input("numbers and text that holds one", value)),
    }
}

/// As Tera 1 writes it: steps of 1024, at most two decimals.
fn file_size(bytes: f64, binary: bool) -> String {
    let units: &[&str] = if binary {
        &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    } else {
        &["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    };
    let (mut size, mut step) = (bytes, 0);
    while size >= 1024.0 && step + 1 < units.len() {
        size /= 1024.0;
        step += 1;
    }
    let unit = units.get(step).copied().unwrap_or_default();
    if size.fract() == 0.0 { format!("{size} {unit}") } else { format!("{size:.2} {unit}") }
}
