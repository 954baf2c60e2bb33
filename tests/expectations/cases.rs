//! The cases of `tests/fixtures/expectations/*.txt`:
//!
//! ```text
//! #: expect.span.kind
//! [[expect.span]]
//! name = "call"
//! kind = "client"
//! #: green
//! call client
//! #: red expect.span[0].kind: the span has another kind
//! call server
//! ```
//!
//! Each case belongs to a key of the format. The green trace passes; each red one makes the named constraint fail, and no
//! other. Constraints that can't fail but together are named together, parted by ` + `.

use std::path::Path;

use clnrm_lsp::config::parse;
use clnrm_lsp::expectation::{ExpectationTree, Judgement, Reception, judge};
use clnrm_lsp::trace::{Completeness, Trace};

/// A key of the format with expectations that use it.
pub struct Case {
    /// The key, with `*` for names that the author of a test chooses.
    pub key: String,
    /// The test.
    pub text: String,
    /// The trace that satisfies it.
    pub green: String,
    /// Traces that do not.
    pub mutants: Vec<Mutant>,
}

/// A trace that one constraint must notice.
pub struct Mutant {
    /// The path of the constraint, and of those that fall with it.
    pub paths: Vec<String>,
    /// What is wrong with the trace.
    pub told: String,
    /// The trace.
    pub trace: String,
}

/// All cases, by file and in the order of each.
pub fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/expectations");
    let files = ["span", "graph", "counts", "window", "order", "status", "hermeticity", "older"];
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), files.len(), "a file of cases is not read");
    files.iter().flat_map(|file| read(&std::fs::read_to_string(folder.join(format!("{file}.txt"))).unwrap())).collect()
}

fn read(source: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in source.split_inclusive('\n') {
        let directive = line.trim_end().strip_prefix("#: ");
        if let Some(directive) = directive {
            if directive == "green" {
                continue_green(&mut cases);
            } else if let Some(red) = directive.strip_prefix("red ") {
                let (paths, told) = red.rsplit_once(": ").unwrap();
                let paths = paths.split(" + ").map(str::to_owned).collect();
                let mutant = Mutant { paths, told: told.to_owned(), trace: String::new() };
                cases.last_mut().unwrap().mutants.push(mutant);
            } else {
                let key = directive.to_owned();
                cases.push(Case { key, text: String::new(), green: String::new(), mutants: Vec::new() });
            }
            continue;
        }
        let case = cases.last_mut().unwrap();
        let part = match case.mutants.last_mut() {
            Some(mutant) => &mut mutant.trace,
            None if case.green.is_empty() => &mut case.text,
            None => &mut case.green,
        };
        part.push_str(line);
    }
    cases
}

/// What follows is the green trace.
fn continue_green(cases: &mut [Case]) {
    cases.last_mut().unwrap().green.push('\n');
}

/// The tree of a text that must be well formed.
pub fn tree(text: &str) -> ExpectationTree {
    let parsed = parse(text, &[], false);
    assert!(parsed.syntax.is_empty(), "{:?} in\n{text}", parsed.syntax);
    ExpectationTree::new(&parsed.config)
}

/// The judgement of a trace of which all spans are there.
pub fn judged(tree: &ExpectationTree, trace: &Trace) -> Judgement {
    judge(tree, trace, &Reception::of(Completeness::proved("exit+drain")))
}

/// The paths of the constraints that do not hold.
pub fn failing(tree: &ExpectationTree, judgement: &Judgement) -> Vec<String> {
    judgement.failures().map(|index| tree.constraints[index].path.to_string()).collect()
}
