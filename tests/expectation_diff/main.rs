//! The diff of expectations: what it says of examples, and what must hold of any two tests.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

mod examples;
mod laws;

use clnrm_lsp::config;
use clnrm_lsp::expectation::ExpectationTree;

/// The expectations of a test in TOML.
fn tree(text: &str) -> ExpectationTree {
    ExpectationTree::new(&config::parse(text, &[], false).config)
}
