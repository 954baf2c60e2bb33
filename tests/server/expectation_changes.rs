//! The lens above the expectations: how they differ from an earlier text of the document.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{CLEAN, Client};

const COUNTS: &str = "\n[expect.counts]\nspans_total = { gte = 2 }\n";

fn git(folder: &Path, arguments: &[&str]) {
    let names = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(names).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The titles of the lenses about expectations, each with its line.
fn lenses(client: &mut Client, uri: &str) -> Vec<(u64, String)> {
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).unwrap();
    let about = lenses.as_array().cloned().unwrap_or_default();
    about
        .iter()
        .filter(|lens| lens["command"]["command"] == "clnrm.showExpectationDiff")
        .map(|lens| {
            (lens["range"]["start"]["line"].as_u64().unwrap(), lens["command"]["title"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn start(folder: &Path, settings: Value) -> Client {
    let uri = format!("file://{}", folder.display());
    Client::start(json!({ "workspaceFolders": [{ "uri": uri, "name": "w" }], "initializationOptions": settings }))
}

#[test]
fn expectations_are_compared_with_the_saved_text_or_else_with_head() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let file = folder.join("a.clnrm.toml");
    let uri = format!("file://{}", file.display());
    let committed = format!("{CLEAN}{COUNTS}");
    fs::write(&file, &committed).unwrap();
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "first"]);

    let mut client = start(&folder, json!({}));
    client.open(&uri, &committed);
    assert_eq!(lenses(&mut client, &uri), []);

    // Edited, not saved: the saved text counts.
    let weaker = committed.replace("gte = 2", "gte = 1");
    client.replace(&uri, 2, &weaker);
    let line = committed.lines().position(|line| line.starts_with("[expect") || line.starts_with("[[expect")).unwrap();
    let found = lenses(&mut client, &uri);
    assert_eq!(found, [(line as u64, "~1, weaker · the saved file".to_owned())]);

    // While the text is broken, what could be said last stays.
    client.replace(&uri, 3, &format!("{weaker}\n[expect.order\nmust_precede = [[\n"));
    assert_eq!(lenses(&mut client, &uri), found);

    // Saved: what was committed counts.
    fs::write(&file, &weaker).unwrap();
    client.replace(&uri, 4, &weaker);
    assert_eq!(lenses(&mut client, &uri), [(line as u64, "~1, weaker · HEAD".to_owned())]);
    let shown = client.request("clnrm/expectationDiff", json!({ "uri": uri })).unwrap();
    assert_eq!(shown["baseline"], "HEAD");
    let text = shown["text"].as_str().unwrap();
    insta::assert_snapshot!(text, @r"
    ~ counts  (HEAD:28 → a.clnrm.toml:28)
        - spans ≥ 2
        + spans ≥ 1
        weaker: a trace that was refused is accepted now
          accepted now by the whole test:
            hello (at 0 ms for 1 ms)
    ~1, weaker; 1 unchanged (semantic)
    ");
    let run = json!({ "command": "clnrm.showExpectationDiff", "arguments": [{ "uri": uri }] });
    assert_eq!(client.request("workspace/executeCommand", run).unwrap()["text"], text);

    // Committed: nothing differs any more.
    git(&folder, &["commit", "--quiet", "-am", "second"]);
    assert_eq!(lenses(&mut client, &uri), []);
    client.shut_down();
}

#[test]
fn git_is_not_asked_in_a_workspace_that_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let file = folder.join("a.clnrm.toml");
    let uri = format!("file://{}", file.display());
    fs::write(&file, format!("{CLEAN}{COUNTS}")).unwrap();
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "-m", "first"]);
    let changed = format!("{CLEAN}{COUNTS}").replace("gte = 2", "gte = 1");
    fs::write(&file, &changed).unwrap();
    for (trusted, lenses_there) in [(true, 1), (false, 0)] {
        let mut client = start(&folder, json!({ "workspaceTrusted": trusted }));
        client.open(&uri, &changed);
        assert_eq!(lenses(&mut client, &uri).len(), lenses_there, "trusted: {trusted}");
        client.shut_down();
    }
}

#[test]
fn the_comparison_can_be_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.clnrm.toml");
    let uri = format!("file://{}", file.display());
    fs::write(&file, format!("{CLEAN}{COUNTS}")).unwrap();
    let settings = json!({ "settings": { "expectations": { "baseline": "off" } } });
    let mut client = start(folder.path(), settings);
    client.open(&uri, CLEAN);
    assert_eq!(lenses(&mut client, &uri), []);
    client.shut_down();
}
