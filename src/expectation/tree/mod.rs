//! What a test expects, as a list of single constraints. Each has a stable path (`expect.counts.by_name."db.*".gte`), its
//! place in the parsed text, and a requirement without places, by which two revisions of a test are compared.
//!
//! Decides nothing about spans (see `evaluate`); what a key means and which forms it may have, it takes from
//! [`crate::config::model`].

mod attribute;
mod build;
mod path;
mod requirement;
mod selector;

pub use attribute::{AttributeTest, Literal, ValueTest};
pub use path::ConstraintPath;
pub use requirement::{
    Bound, Counted, CrossScope, GraphRequirement, HermeticityRequirement, OrderBasis, OrderMode, OrderRequirement,
    Requirement, SpanRequirement, StatusRequirement, TraceRequirement, WindowRequirement, WindowSpan,
};
pub use selector::NameSelector;

use std::ops::Range;

use crate::config::TestConfig;
use crate::text::Span;

/// All constraints of a test, in the order of its blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectationTree {
    /// How the constraints are read.
    pub reading: Reading,
    /// Tables that hold constraints, in the order of the model.
    pub blocks: Vec<Block>,
    /// The constraints; those of one block are neighbours.
    pub constraints: Vec<Constraint>,
    /// What the file says but nothing judges, and why.
    pub unjudged: Vec<Unjudged>,
}

impl ExpectationTree {
    /// The constraints of `config`.
    pub fn new(config: &TestConfig) -> Self {
        build::tree(config)
    }

    /// The constraints of a block, with their indices.
    pub fn constraints_of(&self, block: &Block) -> impl Iterator<Item = (usize, &Constraint)> {
        let range = block.constraints.clone();
        range.clone().zip(self.constraints.get(range).unwrap_or_default())
    }

    /// The block that a constraint belongs to.
    ///
    /// # Panics
    /// When `constraint` comes from another, bigger tree.
    pub fn block_of(&self, constraint: &Constraint) -> &Block {
        &self.blocks[constraint.block]
    }

    /// The constraint with this path.
    pub fn find(&self, path: &str) -> Option<(usize, &Constraint)> {
        self.constraints.iter().enumerate().find(|(_, constraint)| constraint.path.as_str() == path)
    }

    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        self.constraints.is_empty()
    }
}

/// How expectations are read (`expect.compat`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reading {
    /// As `docs/expectations.md` defines it.
    #[default]
    Sound,
    /// As clnrm 1.0 read them.
    Clnrm1,
}

/// A table that holds constraints which belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its path, such as `expect.span[0]`.
    pub path: ConstraintPath,
    /// Place of its header.
    pub header: Span,
    /// What kind of table it is.
    pub kind: BlockKind,
    /// The span that the block is about, where it is about one.
    pub subject: Option<NameSelector>,
    /// Its constraints, as indices into [`ExpectationTree::constraints`].
    pub constraints: Range<usize>,
}

/// The kinds of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// One `[[expect.span]]` or expected span: one span must satisfy all its constraints together.
    Span,
    /// `[expect.graph]`.
    Graph,
    /// `[expect.counts]`.
    Counts,
    /// One `[[expect.window]]`.
    Window,
    /// `[expect.order]`.
    Order,
    /// `[expect.status]`.
    Status,
    /// `[expect.hermeticity]`.
    Hermeticity,
    /// One of `otel_validation.expected_traces`: one trace must satisfy all its constraints together.
    Trace,
    /// `[assertions]`.
    Assertions,
    /// `expect.compat`, where it can't be read.
    Compat,
}

impl BlockKind {
    /// The name of the kind, as in `expect.NAME`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Span => "span",
            Self::Graph => "graph",
            Self::Counts => "counts",
            Self::Window => "window",
            Self::Order => "order",
            Self::Status => "status",
            Self::Hermeticity => "hermeticity",
            Self::Trace => "trace",
            Self::Assertions => "assertions",
            Self::Compat => "compat",
        }
    }
}

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Its path, unique in the tree and stable while the file's structure is.
    pub path: ConstraintPath,
    /// Index of its block.
    pub block: usize,
    /// Place of the key or value that says it, in the parsed text.
    pub span: Span,
    /// What must hold, without places: equal in two revisions of a test if they ask for the same.
    pub requirement: Requirement,
}

/// Something that the file says and nothing judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// Path of the key.
    pub path: ConstraintPath,
    /// Its place.
    pub span: Span,
    /// Why it is not judged, as a clause ("`gte` is not looked at beside `eq`").
    pub why: String,
}
