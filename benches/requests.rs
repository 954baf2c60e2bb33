//! How long the editor waits for each request of the language server: a real process over pipes, at 10 and 100 KB.
//!
//! `cargo bench --bench requests`; `-- --quick` is a first look, `-- completion` asks only for what is named so. The aim is a p99 below 10 ms.
//!
//! Each is asked when editors ask it. Completion, signatures, colours, folds and hints come with the typing: right behind a change
//! of text, and, where it is said so, of a tag, for which all must be rendered. All else comes when nobody types: links, lenses,
//! outlines and the lightbulb 200 ms to a second behind the last change (VS Code: `CodeLensProvide` 250, `DocumentSymbols` 350,
//! `Links` 1000, `codeActionModel` 250; Neovim: code lenses 200; Helix: links 250), highlights behind a move of the cursor (Helix
//! can ask for them at each change; by default it does not), the rest when somebody asks. That is measured a quarter of a second behind
//! the diagnostics; `-- --behind` asks all of these right behind a change, too.
//!
//! No text was there before, so nothing comes from a cache. An answer that is empty or an error ends the benchmark. The last figure
//! is how many times the floor of the same document the p50 is: where the floor alone is near the aim, the machine is too slow for it.

#![expect(clippy::expect_used, reason = "a benchmark ends where the server fails")]

#[path = "shared/documents.rs"]
mod documents;
#[path = "shared/lsp.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod lsp;
#[path = "shared/percentiles.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod percentiles;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use documents::{KINDS, Kind};
use lsp::{Place, Server};
use percentiles::{percentile, percentiles};
use serde_json::{Value, json};

const SIZES: [usize; 2] = [10 << 10, 100 << 10];

/// How often each request is sent.
const ROUNDS: usize = 200;

/// How long nobody types before something is asked at rest.
const REST: Duration = Duration::from_millis(250);

/// What the p99 should stay below.
const AIM: Duration = Duration::from_millis(10);

/// When a request is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Right behind a change of text.
    Typing,
    /// Right behind a change of a tag.
    TypingInTag,
    /// When the diagnostics of the change are there, and nothing else was typed for a while.
    AtRest,
}

/// A request, and the text behind which it is asked, the first from the middle of the document on. A kind of document without it is
/// passed over.
struct Request {
    name: &'static str,
    when: When,
    method: &'static str,
    behind: &'static str,
    /// What is sent beside the document and the position.
    more: fn(&mut Asking) -> Value,
}

const fn typing(name: &'static str, method: &'static str, behind: &'static str) -> Request {
    Request { name, when: When::Typing, method, behind, more: nothing }
}

const fn typing_in_tag(name: &'static str, method: &'static str, behind: &'static str) -> Request {
    Request { name, when: When::TypingInTag, method, behind, more: nothing }
}

const fn at_rest(name: &'static str, method: &'static str, behind: &'static str) -> Request {
    Request { name, when: When::AtRest, method, behind, more: nothing }
}

