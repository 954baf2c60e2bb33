//! Names that a template defines and reads: macros with their parameters, variables of loops and `set` tags, imports, blocks,
//! and the variables of `[vars]` where expressions use them.
//!
//! Scopes are those of the engine: a macro sees its parameters alone, loop variables end with their loop, a `set` in a loop
//! ends with the round, and counts from where it stands.

use std::collections::HashMap;

use super::collect::{Collector, Identity};
use super::{Home, Role, SymbolKind};
use crate::features::DocumentView;
use crate::template::expression::{self, Kind, Token, arguments};
use crate::template::lexer::{self, Keyword, TokenKind};
use crate::template::names::{Path, paths};
use crate::template::parsed::ParsedFile;
use crate::template::variables::STANDARD_VARIABLES;
use crate::text::Span;

/// Finds the names of the template of a document.
pub(super) fn collect(view: &DocumentView, collector: &mut Collector) {
    let parsed = view.template();
    let mut walk = Walk { text: view.text(), parsed, collector, blocks: Vec::new(), file: HashMap::new() };
    for index in 0..parsed.lexed.tokens.len() {
        walk.tag(index);
    }
}

/// What a name means from some place on.
type Bindings = HashMap<String, Identity>;

/// A block around a tag.
struct Block {
    /// The closing tag, as an index of a token.
    end: usize,
    span: Span,
    kind: BlockKind,
    bindings: Bindings,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    /// A macro or component: nothing from outside is visible.
    Definition,
    Loop,
    /// `if`: binds nothing, but what is set in it may not be.
    Condition,
}

struct Walk<'v, 'c> {
    text: &'v str,
    parsed: &'v ParsedFile,
    collector: &'c mut Collector,
    blocks: Vec<Block>,
    file: Bindings,
}

