//! What is bound where: parameters, loop variables, and what a condition around has asked about.

use std::collections::BTreeSet;

use super::variables::{Path, paths};
use super::{is_operator, is_word};
use crate::template::expression::{Kind, Token, arguments, tokens};
use crate::template::lexer::Keyword;
use crate::template::program::ProgramFile;

/// The blocks around a tag.
#[derive(Default)]
pub(super) struct Scope {
    blocks: Vec<Block>,
}

struct Block {
    /// The closing tag, as an index of a token; the block ends there.
    end: usize,
    kind: BlockKind,
}

enum BlockKind {
    /// A macro or component: nothing from outside is visible.
    Definition(BTreeSet<String>),
    /// A loop.
    Loop(Vec<String>),
    /// A condition with the paths and the environment variables that it asks about.
    Condition { paths: Vec<String>, environment: Vec<String> },
}

impl Scope {
    /// Leaves the blocks that end at the tag `index`.
    pub(super) fn leave(&mut self, index: usize) {
        while self.blocks.last().is_some_and(|block| block.end <= index) {
            self.blocks.pop();
        }
    }

    pub(super) fn inside_definition(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block.kind, BlockKind::Definition(_)))
    }

    pub(super) fn enter_definition(&mut self, end: Option<usize>, parts: &[Token<'_>]) {
        // All names between the brackets: types and defaults among them, which hides at worst a mistake.
        let open = parts.iter().position(|part| part.is_operator("("));
        let names = parts.iter().skip(open.unwrap_or(parts.len()));
        let mut names: BTreeSet<String> =
            names.filter(|part| part.kind == Kind::Identifier).map(|part| part.text.to_owned()).collect();
        names.insert("body".to_owned());
        self.enter(end, BlockKind::Definition(names));
    }

    pub(super) fn enter_loop(&mut self, end: Option<usize>, names: &[String]) {
        let names = names.iter().cloned().chain(["loop".to_owned()]).collect();
        self.enter(end, BlockKind::Loop(names));
    }

    pub(super) fn enter_condition(&mut self, end: Option<usize>, parts: &[Token<'_>]) {
        self.enter(end, BlockKind::Condition { paths: asked(parts), environment: asked_environment(parts) });
    }

    /// An `elif` asks about more.
    pub(super) fn widen_condition(&mut self, parts: &[Token<'_>]) {
        if let Some(Block { kind: BlockKind::Condition { paths, environment }, .. }) = self.blocks.last_mut() {
            paths.extend(asked(parts));
            environment.extend(asked_environment(parts));
        }
    }

    fn enter(&mut self, end: Option<usize>, kind: BlockKind) {
        if let Some(end) = end {
            self.blocks.push(Block { end, kind });
        }
    }

    /// Whether `name` is a parameter or loop variable here; `None` where it may come from the context.
    pub(super) fn binds(&self, name: &str) -> Option<bool> {
        for block in self.blocks.iter().rev() {
            match &block.kind {
                BlockKind::Loop(names) if names.iter().any(|known| known == name) => return Some(true),
                BlockKind::Definition(names) => return Some(names.contains(name)),
                BlockKind::Loop(_) | BlockKind::Condition { .. } => {}
            }
        }
        None
    }

    /// Whether a condition around asks about `path`, about a part of it or about something in it.
    pub(super) fn guards(&self, path: &str) -> bool {
        let related = |asked: &String| starts_path(path, asked) || starts_path(asked, path);
        self.blocks
            .iter()
            .any(|block| matches!(&block.kind, BlockKind::Condition { paths, .. } if paths.iter().any(related)))
    }

    /// Whether a condition around asks for the environment variable `name`.
    pub(super) fn guards_environment(&self, name: &str) -> bool {
        let asks = |names: &[String]| names.iter().any(|known| known == name);
        self.blocks
            .iter()
            .any(|block| matches!(&block.kind, BlockKind::Condition { environment, .. } if asks(environment)))
    }

    /// All names that are bound here, for a did-you-mean.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|block| -> Box<dyn Iterator<Item = &str>> {
            match &block.kind {
                BlockKind::Definition(names) => Box::new(names.iter().map(String::as_str)),
                BlockKind::Loop(names) => Box::new(names.iter().map(String::as_str)),
                BlockKind::Condition { .. } => Box::new(std::iter::empty()),
            }
        })
    }
}

/// Whether the path `part` is the start of `path`, whole keys only.
fn starts_path(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn asked(parts: &[Token<'_>]) -> Vec<String> {
    paths(parts, 1).iter().map(|path: &Path| path.name(parts, path.last)).collect()
}

/// The environment variables that the expression reads by `env(…)`.
fn asked_environment(parts: &[Token<'_>]) -> Vec<String> {
    let calls = (0..parts.len())
        .filter(|index| is_word(parts, *index, &["env", "get_env"]) && is_operator(parts, index + 1, "("));
    let names = calls.filter_map(|index| {
        let list = arguments(parts, index + 1).list;
        list.iter().find_map(|argument| parts.get(argument.value.start)?.string_value())
    });
    names.collect()
}

/// The variables of `{% for a, b in … %}`.
pub(super) fn loop_names(parts: &[Token<'_>]) -> Vec<String> {
    let names = parts.iter().skip(1).take_while(|part| !part.is_word("in"));
    names.filter(|part| part.kind == Kind::Identifier).map(|part| part.text.to_owned()).collect()
}

/// The names that `set` tags of a file define.
pub(super) fn assigned_names(file: &ProgramFile) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for token in &file.parsed.lexed.tokens {
        if matches!(token.keyword, Keyword::Set | Keyword::SetGlobal) {
            let parts = tokens(&file.source.text, token.inner);
            names.extend(parts.get(1).filter(|name| name.kind == Kind::Identifier).map(|name| name.text.to_owned()));
        }
    }
    names
}

/// The names that `set` tags and loops of a file define.
pub(super) fn bound_names(file: &ProgramFile) -> BTreeSet<String> {
    let mut names = assigned_names(file);
    for token in file.parsed.lexed.tokens.iter().filter(|token| token.keyword == Keyword::For) {
        names.extend(loop_names(&tokens(&file.source.text, token.inner)));
        names.insert("loop".to_owned());
    }
    names
}