const REQUESTS: &[Request] = &[
    typing("completion of a key", "textDocument/completion", " }\n"),
    typing("completion of a service", "textDocument/completion", "service = \"app"),
    typing("completion in an expression", "textDocument/completion", "{{ "),
    Request { more: completion_item, ..typing("completionItem/resolve", "completionItem/resolve", " }\n") },
    typing("signatureHelp", "textDocument/signatureHelp", "m::span("),
    typing("foldingRange", "textDocument/foldingRange", ""),
    typing("semanticTokens/full", "textDocument/semanticTokens/full", ""),
    Request { more: screen, ..typing("semanticTokens/range", "textDocument/semanticTokens/range", "") },
    Request { more: previous, ..typing("semanticTokens/full/delta", "textDocument/semanticTokens/full/delta", "") },
    Request { more: screen, ..typing("inlayHint", "textDocument/inlayHint", "") },
    typing_in_tag("in a tag: completion", "textDocument/completion", "{{ "),
    typing_in_tag("in a tag: signatureHelp", "textDocument/signatureHelp", "m::span("),
    typing_in_tag("in a tag: semanticTokens/full", "textDocument/semanticTokens/full", ""),
    Request { more: screen, ..typing_in_tag("in a tag: inlayHint", "textDocument/inlayHint", "") },
    at_rest("documentHighlight", "textDocument/documentHighlight", "name = \"app."),
    at_rest("documentSymbol", "textDocument/documentSymbol", ""),
    at_rest("documentLink", "textDocument/documentLink", "\nimage = \"alpine"),
    at_rest("codeLens", "textDocument/codeLens", ""),
    Request { more: actions, ..at_rest("codeAction as the cursor moves", "textDocument/codeAction", "= \"") },
    at_rest("hover over a key", "textDocument/hover", "nam"),
    at_rest("hover over an expression", "textDocument/hover", "{{ "),
    at_rest("definition", "textDocument/definition", "service = \"a"),
    at_rest("declaration", "textDocument/declaration", "service = \"a"),
    Request { more: references, ..at_rest("references", "textDocument/references", "service = \"a") },
    at_rest("prepareRename", "textDocument/prepareRename", "service = \"a"),
    Request { more: new_name, ..at_rest("rename", "textDocument/rename", "service = \"a") },
    Request { more: positions, ..at_rest("selectionRange", "textDocument/selectionRange", "= \"") },
    at_rest("prepareCallHierarchy", "textDocument/prepareCallHierarchy", "m::sp"),
    Request { more: call, ..at_rest("callHierarchy/incomingCalls", "callHierarchy/incomingCalls", "m::sp") },
    Request { more: query, ..at_rest("workspace/symbol", "workspace/symbol", "") },
    Request { more: asked_actions, ..at_rest("codeAction, asked for", "textDocument/codeAction", "= \"") },
    Request { more: chosen_action, ..at_rest("codeAction/resolve", "codeAction/resolve", "= \"") },
    at_rest("rendered preview", "clnrm/rendered", ""),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str()));
    let is_given = |option: &str| arguments.iter().any(|argument| argument == option);
    let rounds = if is_given("--quick") { ROUNDS / 10 } else { ROUNDS };
    let behind_a_change = |request: &Request| is_given("--behind") || request.when != When::AtRest;
    for kind in &KINDS {
        for size in SIZES {
            let text = kind.text(size);
            let label = format!("{} {} KB, ms", kind.name, size >> 10);
            println!("\n{label:44}     p50      p95      p99  × floor");
            let mut floor = floor(kind, size);
            println!("{:42} {}", "bare render and parse", percentiles(&mut floor, &[50, 95, 99]));
            let mut asking = Asking::open(kind, &text, percentile(&mut floor, 50));
            let (typing, at_rest): (Vec<&Request>, Vec<&Request>) =
                REQUESTS.iter().filter(|it| is_wanted(it.name)).partition(|it| behind_a_change(it));
            for request in typing {
                asking.measure_typing(request, rounds);
            }
            asking.measure_at_rest(&at_rest, rounds);
        }
    }
}

/// How long it takes only to render and parse such a document: no answer behind a change comes sooner.
fn floor(kind: &Kind, size: usize) -> Vec<Duration> {
    let text = kind.bare_text(size);
    let measured = (0..ROUNDS / 10).map(|_| {
        let start = Instant::now();
        documents::floor(&text, kind.is_template()).expect("the document can be read");
        start.elapsed()
    });
    measured.collect()
}

/// What an editor that shows everything can do.
fn capabilities() -> Value {
    json!({
        "codeAction": {
            "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } },
            "dataSupport": true,
            "disabledSupport": true,
            "resolveSupport": { "properties": ["edit"] },
        },
        "codeLens": {},
        "completion": { "completionItem": { "snippetSupport": true, "insertReplaceSupport": true } },
        "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        "hover": { "contentFormat": ["markdown"] },
    })
}

/// Where something is typed, and what comes before the number that is typed there.
#[derive(Clone, Copy)]
struct Typed {
    at: Place,
    before: &'static str,
}

