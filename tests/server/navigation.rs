//! Definitions, references, renames, symbols and calls, in documents that are open and in files that are not.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::client::Client;

const LIBRARY: &str = "{% macro check(name) %}\n[[expect.span]]\nname = {{ name | toml_encode }}\n{% endmacro check %}\n\
                       {% macro both(one, two) %}\n{{ self::check(one) }}\n{{ self::check(two) }}\n{% endmacro both %}\n";

const HEAD: &str = "[meta]\nname = \"demo\"\nversion = \"1.0\"\n\n[services.api]\nimage = \"alpine:3.20\"\n\n\
                    [[scenario]]\nname = \"one\"\nservice = \"api\"\nrun = \"true\"\n\n";

/// A workspace on disk and a server that looks at it.
struct Workspace {
    folder: tempfile::TempDir,
    client: Client,
}

impl Workspace {
    fn new(capabilities: Value, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(folder.path(), name, text);
        }
        let folders = json!([{ "uri": format!("file://{}", folder.path().display()), "name": "w" }]);
        let client = Client::start(json!({ "workspaceFolders": folders, "capabilities": capabilities }));
        Self { folder, client }
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.folder.path().join(name).display())
    }

    /// Asks about the place of `$0`, which the file has where it is opened; `more` goes beside the position.
    fn ask(&mut self, method: &str, name: &str, marked: &str, more: Value) -> Result<Value, Value> {
        let uri = self.uri(name);
        let before = marked.split("$0").next().unwrap();
        let (line, character) =
            (before.matches('\n').count(), before.rsplit('\n').next().unwrap().encode_utf16().count());
        self.client.close(&uri);
        self.client.open(&uri, &marked.replacen("$0", "", 1));
        let mut params =
            json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.client.request(method, params)
    }

    /// Locations as `file line:character-line:character`, lines and characters from 0.
    fn places(&self, locations: &Value) -> Vec<String> {
        let place = |location: &Value| {
            let uri = location.get("uri").unwrap_or(&location["targetUri"]).as_str().unwrap();
            let range = location.get("range").unwrap_or(&location["targetSelectionRange"]);
            format!("{} {}", uri.rsplit('/').next().unwrap(), brief(range))
        };
        locations.as_array().unwrap().iter().map(place).collect()
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn brief(range: &Value) -> String {
    let (start, end) = (&range["start"], &range["end"]);
    format!("{}:{}-{}:{}", start["line"], start["character"], end["line"], end["character"])
}

/// A test that calls the library.
fn caller(call: &str) -> String {
    format!("{{% import \"_own.toml.tera\" as m %}}\n{HEAD}{call}\n")
}

#[test]
fn a_definition_is_found_in_the_document_in_a_library_and_in_the_built_in_one() {
    let mut workspace = Workspace::new(json!({}), &[("_own.toml.tera", LIBRARY)]);
    let service = HEAD.replace("service = \"api\"", "service = \"a$0pi\"");
    let found = workspace.ask("textDocument/definition", "a.clnrm.toml", &service, json!({})).unwrap();
    assert_eq!(workspace.places(&found), ["a.clnrm.toml 4:10-4:13"]);

    let call = caller("{{ m::ch$0eck(\"x\") }}");
    let found = workspace.ask("textDocument/definition", "b.clnrm.toml.tera", &call, json!({})).unwrap();
    assert_eq!(workspace.places(&found), ["_own.toml.tera 0:9-0:14"]);
    let declared = workspace.ask("textDocument/declaration", "b.clnrm.toml.tera", &call, json!({})).unwrap();
    assert_eq!(workspace.places(&declared), ["b.clnrm.toml.tera 0:10-0:26"]);

    let file = caller("").replace("_own.toml", "_o$0wn.toml");
    let found = workspace.ask("textDocument/definition", "b.clnrm.toml.tera", &file, json!({})).unwrap();
    assert_eq!(workspace.places(&found), ["_own.toml.tera 0:0-0:0"]);

    let built_in = format!("{{% import \"_macros.toml.tera\" as m %}}\n{HEAD}{{{{ m::sp$0an(\"é\") }}}}\n");
    let found = workspace.ask("textDocument/definition", "c.clnrm.toml.tera", &built_in, json!({})).unwrap();
    assert_eq!(found[0]["uri"], "clnrm-library:///_macros.toml.tera");
    let text = workspace.client.request("clnrm/libraryText", json!({ "uri": found[0]["uri"] })).unwrap();
    let line = found[0]["range"]["start"]["line"].as_u64().unwrap();
    let line = text["text"].as_str().unwrap().lines().nth(line as usize).unwrap();
    assert!(line.starts_with("{% macro span("), "{line}");
    let unknown = workspace.client.request("clnrm/libraryText", json!({ "uri": "clnrm-library:///nope" }));
    assert_eq!(unknown.unwrap_err()["code"], -32602);
    workspace.client.shut_down();
}

#[test]
fn a_definition_comes_with_what_leads_to_it_where_the_client_wants_links() {
    let capabilities = json!({ "textDocument": { "definition": { "linkSupport": true } } });
    let mut workspace = Workspace::new(capabilities, &[("_own.toml.tera", LIBRARY)]);
    let call = caller("{{ m::ch$0eck(\"x\") }}");
    let found = workspace.ask("textDocument/definition", "b.clnrm.toml.tera", &call, json!({})).unwrap();
    assert_eq!(brief(&found[0]["originSelectionRange"]), "13:6-13:11");
    assert_eq!(brief(&found[0]["targetRange"]), "0:0-3:20");
    workspace.client.shut_down();
}

#[test]
fn references_are_found_in_files_that_nobody_has_opened() {
    let other = caller("{{ m::check(\"a\") }}\n{{ m::check(name=\"b\") }}");
    let mut workspace = Workspace::new(
        json!({}),
        &[
            ("_own.toml.tera", LIBRARY),
            ("deep/other.clnrm.toml.tera", &other),
            (".gitignore", "ignored\n"),
            ("ignored/third.clnrm.toml.tera", &other),
        ],
    );
    let marked = LIBRARY.replacen("check", "ch$0eck", 1);
    let context = json!({ "context": { "includeDeclaration": false } });
    let found = workspace.ask("textDocument/references", "_own.toml.tera", &marked, context.clone()).unwrap();
    let expected = [
        "_own.toml.tera 3:12-3:17",
        "_own.toml.tera 5:9-5:14",
        "_own.toml.tera 6:9-6:14",
        "other.clnrm.toml.tera 13:6-13:11",
        "other.clnrm.toml.tera 14:6-14:11",
    ];
    assert_eq!(workspace.places(&found), expected);

    // A new file is seen as soon as the client tells of it.
    write(workspace.folder.path(), "new.clnrm.toml.tera", &other);
    let changes = json!([{ "uri": workspace.uri("new.clnrm.toml.tera"), "type": 1 }]);
    workspace.client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    let found = workspace.ask("textDocument/references", "_own.toml.tera", &marked, context).unwrap();
    assert_eq!(found.as_array().unwrap().len(), expected.len() + 2);

    let glob =
        format!("{HEAD}[[expect.span]]\nname = \"a$0pi.get\"\n\n[expect.status]\nby_name = {{ \"api.*\" = \"ok\" }}\n");
    let all = json!({ "context": { "includeDeclaration": true } });
    let found = workspace.ask("textDocument/references", "g.clnrm.toml", &glob, all).unwrap();
    assert_eq!(workspace.places(&found), ["g.clnrm.toml 13:8-13:15", "g.clnrm.toml 16:13-16:18"]);
    workspace.client.shut_down();
}

#[test]
fn a_macro_is_renamed_in_every_file_that_names_it() {
    let other = caller("{{ m::check(\"a\") }}");
    let capabilities = json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } });
    let mut workspace = Workspace::new(capabilities, &[("_own.toml.tera", LIBRARY), ("other.clnrm.toml.tera", &other)]);
    let marked = caller("{{ m::ch$0eck(\"x\") }}");
    let prepared = workspace.ask("textDocument/prepareRename", "b.clnrm.toml.tera", &marked, json!({})).unwrap();
    assert_eq!(prepared["placeholder"], "check");
    assert_eq!(brief(&prepared["range"]), "13:6-13:11");
    let edit =
        workspace.ask("textDocument/rename", "b.clnrm.toml.tera", &marked, json!({ "newName": "span_is" })).unwrap();
    let changes = edit["documentChanges"].as_array().unwrap();
    let edited: Vec<String> = changes
        .iter()
        .map(|change| {
            let document = &change["textDocument"];
            let ranges: Vec<String> =
                change["edits"].as_array().unwrap().iter().map(|it| brief(&it["range"])).collect();
            assert!(change["edits"].as_array().unwrap().iter().all(|it| it["newText"] == "span_is"));
            let name = document["uri"].as_str().unwrap().rsplit('/').next().unwrap();
            format!("{name} {} {}", document["version"], ranges.join(" "))
        })
        .collect();
    assert_eq!(
        edited,
        [
            "b.clnrm.toml.tera 1 13:6-13:11",
            "_own.toml.tera null 0:9-0:14 3:12-3:17 5:9-5:14 6:9-6:14",
            "other.clnrm.toml.tera null 13:6-13:11",
        ]
    );
    workspace.client.shut_down();
}

