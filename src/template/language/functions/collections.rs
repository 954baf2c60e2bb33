//! Choosing from lists.

use tera::{Error, TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED, required};
use crate::template::signature::Param;

const LIST: Param = required("list").alias(&["array", "items", "values"]);

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("pick", &[LIST, SEED], "One item of a list", r#"{{ pick(list=["a", "b", "c"]) }}"#, pick),
    Builtin::function(
        "weighted",
        &[required("pairs").alias(&["list", "items"]), SEED],
        "One value of a list of `[value, weight]`, the heavier the likelier",
        r#"{{ weighted(pairs=[["hot", 8], ["cold", 2]]) }}"#,
        weighted,
    ),
    Builtin::function("shuffle", &[LIST, SEED], "A list in another order", "{{ shuffle(list=[1, 2, 3]) }}", shuffle),
    Builtin::function(
        "sample",
        &[LIST, required("k").alias(&["n", "count"]), SEED],
        "`k` different items of a list, in another order; all of them when there are fewer",
        "{{ sample(list=[1, 2, 3, 4], k=2) }}",
        sample,
    ),
];

fn pick(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let list = arguments.list("list")?;
    let item = list.get(arguments.draw().index(list.len()));
    item.cloned().ok_or_else(|| Error::message("`pick()` has nothing to pick from: the list is empty"))
}

fn weighted(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let mut choices = Vec::new();
    for pair in arguments.list("pairs")? {
        let Some([value, weight]) = pair.as_array() else {
            return Err(Error::message("each item of `weighted()` must be a pair `[value, weight]`"));
        };
        let Some(weight) = weight.as_f64().filter(|weight| *weight >= 0.0 && weight.is_finite()) else {
            return Err(Error::message(format!("`{weight}` is no weight: it must be a number of 0 or more")));
        };
        choices.push((value, weight));
    }
    let mut rest = arguments.draw().fraction() * choices.iter().map(|(_, weight)| weight).sum::<f64>();
    let chosen = choices.iter().find(|(_, weight)| {
        rest -= weight;
        rest < 0.0
    });
    chosen
        .or(choices.last())
        .map(|(value, _)| Value::clone(value))
        .ok_or_else(|| Error::message("`weighted()` has nothing to choose from: the list is empty"))
}

fn shuffle(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let mut items = arguments.list("list")?.to_vec();
    arguments.draw().shuffle(&mut items);
    Ok(items.into())
}

fn sample(arguments: &Arguments<'_>) -> TeraResult<Value> {
    arguments.required("k")?;
    let mut items = arguments.list("list")?.to_vec();
    arguments.draw().shuffle(&mut items);
    items.truncate(arguments.count("k", 0, usize::MAX >> 1)?);
    Ok(items.into())
}
