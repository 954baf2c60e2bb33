//! Random edits at full speed leave the server with the text and the diagnostics that a fresh server has for the same text.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::client::{CLEAN, Client};

/// What the random edits put together: enough to make and mend mistakes, in every unit of columns.
const PIECES: [&str; 22] = [
    "\n",
    "\r\n",
    "\r",
    "é",
    "🦀",
    "\u{2028}",
    "\u{feff}",
    "\"",
    "[",
    "]",
    "{{ svc }}",
    "{% if svc %}",
    "{% endif %}",
    "{{",
    "#",
    "=",
    " ",
    "name = \"x\"\n",
    "[[scenario]]\n",
    "service = \"apj\"\n",
    "[service.b]\nimage = \"b\"\n",
    "",
];

/// One step of somebody who types: in which document, and what.
#[derive(Clone, Debug)]
enum Step {
    /// Several replacements in one notification: start, end (as parts of the text's length) and pieces.
    Edit(Vec<(f64, f64, Vec<usize>)>),
    /// The whole text.
    Replace(Vec<usize>),
    Undo,
    CloseAndOpen,
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let pieces = || prop::collection::vec(0..PIECES.len(), 0..4);
    let edit = prop::collection::vec((0.0..1.0, 0.0..0.05, pieces()), 1..4);
    let step = prop_oneof![
        12 => edit.prop_map(Step::Edit),
        1 => pieces().prop_map(Step::Replace),
        3 => Just(Step::Undo),
        1 => Just(Step::CloseAndOpen),
    ];
    prop::collection::vec((0..3usize, step), 1..60)
}

/// What a client knows of one document.
struct Text {
    uri: String,
    version: i32,
    text: String,
    before: Vec<String>,
}

#[test]
fn any_sequence_of_edits_ends_in_what_a_fresh_server_says() {
    let cases = std::env::var("CLNRM_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        runner
            .run(&steps(), |steps| {
                check(encoding, &steps);
                Ok(())
            })
            .unwrap();
    }
}

fn check(encoding: &str, steps: &[(usize, Step)]) {
    let capabilities = json!({ "capabilities": { "general": { "positionEncodings": [encoding] } } });
    let mut client = Client::start(capabilities.clone());
    let mut texts: Vec<Text> = (0..3)
        .map(|number| {
            let ending = if number == 2 { "toml.tera" } else { "toml" };
            Text {
                uri: format!("file:///tests/{number}.clnrm.{ending}"),
                version: 1,
                text: CLEAN.to_owned(),
                before: Vec::new(),
            }
        })
        .collect();
    for text in &texts {
        client.open(&text.uri, &text.text);
    }
    for (number, step) in steps {
        apply(&mut client, &mut texts[*number], step, encoding);
    }
    let found: BTreeMap<_, _> =
        texts.iter().map(|text| (text.uri.clone(), client.diagnostics(&text.uri, Some(text.version)))).collect();
    for text in &texts {
        let rendered = client.request("clnrm/rendered", json!({ "uri": text.uri })).unwrap();
        assert_eq!(rendered["version"], text.version);
        if !["{{", "{%", "{#"].iter().any(|opening| text.text.contains(opening)) {
            assert_eq!(rendered["text"], text.text, "the server's text of {}", text.uri);
        }
    }
    client.shut_down();

    let mut fresh = Client::start(capabilities);
    for text in &texts {
        fresh.open(&text.uri, &text.text);
        assert_eq!(found[&text.uri], fresh.diagnostics(&text.uri, Some(1)), "{}", text.text);
    }
    fresh.shut_down();
}

fn apply(client: &mut Client, text: &mut Text, step: &Step, encoding: &str) {
    let pieces = |numbers: &[usize]| numbers.iter().map(|number| PIECES[*number]).collect::<String>();
    text.version += 1;
    match step {
        Step::Edit(edits) => {
            text.before.push(text.text.clone());
            let mut changes = Vec::new();
            for (start, length, numbers) in edits {
                let start = boundary(&text.text, *start);
                let end =
                    boundary(&text.text, (start as f64 / text.text.len().max(1) as f64 + length).min(1.0)).max(start);
                let insert = pieces(numbers);
                let range = json!({ "start": position(&text.text, start, encoding), "end": position(&text.text, end, encoding) });
                changes.push(json!({ "range": range, "text": insert }));
                text.text.replace_range(start..end, &insert);
            }
            client.change(&text.uri, text.version, json!(changes));
        }
        Step::Replace(numbers) => {
            text.before.push(std::mem::replace(&mut text.text, format!("{CLEAN}{}", pieces(numbers))));
            client.replace(&text.uri, text.version, &text.text);
        }
        Step::Undo => {
            text.text = text.before.pop().unwrap_or_default();
            client.replace(&text.uri, text.version, &text.text);
        }
        Step::CloseAndOpen => {
            client.close(&text.uri);
            let document =
                json!({ "uri": text.uri, "languageId": "clnrm", "version": text.version, "text": text.text });
            client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        }
    }
}

/// The character boundary nearest to a part of the text's length, never between a carriage return and its line feed.
fn boundary(text: &str, part: f64) -> usize {
    let mut at = (text.len() as f64 * part) as usize;
    while !text.is_char_boundary(at) || (at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
        at -= 1;
    }
    at
}

/// A position, counted in the plainest way.
fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let before = &text[..offset];
    let normal = before.replace("\r\n", "\n").replace('\r', "\n");
    let line = normal.matches('\n').count();
    let last = normal.rsplit('\n').next().unwrap_or_default();
    let character = match encoding {
        "utf-8" => last.len(),
        "utf-16" => last.encode_utf16().count(),
        _ => last.chars().count(),
    };
    json!({ "line": line, "character": character })
}
