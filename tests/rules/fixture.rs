//! Reads fixtures: small tests with marks below the places where a rule must find something.
//!
//! A file `tests/fixtures/rules/<code>.toml` holds one or more cases:
//!
//! ```toml
//! #: case: a step names a service that is nowhere defined
//! [[steps]]
//! service = "databse"
//! #         ^^^^^^^^^ there is no service `databse`
//! ```
//!
//! - A mark stands on the line below the marked text. It may be followed by words of the message, and before these by the
//!   expected severity (`warning: …`). A `#` before it is optional, so that the first columns can be marked too; a single
//!   `|` marks an empty range.
//! - A case without marks says that the rule must not fire.
//! - `#: not in <placement>: reason` leaves a placement out (`plain file`, `template text`, `loop`, `macro argument`,
//!   `included file`).
//! - `#: also: code` allows an error or warning of another rule at the marked places; else it counts as the same problem told
//!   twice.
//! - `#: file: name` starts another file of the case.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::placement::Placement;

/// One case of a rule's fixture.
#[derive(Clone, Debug)]
pub struct Case {
    pub title: String,
    /// The document, without the lines of marks.
    pub text: String,
    /// Where in `text` the rule must find something, sorted.
    pub marks: Vec<Mark>,
    /// Other files of the project: name and text.
    pub files: Vec<(String, String)>,
    /// Placements that are left out, with the reason.
    pub excluded: BTreeMap<Placement, String>,
    /// Codes of other rules that may fire at the marked places.
    pub also: Vec<String>,
}

/// A marked place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub range: Range<usize>,
    /// The expected severity, where the fixture names it.
    pub severity: Option<String>,
    /// Words of the message; may be empty.
    pub message: String,
}

/// Reads all cases of a fixture file. Panics, with a message for the fixture's author, where the file is malformed.
pub fn parse(source: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in source.split_inclusive('\n') {
        if let Some(directive) = line.trim_end().strip_prefix("#: ") {
            apply(directive, &mut cases);
            continue;
        }
        let Some(case) = cases.last_mut() else {
            assert!(line.trim().is_empty(), "text before the first `#: case: title`: {line}");
            continue;
        };
        if let Some((columns, message)) = mark(line) {
            assert!(case.files.is_empty(), "only the document of a case can be marked: {line}");
            case.add_mark(columns, message);
            continue;
        }
        match case.files.last_mut() {
            Some((_, text)) => text.push_str(line),
            None => case.text.push_str(line),
        }
    }
    for case in &mut cases {
        case.trim();
    }
    cases
}

fn apply(directive: &str, cases: &mut Vec<Case>) {
    let (key, rest) = directive.split_once(':').map_or((directive, ""), |(key, rest)| (key.trim(), rest.trim()));
    if key == "case" {
        cases.push(Case {
            title: rest.to_owned(),
            text: String::new(),
            marks: Vec::new(),
            files: Vec::new(),
            excluded: BTreeMap::new(),
            also: Vec::new(),
        });
        return;
    }
    let case = cases.last_mut().unwrap_or_else(|| panic!("`#: {directive}` before the first `#: case: title`"));
    if let Some(name) = key.strip_prefix("not in ") {
        let placement = Placement::named(name).unwrap_or_else(|| panic!("there is no placement `{name}`"));
        assert!(!rest.is_empty(), "`#: {directive}` needs a reason");
        case.excluded.insert(placement, rest.to_owned());
        return;
    }
    match key {
        "also" => case.also.push(rest.to_owned()),
        "file" => case.files.push((rest.to_owned(), String::new())),
        _ => panic!("there is no directive `#: {key}`"),
    }
}

/// Columns (in characters) and message of a line of marks.
fn mark(line: &str) -> Option<(Range<usize>, &str)> {
    let body = line.trim_start_matches([' ', '#']);
    let indent = line.len() - body.len();
    if let Some(message) = body.strip_prefix("| ") {
        return Some((indent..indent, message.trim()));
    }
    let width = body.len() - body.trim_start_matches('^').len();
    (width > 0).then(|| (indent..indent + width, body[width..].trim()))
}

impl Case {
    fn add_mark(&mut self, columns: Range<usize>, message: &str) {
        let end = self.text.strip_suffix('\n').map_or(self.text.len(), str::len);
        let start = self.text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..end];
        let byte = |column: usize| {
            let in_line = line.char_indices().map(|(byte, _)| byte).chain([line.len()]).nth(column);
            start + in_line.unwrap_or_else(|| panic!("a mark is longer than its line: {line}"))
        };
        let (severity, message) = match message.split_once(':') {
            Some((severity, rest)) if ["error", "warning", "information", "hint"].contains(&severity) => {
                (Some(severity.to_owned()), rest.trim())
            }
            _ => (None, message),
        };
        self.marks.push(Mark { range: byte(columns.start)..byte(columns.end), severity, message: message.to_owned() });
        self.marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    }

    /// Drops the empty lines between this case and the next.
    fn trim(&mut self) {
        for text in std::iter::once(&mut self.text).chain(self.files.iter_mut().map(|(_, text)| text)) {
            let kept = text.trim_end_matches('\n').len();
            text.truncate(kept);
            text.push('\n');
        }
    }
}

#[test]
fn marks_are_read_by_column_and_leave_the_text() {
    let cases = parse("#: case: one\na = \"ä\" # x\n#   ^^^ warning: not good\n# ^\nb = 1\n\n#: case: two\nc = 2\n");
    assert_eq!(cases.len(), 2);
    assert_eq!(cases[0].text, "a = \"ä\" # x\nb = 1\n");
    assert_eq!(
        cases[0].marks,
        [
            Mark { range: 2..3, severity: None, message: String::new() },
            Mark { range: 4..8, severity: Some("warning".to_owned()), message: "not good".to_owned() },
        ]
    );
    assert!(cases[1].marks.is_empty());
}
