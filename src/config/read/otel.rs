//! `[otel]`, `[determinism]`, `[limits]`, `[report]` and `[assertions]`.

use toml::de::DeValue;

use super::source::{Key, Source, Value};
use crate::config::model::{Determinism, Keyed, Limits, Otel, Report, Scalar, Spanned};

pub(super) fn otel(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>, otel: &mut Otel) {
    let DeValue::Table(table) = value.get_ref() else { return };
    otel.header = source.header(key, value);
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "exporter" => otel.exporter = source.text(value),
            "endpoint" => otel.endpoint = source.text(value),
            "protocol" => otel.protocol = source.text(value),
            "sample_ratio" => otel.sample_ratio = source.float(value),
            "resources" => {
                if let DeValue::Table(table) = value.get_ref() {
                    otel.resources = Some(Spanned::new(source.table_entries(table), source.header(key, value)));
                }
            }
            "headers" => otel.headers.extend(source.entries(value)),
            "propagators" => propagators(source, value, otel),
            _ => {}
        }
    }
}

/// `propagators = { use = […] }`, or the list alone.
pub(super) fn propagators(source: &Source<'_>, value: &Value<'_>, otel: &mut Otel) {
    let list = match value.get_ref() {
        DeValue::Table(table) => table.get("use"),
        _ => Some(value),
    };
    otel.propagators.extend(list.map(|list| source.text_list(list)).unwrap_or_default());
}

pub(super) fn determinism(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Determinism> {
    let table = value.get_ref().as_table()?;
    let mut determinism = Determinism { header: source.header(key, value), ..Determinism::default() };
    for (key, value) in table.iter() {
        match key.get_ref().as_ref() {
            "seed" => determinism.seed = source.integer(value),
            "freeze_clock" => match source.scalar(value) {
                Scalar::Text(text) => determinism.freeze_clock = Some(text),
                Scalar::Datetime(clock) => determinism.freeze_clock_native = Some(clock),
                _ => {}
            },
            _ => {}
        }
    }
    Some(determinism)
}

pub(super) fn limits(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Limits> {
    let table = value.get_ref().as_table()?;
    let values = table
        .iter()
        .filter_map(|(key, value)| Some(Keyed { key: source.name(key), value: source.integer(value)? }))
        .collect();
    Some(Limits { header: source.header(key, value), values })
}

pub(super) fn report(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Report> {
    let table = value.get_ref().as_table()?;
    let outputs = table
        .iter()
        .filter_map(|(key, value)| Some(Keyed { key: source.name(key), value: source.text(value)? }))
        .collect();
    Some(Report { header: source.header(key, value), outputs })
}

/// `[assertions]`, or the entries of all `[[assertions]]`.
pub(super) fn assertions(source: &Source<'_>, key: &Key<'_>, value: &Value<'_>) -> Option<Spanned<Vec<Keyed<Scalar>>>> {
    let mut assertions: Option<Spanned<Vec<_>>> = None;
    source.tables(key, value, |table, header| {
        let all = assertions.get_or_insert_with(|| Spanned::new(Vec::new(), header));
        all.value.extend(source.table_entries(table));
    });
    assertions
}
