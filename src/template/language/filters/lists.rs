//! Lists and maps.

use tera::value::Map;
use tera::{Error, TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, BuiltinKind, optional, required};

const ENGINE: BuiltinKind = BuiltinKind::Filter;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::engine(ENGINE, "first", &[], "The first item; `none` of an empty list", "{{ [1, 2, 3] | first }}"),
    Builtin::engine(ENGINE, "last", &[], "The last item; `none` of an empty list", "{{ [1, 2, 3] | last }}"),
    Builtin::engine(ENGINE, "nth", &[required("n")], "The item `n`, counted from 0", "{{ [1, 2, 3] | nth(n=1) }}"),
    Builtin::engine(
        ENGINE,
        "join",
        &[optional("sep", "\"\"")],
        "The items as one text",
        r#"{{ ["a", "b"] | join(sep=",") }}"#,
    ),
    Builtin::engine(ENGINE, "length", &[], "How many items, keys or characters", "{{ [1, 2, 3] | length }}"),
    Builtin::engine(ENGINE, "reverse", &[], "Back to front", "{{ [1, 2, 3] | reverse }}"),
    Builtin::engine(
        ENGINE,
        "sort",
        &[optional("attribute", "")],
        "In rising order, by an attribute of the items where one is given",
        "{{ [3, 1, 2] | sort }}",
    ),
    Builtin::engine(ENGINE, "unique", &[], "Each value once, at its first place", "{{ [1, 2, 1] | unique }}"),
    Builtin::engine(ENGINE, "keys", &[], "The keys of a map", r#"{{ {"a": 1, "b": 2} | keys }}"#),
    Builtin::engine(ENGINE, "values", &[], "The values of a map", r#"{{ {"a": 1, "b": 2} | values }}"#),
    Builtin::engine(ENGINE, "pairs", &[], "The pairs `[key, value]` of a map", r#"{{ {"a": 1} | pairs }}"#),
    Builtin::engine(
        ENGINE,
        "get",
        &[required("key"), optional("default", "")],
        "The value of a key of a map",
        r#"{{ {"a": 1} | get(key="a") }}"#,
    ),
    Builtin::filter(
        "slice",
        &[optional("start", "0"), optional("end", "")],
        "The items from `start` up to, but without, `end`; negative numbers count from the end",
        "{{ [1, 2, 3, 4] | slice(start=1, end=3) }}",
        slice,
    ),
    Builtin::filter(
        "concat",
        &[required("with")],
        "A list with another list, or one more item, at its end",
        "{{ [1, 2] | concat(with=[3]) }}",
        |value, arguments| {
            let mut items = list(value, arguments)?.to_vec();
            match arguments.required("with")? {
                more if more.is_array() => items.extend(more.as_array().unwrap_or_default().iter().cloned()),
                one => items.push(one.clone()),
            }
            Ok(items.into())
        },
    ),
    Builtin::filter(
        "map",
        &[required("attribute")],
        "That attribute of each item; items without it are left out",
        r#"{{ [{"name": "a"}, {"name": "b"}] | map(attribute="name") }}"#,
        |value, arguments| {
            let attribute = arguments.required_text("attribute")?;
            let items = list(value, arguments)?.iter().filter_map(|item| present(item, &attribute));
            Ok(items.cloned().collect::<Vec<_>>().into())
        },
    ),
    Builtin::filter(
        "filter",
        &[required("attribute"), optional("value", "")],
        "The items whose attribute has that value, or, without `value`, that have the attribute",
        r#"{{ [{"on": true, "n": 1}, {"on": false, "n": 2}] | filter(attribute="on", value=true) | map(attribute="n") }}"#,
        |value, arguments| {
            let attribute = arguments.required_text("attribute")?;
            let wanted = arguments.value("value");
            let items = list(value, arguments)?.iter().filter(|item| {
                present(item, &attribute).is_some_and(|found| wanted.is_none_or(|wanted| wanted == found))
            });
            Ok(items.cloned().collect::<Vec<_>>().into())
        },
    ),
    Builtin::filter(
        "group_by",
        &[required("attribute")],
        "The items by the value of an attribute, in the order in which the values come first",
        r#"{{ [{"k": "b", "n": 1}, {"k": "a", "n": 2}, {"k": "b", "n": 3}] | group_by(attribute="k") | keys }}"#,
        group_by,
    ),
];

fn list<'a>(value: &'a Value, arguments: &Arguments<'_>) -> TeraResult<&'a [Value]> {
    value.as_array().ok_or_else(|| arguments.wrong_input("lists", value))
}

fn present<'a>(item: &'a Value, attribute: &str) -> Option<&'a Value> {
    attribute
        .split('.')
        .try_fold(item, |value, key| {
            let map = value.as_map()?;
            map.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value)
        })
        .filter(|value| !value.is_none() && !value.is_undefined())
}

fn slice(value: &Value, arguments: &Arguments<'_>) -> TeraResult<Value> {
    let items = list(value, arguments)?;
    let place = |number: i64| {
        let from_end = i64::try_from(items.len()).unwrap_or(i64::MAX).saturating_add(number);
        let place = if number < 0 { from_end } else { number };
        usize::try_from(place).unwrap_or(0).min(items.len())
    };
    let start = arguments.integer("start")?.map_or(0, place);
    let end = arguments.integer("end")?.map_or(items.len(), place);
    Ok(items.get(start..end).unwrap_or_default().to_vec().into())
}

/// Not the engine's own: that one gives the groups in an order that differs from run to run.
fn group_by(value: &Value, arguments: &Arguments<'_>) -> TeraResult<Value> {
    let attribute = arguments.required_text("attribute")?;
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for item in list(value, arguments)? {
        let Some(key) = present(item, &attribute) else { continue };
        if key.is_array() || key.is_map() {
            return Err(Error::message(format!("`{attribute}` can't name a group: it is no plain value")));
        }
        let place = *places.entry(key.to_string()).or_insert_with_key(|key| {
            groups.push((key.clone(), Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(place) {
            group.push(item.clone());
        }
    }
    let map: Map = groups.into_iter().map(|(key, group)| (key.into(), group.into())).collect();
    Ok(map.into())
}
