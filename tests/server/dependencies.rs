//! A change of a macro library or of the project's settings reaches every open document that depends on it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::{CLEAN, Client, brief, broken};

const LIBRARY: &str = "{% macro orphan(target) %}\n[[scenario]]\nname = \"late\"\nservice = \"{{ target }}\"\nrun = \"true\"\n{% endmacro %}\n";

struct Workspace {
    folder: tempfile::TempDir,
    client: Client,
}

impl Workspace {
    fn new(capabilities: Value, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let folders = json!([{ "uri": uri_of(folder.path()), "name": "w" }]);
        let client = Client::start(json!({ "workspaceFolders": folders, "capabilities": capabilities }));
        Self { folder, client }
    }

    fn uri(&self, name: &str) -> String {
        uri_of(&self.folder.path().join(name))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }
}

fn uri_of(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A template that calls the library's macro with a service that exists.
fn caller(library: &str, argument: &str) -> String {
    format!("{{% import \"{library}\" as m %}}\n{CLEAN}\n{{{{ m::orphan({argument}) }}}}\n")
}

/// Only the errors, by code.
fn errors(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter(|it| it["severity"] == 1).map(|it| it["code"].as_str().unwrap()).collect()
}

#[test]
fn an_edit_of_an_open_library_reaches_its_callers() {
    let mut workspace = Workspace::new(json!({}), &[("_own.toml.tera", LIBRARY)]);
    let (library, test) = (workspace.uri("_own.toml.tera"), workspace.uri("a.clnrm.toml.tera"));
    let client = &mut workspace.client;
    client.open(&test, &caller("_own.toml.tera", "\"api\""));
    assert_eq!(errors(&client.diagnostics(&test, Some(1))), [""; 0]);
    client.open(&library, LIBRARY);
    client.diagnostics(&library, Some(1));
    client.replace(&library, 2, &LIBRARY.replace("{{ target }}", "{{ target }}-2"));
    let found = client.wait("the caller's error", |message| {
        message["params"]["uri"] == test
            && message["params"]["diagnostics"].as_array().is_some_and(|all| !errors(all).is_empty())
    });
    assert_eq!(errors(found["params"]["diagnostics"].as_array().unwrap()), ["orphan-service"]);
    assert_eq!(found["params"]["version"], 1, "the caller's own version");
}

#[test]
fn a_library_that_appears_mends_its_importer_and_without_watching_client_we_watch() {
    let mut workspace = Workspace::new(json!({}), &[]);
    let test = workspace.uri("a.clnrm.toml.tera");
    workspace.client.open(&test, &caller("_late.toml.tera", "\"api\""));
    let before = workspace.client.diagnostics(&test, Some(1));
    assert!(errors(&before).contains(&"unknown-template"), "{before:?}");
    workspace.write("_late.toml.tera", LIBRARY);
    workspace.client.wait("the importer without errors", |message| {
        message["params"]["uri"] == test
            && message["params"]["diagnostics"].as_array().is_some_and(|all| errors(all).is_empty())
    });
}

#[test]
fn a_client_that_watches_is_asked_to_and_its_news_count() {
    let watching = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut workspace = Workspace::new(watching, &[("_own.toml.tera", LIBRARY)]);
    let registration =
        workspace.client.wait("the registration", |message| message["method"] == "client/registerCapability");
    assert_eq!(registration["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    let test = workspace.uri("a.clnrm.toml.tera");
    workspace.client.open(&test, &caller("_own.toml.tera", "\"api\""));
    assert_eq!(errors(&workspace.client.diagnostics(&test, Some(1))), [""; 0]);
    workspace.write("_own.toml.tera", &LIBRARY.replace("{{ target }}", "nobody"));
    let changes = json!([{ "uri": workspace.uri("_own.toml.tera"), "type": 2 }]);
    workspace.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    workspace.client.wait("the caller's error", |message| {
        message["params"]["uri"] == test
            && message["params"]["diagnostics"].as_array().is_some_and(|all| errors(all) == ["orphan-service"])
    });
}

#[test]
fn folders_come_and_go() {
    let mut workspace = Workspace::new(json!({}), &[("_own.toml.tera", LIBRARY)]);
    let (root, test) = (uri_of(workspace.folder.path()), workspace.uri("a.clnrm.toml.tera"));
    let client = &mut workspace.client;
    client.open(&test, &broken());
    assert_eq!(brief(&client.diagnostics(&test, Some(1))).len(), 1);
    let folder = json!([{ "uri": root, "name": "w" }]);
    let event = json!({ "event": { "added": [], "removed": folder } });
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(client.request("clnrm/status", json!({})).unwrap()["folders"], json!([]));
    let event = json!({ "event": { "added": folder, "removed": [] } });
    client.notify("workspace/didChangeWorkspaceFolders", event);
    let folders = client.request("clnrm/status", json!({})).unwrap()["folders"].clone();
    assert_eq!(folders, json!([workspace.folder.path().display().to_string()]));
}
