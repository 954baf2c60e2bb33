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

/// Waits until the diagnostics of a document have these codes.
fn wait_for_codes(client: &mut Client, uri: &str, codes: &[&str]) {
    client.wait(&format!("{codes:?} in {uri}"), |message| {
        message["params"]["uri"] == uri
            && message["params"]["diagnostics"]
                .as_array()
                .is_some_and(|all| all.iter().map(|it| it["code"].as_str().unwrap()).collect::<Vec<_>>() == codes)
    });
}

#[test]
fn the_projects_settings_count_and_their_change_too() {
    let mut workspace = Workspace::new(json!({}), &[("cleanroom.toml", "[lint]\nunknown-value = \"warning\"\n")]);
    let test = workspace.uri("a.clnrm.toml");
    workspace.client.open(&test, &broken());
    assert_eq!(workspace.client.diagnostics(&test, Some(1))[0]["severity"], 2);
    workspace.write("cleanroom.toml", "[lint]\nunknown-value = \"off\"\n");
    workspace.client.wait("the test without findings", |message| {
        message["params"]["uri"] == test && message["params"]["diagnostics"] == json!([])
    });
}

#[test]
fn settings_count_as_the_editor_has_them() {
    let mut workspace = Workspace::new(json!({}), &[("cleanroom.toml", "[lint]\nunknown-value = \"warning\"\n")]);
    let (test, settings) = (workspace.uri("a.clnrm.toml"), workspace.uri("cleanroom.toml"));
    let client = &mut workspace.client;
    client.open(&test, &broken());
    assert_eq!(client.diagnostics(&test, Some(1))[0]["severity"], 2);
    client.open(&settings, "[lint]\nunknown-value = \"off\"\n");
    wait_for_codes(client, &test, &[]);
    client.replace(&settings, 2, "[lint]\n");
    let found = client.wait("the error", |message| {
        message["params"]["uri"] == test && message["params"]["diagnostics"][0]["severity"] == 1
    });
    assert_eq!(found["params"]["version"], 1, "the test's own version");
    client.close(&settings);
    client.wait("what the file says", |message| {
        message["params"]["uri"] == test && message["params"]["diagnostics"][0]["severity"] == 2
    });
}

#[test]
fn the_projects_variables_are_those_of_every_template() {
    let settings = "[template.vars]\nwhat = \"hello\"\n";
    let mut workspace = Workspace::new(json!({}), &[("cleanroom.toml", settings)]);
    let (test, settings) = (workspace.uri("a.clnrm.toml.tera"), workspace.uri("cleanroom.toml"));
    let client = &mut workspace.client;
    client.open(
        &test,
        &format!(
            "{{% set unused = 1 %}}\n{CLEAN}\n# {{# {{{{ x }}}} #}}\n[report]\njson = \"{{{{ vars.what }}}}.json\"\n"
        ),
    );
    assert_eq!(errors(&client.diagnostics(&test, Some(1))), [""; 0]);
    client.open(&settings, "[template.vars]\nwhich = \"hello\"\n");
    client.wait("the error", |message| {
        message["params"]["uri"] == test
            && message["params"]["diagnostics"].as_array().is_some_and(|all| errors(all) == ["undefined-variable"])
    });
}

#[test]
fn settings_have_findings_of_their_own() {
    let mut workspace = Workspace::new(json!({}), &[]);
    let settings = workspace.uri("cleanroom.toml");
    let client = &mut workspace.client;
    client.open(&settings, "[lnt]\n[lint]\nbroad-glop = \"off\"\nimage-reference = \"of\"\n");
    let found = client.diagnostics(&settings, Some(1));
    let places: Vec<_> = found.iter().map(|it| (it["code"].as_str().unwrap(), &it["range"]["start"])).collect();
    assert_eq!(
        places,
        [
            ("unknown-key", &json!({ "line": 0, "character": 1 })),
            ("unknown-rule", &json!({ "line": 2, "character": 0 })),
            ("unknown-value", &json!({ "line": 3, "character": 18 })),
        ]
    );
    client.replace(&settings, 2, "[lint]\nbroad-glob = \"off\"\n");
    assert_eq!(client.diagnostics(&settings, Some(2)), [Value::Null; 0]);
}

