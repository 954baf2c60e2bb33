//! Where the scenarios of a document stand, also while its text is broken: the last known places move with the text.

use std::sync::Arc;

use crate::executor::plan::scenario_headers;
use crate::features::DocumentView;
use crate::features::iterations::matrix_tests;
use crate::text::{Rebase, Span};

/// Where what can be run stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunPlaces {
    /// The headers of scenarios, or the tags that write them, by place.
    pub scenarios: Vec<ScenarioPlace>,
    /// The first combinations of the matrix.
    pub combinations: Vec<CombinationPlace>,
    /// How many combinations there are; 1 without a matrix.
    pub total: usize,
}

/// A place that one or more scenarios come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioPlace {
    /// The header or tag.
    pub span: Span,
    /// The names, in the order of the file; of a matrix, those of its first combination.
    pub names: Vec<String>,
}

/// A combination of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CombinationPlace {
    /// What it belongs to: the header of the matrix.
    pub span: Span,
    /// For people.
    pub title: String,
    /// As in results.
    pub label: String,
}

/// The places of a text that was whole.
#[derive(Clone, Debug)]
pub struct KnownPlaces {
    text: Arc<str>,
    places: Arc<RunPlaces>,
}

impl RunPlaces {
    /// The places in `view`; where it is broken, those of the last text that was not. `known` remembers them.
    pub fn of(view: &DocumentView, known: &mut Option<KnownPlaces>) -> Arc<Self> {
        let text = &view.source().text;
        if view.expectations().is_some() {
            let places = Arc::new(Self::new(view));
            *known = Some(KnownPlaces { text: Arc::clone(text), places: Arc::clone(&places) });
            return places;
        }
        let Some(known) = known else { return Arc::default() };
        let rebase = Rebase::new(&known.text, text);
        let scenarios = known.places.scenarios.iter();
        let combinations = known.places.combinations.iter();
        Arc::new(Self {
            scenarios: scenarios
                .filter_map(|place| Some(ScenarioPlace { span: rebase.map(place.span)?, ..place.clone() }))
                .collect(),
            combinations: combinations
                .filter_map(|place| Some(CombinationPlace { span: rebase.map(place.span)?, ..place.clone() }))
                .collect(),
            total: known.places.total,
        })
    }

    fn new(view: &DocumentView) -> Self {
        let mut scenarios: Vec<ScenarioPlace> = Vec::new();
        let headers = scenario_headers(&view.analysis().config).into_iter();
        let mut headers: Vec<_> = headers.map(|(name, header)| (view.origin(header), name)).collect();
        // Those of one place stay in their order.
        headers.sort_by_key(|(span, _)| *span);
        for (span, name) in headers {
            match scenarios.last_mut().filter(|place| place.span == span) {
                Some(place) => place.names.push(name),
                None => scenarios.push(ScenarioPlace { span, names: vec![name] }),
            }
        }
        let matrix = matrix_tests(view);
        let span = matrix.span;
        let combinations = matrix.first.into_iter();
        let combinations =
            combinations.filter_map(|(title, label)| Some(CombinationPlace { span: span?, title, label }));
        Self { scenarios, combinations: combinations.collect(), total: matrix.total }
    }
}
