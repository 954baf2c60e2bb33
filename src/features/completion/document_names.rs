//! The names that a document defines and uses, for completion where they are referred to.

use crate::features::DocumentView;
use crate::features::symbols::{SymbolKind, spelled};
use crate::text::Span;
use crate::validation::expectations::sets;

/// The services, steps, spans and images of a document, each once, in the order of the file. What stands at the cursor is not
/// among them: it is being written.
#[derive(Clone, Debug, Default)]
pub(super) struct DocumentNames {
    pub services: Vec<String>,
    pub steps: Vec<String>,
    pub spans: Vec<String>,
    pub images: Vec<String>,
}

impl DocumentNames {
    pub(super) fn of(view: &DocumentView, offset: usize) -> Self {
        let config = &view.analysis().config;
        let is_elsewhere = |span: Span| view.present_origin(span).is_some_and(|place| !place.touches(offset));
        let services = config.services.iter().filter(|service| is_elsewhere(service.name.span));
        let steps = config.steps.iter().chain(config.scenarios.iter().flat_map(|scenario| &scenario.steps));
        let steps = steps.filter_map(|step| step.name.as_ref()).filter(|name| is_elsewhere(name.span));
        let spans = sets(config).flat_map(|set| set.names()).map(|(_, name)| name);
        let images = config.services.iter().filter_map(|service| service.image.as_ref());
        let images = images.filter(|image| is_elsewhere(image.span));
        // What was typed since the analysis: its text spells new names, but not those that loops and macros write.
        let typed: Vec<_> = if view.is_ahead() { spelled(view).collect() } else { Vec::new() };
        let typed = |wanted: SymbolKind| {
            let typed = typed.iter().filter(move |(kind, _, span)| *kind == wanted && !span.touches(offset));
            typed.map(|(_, name, _)| name.as_str())
        };
        let services = services.filter_map(|service| service.name.known()).chain(typed(SymbolKind::Service));
        let steps = steps.filter_map(|name| name.known()).chain(typed(SymbolKind::Step));
        let spans = spans.filter(|name| is_elsewhere(name.span())).filter_map(|name| name.known());
        Self {
            services: distinct(services),
            steps: distinct(steps),
            spans: distinct(spans.chain(typed(SymbolKind::SpanName))),
            images: distinct(images.filter_map(|image| image.known())),
        }
    }
}

/// The texts that are not blank, each once.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.filter(|text| !text.trim().is_empty() && seen.insert(*text)).map(str::to_owned).collect()
}