#[test]
fn the_status_says_which_settings_count() {
    let mut workspace = Workspace::new(json!({}), &[]);
    let (test, settings) = (workspace.uri("a.clnrm.toml"), workspace.uri("cleanroom.toml"));
    let client = &mut workspace.client;
    client.open(&test, CLEAN);
    let ask = json!({ "uri": test });
    let before = client.request("clnrm/status", ask.clone()).unwrap();
    assert_eq!(before["document"]["projectSettings"], Value::Null);
    client.open(&settings, "");
    let after = client.request("clnrm/status", ask).unwrap();
    let path = workspace.folder.path().join("cleanroom.toml");
    assert_eq!(after["document"]["projectSettings"], json!(path.display().to_string()), "though it is not saved yet");
}

#[test]
fn settings_outside_of_an_untrusted_workspace_are_not_read() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("w");
    fs::create_dir(&root).unwrap();
    fs::write(outer.path().join("cleanroom.toml"), "[lint]\nunknown-value = \"off\"\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outer.path().join("cleanroom.toml"), root.join("cleanroom.toml")).unwrap();
    let mut client = Client::start(json!({
        "workspaceFolders": [{ "uri": uri_of(&root), "name": "w" }],
        "initializationOptions": { "workspaceTrusted": false },
    }));
    let test = uri_of(&root.join("a.clnrm.toml"));
    client.open(&test, &broken());
    assert_eq!(client.diagnostics(&test, Some(1))[0]["severity"], 1);
}

#[test]
fn without_a_folder_settings_count_up_to_the_root_of_the_working_tree() {
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("cleanroom.toml"), "").unwrap();
    let tests = outer.path().join("tree/tests");
    fs::create_dir_all(&tests).unwrap();
    let test = uri_of(&tests.join("a.clnrm.toml"));
    let settings = |trusted: bool| {
        let mut client = Client::start(json!({ "initializationOptions": { "workspaceTrusted": trusted } }));
        client.open(&test, CLEAN);
        client.request("clnrm/status", json!({ "uri": test })).unwrap()["document"]["projectSettings"].clone()
    };
    assert_eq!(settings(true), Value::Null, "what lies above belongs to somebody else");
    fs::create_dir(outer.path().join("tree/.git")).unwrap();
    let own = outer.path().join("tree/cleanroom.toml");
    fs::write(&own, "").unwrap();
    assert_eq!(settings(true), json!(own.display().to_string()));
    assert_eq!(settings(false), Value::Null);
}

#[test]
fn a_library_has_the_mistakes_of_its_templates() {
    let mut workspace = Workspace::new(json!({}), &[]);
    let library = workspace.uri("_own.toml.tera");
    let client = &mut workspace.client;
    let text = "name = {{ from_the_importer }}\n{% macro one(a) %}\n{{ a | uper }} {{ b }} {{ self::two(x=1) }}\n{% endmacro %}\n\
                {% macro two() %}{% endmacro %}\nnot = = toml\n";
    client.open(&library, text);
    let found = client.diagnostics(&library, Some(1));
    let places: Vec<_> = found.iter().map(|it| (it["code"].as_str().unwrap(), &it["range"]["start"])).collect();
    let at = |character: u32| json!({ "line": 2, "character": character });
    assert_eq!(places, [("unknown-filter", &at(7)), ("undefined-variable", &at(18)), ("unknown-argument", &at(36))]);
}

#[test]
fn a_client_that_pulls_is_told_to_pull_again() {
    let pulling = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut workspace = Workspace::new(pulling, &[("_own.toml.tera", LIBRARY)]);
    let (library, test) = (workspace.uri("_own.toml.tera"), workspace.uri("a.clnrm.toml.tera"));
    let client = &mut workspace.client;
    client.open(&test, &caller("_own.toml.tera", "\"api\""));
    assert_eq!(errors(&client.pull(&test)), [""; 0]);
    client.open(&library, &LIBRARY.replace("{{ target }}", "nobody"));
    client.wait("the refresh", |message| message["method"] == "workspace/diagnostic/refresh");
    assert_eq!(errors(&client.pull(&test)), ["orphan-service"]);
}
