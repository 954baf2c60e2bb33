//! The messages of a test explorer, in rust-analyzer's form, with some keys of our own that other clients pass over.

use serde::Serialize;
use tower_lsp::ls_types::{Location, Range, TextDocumentIdentifier, Uri};

use super::names::test_id;
use super::places::RunPlaces;
use crate::config::FileKind;
use crate::executor::{Failure, RunId};
use crate::features::DocumentView;
use crate::server::documents::Judged;
use crate::server::positions;
use crate::server::session::Session;
use crate::text::{Encoding, LineIndex};

/// Where a test stands.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "tag", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TestState {
    /// It waits.
    Enqueued,
    /// It runs.
    Started,
    /// It holds.
    Passed {
        /// How long it took.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
    },
    /// It does not hold.
    Failed {
        /// Why, for people.
        message: String,
        /// Why, failure by failure.
        messages: Vec<TestMessage>,
        /// How long it took.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u64>,
    },
    /// It did not run.
    Skipped {
        /// Why.
        message: String,
    },
}

/// One failure.
#[derive(Clone, Debug, Serialize)]
pub struct TestMessage {
    /// What is wrong.
    pub message: String,
    /// Where it was stated.
    pub location: Location,
    /// What was expected, where it can be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
}

impl TestMessage {
    /// A failure at its place in `text`.
    pub fn new(failure: &Failure, uri: &Uri, text: &str, diff: Option<(String, String)>, encoding: Encoding) -> Self {
        let mut message = failure.message.clone();
        for more in failure.detail.iter().chain(&failure.help) {
            message += &format!("\r\n{}", more.replace("\r\n", "\n").replace('\n', "\r\n"));
        }
        let range = positions::range_in(text, &LineIndex::new(text), failure.span, encoding);
        let (expected, actual) = diff.unzip();
        Self { message, location: Location { uri: uri.clone(), range }, expected, actual }
    }
}

/// Something that a test explorer shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestItem {
    id: String,
    label: String,
    kind: &'static str,
    can_resolve_children: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    text_document: TextDocumentIdentifier,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

impl TestItem {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is a scenario.
    pub fn is_scenario(&self) -> bool {
        self.kind == "test"
    }
}

/// What was discovered.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovered {
    /// The items.
    pub tests: Vec<TestItem>,
    /// All that is below these items is among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// All that is in these files is among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope_file: Option<Vec<TextDocumentIdentifier>>,
}

/// A file whose scenarios are not told yet. `label` is its path in the workspace.
pub fn file(uri: &Uri, label: String) -> TestItem {
    TestItem {
        id: test_id(uri, None, None),
        label,
        kind: "module",
        can_resolve_children: true,
        parent: None,
        text_document: TextDocumentIdentifier { uri: uri.clone() },
        range: None,
    }
}

/// What is in a file.
pub fn items(uri: &Uri, view: &DocumentView, places: &RunPlaces, encoding: Encoding) -> Vec<TestItem> {
    let lines = LineIndex::new(view.text());
    let parent = test_id(uri, None, None);
    let item = |combination: Option<&str>, scenario: Option<&str>, span| TestItem {
        id: test_id(uri, combination, scenario),
        label: scenario.or(combination).unwrap_or_default().to_owned(),
        kind: if scenario.is_some() { "test" } else { "module" },
        can_resolve_children: false,
        parent: Some(match (combination, scenario) {
            (Some(_), Some(_)) => test_id(uri, combination, None),
            _ => parent.clone(),
        }),
        text_document: TextDocumentIdentifier { uri: uri.clone() },
        range: Some(positions::range_in(view.text(), &lines, span, encoding)),
    };
    let scenarios = |combination| {
        let named = places.scenarios.iter().flat_map(|place| place.names.iter().map(|name| (name, place.span)));
        named.map(|(name, span)| item(combination, Some(name), span)).collect::<Vec<_>>()
    };
    if places.combinations.is_empty() {
        return scenarios(None);
    }
    let mut items = Vec::new();
    for place in &places.combinations {
        items.push(item(Some(&place.label), None, place.span));
        items.extend(scenarios(Some(&place.label)));
    }
    items
}

/// Tells what is in an open file, where that has changed since it was told last.
pub fn tell(session: &Session, uri: &Uri, judged: &Judged) {
    if !session.state().facts.test_explorer || judged.analysis.kind != FileKind::Test {
        return;
    }
    let encoding = session.state().facts.encoding;
    let tests = items(uri, &judged.view, &session.run_places(uri, &judged.view), encoding);
    {
        let mut state = session.state();
        let Some(document) = state.documents.get_mut(uri) else { return };
        if document.told_tests.as_ref() == Some(&tests) {
            return;
        }
        document.told_tests = Some(tests.clone());
    }
    let scope_file = Some(vec![TextDocumentIdentifier { uri: uri.clone() }]);
    let mut all = vec![file(uri, session.label(uri))];
    all.extend(tests);
    session.notify("experimental/discoveredTests", &Discovered { tests: all, scope: None, scope_file });
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeTestState<'a> {
    test_id: String,
    state: TestState,
    run_id: &'a RunId,
}

/// Tells where a test stands.
pub fn state(session: &Session, run: &RunId, test_id: String, state: TestState) {
    if session.state().facts.test_explorer {
        session.notify("experimental/changeTestState", &ChangeTestState { test_id, state, run_id: run });
    }
}

/// Tells what was written, as a terminal wants it.
pub fn output(session: &Session, text: &str) {
    if session.state().facts.test_explorer {
        session.notify("experimental/appendOutputToRunTest", &text.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndRunTest<'a> {
    run_id: &'a RunId,
}

/// Tells that a run is over.
pub fn end(session: &Session, run: &RunId) {
    if session.state().facts.test_explorer {
        session.notify("experimental/endRunTest", &EndRunTest { run_id: run });
    }
}
