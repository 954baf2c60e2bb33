//! From the model of a test to its tree of constraints. What can't be evaluated becomes a constraint all the same, so that
//! nobody takes it for fulfilled; what asks for nothing is listed as not judged.

mod assertions;
mod counts;
mod graph;
mod hermeticity;
mod order;
mod otel_validation;
mod span;
mod status;
mod window;
mod words;

use std::collections::HashSet;

use super::{
    Block, BlockKind, Constraint, ConstraintPath, ExpectationTree, NameSelector, Reading, Requirement, Unjudged,
};
use crate::config::TestConfig;
use crate::config::model::{Name, Text};
use crate::expectation::verdict::Reason;
use crate::text::Span;
use crate::validation::expectations::{NamePattern, is_pattern};

pub(super) fn tree(config: &TestConfig) -> ExpectationTree {
    let expect = &config.expect;
    let mut builder = Builder { hosts: hermeticity::declared_hosts(config), ..Builder::default() };
    let root = ConstraintPath::root("expect");
    if let Some(compat) = &expect.compat {
        words::compat(&mut builder, &root, compat);
    }
    for (index, block) in expect.spans.iter().enumerate() {
        span::block(&mut builder, &root.key("span").index(index), block);
    }
    if let Some(graph) = &expect.graph {
        graph::block(&mut builder, &root.key("graph"), graph);
    }
    if let Some(counts) = &expect.counts {
        counts::block(&mut builder, &root.key("counts"), counts);
    }
    for (index, window) in expect.windows.iter().enumerate() {
        window::block(&mut builder, &root.key("window").index(index), window);
    }
    if let Some(order) = &expect.order {
        order::block(&mut builder, &root.key("order"), order);
    }
    if let Some(status) = &expect.status {
        status::block(&mut builder, &root.key("status"), status);
    }
    if let Some(hermeticity) = &expect.hermeticity {
        hermeticity::block(&mut builder, &root.key("hermeticity"), hermeticity);
    }
    builder.unread(&root, &expect.unread);
    if let Some(older) = &config.otel_validation {
        otel_validation::blocks(&mut builder, older);
    }
    if let Some(assertions) = &config.assertions {
        assertions::block(&mut builder, assertions);
    }
    builder.tree
}

/// The tree while it grows.
#[derive(Default)]
struct Builder {
    tree: ExpectationTree,
    /// Hosts that belong to the test.
    hosts: Vec<String>,
    /// The paths of all constraints so far.
    taken: HashSet<ConstraintPath>,
}

impl Builder {
    /// Opens a block; `fill` adds its constraints. A block without any is left out.
    fn block(
        &mut self,
        path: &ConstraintPath,
        header: Span,
        kind: BlockKind,
        subject: Option<NameSelector>,
        fill: impl FnOnce(&mut Self),
    ) {
        let first = self.tree.constraints.len();
        self.tree.blocks.push(Block { path: path.clone(), header, kind, subject, constraints: first..first });
        fill(self);
        let last = self.tree.constraints.len();
        if last == first {
            self.tree.blocks.pop();
        } else if let Some(block) = self.tree.blocks.last_mut() {
            block.constraints.end = last;
        }
    }

    /// Adds a constraint to the block that is open.
    fn push(&mut self, path: ConstraintPath, span: Span, requirement: Requirement) {
        let block = self.tree.blocks.len().saturating_sub(1);
        let path = self.unused(path);
        self.tree.constraints.push(Constraint { path, block, span, requirement });
    }

    /// Adds a constraint whose requirement may be impossible to read.
    fn push_read(&mut self, path: ConstraintPath, span: Span, requirement: Result<Requirement, Reason>) {
        self.push(path, span, requirement.unwrap_or_else(Requirement::Unevaluable));
    }

    /// The path, numbered where a repeated table has taken it.
    fn unused(&mut self, path: ConstraintPath) -> ConstraintPath {
        let path = if self.taken.contains(&path) {
            (2..).map(|times| path.repeated(times)).find(|path| !self.taken.contains(path)).unwrap_or(path)
        } else {
            path
        };
        self.taken.insert(path.clone());
        path
    }

    fn unjudged(&mut self, path: ConstraintPath, span: Span, why: impl Into<String>) {
        self.tree.unjudged.push(Unjudged { path, span, why: why.into() });
    }

    /// Keys that nothing evaluates.
    fn unread(&mut self, path: &ConstraintPath, keys: &[Name]) {
        for key in keys {
            self.unjudged(path.key(&key.text), key.span, "nothing evaluates it");
        }
    }

    /// The spans that a text selects.
    fn selector(&self, text: &Text) -> Result<NameSelector, Reason> {
        if let Some(regex) = text.regex() {
            return match regex::Regex::new(regex) {
                Ok(_) => Ok(NameSelector::Regex(regex.to_owned())),
                Err(_) => Err(Reason::InvalidPattern(regex.to_owned())),
            };
        }
        self.named(text.known())
    }

    /// The spans that a key selects.
    fn key_selector(&self, key: &Name) -> Result<NameSelector, Reason> {
        self.named(key.known())
    }

    fn named(&self, name: Option<&str>) -> Result<NameSelector, Reason> {
        let name = name.ok_or(Reason::KnownAtRunTime)?;
        if name.trim().is_empty() {
            return Err(Reason::NoName);
        }
        // clnrm 1.0 compares names as they stand.
        if self.tree.reading == Reading::Clnrm1 || !is_pattern(name) {
            return Ok(NameSelector::Exact(name.to_owned()));
        }
        glob(name)
    }
}

/// A name that is a pattern in every reading.
fn glob(name: &str) -> Result<NameSelector, Reason> {
    if !is_pattern(name) {
        return Ok(NameSelector::Exact(name.to_owned()));
    }
    match NamePattern::new(name) {
        Ok(_) => Ok(NameSelector::Glob(name.to_owned())),
        Err(_) => Err(Reason::InvalidPattern(name.to_owned())),
    }
}

/// A text whose content is known.
fn known(text: &Text) -> Result<&str, Reason> {
    text.known().ok_or(Reason::KnownAtRunTime)
}