#[test]
fn a_variable_of_the_project_is_renamed_with_the_tests_that_read_it() {
    let test = format!("{HEAD}[[expect.span]]\nname = \"{{{{ target }}}}\"\n");
    let settings = "[template.vars]\ntarget = \"x\"\n";
    let mut workspace = Workspace::new(json!({}), &[("cleanroom.toml", settings), ("sub/t.clnrm.toml.tera", &test)]);
    let marked = settings.replace("target", "tar$0get");
    let edit = workspace.ask("textDocument/rename", "cleanroom.toml", &marked, json!({ "newName": "aim" })).unwrap();
    let changes = edit["changes"].as_object().unwrap();
    let mut edited: Vec<String> = changes
        .iter()
        .map(|(uri, edits)| format!("{} {}", uri.rsplit('/').next().unwrap(), brief(&edits[0]["range"])))
        .collect();
    edited.sort();
    assert_eq!(edited, ["cleanroom.toml 1:0-1:6", "t.clnrm.toml.tera 13:11-13:17"]);
    workspace.client.shut_down();
}

#[test]
fn a_rename_that_can_not_be_made_says_why() {
    let mut workspace = Workspace::new(json!({}), &[("_own.toml.tera", LIBRARY)]);
    let mut reason = |marked: &str, new: &str| {
        let error = workspace.ask("textDocument/rename", "r.clnrm.toml.tera", marked, json!({ "newName": new }));
        let error = error.unwrap_err();
        assert_eq!(error["code"], -32803);
        error["message"].as_str().unwrap().to_owned()
    };
    let service = HEAD.replace("[services.api]", "[services.a$0pi]");
    let two = service.replace("[[scenario]]", "[services.db]\nimage = \"alpine:3.20\"\n\n[[scenario]]");
    assert_eq!(reason(&two, "db"), "there is a service `db` already");
    assert_eq!(
        reason(&service, "a\"b"),
        "`a\"b` can't be the name of a service: it holds a quote, a backslash or a control character"
    );
    let computed = service.replace("service = \"api\"", "service = \"{{ \"API\" | lower }}\"");
    assert_eq!(
        reason(&computed, "x"),
        "the service `api` can't be renamed: an expression or a macro writes its name in line 10 of `r.clnrm.toml.tera`"
    );
    let built_in = format!("{{% import \"_macros.toml.tera\" as m %}}\n{HEAD}{{{{ m::sp$0an(\"a\") }}}}\n");
    assert_eq!(reason(&built_in, "x"), "the macro `span` belongs to the built-in library, which can't be changed");
    let loops = "{% for a in [1] %}{% for b in [2] %}{{ $0a }}{{ b }}{% endfor %}{% endfor %}";
    assert_eq!(reason(loops, "b"), "there is a loop variable `b` already");
    let loops = "{% for a in [1] %}{{ $0a }}{% endfor %}";
    assert!(reason(loops, "1a").contains("letters, digits and `_`"));
    let nothing = HEAD.replace("image", "im$0age");
    let prepared = workspace.ask("textDocument/prepareRename", "r.clnrm.toml.tera", &nothing, json!({})).unwrap();
    assert_eq!(prepared, Value::Null);
    workspace.client.shut_down();
}

