//! Document links.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{CLEAN, Client};

fn uri(path: &std::path::Path) -> String {
    format!("file://{}", path.display())
}

fn targets(trusted: bool, folder: &TempDir, outside: &TempDir) -> Vec<Value> {
    let root = folder.path().canonicalize().unwrap();
    let library = root.join("lib.tera");
    fs::write(&library, "{% macro m() %}{% endmacro %}").unwrap();
    let elsewhere = outside.path().canonicalize().unwrap();
    let text = format!(
        "{{% import \"lib.tera\" as l %}}{{% import \"_macros.toml.tera\" as m %}}\n{CLEAN}[services.é]\nimage = \"redis\"\nvolumes = [\"{}:/x\"]\n",
        elsewhere.display()
    );
    let document = uri(&root.join("a.clnrm.toml.tera"));
    let folders = json!([{ "uri": uri(&root), "name": "w" }]);
    let options = json!({ "workspaceTrusted": trusted });
    let mut client = Client::start(json!({ "workspaceFolders": folders, "initializationOptions": options }));
    client.open(&document, &text);
    let links = client.request("textDocument/documentLink", json!({ "textDocument": { "uri": document } })).unwrap();
    client.shut_down();
    links.as_array().unwrap().iter().map(|link| link["target"].clone()).collect()
}

#[test]
fn links_lead_to_files_the_library_and_pages() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let library = uri(&folder.path().canonicalize().unwrap().join("lib.tera"));
    let elsewhere = uri(&outside.path().canonicalize().unwrap());
    let all = targets(true, &folder, &outside);
    let built_in = "clnrm-library:///_macros.toml.tera";
    for target in [library.as_str(), built_in, "https://hub.docker.com/_/redis", &elsewhere] {
        assert!(all.contains(&json!(target)), "{target} in {all:?}");
    }
    let untrusted = targets(false, &folder, &outside);
    assert!(!untrusted.contains(&json!(elsewhere)) && untrusted.contains(&json!(library)), "{untrusted:?}");
}
