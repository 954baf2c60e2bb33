//! `[expect.hermeticity]`: what spans and resources say about the outside. Testimony only: a program that records nothing
//! has nothing to hide here.

use std::collections::HashSet;
use std::sync::Arc;

use super::peers::{external_peers, has_peer_attribute};
use super::value::Test;
use super::{Observed, unless_any};
use crate::expectation::tree::{HermeticityRequirement, Reading};
use crate::expectation::verdict::ConstraintVerdict;

pub(super) fn verdict(requirement: &HermeticityRequirement, observed: &Observed<'_>) -> ConstraintVerdict {
    let spans = observed.trace.iter();
    match requirement {
        HermeticityRequirement::NoExternalServices(_) if observed.reading == Reading::Clnrm1 => {
            unless_any(spans.filter(|(_, span)| has_peer_attribute(span)).map(|(index, _)| index))
        }
        HermeticityRequirement::NoExternalServices(declared) => {
            unless_any(external_peers(declared, observed).into_iter().map(|(index, _)| index))
        }
        HermeticityRequirement::ResourceAttribute(key, test) => {
            let test = Test::new(test);
            let mut seen = HashSet::new();
            // One span stands for all of its resource. clnrm 1.0 looked at the first resource only.
            let limit = if observed.reading == Reading::Clnrm1 { 1 } else { usize::MAX };
            let resources = spans.filter(|(_, span)| seen.insert(Arc::as_ptr(&span.resource))).take(limit);
            let wrong = resources
                .filter(|(_, span)| !test.passes(span.resource.attributes.get(key), observed.reading))
                .map(|(index, _)| index);
            unless_any(wrong)
        }
        HermeticityRequirement::ForbiddenKey(key) => {
            unless_any(spans.filter(|(_, span)| span.attributes.get(key).is_some()).map(|(index, _)| index))
        }
    }
}
