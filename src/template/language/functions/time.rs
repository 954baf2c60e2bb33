//! The clock. It stands still, so that a render can be repeated.

use jiff::{SignedDuration, Timestamp};
use tera::{Error, TeraResult, Value};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, optional, required};
use crate::template::language::state;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "now",
        &[optional("timestamp", "false"), optional("utc", "false")],
        "The time of the frozen clock in RFC 3339 (UTC), or as seconds since 1970",
        "{{ now() }} {{ now(timestamp=true) }}",
        |arguments| {
            let now = state::clock();
            Ok(if arguments.flag("timestamp") { now.as_second().into() } else { Value::from(rfc3339(now)) })
        },
    ),
    Builtin::function(
        "now_rfc3339",
        &[],
        "The time of the frozen clock in RFC 3339 (UTC)",
        "{{ now_rfc3339() }}",
        |_| Ok(Value::from(rfc3339(state::clock()))),
    ),
    Builtin::function(
        "now_unix",
        &[],
        "The time of the frozen clock in seconds since 1970",
        "{{ now_unix() }}",
        |_| Ok(state::clock().as_second().into()),
    ),
    Builtin::function(
        "now_ms",
        &[],
        "The time of the frozen clock in milliseconds since 1970",
        "{{ now_ms() }}",
        |_| Ok(state::clock().as_millisecond().into()),
    ),
    Builtin::function(
        "now_plus",
        &[required("seconds")],
        "The frozen clock's time plus `seconds` (negative: minus), in RFC 3339 (UTC)",
        "{{ now_plus(seconds=3600) }}",
        |arguments| {
            arguments.required("seconds")?;
            shifted(arguments, "seconds")
        },
    ),
    Builtin::function(
        "date_rfc3339",
        &[optional("offset_seconds", "0")],
        "The frozen clock's time plus an offset, in RFC 3339 (UTC)",
        "{{ date_rfc3339(offset_seconds=-60) }}",
        |arguments| shifted(arguments, "offset_seconds"),
    ),
];

fn shifted(arguments: &Arguments<'_>, name: &str) -> TeraResult<Value> {
    let seconds = arguments.integer(name)?.unwrap_or(0);
    let time = state::clock()
        .checked_add(SignedDuration::from_secs(seconds))
        .map_err(|_| Error::message(format!("{seconds} seconds from now is no time that can be written")))?;
    Ok(Value::from(rfc3339(time)))
}

/// `time` in RFC 3339, as UTC.
pub(super) fn rfc3339(time: Timestamp) -> String {
    time.to_string()
}