impl<'v> Walk<'v, '_> {
    fn tag(&mut self, index: usize) {
        let parsed = self.parsed;
        let token = &parsed.lexed.tokens[index];
        while self.blocks.last().is_some_and(|block| block.end <= index) {
            self.blocks.pop();
        }
        if !matches!(token.kind, TokenKind::Expression | TokenKind::Tag) || token.inert {
            return;
        }
        let tokens = expression::tokens(self.text, token.inner);
        match token.keyword {
            Keyword::Macro => self.definition(index, token, &tokens, SymbolKind::Macro),
            Keyword::Component => self.definition(index, token, &tokens, SymbolKind::Component),
            Keyword::EndMacro => self.simple(&tokens, SymbolKind::Macro, Role::Reference),
            Keyword::Block => self.simple(&tokens, SymbolKind::Block, Role::Definition),
            Keyword::EndBlock => self.simple(&tokens, SymbolKind::Block, Role::Reference),
            Keyword::EndComponent => self.component(&tokens, 1),
            Keyword::OpenElement => {
                let open = tokens.iter().position(|token| token.is_operator("<")).map_or(1, |open| open + 1);
                self.component(&tokens, open);
                self.expression(&tokens, open);
            }
            Keyword::CloseElement => {
                let open = tokens.iter().position(|token| token.is_operator("</")).map_or(1, |open| open + 1);
                self.component(&tokens, open);
            }
            Keyword::Import => self.import(index, &tokens),
            Keyword::For => self.enter_loop(index, token, &tokens),
            Keyword::Set | Keyword::SetGlobal => {
                self.expression(&tokens, 2);
                self.set(token, &tokens);
            }
            Keyword::If => {
                self.expression(&tokens, 1);
                self.enter(index, token, BlockKind::Condition, Bindings::new());
            }
            Keyword::Elif => self.expression(&tokens, 1),
            Keyword::Filter => self.expression(&tokens, 2),
            Keyword::Empty if tokens.first().is_some_and(|first| first.is_operator("<")) => {
                self.component(&tokens, 1);
                self.expression(&tokens, 1);
            }
            Keyword::Empty => self.expression(&tokens, 0),
            _ => {}
        }
    }

    /// A tag that names something with its second word.
    fn simple(&mut self, tokens: &[Token<'_>], kind: SymbolKind, role: Role) {
        if let Some(name) = tokens.get(1).filter(|name| name.kind == Kind::Identifier) {
            self.collector.literal(Identity::in_document(kind, name.text), name.span(), role);
        }
    }

    fn component(&mut self, tokens: &[Token<'_>], from: usize) {
        if let Some((name, span)) = dotted(tokens, from) {
            self.collector.literal(Identity::in_document(SymbolKind::Component, name), span, Role::Reference);
        }
    }

    /// `{% macro name(a, b=1) %}` or a component.
    fn definition(&mut self, index: usize, token: &lexer::Token, tokens: &[Token<'_>], kind: SymbolKind) {
        let mut bindings = Bindings::new();
        if let Some((name, span)) = dotted(tokens, 1) {
            self.collector.literal(Identity::in_document(kind, name.clone()), span, Role::Definition);
            if let Some(open) = tokens.iter().position(|token| token.is_operator("(")) {
                for argument in arguments(tokens, open).list {
                    let at = argument.name.unwrap_or(argument.value.start);
                    let Some(param) = tokens.get(at).filter(|param| param.kind == Kind::Identifier) else { continue };
                    let identity = parameter(param.text, &name, Home::Document);
                    self.collector.literal(identity.clone(), param.span(), Role::Definition);
                    bindings.insert(param.text.to_owned(), identity);
                }
            }
        }
        self.enter(index, token, BlockKind::Definition, bindings);
    }

    fn import(&mut self, index: usize, tokens: &[Token<'_>]) {
        self.expression(tokens, tokens.len());
        let is_known = self.parsed.reference_of(index).is_some();
        if let [.., word, alias] = tokens
            && is_known
            && word.is_word("as")
            && alias.kind == Kind::Identifier
        {
            let identity = Identity::in_document(SymbolKind::ImportAlias, alias.text);
            self.collector.literal(identity, alias.span(), Role::Definition);
        }
    }

    fn enter_loop(&mut self, index: usize, token: &lexer::Token, tokens: &[Token<'_>]) {
        let target = tokens.iter().position(|part| part.is_word("in")).map_or(tokens.len(), |at| at + 1);
        self.expression(tokens, target);
        let end = token.mate.and_then(|mate| self.parsed.lexed.tokens.get(mate));
        let scope = Span::new(token.span.start, end.map_or(self.text.len(), |end| end.span.end));
        let mut bindings = Bindings::new();
        let names = tokens.get(1..target.saturating_sub(1).max(1)).unwrap_or_default();
        for name in names.iter().filter(|name| name.kind == Kind::Identifier) {
            let identity = scoped(SymbolKind::LoopVariable, name.text, Some(scope));
            self.collector.literal(identity.clone(), name.span(), Role::Definition);
            bindings.insert(name.text.to_owned(), identity);
        }
        // What a round sets for the whole file, the next round sees from its start.
        let inside = index + 1..token.mate.unwrap_or(self.parsed.lexed.tokens.len());
        let global: Vec<String> = self.parsed.lexed.tokens[inside]
            .iter()
            .filter(|token| token.keyword == Keyword::SetGlobal)
            .filter_map(|token| Some(expression::tokens(self.text, token.inner).get(1)?.text.to_owned()))
            .collect();
        for name in global {
            if self.resolve(&name).is_none_or(|identity| identity.kind != SymbolKind::SetVariable) {
                self.bind_around(&name);
            }
        }
        self.enter(index, token, BlockKind::Loop, bindings);
    }

    fn enter(&mut self, _: usize, token: &lexer::Token, kind: BlockKind, bindings: Bindings) {
        let end = token.mate.unwrap_or(usize::MAX);
        let closing = self.parsed.lexed.tokens.get(end).map_or(self.text.len(), |closing| closing.span.end);
        let span = Span::new(token.span.start, closing);
        self.blocks.push(Block { end, span, kind, bindings });
    }

    /// `{% set x = 1 %}`.
    fn set(&mut self, token: &lexer::Token, tokens: &[Token<'_>]) {
        let Some(name) = tokens.get(1).filter(|name| name.kind == Kind::Identifier) else { return };
        let is_global = token.keyword == Keyword::SetGlobal;
        let binds =
            |block: &Block| block.kind == BlockKind::Definition || (block.kind == BlockKind::Loop && !is_global);
        let around = self.blocks.iter().rposition(binds);
        let bound = around.map_or(&self.file, |at| &self.blocks[at].bindings).get(name.text).cloned();
        let is_certain = self.blocks[around.map_or(0, |at| at + 1)..].iter().all(|it| it.kind != BlockKind::Condition);
        let known = Identity::in_document(SymbolKind::Variable, name.text);
        let is_standard = STANDARD_VARIABLES.iter().any(|standard| standard.name == name.text);
        let identity = match bound {
            Some(identity) => identity,
            // Where it is not set, the variable of the same name is read: the two are renamed together or not at all.
            None if around.is_none() && !is_certain && self.collector.knows(&known) => known,
            None if around.is_none() && !is_certain && is_standard => surrounding(name.text),
            None => scoped(SymbolKind::SetVariable, name.text, around.map(|at| self.blocks[at].span)),
        };
        self.collector.literal(identity.clone(), name.span(), Role::Definition);
        let bindings = around.and_then(|at| self.blocks.get_mut(at)).map_or(&mut self.file, |it| &mut it.bindings);
        bindings.insert(name.text.to_owned(), identity);
    }

    /// Binds a variable in the macro around, else in the file.
    fn bind_around(&mut self, name: &str) {
        let around = self.blocks.iter().rposition(|block| block.kind == BlockKind::Definition);
        let identity = scoped(SymbolKind::SetVariable, name, around.map(|at| self.blocks[at].span));
        let bindings = around.and_then(|at| self.blocks.get_mut(at)).map_or(&mut self.file, |it| &mut it.bindings);
        bindings.insert(name.to_owned(), identity);
    }

    /// What `name` means here: `None` for what the context has, or what nothing has.
    fn resolve(&self, name: &str) -> Option<Identity> {
        for block in self.blocks.iter().rev() {
            if let Some(identity) = block.bindings.get(name) {
                return Some(identity.clone());
            }
            if block.kind == BlockKind::Definition {
                return None;
            }
        }
        self.file.get(name).cloned()
    }

    /// The names that an expression reads, from the token `from` on.
    fn expression(&mut self, tokens: &[Token<'_>], from: usize) {
        self.calls(tokens, from);
        let comprehensions = comprehensions(tokens, from);
        for (names, ..) in &comprehensions {
            for &name in names {
                if let (Some(token), Some(identity)) = (
                    tokens.get(name),
                    tokens.get(name).and_then(|token| own(&comprehensions, tokens, name, token.text)),
                ) {
                    self.collector.literal(identity, token.span(), Role::Definition);
                }
            }
        }
        for path in paths(tokens, from) {
            let Some(root) = tokens.get(path.first) else { continue };
            if comprehensions.iter().any(|(names, ..)| names.contains(&path.first)) {
                continue;
            }
            let identity = own(&comprehensions, tokens, path.first, root.text).or_else(|| self.resolve(root.text));
            match identity {
                Some(Identity { kind: SymbolKind::Variable, .. }) => self.variable(tokens, path, path.first),
                Some(identity) => self.collector.literal(identity, root.span(), Role::Reference),
                None => self.context(tokens, path),
            }
        }
    }

    /// A name that the context has.
    fn context(&mut self, tokens: &[Token<'_>], path: Path) {
        let is_in = |kind| self.blocks.iter().any(|block| block.kind == kind);
        let Some(root) = tokens.get(path.first) else { return };
        // A macro sees nothing of the context.
        if is_in(BlockKind::Definition) || (root.text == "loop" && is_in(BlockKind::Loop)) {
            return;
        }
        match root.text {
            "vars" if path.first < path.last => self.variable(tokens, path, path.first + 2),
            "matrix" if path.first < path.last => {
                if let Some(axis) = tokens.get(path.first + 2) {
                    let identity = Identity::in_document(SymbolKind::MatrixAxis, axis.text);
                    self.collector.literal(identity, axis.span(), Role::Reference);
                }
            }
            "vars" | "matrix" | "otel" | "body" => {}
            _ => self.variable(tokens, path, path.first),
        }
    }

    /// A variable, each key of which is one: `database . host`, with the name at `first`.
    fn variable(&mut self, tokens: &[Token<'_>], path: Path, first: usize) {
        let mut name = String::new();
        for part in tokens.iter().take(path.last + 1).skip(first).step_by(2) {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(part.text);
            let known = Identity::in_document(SymbolKind::Variable, name.clone());
            let is_first = !name.contains('.');
            let identity = match self.collector.knows(&known) {
                true => known,
                false if is_first => surrounding(&name),
                // Below a variable of the document, what is not defined is a key of its value; else it may be one around.
                false => {
                    let root = name.split('.').next().unwrap_or_default();
                    if self.collector.knows(&Identity::in_document(SymbolKind::Variable, root)) {
                        return;
                    }
                    surrounding(&name)
                }
            };
            self.collector.literal(identity, part.span(), Role::Reference);
        }
    }

    /// Calls of macros: `alias::name(param=value)`.
    fn calls(&mut self, tokens: &[Token<'_>], from: usize) {
        for at in from..tokens.len() {
            let [alias, colons, name, ..] = &tokens[at..] else { return };
            let is_call = alias.kind == Kind::Identifier && colons.is_operator("::") && name.kind == Kind::Identifier;
            if !is_call {
                continue;
            }
            let Some(home) = self.home(alias.text) else { continue };
            if alias.text != "self" {
                let identity = Identity::in_document(SymbolKind::ImportAlias, alias.text);
                self.collector.literal(identity, alias.span(), Role::Reference);
            }
            let identity = Identity { home: home.clone(), ..Identity::in_document(SymbolKind::Macro, name.text) };
            self.collector.literal(identity, name.span(), Role::Reference);
            if !tokens.get(at + 3).is_some_and(|open| open.is_operator("(")) {
                continue;
            }
            for argument in arguments(tokens, at + 3).list {
                let keyword = argument.name.and_then(|name| tokens.get(name));
                if let Some(keyword) = keyword.filter(|keyword| keyword.kind == Kind::Identifier) {
                    let identity = parameter(keyword.text, name.text, home.clone());
                    self.collector.literal(identity, keyword.span(), Role::Reference);
                }
            }
        }
    }

    /// The file that a namespace means.
    fn home(&self, alias: &str) -> Option<Home> {
        if alias == "self" {
            return Some(Home::Document);
        }
        let import = self.parsed.imports.iter().rfind(|import| import.alias == alias)?;
        let (name, _) = self.parsed.references.get(import.reference)?.names.first()?;
        Some(Home::Import(name.clone()))
    }
}

fn parameter(name: &str, owner: &str, home: Home) -> Identity {
    Identity { owner: Some(owner.to_owned()), home, ..Identity::in_document(SymbolKind::Parameter, name) }
}

fn scoped(kind: SymbolKind, name: &str, scope: Option<Span>) -> Identity {
    Identity { scope, ..Identity::in_document(kind, name) }
}

fn surrounding(name: &str) -> Identity {
    Identity { home: Home::Surroundings, ..Identity::in_document(SymbolKind::Variable, name) }
}

/// The dotted name that starts at `from`, with its place.
fn dotted(tokens: &[Token<'_>], from: usize) -> Option<(String, Span)> {
    let first = tokens.get(from).filter(|part| part.kind == Kind::Identifier)?;
    let mut last = from;
    while tokens.get(last + 1).is_some_and(|dot| dot.is_operator("."))
        && tokens.get(last + 2).is_some_and(|part| part.kind == Kind::Identifier)
    {
        last += 2;
    }
    let name = tokens[from..=last].iter().map(|part| part.text).collect();
    Some((name, first.span().join(tokens[last].span())))
}

/// A list comprehension: the names that it binds, as indices of tokens, its brackets, and what it goes over.
type Comprehension = (Vec<usize>, std::ops::Range<usize>, std::ops::Range<usize>);

/// The list comprehensions of an expression: `[x.name for x in list if x.on]`.
fn comprehensions(tokens: &[Token<'_>], from: usize) -> Vec<Comprehension> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(from) {
        match (token.kind, token.text) {
            (Kind::Operator, "[" | "(" | "{" | "?[") => open.push(index),
            (Kind::Operator, "]" | ")" | "}") => drop(open.pop()),
            (Kind::Identifier, "for") => {
                let Some(&bracket) = open.last() else { continue };
                let close = expression::closing(tokens, bracket);
                let word = |word: &str, from: usize| {
                    tokens.iter().take(close).skip(from).position(|token| token.is_word(word)).map(|at| at + from)
                };
                let Some(target) = word("in", index) else { continue };
                let names = (index + 1..target).filter(|&at| tokens[at].kind == Kind::Identifier).collect();
                found.push((names, bracket..close, target + 1..word("if", target).unwrap_or(close)));
            }
            _ => {}
        }
    }
    found
}

/// The variable of a comprehension that the token at `index` names.
fn own(comprehensions: &[Comprehension], tokens: &[Token<'_>], index: usize, name: &str) -> Option<Identity> {
    let around = comprehensions.iter().rev().find(|(names, brackets, target)| {
        brackets.contains(&index) && !target.contains(&index) && names.iter().any(|&at| tokens[at].text == name)
    })?;
    let (open, close) = (tokens.get(around.1.start)?, tokens.get(around.1.end.min(tokens.len() - 1))?);
    Some(scoped(SymbolKind::LoopVariable, name, Some(open.span().join(close.span()))))
}
