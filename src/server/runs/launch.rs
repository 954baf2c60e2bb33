//! From what a command names to a run that is under way.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::Uri;

use super::Parts;
use super::follow::{self, Target};
use crate::config::FileKind;
use crate::executor::plan::{ScenarioPlan, file_identity};
use crate::executor::{RunId, RunOptions, ScenarioFilter, SelectedTest, Selection};
use crate::server::session::{Session, Snapshot};
use crate::server::workspace;
use crate::template::SourceFile;
use crate::trace::recorded;

/// `RequestFailed`: the request was right, and can't be fulfilled.
const REQUEST_FAILED: i64 = -32803;

/// What is to run.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Scenarios of a file.
    Scenarios {
        /// The file.
        uri: Uri,
        /// Their names.
        names: Vec<String>,
        /// The combination; `None`: all.
        combination: Option<String>,
    },
    /// A file, or one combination of it.
    File {
        /// The file.
        uri: Uri,
        /// The combination; `None`: all.
        combination: Option<String>,
    },
    /// All tests of the workspace.
    Workspace,
    /// These scenarios of these files; without a scenario all of the combination, without that all of the file.
    Parts(Vec<(PathBuf, Parts)>),
}

/// Starts runs of what is wanted: one, unless files of two projects have the same name in both. Reads files, so it takes its time where
/// many are wanted; nothing of it happens on the message loop. Nothing is started where the workspace is not trusted.
///
/// # Errors
/// The workspace is not trusted, a file is no test, or there is nothing to run.
pub async fn launch(session: &Session, wanted: Wanted, force: bool) -> Result<Vec<RunId>> {
    if !session.state().trusted {
        return Err(refused(
            "nothing is run in a workspace that is not trusted: a test starts containers and commands of its author; trust the workspace first",
        ));
    }
    if session.runs().is_closed() {
        return Err(refused("the server is about to end"));
    }
    let working = session.clone();
    let tests = session.runtime().spawn_blocking(move || tests(&working, wanted));
    let tests = tests.await.map_err(|_| Error::internal_error())??;
    if tests.is_empty() {
        return Err(refused("there is nothing to run: no scenario was found"));
    }
    let options = RunOptions { force, ..session.state().settings.run.options() };
    Ok(apart(tests).into_iter().map(|tests| start(session, tests, options.clone())).collect())
}

/// An error that says why something is not done.
pub fn refused(message: impl Into<String>) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: message.into().into(), data: None }
}

fn start(session: &Session, tests: Vec<(Uri, SelectedTest)>, options: RunOptions) -> RunId {
    let targets: HashMap<String, Target> = tests
        .iter()
        .map(|(uri, test)| {
            let target = Target { uri: uri.clone(), path: test.path.clone(), selected: Arc::new(test.clone()) };
            (file_identity(&test.path, &test.root), target)
        })
        .collect();
    let (sender, events) = mpsc::unbounded_channel();
    let _entered = session.runtime().enter();
    let run = session.runs().runner().start(tests.into_iter().map(|(_, test)| test).collect(), options, sender);
    let id = run.id().clone();
    session.runs().begin(run);
    session.runtime().spawn(follow::follow(session.clone(), id.clone(), targets, events));
    id
}

/// Tests with the addresses of their files.
type Group = Vec<(Uri, SelectedTest)>;

