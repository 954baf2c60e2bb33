//! The arguments of one call, read by the documented names of the parameters or their aliases.

use std::borrow::Cow;

use tera::{Error, Kwargs, TeraResult, Value};

use super::builtin::{Builtin, BuiltinKind};
use super::draw::Draw;
use super::state;

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    builtin: &'static Builtin,
    kwargs: &'a Kwargs,
}

impl<'a> Arguments<'a> {
    pub(super) fn new(builtin: &'static Builtin, kwargs: &'a Kwargs) -> Self {
        Self { builtin, kwargs }
    }

    /// The value of `name`, if the call gives one. `none` and undefined values count as left out.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        let parameter = self.builtin.signature.param(name)?;
        std::iter::once(&parameter.name)
            .chain(parameter.aliases)
            .find_map(|key| self.kwargs.get::<&Value>(key).ok().flatten())
            .filter(|value| !value.is_none() && !value.is_undefined())
    }

    /// The value of `name`, or an error that asks for it.
    pub(super) fn required(&self, name: &str) -> TeraResult<&'a Value> {
        self.value(name).ok_or_else(|| Error::message(format!("{} needs the argument `{name}`", self.callee())))
    }

    /// The text of `name`; other scalars are written as text.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.value(name).map(text_of)
    }

    /// The text of `name`, or an error that asks for it.
    pub(super) fn required_text(&self, name: &str) -> TeraResult<Cow<'a, str>> {
        self.required(name).map(text_of)
    }

    /// The whole number of `name`. A text that holds one will do.
    pub(super) fn integer(&self, name: &str) -> TeraResult<Option<i64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        integer_of(value).map(Some).ok_or_else(|| self.mismatch(name, "a whole number", value))
    }

    /// The count of `name`: a whole number from 0 to `most`.
    pub(super) fn count(&self, name: &str, default: usize, most: usize) -> TeraResult<usize> {
        let Some(number) = self.integer(name)? else { return Ok(default) };
        usize::try_from(number).ok().filter(|count| *count <= most).ok_or_else(|| {
            Error::message(format!("`{name}` of {} must lie between 0 and {most}, not be {number}", self.callee()))
        })
    }

    /// Whether `name` is switched on.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_truthy)
    }

    /// The list of `name`.
    pub(super) fn list(&self, name: &str) -> TeraResult<&'a [Value]> {
        let value = self.required(name)?;
        value.as_array().ok_or_else(|| self.mismatch(name, "a list", value))
    }

    /// Random numbers for this call: a function of its name, its arguments and the seed, nothing else.
    pub(super) fn draw(&self) -> Draw {
        let seed = self.value("seed").and_then(integer_of).map_or_else(state::seed, i64::cast_unsigned);
        let mut draw = Draw::new(seed, self.builtin.name());
        for parameter in self.builtin.signature.params {
            if parameter.name == "seed" {
                continue;
            }
            if let Some(value) = self.value(parameter.name) {
                draw.mix(parameter.name);
                draw.mix(&value.to_string());
            }
        }
        draw
    }

    /// An error about the value that a filter or test is used on.
    pub(super) fn wrong_input(&self, wanted: &str, value: &Value) -> Error {
        Error::message(format!("{} is for {wanted}, not for {}", self.callee(), article(value)))
    }

    fn mismatch(&self, name: &str, wanted: &str, value: &Value) -> Error {
        Error::message(format!("`{name}` of {} must be {wanted}, not {}", self.callee(), article(value)))
    }

    fn callee(&self) -> String {
        let kind = match self.builtin.kind {
            BuiltinKind::Function => return format!("`{}()`", self.builtin.name()),
            BuiltinKind::Filter => "filter",
            BuiltinKind::Test => "test",
        };
        format!("the {kind} `{}`", self.builtin.name())
    }
}

/// `value` as text, without a copy where it is text already.
pub(super) fn text_of(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)
}

/// `value` as a whole number, if it is one or is text that holds one.
pub(super) fn integer_of(value: &Value) -> Option<i64> {
    if let Some(text) = value.as_str() {
        return text.trim().parse().ok();
    }
    let number = value.as_number()?.as_integer()?;
    // A seed may use all 64 bits.
    i64::try_from(number).ok().or_else(|| u64::try_from(number).ok().map(u64::cast_signed))
}

/// What `value` is, for people.
pub(super) fn article(value: &Value) -> &'static str {
    if value.is_undefined() {
        "an undefined value"
    } else if value.is_none() {
        "none"
    } else if value.is_string() {
        "text"
    } else if value.is_bool() {
        "true or false"
    } else if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else {
        "a number"
    }
}
