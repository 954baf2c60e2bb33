//! Every key has a trace that satisfies it, and a mutant that turns it, and only it, red. The table of them is made from
//! the cases (`UPDATE_DOCS=1`), and no key of the schema is missing in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clnrm_lsp::config::schema::{ROOT, Rest, Shape, Table};
use clnrm_lsp::expectation::Outcome;

use crate::cases::{cases, failing, judged, tree};
use crate::notation::trace;

#[test]
fn the_green_trace_of_every_case_passes() {
    let mut complaints = Vec::new();
    for case in cases() {
        let tree = tree(&case.text);
        let judgement = judged(&tree, &trace(&case.green));
        if judgement.outcome != Outcome::Pass {
            complaints.push(format!("{}\n{}is not green: {:?}", case.key, case.text, failing(&tree, &judgement)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn each_mutant_turns_its_constraint_red_and_no_other() {
    let mut complaints = Vec::new();
    for case in cases() {
        let tree = tree(&case.text);
        assert!(!case.mutants.is_empty(), "{} has no mutant", case.key);
        for mutant in &case.mutants {
            let judgement = judged(&tree, &trace(&mutant.trace));
            let mut failing = failing(&tree, &judgement);
            // Where a name selects nothing, or a window is missing, what is asked of it can't be judged.
            failing.retain(|path| {
                let (index, _) = tree.find(path).unwrap();
                mutant.paths.contains(path) || judgement.verdicts[index].verdict.word() == "fail"
            });
            if failing != mutant.paths {
                complaints.push(format!("{}: {}\n{}turns red: {failing:?}", case.key, mutant.told, mutant.trace));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// What the schema says about keys.
#[derive(Default)]
struct Keys {
    /// Each key that is read, by its path, with its documentation.
    read: BTreeMap<String, &'static str>,
    /// Each other spelling of a key, with all paths that it has: by table and name.
    aliases: BTreeMap<(usize, &'static str), Vec<String>>,
    /// Each key that nothing reads.
    inert: BTreeMap<String, &'static str>,
}

impl Keys {
    fn of_expect() -> Self {
        let mut keys = Self::default();
        let expect = ROOT.key("expect").unwrap();
        keys.shape(&expect.shape, "expect");
        keys
    }

    fn table(&mut self, table: &'static Table, path: &str) {
        for key in table.keys {
            let path = format!("{path}.{}", key.name);
            if key.alias_of.is_some() {
                let place = std::ptr::from_ref(table.keys).cast::<u8>() as usize;
                self.aliases.entry((place, key.name)).or_default().push(path);
            } else if key.readers.is_empty() {
                self.inert.insert(path, key.documentation);
            } else {
                self.read.insert(path.clone(), key.documentation);
                self.shape(&key.shape, &path);
            }
        }
        match &table.rest {
            // A name of the pattern dialect may stand in several tables and means the same in each.
            Rest::Marked(marked, _) => {
                for key in marked.keys.iter().filter(|key| !key.readers.is_empty()) {
                    let place = std::ptr::from_ref(marked.keys).cast::<u8>() as usize;
                    self.aliases.entry((place, key.name)).or_default().push(format!("{path}.*.{}", key.name));
                }
            }
            Rest::Named(_) | Rest::Unknown => {}
        }
    }

    fn shape(&mut self, shape: &'static Shape, path: &str) {
        match shape {
            Shape::Table(table) | Shape::Tables(table) | Shape::Repeatable(table) => self.table(table, path),
            Shape::NamedTables(table, ..) => {
                self.table(table, path);
                self.read.insert(format!("{path}.*"), "The form with the name as the key.");
            }
            Shape::Map(value) => self.shape(value, &format!("{path}.*")),
            Shape::List(item) => self.shape(item, path),
            Shape::Forms(forms) => forms.iter().for_each(|form| self.shape(&form.shape, path)),
            _ => {}
        }
    }
}

/// Whether a case is about `path` or something in it.
fn is_covered(path: &str, keys: &[String]) -> bool {
    keys.iter().any(|key| key.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[test]
fn no_key_of_the_schema_is_missing() {
    let schema = Keys::of_expect();
    assert!(schema.read.len() > 60, "the walk finds {} keys only", schema.read.len());
    let covered: Vec<String> = cases().into_iter().map(|case| case.key).collect();
    let mut missing: Vec<&str> =
        schema.read.keys().map(String::as_str).filter(|path| !is_covered(path, &covered)).collect();
    for paths in schema.aliases.values() {
        if !paths.iter().any(|path| is_covered(path, &covered)) {
            missing.push(&paths[0]);
        }
    }
    assert!(missing.is_empty(), "no case in tests/fixtures/expectations for:\n{}", missing.join("\n"));
}

#[test]
fn the_table_in_the_documentation_is_that_of_the_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/expectations-table.md");
    let table = table();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table, "docs/expectations-table.md is out of date: run this test with UPDATE_DOCS=1");
}

fn table() -> String {
    let mut table = String::from(
        "# What turns each expectation red\n\n\
         Made by `tests/expectations` from `tests/fixtures/expectations` (`UPDATE_DOCS=1`), where the traces stand. For each line a\n\
         trace passes, and one in which the right column is true makes this constraint fail and no other (`exists = true` falls with\n\
         what no span has). `tests/verdicts` shows that `clnrm analyze`, runs, replays and the editor all say so, at the same place.\n\n\
         `*` stands for a name that the author of a test chooses.\n\n\
         | key | red, if |\n|---|---|\n",
    );
    for case in cases() {
        for mutant in &case.mutants {
            let _ = writeln!(table, "| `{}` | {} |", case.key, mutant.told.replace('|', "\\|"));
        }
    }
    table.push_str("\n## Keys that nothing evaluates\n\nThe format knows them, and they change no verdict.\n\n");
    for path in Keys::of_expect().inert.keys() {
        let _ = writeln!(table, "- `{path}`");
    }
    table
}