#[test]
fn what_belongs_together_is_highlighted_and_edited_together() {
    let mut workspace = Workspace::new(json!({}), &[]);
    let service = HEAD.replace("service = \"api\"", "service = \"ap$0i\"");
    let found = workspace.ask("textDocument/documentHighlight", "a.clnrm.toml", &service, json!({})).unwrap();
    let shown: Vec<String> =
        found.as_array().unwrap().iter().map(|it| format!("{} {}", brief(&it["range"]), it["kind"])).collect();
    assert_eq!(shown, ["4:10-4:13 3", "9:11-9:14 2"]);
    let library = LIBRARY.replacen("endmacro check", "endmacro che$0ck", 1);
    let linked = workspace.ask("textDocument/linkedEditingRange", "_l.toml.tera", &library, json!({})).unwrap();
    let ranges: Vec<String> = linked["ranges"].as_array().unwrap().iter().map(brief).collect();
    assert_eq!(ranges, ["0:9-0:14", "3:12-3:17"]);
    workspace.client.shut_down();
}

#[test]
fn a_document_has_an_outline_and_the_workspace_has_names() {
    let capabilities = json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } });
    let mut workspace = Workspace::new(capabilities, &[("_own.toml.tera", LIBRARY)]);
    let text = caller("{{ m::check(\"x\") }}");
    let uri = workspace.uri("a.clnrm.toml.tera");
    workspace.client.open(&uri, &text);
    let found =
        workspace.client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).unwrap();
    let names: Vec<&str> = found.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["meta", "api", "one", "check \"x\""]);
    let keys: Vec<&str> =
        found[2]["children"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(keys, ["name", "service", "run"]);
    let found = workspace.client.request("workspace/symbol", json!({ "query": "chk" })).unwrap();
    let found: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {} {}", it["name"], it["containerName"], brief(&it["location"]["range"])))
        .collect();
    assert_eq!(found, ["\"check\" \"macro\" 0:9-0:14"]);
    workspace.client.shut_down();

    // A client without trees gets a list.
    let mut client = Client::start(json!({}));
    client.open("file:///t/a.clnrm.toml", HEAD);
    let params = json!({ "textDocument": { "uri": "file:///t/a.clnrm.toml" } });
    let found = client.request("textDocument/documentSymbol", params).unwrap();
    assert_eq!(found[1]["containerName"], "meta");
    client.shut_down();
}

