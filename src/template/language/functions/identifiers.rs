//! UUIDs and ULIDs, all well-formed.

use tera::{TeraResult, Value};
use uuid::{Builder, Uuid};

use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED, optional, required};
use crate::template::language::state;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function("uuid_v4", &[SEED], "A random UUID (version 4)", "{{ uuid_v4() }}", uuid_v4),
    Builtin::function("fake_uuid", &[SEED], "A random UUID (version 4)", "{{ fake_uuid() }}", uuid_v4),
    Builtin::function(
        "fake_uuid_seeded",
        &[SEED],
        "The UUID (version 4) of a seed",
        "{{ fake_uuid_seeded(seed=7) }}",
        uuid_v4,
    ),
    Builtin::function(
        "uuid_v5",
        &[required("ns").alias(&["namespace"]), required("name")],
        "The UUID (version 5) of a name in a namespace: a UUID, or `dns`, `url`, `oid`, `x500`, or any text",
        r#"{{ uuid_v5(ns="dns", name="example.com") }}"#,
        uuid_v5,
    ),
    Builtin::function(
        "uuid_v7",
        &[SEED, optional("time", "")],
        "A UUID (version 7) of the frozen clock's time",
        "{{ uuid_v7() }}",
        uuid_v7,
    ),
    Builtin::function("ulid", &[SEED, optional("time", "")], "A ULID of the frozen clock's time", "{{ ulid() }}", ulid),
];

fn uuid_v4(arguments: &Arguments<'_>) -> TeraResult<Value> {
    Ok(random_uuid(arguments).into())
}

/// A UUID (version 4) for this call.
pub(super) fn random_uuid(arguments: &Arguments<'_>) -> String {
    Builder::from_random_bytes(arguments.draw().array()).into_uuid().to_string()
}

fn uuid_v5(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let namespace = arguments.required_text("ns")?;
    let namespace = match namespace.to_ascii_lowercase().as_str() {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        _ => Uuid::parse_str(&namespace).unwrap_or_else(|_| Uuid::new_v5(&Uuid::nil(), namespace.as_bytes())),
    };
    Ok(Uuid::new_v5(&namespace, arguments.required_text("name")?.as_bytes()).to_string().into())
}

fn uuid_v7(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let time = milliseconds(arguments)?;
    Ok(Builder::from_unix_timestamp_millis(time, &arguments.draw().array()).into_uuid().to_string().into())
}

fn ulid(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let bytes: [u8; 16] = arguments.draw().array();
    let random = u128::from_be_bytes(bytes) >> 48;
    Ok(crockford((u128::from(milliseconds(arguments)?) << 80) | random).into())
}

/// The time of the call: its `time` (milliseconds since 1970), or the frozen clock's; 48 bits.
fn milliseconds(arguments: &Arguments<'_>) -> TeraResult<u64> {
    let time = arguments.integer("time")?.unwrap_or_else(|| state::clock().as_millisecond());
    Ok(u64::try_from(time).unwrap_or(0) & 0xffff_ffff_ffff)
}

/// 128 bits as 26 digits of Crockford's base 32.
fn crockford(bits: u128) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    (0..26)
        .rev()
        .filter_map(|place| {
            let digit = usize::try_from((bits >> (place * 5)) & 31).ok()?;
            DIGITS.get(digit).map(|byte| char::from(*byte))
        })
        .collect()
}
