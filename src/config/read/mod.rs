//! From the parsed table to the typed model, tolerant of every spelling that the format has ever had.
//!
//! A value of another type than its key wants is left out here, or unknown where a text is wanted, and reported by `shape`:
//! no rule judges it, and none complains that it is missing.

mod action;
mod expect;
mod identity;
mod otel;
mod service;
mod source;

use toml::de::DeTable;

use super::model::{Name, TestConfig};

pub(crate) use service::split_port;
pub(crate) use source::{Key, Source, Value};

/// Reads a whole test.
pub(crate) fn read(root: &DeTable<'_>, source: &Source<'_>) -> TestConfig {
    let mut config = TestConfig { top_level: Vec::with_capacity(root.len()), ..TestConfig::default() };
    for (key, value) in root.iter() {
        let name: Name = source.name(key);
        match key.get_ref().as_ref() {
            "meta" => config.meta = identity::identity(source, key, value),
            "test" => config.test = identity::test(source, key, value),
            "services" => service::services(source, value, super::model::ServiceTable::Services, &mut config.services),
            "service" => service::services(source, value, super::model::ServiceTable::Service, &mut config.services),
            "steps" => action::steps(source, value, &mut config.steps),
            "scenario" => action::scenarios(source, value, &mut config.scenarios),
            "otel" => otel::otel(source, key, value, config.otel.get_or_insert_default()),
            "otel_headers" => config.otel.get_or_insert_default().headers.extend(source.entries(value)),
            "otel_propagators" => otel::propagators(source, value, config.otel.get_or_insert_default()),
            "expect" => expect::expect(source, value, &mut config.expect),
            "otel_validation" => config.otel_validation = expect::otel_validation(source, key, value),
            "assertions" => config.assertions = otel::assertions(source, key, value),
            "determinism" => config.determinism = otel::determinism(source, key, value),
            "limits" => config.limits = otel::limits(source, key, value),
            "report" => config.report = otel::report(source, key, value),
            _ => {}
        }
        config.top_level.push(name);
    }
    // Services stand in two tables that share one namespace; rules want them in the order of the file.
    if config.services.windows(2).any(|pair| pair[0].name.span > pair[1].name.span) {
        config.services.sort_by_key(|service| service.name.span);
    }
    config
}
