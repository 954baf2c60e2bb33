//! Spans that are called otherwise in the new revision: a name that is gone, and a new one that stands where it stood.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Expectation;
use super::set::Positioned;
use crate::expectation::tree::{
    Counted, GraphRequirement, NameSelector, OrderRequirement, Requirement, SpanRequirement, StatusRequirement,
    TraceRequirement, WindowRequirement, WindowSpan,
};

/// More names than that are not compared with each other.
const MOST_NAMES: usize = 256;

/// Stands for the name in question.
const THIS: &str = "\u{1}";

/// Stands for every other name that is gone or new.
const OTHER: &str = "\u{2}";

/// Which names became which. Only names that stand in no unchanged expectation are looked at.
pub(super) fn renames(
    unchanged: &[Expectation],
    removed: &[Positioned],
    added: &[Positioned],
) -> BTreeMap<String, String> {
    let kept: BTreeSet<&str> = unchanged.iter().flat_map(names_of).collect();
    let names = |side: &[Positioned]| -> BTreeSet<String> {
        side.iter()
            .flat_map(|(_, expectation)| names_of(expectation))
            .filter(|name| !kept.contains(name))
            .map(str::to_owned)
            .collect()
    };
    let (old, new) = (names(removed), names(added));
    let gone: BTreeSet<String> = old.difference(&new).take(MOST_NAMES).cloned().collect();
    let fresh: BTreeSet<String> = new.difference(&old).take(MOST_NAMES).cloned().collect();
    let (roles_of_gone, roles_of_fresh) = (roles(removed, &gone), roles(added, &fresh));

    let mut scored: Vec<(usize, f64, &String, &String)> = Vec::new();
    for (old, roles) in &roles_of_gone {
        for (new, others) in &roles_of_fresh {
            let shared = roles.iter().map(|(role, count)| (*count).min(others.get(role).copied().unwrap_or(0))).sum();
            if shared > 0 {
                scored.push((shared, strsim::jaro_winkler(old, new), old, new));
            }
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)).then((a.2, a.3).cmp(&(b.2, b.3))));
    let (mut renames, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (_, _, old, new) in scored {
        if !renames.contains_key(old) && taken.insert(new) {
            renames.insert(old.clone(), new.clone());
        }
    }
    renames
}

/// The parts that each name plays: expectations in which it stands, with the names in question masked.
fn roles(side: &[Positioned], names: &BTreeSet<String>) -> BTreeMap<String, HashMap<String, usize>> {
    let mut roles: BTreeMap<String, HashMap<String, usize>> = BTreeMap::new();
    for (_, expectation) in side {
        let own: BTreeSet<&str> = names_of(expectation).filter(|name| names.contains(*name)).collect();
        for this in own {
            let masked = with_names(expectation, |name| match name {
                name if name == this => Some(THIS),
                name if names.contains(name) => Some(OTHER),
                _ => None,
            });
            let (kind, meaning) = masked.meaning();
            *roles.entry(this.to_owned()).or_default().entry(format!("{kind:?} {meaning}")).or_default() += 1;
        }
    }
    roles
}

/// The expectation with other names in it: `rename` answers the new one.
pub(super) fn with_names<'a>(expectation: &Expectation, rename: impl Fn(&str) -> Option<&'a str>) -> Expectation {
    let mut renamed = expectation.clone();
    let replace = |selector: &mut NameSelector| {
        if let Some(new) = rename(selector.text()) {
            match selector {
                NameSelector::Exact(text) | NameSelector::Glob(text) | NameSelector::Regex(text) => {
                    new.clone_into(text)
                }
            }
        }
    };
    renamed.subject.iter_mut().for_each(&replace);
    renamed.requirements.iter_mut().flat_map(selectors_mut).for_each(&replace);
    Expectation::new(renamed.kind, renamed.subject, renamed.requirements, renamed.path, renamed.span)
}

fn names_of(expectation: &Expectation) -> impl Iterator<Item = &str> {
    expectation.requirements.iter().flat_map(selectors).map(NameSelector::text)
}

/// All names in a requirement, borrowed as the requirement is.
macro_rules! selectors {
    ($requirement:expr) => {
        match $requirement {
            Requirement::Span(
                SpanRequirement::Name(name) | SpanRequirement::Parent(name) | SpanRequirement::Ancestor(name),
            )
            | Requirement::Count(Counted::Named(name), _)
            | Requirement::Status(StatusRequirement::Named(name, _))
            | Requirement::Trace(TraceRequirement::Contains(name)) => vec![name],
            Requirement::Graph(GraphRequirement::Edge(first, second) | GraphRequirement::NoEdge(first, second, _))
            | Requirement::Order(OrderRequirement { first, second, .. })
            | Requirement::Trace(TraceRequirement::Edge(first, second)) => vec![first, second],
            Requirement::Trace(TraceRequirement::ContainsAny(names)) => names.into_iter().collect(),
            Requirement::Window(window) => {
                let (window, inner) = match window {
                    WindowRequirement::Contains(window, name, _) => (window, Some(name)),
                    WindowRequirement::Present(window)
                    | WindowRequirement::DurationAtLeast(window, _)
                    | WindowRequirement::DurationAtMost(window, _)
                    | WindowRequirement::SpansAtLeast(window, ..) => (window, None),
                };
                let outer = match window {
                    WindowSpan::Outer(outer) => vec![outer],
                    WindowSpan::Between(start, end) => vec![start, end],
                };
                outer.into_iter().chain(inner).collect()
            }
            _ => Vec::new(),
        }
    };
}

fn selectors(requirement: &Requirement) -> Vec<&NameSelector> {
    selectors!(requirement)
}

fn selectors_mut(requirement: &mut Requirement) -> Vec<&mut NameSelector> {
    selectors!(requirement)
}
