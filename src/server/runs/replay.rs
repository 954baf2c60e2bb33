//! Judges the spans of the last run again when nothing but expectations was edited since: milliseconds, and no container.

use std::sync::Arc;
use std::time::Duration;

use tower_lsp::ls_types::Uri;

use super::launch::selected;
use super::results::{Whole, judged_text};
use crate::executor::plan::ScenarioPlan;
use crate::executor::{RunId, SelectedTest, Selection, TestResult, Validity};
use crate::server::documents::Judged;
use crate::server::session::{Session, Snapshot};

/// How long somebody who types must have stopped. An edit after such a pause is judged at once.
const PAUSE: Duration = Duration::from_millis(150);

/// Judges the last run again for what was just analysed, soon, unless the document changes before.
pub fn soon(session: &Session, snapshot: &Snapshot, judged: &Arc<Judged>) {
    let Some(path) = &snapshot.path else { return };
    if !snapshot.settings.run.replay || !snapshot.trusted || is_unclear(judged) {
        return;
    }
    let Some(results) = session.runs().results(path) else { return };
    let text = judged.view.text();
    let is_open = |whole: &Whole| judged_text(&whole.result.analysis) != text;
    let is_wanted = results.tests.values().any(|test| {
        let recorded = test.whole.as_ref().filter(|whole| whole.result.judged.is_some());
        recorded.is_some_and(is_open) && test.replayed.as_ref().is_none_or(is_open)
    });
    if !is_wanted {
        return;
    }
    let is_typing = session.runs().since_edit(path).is_some_and(|time| time < PAUSE);
    let (session, snapshot) = (session.clone(), snapshot.clone());
    let runtime = session.runtime().clone();
    runtime.spawn(async move {
        if is_typing {
            tokio::time::sleep(PAUSE).await;
        }
        if !is_newest(&session, &snapshot.uri, snapshot.revision) {
            return;
        }
        let working = session.clone();
        let runtime = session.runtime().clone();
        let replayed = runtime.spawn_blocking(move || replay(&working, &snapshot));
        if let Err(error) = replayed.await {
            tracing::error!(%error, "a recorded run could not be judged again");
        }
    });
}

fn is_newest(session: &Session, uri: &Uri, revision: u64) -> bool {
    session.state().documents.get(uri).is_some_and(|document| document.revision == revision)
}

/// Whether a mistake leaves unclear what the text expects.
fn is_unclear(judged: &Judged) -> bool {
    judged.view.expectations().is_none()
}

fn replay(session: &Session, snapshot: &Snapshot) {
    let Some(path) = &snapshot.path else { return };
    let Some(test) = selected(session, snapshot, Selection::All) else { return };
    let Some(results) = session.runs().results(path) else { return };
    let mut is_news = false;
    for known in results.tests.values() {
        let Some(whole) = known.whole.as_ref().filter(|whole| whole.result.judged.is_some()) else { continue };
        if !runs_the_same(session, whole, &test) {
            continue;
        }
        // A test of a matrix is another one in each combination, and only the first of them is analysed while somebody types.
        if let Some((result, run)) = judged_again(session, whole, &test) {
            is_news |= session.runs().replayed(path, whole, result, run);
        }
    }
    if is_news && is_newest(session, &snapshot.uri, snapshot.revision) {
        session.results_changed(path);
    }
}

/// Whether what runs is what ran: everything but the expectations is the same.
fn runs_the_same(session: &Session, whole: &Whole, test: &SelectedTest) -> bool {
    let Some(ran) = &whole.selected else {
        // Of a run of an earlier session the executor knows what it was.
        return true;
    };
    let analyzer = session.judge().analyzer();
    let combination = &whole.result.id.combination;
    let inputs = |test: &SelectedTest| {
        let all = SelectedTest { scenarios: Selection::All, ..test.clone() };
        let plan = ScenarioPlan::new(analyzer, &[all], None);
        let planned = plan.tests.into_iter().find(|planned| planned.id.combination == *combination);
        let planned = planned.filter(|planned| !planned.is_invalid())?;
        Some(planned.scenarios.into_iter().map(|scenario| scenario.inputs).collect::<Vec<_>>())
    };
    let then = inputs(ran);
    then.is_some() && then == inputs(test)
}

/// The verdict on the recorded spans, and the run that they are of.
fn judged_again(session: &Session, whole: &Whole, test: &SelectedTest) -> Option<(TestResult, RunId)> {
    let result = session.runtime().block_on(session.runs().runner().replay(test))?;
    let run = match &result.scenarios.first()?.validity {
        Validity::Replayed { run, .. } | Validity::Cached { run, .. } => run.clone(),
        Validity::Ran => return None,
    };
    // Of a run from which nothing was kept, the spans of an earlier one say nothing. Ids sort by time.
    if run < whole.run {
        return None;
    }
    let is_of_this = result.id.combination == whole.result.id.combination;
    (is_of_this && result.judged.is_some() && judged_text(&result.analysis) == &*test.document.text)
        .then_some((result, run))
}
