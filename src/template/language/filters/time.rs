//! Dates.

use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tera::{Error, TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, optional};

pub(super) const BUILTINS: &[Builtin] = &[Builtin::filter(
    "date",
    &[optional("format", "\"%Y-%m-%d\""), optional("timezone", "\"UTC\"")],
    "A time (seconds since 1970, or RFC 3339, or a date) written as `format` says; always in UTC or its own offset",
    r#"{{ now() | date(format="%d.%m.%Y %H:%M") }}"#,
    date,
)];

/// `timezone` is accepted and not followed: rules of time zones differ from machine to machine, and a render must not.
fn date(value: &Value, arguments: &Arguments<'_>) -> TeraResult<Value> {
    let time = time_of(value).ok_or_else(|| match value.as_str() {
        Some(text) => Error::message(format!(
            "`{text}` is no time: the filter `date` reads RFC 3339, dates and seconds since 1970"
        )),
        None => arguments.wrong_input("times and seconds since 1970", value),
    })?;
    let format = arguments.text("format");
    let format = format.as_deref().unwrap_or("%Y-%m-%d");
    strtime::format(format, &time)
        .map(Value::from)
        .map_err(|error| Error::message(format!("`{format}` is no format of the filter `date`: {error}")))
}

fn time_of(value: &Value) -> Option<Zoned> {
    let Some(text) = value.as_str() else {
        let seconds = i64::try_from(value.as_number()?.as_integer()?).ok()?;
        return Some(Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC));
    };
    if let Ok(time) = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%:z", text).and_then(|parsed| parsed.to_zoned()) {
        return Some(time);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.to_zoned(TimeZone::UTC));
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(Date::to_datetime_at_midnight));
    civil.ok()?.to_zoned(TimeZone::UTC).ok()
}

trait Midnight {
    fn to_datetime_at_midnight(self) -> DateTime;
}

impl Midnight for Date {
    fn to_datetime_at_midnight(self) -> DateTime {
        self.at(0, 0, 0, 0)
    }
}
