//! `[expect.hermeticity]`.

use super::{Builder, known, span};
use crate::config::TestConfig;
use crate::config::model::Hermeticity;
use crate::expectation::tree::{BlockKind, ConstraintPath, HermeticityRequirement, Requirement};
use crate::expectation::verdict::Reason;

/// The names under which the services of a test find each other, sorted.
pub(super) fn declared_hosts(config: &TestConfig) -> Vec<String> {
    let mut hosts: Vec<String> =
        config.services.iter().filter_map(|service| service.name.known()).map(str::to_ascii_lowercase).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, hermeticity: &Hermeticity) {
    builder.unread(path, &hermeticity.unread);
    builder.block(path, hermeticity.header, BlockKind::Hermeticity, None, |builder| {
        if let Some(no_external) = hermeticity.no_external_services.filter(|no_external| no_external.value) {
            let requirement = no_external_services(builder);
            builder.push(path.key("no_external_services"), no_external.span, requirement);
        }
        let must_match = path.key("resource_attrs").key("must_match");
        for entry in &hermeticity.must_match {
            let read = entry.key.known().ok_or(Reason::KnownAtRunTime).and_then(|key| {
                let test = span::value_test(&entry.value)?;
                Ok(Requirement::Hermeticity(HermeticityRequirement::ResourceAttribute(key.to_owned(), test)))
            });
            let value = entry.value.span();
            let place = if value.is_empty() { entry.key.span } else { entry.key.span.join(value) };
            builder.push_read(must_match.key(&entry.key.text), place, read);
        }
        let forbidden = path.key("span_attrs").key("forbid_keys");
        for (index, key) in hermeticity.forbid_keys.iter().enumerate() {
            let read =
                known(key).map(|key| Requirement::Hermeticity(HermeticityRequirement::ForbiddenKey(key.to_owned())));
            builder.push_read(forbidden.index(index), key.span, read);
        }
    });
    for entry in &hermeticity.misplaced_resource_attrs {
        let path = path.key("resource_attrs").key(&entry.key.text);
        builder.unjudged(path, entry.key.span, "resource attributes are read under `must_match` only");
    }
}

/// That nothing outside of the test's own services was used.
pub(super) fn no_external_services(builder: &Builder) -> Requirement {
    Requirement::Hermeticity(HermeticityRequirement::NoExternalServices(builder.hosts.clone()))
}
