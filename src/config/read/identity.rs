//! `[meta]`, `[test.metadata]` and `[test]` with direct keys.

use toml::de::DeTable;

use super::source::{Key, Source, Value};
use crate::config::model::{Identity, TestIdentity};
use crate::text::Span;

pub(super) fn identity(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Identity> {
    let table = value.get_ref().as_table()?;
    Some(read(source, table, source.header(key, value)))
}

pub(super) fn test(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<TestIdentity> {
    let table = value.get_ref().as_table()?;
    if let Some((key, value)) = table.get_key_value("metadata")
        && let Some(identity) = identity(source, key, value)
    {
        return Some(TestIdentity { identity, without_metadata: false });
    }
    Some(TestIdentity { identity: read(source, table, source.header(key, value)), without_metadata: true })
}

fn read(source: &Source<'_>, table: &DeTable<'_>, header: Span) -> Identity {
    let mut identity = Identity { header, ..Identity::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "name" => identity.name = source.text(value),
            "version" => identity.version = source.text(value),
            "description" => identity.description = source.text(value),
            "timeout" => identity.timeout = source.text(value),
            "timeout_seconds" => identity.timeout_seconds = source.integer(value),
            "tags" => identity.tags = source.text_list(value),
            _ => {}
        }
    }
    identity
}
