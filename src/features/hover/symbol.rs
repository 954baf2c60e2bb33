//! Names that the test itself defines: services, scenarios, steps, spans.

use super::card::{Card, inline};
use crate::config::model::{EffectiveKind, ImageSource, Port, Run, Service, Step};
use crate::features::DocumentView;
use crate::features::known_spans::{KnownSpan, KnownSpans};
use crate::features::quantities;
use crate::features::symbols::{Symbol, SymbolKind};

/// So many users of a service are named.
const MOST_USERS: usize = 8;

/// The name that stands at `offset`, if the test defines such things.
pub(super) fn at(view: &DocumentView, known: &KnownSpans, offset: usize) -> Option<Card> {
    let found = view.symbols().at(offset);
    let (symbol, _) = found.first()?;
    match symbol.kind {
        SymbolKind::Service => Some(service(view, symbol)),
        SymbolKind::Scenario | SymbolKind::Step => Some(action(symbol)),
        SymbolKind::SpanName => Some(span(known, symbol)),
        _ => None,
    }
}

fn service(view: &DocumentView, symbol: &Symbol) -> Card {
    let config = &view.analysis().config;
    let title = format!("service {}", inline(&symbol.name));
    let Some(service) = config.services.iter().find(|service| service.name.known() == Some(symbol.name.as_str()))
    else {
        return Card::new(title).text("The test defines no such service.");
    };
    let users: Vec<String> = users(view, &symbol.name);
    let mut used = users.iter().take(MOST_USERS).cloned().collect::<Vec<_>>().join(", ");
    if users.len() > MOST_USERS {
        used += &format!(" and {} more", users.len() - MOST_USERS);
    }
    let mut facts = facts(service);
    facts.push(if used.is_empty() { "used by nothing".to_owned() } else { format!("used by {used}") });
    Card::new(title).list(facts)
}

fn facts(service: &Service) -> Vec<String> {
    let mut facts = Vec::new();
    let kind = service.effective_kind();
    match (&service.image, kind) {
        (Some(image), _) => facts.push(format!("image: {}", inline(image.raw()))),
        (None, EffectiveKind::Known(kind)) => match kind.image {
            ImageSource::Default(image) => facts.push(format!("image: {}, that of its kind", inline(image))),
            ImageSource::Required => facts.push("image: none".to_owned()),
            ImageSource::None => {}
        },
        (None, EffectiveKind::Label(_) | EffectiveKind::Unknown) => {}
    }
    match kind {
        EffectiveKind::Known(kind) => facts.push(format!("kind: {}", inline(kind.name))),
        EffectiveKind::Label(label) => facts.push(format!("kind: {}", inline(label.raw()))),
        EffectiveKind::Unknown => {}
    }
    let host = |port: &Port| port.host.map_or_else(|| "any".to_owned(), |host| host.value.to_string());
    let ports: Vec<String> =
        service.ports.iter().map(|port| format!("{} → {}", host(port), port.container.value)).collect();
    if !ports.is_empty() {
        facts.push(format!("ports: {}", ports.join(", ")));
    }
    facts
}

/// Who names the service, in the order of the file; each once.
fn users(view: &DocumentView, name: &str) -> Vec<String> {
    let config = &view.analysis().config;
    let is = |text: &Option<crate::config::model::Text>| text.as_ref().and_then(|text| text.known()) == Some(name);
    let step = |step: &Step| {
        is(&step.service).then(|| format!("step {}", inline(step.name.as_ref().map_or("", |it| it.raw()))))
    };
    let mut users: Vec<String> = config.steps.iter().filter_map(step).collect();
    for scenario in &config.scenarios {
        let title = inline(scenario.name.as_ref().map_or("", |name| name.raw()));
        let runs = match &scenario.run {
            Some(Run::List(commands)) => commands.value.iter().any(|command| is(&command.service)),
            _ => false,
        };
        if runs || is(&scenario.service) || scenario.steps.iter().any(|step| is(&step.service)) {
            users.push(format!("scenario {title}"));
        }
    }
    for service in &config.services {
        if service.depends_on.iter().any(|other| other.known() == Some(name)) {
            users.push(format!("service {}", inline(&service.name.text)));
        }
    }
    let mut told = std::collections::HashSet::new();
    users.retain(|user| told.insert(user.clone()));
    users
}

fn action(symbol: &Symbol) -> Card {
    let references = symbol.occurrences.len().saturating_sub(1);
    let used = match references {
        0 => "named nowhere else".to_owned(),
        _ => format!("named at {} more", quantities::count(references, "place")),
    };
    Card::new(format!("{} {}", symbol.kind.noun(), inline(&symbol.name))).list([used])
}

fn span(known: &KnownSpans, symbol: &Symbol) -> Card {
    let places = quantities::count(symbol.occurrences.len(), "place");
    span_card(known, &symbol.name, Some(format!("named at {places} of the test")))
}

/// A span of this name, as it was seen in the last run.
pub(super) fn span_name(known: &KnownSpans, name: &str) -> Card {
    span_card(known, name, None)
}

fn span_card(known: &KnownSpans, name: &str, used: Option<String>) -> Card {
    let mut facts: Vec<String> = used.into_iter().collect();
    match known.named(name) {
        Some(span) => facts.extend(observed(span)),
        None if known.spans.is_empty() => {}
        None => facts.push("last run: no span of this name".to_owned()),
    }
    Card::new(format!("span {}", inline(name))).list(facts)
}

fn observed(span: &KnownSpan) -> Vec<String> {
    let mut facts = vec![format!("last run: {}", quantities::count(span.count, "span"))];
    facts.extend(span.durations.map(|times| {
        let [shortest, median, longest] = [times.shortest, times.median, times.longest].map(quantities::short_duration);
        match times.shortest == times.longest {
            true => format!("duration: {median}"),
            false => format!("durations: {shortest} to {longest}, median {median}"),
        }
    }));
    if !span.attributes.is_empty() {
        let keys: Vec<String> = span.attributes.iter().take(MOST_USERS).map(|(key, _)| inline(key)).collect();
        facts.push(format!("attributes: {}", keys.join(", ")));
    }
    facts
}