/// A document in which something is typed before each request.
struct Asking {
    server: Server,
    uri: String,
    text: String,
    lines: usize,
    /// Where the requests are asked.
    position: Value,
    in_text: Typed,
    /// Inside of a tag, in a template.
    in_tag: Option<Typed>,
    /// How many characters were typed last.
    typed: usize,
    version: i32,
    /// How long it takes only to render and parse the document.
    floor: Duration,
}

impl Asking {
    fn open(kind: &Kind, text: &str, floor: Duration) -> Self {
        let mut server = Server::start_for(&mut Command::new(env!("CARGO_BIN_EXE_clnrm-lsp")), capabilities());
        let uri = format!("file:///bench/{}.clnrm.toml{}", kind.name, if kind.is_template() { ".tera" } else { "" });
        server.open(&uri, text);
        assert_eq!(server.errors(&uri, 1).0, 0, "{uri}");
        let in_text = Typed { at: Place::behind("[meta]", text), before: " # " };
        let in_tag = in_tag(kind).map(|behind| Typed { at: Place::behind(behind, text), before: "" });
        Self {
            server,
            uri,
            text: text.to_owned(),
            lines: text.lines().count(),
            position: Value::Null,
            in_text,
            in_tag,
            typed: 0,
            version: 1,
            floor,
        }
    }

    /// Sends a request behind each of many changes.
    fn measure_typing(&mut self, request: &Request, rounds: usize) {
        let place = match request.when {
            When::TypingInTag => self.in_tag,
            _ => Some(self.in_text),
        };
        let (Some(position), Some(place)) = (position(request.behind, &self.text), place) else { return };
        self.position = position;
        let mut took = Vec::new();
        // The first rounds warm up.
        for round in 0..rounds + 3 {
            let params = self.params(request);
            self.edit(place);
            let duration = self.ask(request, &params);
            self.rest();
            if round >= 3 {
                took.push(duration);
            }
        }
        self.take_back(place);
        self.tell(request, took);
    }

    /// Sends all requests, one after the other, in each of many rests.
    fn measure_at_rest(&mut self, requests: &[&Request], rounds: usize) {
        let asked: Vec<_> =
            requests.iter().filter_map(|request| Some((request, position(request.behind, &self.text)?))).collect();
        if asked.is_empty() {
            return;
        }
        let mut took = vec![Vec::new(); asked.len()];
        for round in 0..rounds + 3 {
            self.edit(self.in_text);
            self.rest();
            thread::sleep(REST);
            for ((request, position), took) in asked.iter().zip(&mut took) {
                self.position = position.clone();
                let params = self.params(request);
                let duration = self.ask(request, &params);
                if round >= 3 {
                    took.push(duration);
                }
            }
        }
        for ((request, _), took) in asked.iter().zip(took) {
            self.tell(request, took);
        }
    }

    /// Sends a request, and tells how long its answer took.
    fn ask(&mut self, request: &Request, params: &Value) -> Duration {
        let (answer, duration) = self.server.request(request.method, params);
        let list = answer["items"].as_array().or(answer.as_array());
        let is_empty = answer.is_null() || list.is_some_and(Vec::is_empty);
        assert!(!is_empty, "{} of {}: {answer}", request.name, self.uri);
        duration
    }

    fn tell(&self, request: &Request, mut took: Vec<Duration>) {
        let note = if percentile(&mut took, 99) < AIM { "" } else { "  above the aim" };
        let times = percentile(&mut took, 50).as_secs_f64() / self.floor.as_secs_f64();
        println!("{:42} {} {times:8.2}{note}", request.name, percentiles(&mut took, &[50, 95, 99]));
    }

    /// Types something that was not there before, in the place of what was typed last.
    fn edit(&mut self, place: Typed) {
        self.version += 1;
        self.put(place, &format!("{}{}", place.before, self.version));
    }

    /// Removes what was typed.
    fn take_back(&mut self, place: Typed) {
        self.version += 1;
        self.put(place, "");
        self.rest();
    }

    fn put(&mut self, place: Typed, text: &str) {
        self.server.change(&self.uri, self.version, place.at, self.typed, text);
        self.typed = text.len();
    }

