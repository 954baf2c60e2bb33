//! What was used from outside, and which resources and spans say something else than they should.

use super::{Explanation, message, show};
use crate::expectation::evaluate::{Observed, external_peers};
use crate::expectation::tree::{HermeticityRequirement, Reading};
use crate::expectation::verdict::ConstraintVerdict;

pub(super) fn explain(
    requirement: &HermeticityRequirement,
    verdict: &ConstraintVerdict,
    observed: &Observed<'_>,
) -> Explanation {
    const TOLD: usize = 4;
    let culprits = verdict.culprits.iter().copied();
    match requirement {
        HermeticityRequirement::NoExternalServices(_) if observed.reading == Reading::Clnrm1 => {
            let names = culprits.map(|span| observed.trace[span].name.as_str());
            let mut explanation = message("spans have attributes that name a peer");
            explanation.facts.push(show::frequencies(names, TOLD).join(", "));
            explanation.help =
                Some("clnrm 1.0 took any peer for external; without `compat` the host decides".to_owned());
            explanation
        }
        HermeticityRequirement::NoExternalServices(declared) => {
            let peers = external_peers(declared, observed);
            let hosts = show::frequencies(peers.iter().map(|(_, peer)| peer.host), 3);
            let mut explanation = message(format!(
                "{} to hosts outside of the test: {}",
                match peers.len() {
                    1 => "1 span talked".to_owned(),
                    many => format!("{many} spans talked"),
                },
                hosts.join(", ")
            ));
            explanation.facts.extend(peers.iter().take(TOLD).map(|(span, peer)| {
                format!("{}: `{}` is {}", show::span(*span, observed), peer.key, show::quoted(peer.host))
            }));
            explanation.help = Some(if declared.is_empty() {
                "the test declares no services; those of `[services]` are its own".to_owned()
            } else {
                format!(
                    "services of the test: {}",
                    declared.iter().map(|host| format!("`{host}`")).collect::<Vec<_>>().join(", ")
                )
            });
            explanation
        }
        HermeticityRequirement::ResourceAttribute(key, test) => {
            let mut wrong: Vec<String> = culprits
                .map(|span| {
                    let resource = &observed.trace[span].resource;
                    let seen = resource.attributes.get(key).map_or_else(|| "not there".to_owned(), show::value);
                    match resource.service_name() {
                        Some(service) => format!("`{service}`: {seen}"),
                        None => format!("a resource without a name: {seen}"),
                    }
                })
                .collect();
            wrong.dedup();
            let mut explanation =
                message(format!("the resource attribute `{key}` is not {} everywhere", show::test(test)));
            explanation.facts.extend(wrong.into_iter().take(TOLD));
            explanation
        }
        HermeticityRequirement::ForbiddenKey(key) => {
            let names = culprits.map(|span| observed.trace[span].name.as_str());
            let mut explanation = message(format!("spans have the attribute `{key}`"));
            explanation.facts.push(show::frequencies(names, TOLD).join(", "));
            explanation
        }
    }
}
