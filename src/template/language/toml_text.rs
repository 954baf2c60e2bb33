//! Values written as TOML.

use std::fmt::Write;

use tera::{Error, TeraResult, Value};

/// `value` as it stands in TOML: `"text"`, `42`, `[1, 2]`, `{ a = 1 }`.
///
/// # Errors
/// TOML has no way to write `none` or an undefined value.
pub fn toml_literal(value: &Value) -> TeraResult<String> {
    let mut text = String::new();
    write(&mut text, value)?;
    Ok(text)
}

/// `key` as it stands in TOML: bare where that is possible, else quoted.
pub fn toml_key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare {
        return key.to_owned();
    }
    let mut text = String::new();
    quote(&mut text, key);
    text
}

fn write(text: &mut String, value: &Value) -> TeraResult<()> {
    if let Some(string) = value.as_str() {
        quote(text, string);
    } else if let Some(items) = value.as_array() {
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            write(text, item)?;
        }
        text.push(']');
    } else if let Some(map) = value.as_map() {
        if map.is_empty() {
            text.push_str("{}");
            return Ok(());
        }
        text.push('{');
        for (index, (key, item)) in map.iter().enumerate() {
            text.push_str(if index > 0 { ", " } else { " " });
            text.push_str(&toml_key(&key.to_string()));
            text.push_str(" = ");
            write(text, item)?;
        }
        text.push_str(" }");
    } else if let Some(float) = value.as_f64().filter(|_| value.is_f64()) {
        // Debug keeps the `.0` that tells a float from a whole number.
        let _ = if float.is_nan() { write!(text, "nan") } else { write!(text, "{float:?}") };
    } else if value.is_bool() || value.is_number() {
        let _ = write!(text, "{value}");
    } else {
        return Err(Error::message(format!("TOML can't hold {}", super::arguments::article(value))));
    }
    Ok(())
}

fn quote(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control.is_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_each_kind_of_value() {
        let map = Value::from_serializable(&serde_json::json!({"a": 1, "b c": ["x", true], "d": {}}));
        assert_eq!(toml_literal(&map).unwrap(), r#"{ a = 1, "b c" = ["x", true], d = {} }"#);
        assert_eq!(toml_literal(&Value::from(1.0)).unwrap(), "1.0");
        assert_eq!(toml_literal(&Value::from(f64::NEG_INFINITY)).unwrap(), "-inf");
        assert!(toml_literal(&Value::none()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn text_and_keys_read_back_as_they_were(text in any::<String>(), key in any::<String>()) {
            let line = format!("{} = {}", toml_key(&key), toml_literal(&Value::from(text.as_str())).unwrap());
            let table: toml::Table = line.parse().unwrap();
            prop_assert_eq!(table.get(&key).and_then(toml::Value::as_str), Some(text.as_str()));
        }

        #[test]
        fn floats_read_back_as_they_were(float in any::<f64>()) {
            let table: toml::Table = format!("x = {}", toml_literal(&Value::from(float)).unwrap()).parse().unwrap();
            let read = table["x"].as_float().unwrap();
            prop_assert!(read == float || (read.is_nan() && float.is_nan()));
        }
    }
}