    /// Waits until the change is judged, if it is not yet.
    fn rest(&mut self) {
        if self.server.judged == Some(self.version.into()) {
            return;
        }
        let (errors, _) = self.server.errors(&self.uri, self.version);
        assert_eq!(errors, 0, "{}", self.uri);
    }

    /// The parameters of a request; what has no use for a document or position passes over it.
    fn params(&mut self, request: &Request) -> Value {
        let mut params = json!({ "textDocument": { "uri": self.uri }, "uri": self.uri, "position": self.position });
        if let (Value::Object(params), Value::Object(more)) = (&mut params, (request.more)(self)) {
            params.extend(more);
        }
        params
    }

    /// Asks for something that the measured request needs.
    fn before(&mut self, method: &str, more: Value) -> Value {
        let request = Request { name: "", when: When::AtRest, method: "", behind: "", more: nothing };
        let mut params = self.params(&request);
        if let (Value::Object(params), Value::Object(more)) = (&mut params, more) {
            params.extend(more);
        }
        self.server.request(method, &params).0
    }

    /// Sixty lines in the middle.
    fn screen(&self) -> Value {
        let first = self.lines / 2;
        let place = |line| json!({ "line": line, "character": 0 });
        json!({ "start": place(first), "end": place((first + 60).min(self.lines - 1)) })
    }

    fn cursor(&self) -> Value {
        json!({ "start": self.position, "end": self.position })
    }
}

/// What stands in a tag of such a document, so that the string before it can be made longer.
fn in_tag(kind: &Kind) -> Option<&'static str> {
    match kind.name {
        "templated" => Some("[\"sh"),
        "macros" => Some("m::span(\"app"),
        _ => None,
    }
}

/// The place behind the first `needle` of the second half, else behind the first of all; the start where it is empty.
fn position(needle: &str, text: &str) -> Option<Value> {
    let half = text.len() / 2;
    let offset = text[half..].find(needle).map(|at| half + at).or_else(|| text.find(needle))? + needle.len();
    let offset = if needle.is_empty() { 0 } else { offset };
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    Some(json!({ "line": text[..offset].matches('\n').count(), "character": offset - line_start }))
}

fn nothing(_: &mut Asking) -> Value {
    json!({})
}

fn completion_item(asking: &mut Asking) -> Value {
    let found = asking.before("textDocument/completion", json!({}));
    found["items"].as_array().or(found.as_array()).expect("there are items")[0].clone()
}

fn screen(asking: &mut Asking) -> Value {
    json!({ "range": asking.screen() })
}

fn previous(asking: &mut Asking) -> Value {
    let tokens = asking.before("textDocument/semanticTokens/full", json!({}));
    json!({ "previousResultId": tokens["resultId"] })
}

fn actions(asking: &mut Asking) -> Value {
    json!({ "range": asking.cursor(), "context": { "diagnostics": [], "triggerKind": 2 } })
}

fn asked_actions(asking: &mut Asking) -> Value {
    json!({ "range": asking.cursor(), "context": { "diagnostics": [], "triggerKind": 1 } })
}

fn chosen_action(asking: &mut Asking) -> Value {
    let context = json!({ "diagnostics": [], "triggerKind": 2, "only": ["refactor"] });
    let found = asking.before("textDocument/codeAction", json!({ "range": asking.cursor(), "context": context }));
    let actions = found.as_array().expect("there are actions");
    actions.iter().find(|action| action["data"].is_object()).expect("one of them is to be resolved").clone()
}

fn references(_: &mut Asking) -> Value {
    json!({ "context": { "includeDeclaration": true } })
}

fn new_name(_: &mut Asking) -> Value {
    json!({ "newName": "renamed" })
}

fn positions(asking: &mut Asking) -> Value {
    json!({ "positions": [asking.position] })
}

fn call(asking: &mut Asking) -> Value {
    let items = asking.before("textDocument/prepareCallHierarchy", json!({}));
    json!({ "item": items[0] })
}

fn query(_: &mut Asking) -> Value {
    json!({ "query": "app" })
}
