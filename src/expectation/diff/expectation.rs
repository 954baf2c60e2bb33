//! The unit of comparison: one thing that a test expects, as far as it has a meaning of its own.
//!
//! A span block is one expectation, because one span must satisfy all of it; so is a window, and all bounds of one number. An edge, a
//! pair of an order, a status and a rule of hermeticity are one each.

use crate::expectation::tree::{
    Block, BlockKind, Constraint, ConstraintPath, Counted, ExpectationTree, GraphRequirement, HermeticityRequirement,
    NameSelector, OrderRequirement, Reading, Requirement, StatusRequirement,
};
use crate::text::Span;

/// One thing that a test expects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The kind of its table.
    pub kind: BlockKind,
    /// The span that it is about, where it is about one.
    pub subject: Option<NameSelector>,
    /// What must hold, all together; never empty.
    pub requirements: Vec<Requirement>,
    /// Its path in the file.
    pub path: ConstraintPath,
    /// Its place in the parsed text.
    pub span: Span,
    /// What it is about: of two expectations about the same, one is the changed other.
    topic: String,
    /// What it asks for; equal where the same is asked, wherever it stands.
    meaning: String,
}

/// Two expectations are equal if they ask for the same.
impl PartialEq for Expectation {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.meaning == other.meaning
    }
}

impl Expectation {
    /// An expectation of these requirements.
    pub fn new(
        kind: BlockKind,
        subject: Option<NameSelector>,
        requirements: Vec<Requirement>,
        path: ConstraintPath,
        span: Span,
    ) -> Self {
        let topic = topic(kind, subject.as_ref(), &requirements, &path);
        // The debug form of a requirement spells out all of it. Together they must hold, so their order has no meaning.
        let mut parts: Vec<String> = requirements.iter().map(|requirement| format!("{requirement:?}")).collect();
        parts.sort_unstable();
        parts.dedup();
        Self { kind, subject, requirements, path, span, topic, meaning: parts.join("\n") }
    }

    /// All expectations of a tree, in its order.
    pub fn of(tree: &ExpectationTree) -> Vec<Self> {
        let mut expectations = Vec::with_capacity(tree.constraints.len());
        for block in &tree.blocks {
            let constraints = tree.constraints_of(block).map(|(_, constraint)| constraint);
            match block.kind {
                BlockKind::Span | BlockKind::Window | BlockKind::Trace => {
                    expectations.extend(Self::of_group(block, constraints, &block.path, block.header));
                }
                BlockKind::Counts => {
                    // The bounds of one number may stand apart.
                    let mut groups: Vec<(String, Vec<&Constraint>)> = Vec::new();
                    for constraint in constraints {
                        let topic = topic_of(&constraint.requirement, &constraint.path);
                        match groups.iter_mut().find(|(known, _)| *known == topic) {
                            Some((_, group)) => group.push(constraint),
                            None => groups.push((topic, vec![constraint])),
                        }
                    }
                    for (_, group) in groups {
                        let Some(first) = group.first() else { continue };
                        let (path, span) = (first.path.clone(), first.span);
                        expectations.extend(Self::of_group(block, group.into_iter(), &path, span));
                    }
                }
                _ => expectations.extend(constraints.filter_map(|constraint| {
                    Self::of_group(block, std::iter::once(constraint), &constraint.path, constraint.span)
                })),
            }
        }
        expectations
    }

    fn of_group<'a>(
        block: &Block,
        constraints: impl Iterator<Item = &'a Constraint>,
        path: &ConstraintPath,
        span: Span,
    ) -> Option<Self> {
        let requirements: Vec<Requirement> = constraints.map(|constraint| constraint.requirement.clone()).collect();
        (!requirements.is_empty())
            .then(|| Self::new(block.kind, block.subject.clone(), requirements, path.clone(), span))
    }

    /// What it is about, as a key: of two expectations with the same key, one is the changed other.
    pub fn topic(&self) -> (BlockKind, &str) {
        (self.kind, &self.topic)
    }

    /// What it asks for, as a key.
    pub fn meaning(&self) -> (BlockKind, &str) {
        (self.kind, &self.meaning)
    }

    /// How many of its requirements `other` has too.
    pub fn shared(&self, other: &Self) -> usize {
        self.requirements.iter().filter(|requirement| other.requirements.contains(requirement)).count()
    }
}

/// A tree of these expectations: what a test would be judged by that had nothing else in it.
pub fn tree_of<'a>(expectations: impl IntoIterator<Item = &'a Expectation>, reading: Reading) -> ExpectationTree {
    let mut tree = ExpectationTree { reading, ..ExpectationTree::default() };
    for expectation in expectations {
        let first = tree.constraints.len();
        let block = tree.blocks.len();
        for (index, requirement) in expectation.requirements.iter().enumerate() {
            tree.constraints.push(Constraint {
                path: expectation.path.index(index),
                block,
                span: expectation.span,
                requirement: requirement.clone(),
            });
        }
        tree.blocks.push(Block {
            path: expectation.path.clone(),
            header: expectation.span,
            kind: expectation.kind,
            subject: expectation.subject.clone(),
            constraints: first..tree.constraints.len(),
        });
    }
    tree
}

fn topic(
    kind: BlockKind,
    subject: Option<&NameSelector>,
    requirements: &[Requirement],
    path: &ConstraintPath,
) -> String {
    match (kind, requirements) {
        (BlockKind::Span, _) => format!("{subject:?}"),
        // All traces that are not named are one topic.
        (BlockKind::Trace, _) => String::new(),
        (_, [first, ..]) => topic_of(first, path),
        (_, []) => String::new(),
    }
}

fn topic_of(requirement: &Requirement, path: &ConstraintPath) -> String {
    match requirement {
        Requirement::Graph(GraphRequirement::NoEdge(first, second, _)) => format!("no edge {first:?} {second:?}"),
        Requirement::Graph(graph) => format!("{graph:?}"),
        Requirement::Count(Counted::Named(name), _) => format!("{name:?}"),
        Requirement::Count(counted, _) => format!("{counted:?}"),
        Requirement::Window(window) => format!("{:?}", window.window()),
        Requirement::Order(OrderRequirement { first, second, .. }) => format!("{first:?} {second:?}"),
        Requirement::Status(StatusRequirement::All(_) | StatusRequirement::None(_)) => "every span".to_owned(),
        Requirement::Status(StatusRequirement::Named(name, _)) => format!("{name:?}"),
        Requirement::Hermeticity(HermeticityRequirement::NoExternalServices(_)) => "external services".to_owned(),
        Requirement::Hermeticity(HermeticityRequirement::ResourceAttribute(key, _)) => format!("resource {key}"),
        Requirement::Hermeticity(HermeticityRequirement::ForbiddenKey(key)) => format!("forbidden {key}"),
        Requirement::Span(_) | Requirement::Trace(_) | Requirement::Unevaluable(_) => path.to_string(),
    }
}