#[test]
fn calls_of_macros_are_followed_both_ways_across_files() {
    let other = caller("{{ m::both(\"a\", \"b\") }}");
    let mut workspace = Workspace::new(json!({}), &[("_own.toml.tera", LIBRARY), ("other.clnrm.toml.tera", &other)]);
    let marked = caller("{{ m::ch$0eck(\"x\") }}");
    let items = workspace.ask("textDocument/prepareCallHierarchy", "b.clnrm.toml.tera", &marked, json!({})).unwrap();
    assert_eq!((&items[0]["name"], &items[0]["detail"]), (&json!("check"), &json!("_own.toml.tera")));
    let from = workspace.client.request("callHierarchy/incomingCalls", json!({ "item": items[0] })).unwrap();
    let from: Vec<String> = from
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            let ranges: Vec<String> = call["fromRanges"].as_array().unwrap().iter().map(brief).collect();
            format!("{} {}", call["from"]["name"], ranges.join(" "))
        })
        .collect();
    assert_eq!(from, ["\"both\" 5:9-5:14 6:9-6:14", "\"b.clnrm.toml.tera\" 13:6-13:11"]);
    let marked = other.replace("m::both", "m::bo$0th");
    let items =
        workspace.ask("textDocument/prepareCallHierarchy", "other.clnrm.toml.tera", &marked, json!({})).unwrap();
    let to = workspace.client.request("callHierarchy/outgoingCalls", json!({ "item": items[0] })).unwrap();
    assert_eq!(to[0]["to"]["name"], "check");
    assert_eq!(to[0]["fromRanges"].as_array().unwrap().len(), 2);
    workspace.client.shut_down();
}