/// Tests whose identities are told apart, in each group.
fn apart(tests: Group) -> Vec<Group> {
    let mut groups: Vec<(BTreeSet<String>, Group)> = Vec::new();
    for (uri, test) in tests {
        let identity = file_identity(&test.path, &test.root);
        match groups.iter_mut().find(|(known, _)| !known.contains(&identity)) {
            Some((known, group)) => {
                known.insert(identity);
                group.push((uri, test));
            }
            None => groups.push((BTreeSet::from([identity]), vec![(uri, test)])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn tests(session: &Session, wanted: Wanted) -> Result<Vec<(Uri, SelectedTest)>> {
    match wanted {
        Wanted::File { uri, combination } => {
            let selection = match combination {
                None => Selection::All,
                Some(_) => Selection::Only([ScenarioFilter { scenario: None, combination }].into()),
            };
            Ok(vec![(uri.clone(), test(session, &uri, selection)?)])
        }
        Wanted::Scenarios { uri, names, combination } => {
            let mut test = test(session, &uri, Selection::All)?;
            let filters = match combination {
                Some(_) => names.into_iter().map(|name| filter(Some(name), combination.clone())).collect(),
                None => at_the_same_place(session, &test, &names),
            };
            if filters.is_empty() {
                return Err(refused("there is no such scenario in the file"));
            }
            test.scenarios = Selection::Only(filters);
            Ok(vec![(uri, test)])
        }
        Wanted::Workspace => {
            let paths = workspace::test_paths(session);
            // What is no test is passed over: nobody named it.
            Ok(paths
                .into_iter()
                .filter_map(|(uri, _)| Some((uri.clone(), test(session, &uri, Selection::All).ok()?)))
                .collect())
        }
        Wanted::Parts(parts) => {
            let mut tests = Vec::new();
            for (path, parts) in parts {
                let Some(uri) = session.uri_of(&path) else { continue };
                let all = parts.contains(&(None, None));
                let filters = parts.into_iter().map(|(combination, scenario)| filter(scenario, combination)).collect();
                let selection = if all { Selection::All } else { Selection::Only(filters) };
                tests.push((uri.clone(), test(session, &uri, selection)?));
            }
            Ok(tests)
        }
    }
}

const fn filter(scenario: Option<String>, combination: Option<String>) -> ScenarioFilter {
    ScenarioFilter { scenario, combination }
}

/// In a matrix the scenarios that one header writes may have a name of their own in each combination.
fn at_the_same_place(session: &Session, test: &SelectedTest, names: &[String]) -> BTreeSet<ScenarioFilter> {
    let named = || names.iter().map(|name| filter(Some(name.clone()), None)).collect();
    if !test.document.text.contains("matrix") {
        return named();
    }
    let plan = ScenarioPlan::new(session.judge().analyzer(), std::slice::from_ref(test), None);
    let all: Vec<_> = plan.scenarios().map(|(_, scenario)| scenario).collect();
    let places: Vec<_> = all.iter().filter(|it| names.contains(&it.id.scenario)).map(|it| it.place.span).collect();
    if places.is_empty() {
        return named();
    }
    let meant = all.iter().filter(|it| places.contains(&it.place.span));
    meant.map(|it| filter(Some(it.id.scenario.clone()), it.id.test.combination.clone())).collect()
}

/// The test at `uri`, as the editor has it, else as it is on disk.
fn test(session: &Session, uri: &Uri, scenarios: Selection) -> Result<SelectedTest> {
    let snapshot = snapshot(session, uri).ok_or_else(|| {
        refused(format!("`{}` can't be run: it is neither open nor a file that can be read", uri.as_str()))
    })?;
    let name = snapshot.path.as_deref().unwrap_or(Path::new(uri.path().as_str()));
    if FileKind::of(name, snapshot.written.text()) != FileKind::Test {
        return Err(refused(format!("`{}` can't be run: it is no test", uri.as_str())));
    }
    selected(session, &snapshot, scenarios).ok_or_else(|| {
        refused(format!("`{}` can't be run before it is saved: what it names is looked for beside it", uri.as_str()))
    })
}

fn snapshot(session: &Session, uri: &Uri) -> Option<Snapshot> {
    let open = session.state().snapshot(uri);
    open.or_else(|| workspace::snapshot(session, uri.clone(), uri.to_file_path()?.into_owned()))
}

/// One revision of a document as a test; `None` where it has no path.
pub fn selected(session: &Session, snapshot: &Snapshot, scenarios: Selection) -> Option<SelectedTest> {
    let path = snapshot.path.clone()?;
    let root = recorded::root(&path);
    let options = Arc::new(session.judge().options(snapshot));
    let name = path.display().to_string();
    let document = SourceFile { name, path: Some(path.clone()), text: Arc::clone(snapshot.written.text()) };
    Some(SelectedTest { document, path, root, options, scenarios })
}
