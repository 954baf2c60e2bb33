//! One template file, cut into tokens, with what it defines and which other files it names. Depends on its text alone.

use std::collections::BTreeMap;

use super::expression::{self, Kind};
use super::lexer::{Comments, Keyword, Lexed, LexicalProblem, TokenKind, lex};
use super::problem::ProblemKind;
use crate::text::Span;

/// A parameter of a macro.
#[derive(Clone, Debug)]
pub struct MacroParam {
    /// Its name.
    pub name: String,
    /// The expression that a call without this argument uses.
    pub default: Option<Span>,
}

/// A macro of the dialect.
#[derive(Clone, Debug)]
pub struct MacroDefinition {
    /// Its name.
    pub name: String,
    /// Its parameters, in order.
    pub params: Vec<MacroParam>,
    /// The `{% macro %}` tag, as an index of a token.
    pub token: usize,
}

impl MacroDefinition {
    /// The index of the parameter `name`.
    pub fn param(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|param| param.name == name)
    }
}

/// `{% import "file" as alias %}`.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name behind `as`.
    pub alias: String,
    /// Index into [`ParsedFile::references`].
    pub reference: usize,
}

/// How a file names another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// `import`.
    Import,
    /// `include`.
    Include,
    /// `extends`.
    Extends,
}

/// A tag that names one other file, or several of which the first that exists is taken.
#[derive(Clone, Debug)]
pub struct Reference {
    /// By which tag.
    pub kind: ReferenceKind,
    /// The tag, as an index of a token.
    pub token: usize,
    /// The names, with the places of their strings.
    pub names: Vec<(String, Span)>,
    /// `ignore missing`.
    pub optional: bool,
}

/// A component in Tera's own notation.
#[derive(Clone, Debug)]
pub struct ComponentDefinition {
    /// Its dotted name.
    pub name: String,
    /// The `{% component %}` tag, as an index of a token.
    pub token: usize,
}

/// A template file and what it defines.
#[derive(Clone, Debug, Default)]
pub struct ParsedFile {
    /// Its tokens and lexical problems.
    pub lexed: Lexed,
    /// Its macros by name; of several with one name the first counts.
    pub macros: BTreeMap<String, MacroDefinition>,
    /// Its imports, in order.
    pub imports: Vec<Import>,
    /// All files that it names, in order.
    pub references: Vec<Reference>,
    /// Its components, in order.
    pub components: Vec<ComponentDefinition>,
    /// Whether `super()` is used for anything but being written as it is.
    pub captures_super: bool,
}

impl ParsedFile {
    /// Reads the template of a TOML file.
    pub fn new(source: &str) -> Self {
        let mut file = Self { lexed: lex(source, Comments::Toml), ..Self::default() };
        for index in 0..file.lexed.tokens.len() {
            file.define(source, index);
        }
        file
    }

    /// The bodies of its macros and components, from the opening tag to the closing one.
    pub fn definitions(&self) -> impl Iterator<Item = Span> {
        let tokens = &self.lexed.tokens;
        let opening = tokens.iter().filter(|token| matches!(token.keyword, Keyword::Macro | Keyword::Component));
        opening.filter_map(|token| Some(token.span.join(tokens.get(token.mate?)?.span)))
    }

    /// The `extends` tag that counts: the first.
    pub fn extends(&self) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.kind == ReferenceKind::Extends)
    }

    /// Whether one of its `import` tags imports nothing, because it is no import as it is written. Which name it was meant to
    /// give is not known.
    pub fn has_broken_import(&self) -> bool {
        self.lexed.tokens.iter().filter(|token| token.keyword == Keyword::Import).count() > self.imports.len()
    }

    /// The reference that the tag `token` is.
    pub fn reference_of(&self, token: usize) -> Option<usize> {
        self.references.iter().position(|reference| reference.token == token)
    }

    fn define(&mut self, source: &str, index: usize) {
        let token = &self.lexed.tokens[index];
        if !matches!(token.kind, TokenKind::Tag | TokenKind::Expression) {
            return;
        }
        let names_super = || token.inner.slice(source).is_some_and(|inner| inner.contains("super"));
        match token.keyword {
            Keyword::Macro if token.mate.is_some() => self.define_macro(source, index),
            Keyword::Component if token.mate.is_some() => {
                let tokens = expression::tokens(source, token.inner);
                let name = dotted_name(&tokens, 1);
                self.components.push(ComponentDefinition { name, token: index });
            }
            Keyword::Import => self.reference(source, index, ReferenceKind::Import),
            Keyword::Include => self.reference(source, index, ReferenceKind::Include),
            Keyword::Extends => self.reference(source, index, ReferenceKind::Extends),
            _ if names_super() => {
                let tokens = expression::tokens(source, token.inner);
                let used = tokens.iter().any(|part| part.is_word("super"));
                self.captures_super |= used && (token.kind == TokenKind::Tag || !is_super_call(&tokens));
            }
            _ => {}
        }
    }

    fn define_macro(&mut self, source: &str, index: usize) {
        let tokens = expression::tokens(source, self.lexed.tokens[index].inner);
        let opens = tokens.get(2).is_some_and(|token| token.is_operator("("));
        let complete = opens && expression::closing(&tokens, 2) + 1 == tokens.len();
        let Some(name) = tokens.get(1).filter(|name| name.kind == Kind::Identifier) else {
            return self.malformed(index, "`macro` needs a name");
        };
        if !complete {
            self.malformed(index, "`macro` needs its parameters in parentheses behind its name");
        }
        let mut params: Vec<MacroParam> = Vec::new();
        if opens {
            for argument in expression::arguments(&tokens, 2).list {
                let (name, default) = match argument.name {
                    Some(name) => (name, Some(argument.span)),
                    None => (argument.value.start, None),
                };
                let Some(name) = tokens.get(name).filter(|name| name.kind == Kind::Identifier) else { continue };
                if default.is_some_and(|default| default.is_empty()) {
                    self.malformed(index, &format!("the default of `{}` is missing", name.text));
                }
                let default = default.filter(|default| !default.is_empty());
                if params.iter().all(|param| param.name != name.text) {
                    params.push(MacroParam { name: name.text.to_owned(), default });
                }
            }
        }
        let name = name.text.to_owned();
        let definition = MacroDefinition { name: name.clone(), params, token: index };
        self.macros.entry(name).or_insert(definition);
    }

    /// Reports a tag that does not have the form that its word asks for.
    fn malformed(&mut self, index: usize, message: &str) {
        let at = self.lexed.tokens[index].span;
        let kind = ProblemKind::Syntax { message: message.to_owned() };
        self.lexed.problems.push(LexicalProblem { kind, at, token: None });
    }

    fn reference(&mut self, source: &str, index: usize, kind: ReferenceKind) {
        let tokens = expression::tokens(source, self.lexed.tokens[index].inner);
        let name_of = |token: &expression::Token<'_>| Some((token.string_value()?, token.span()));
        let mut names = Vec::new();
        let mut next = 2;
        match tokens.get(1) {
            Some(list) if list.is_operator("[") => {
                let arguments = expression::arguments(&tokens, 1);
                names.extend(arguments.list.iter().filter_map(|item| name_of(tokens.get(item.value.start)?)));
                next = arguments.close + 1;
            }
            Some(name) => names.extend(name_of(name)),
            None => {}
        }
        let keyword = self.lexed.tokens[index].keyword.name();
        if names.is_empty() && self.lexed.tokens[index].is_readable() {
            return self.malformed(index, &format!("`{keyword}` needs the name of a file in quotes"));
        }
        let words: Vec<&str> = tokens.get(next..).unwrap_or_default().iter().map(|token| token.text).collect();
        let optional = kind == ReferenceKind::Include && words == ["ignore", "missing"];
        match (kind, &words[..]) {
            (ReferenceKind::Import, ["as", alias]) => {
                self.imports.push(Import { alias: (*alias).to_owned(), reference: self.references.len() });
            }
            (ReferenceKind::Import, _) => {
                self.malformed(index, "`import` needs a name for the file (`import \"file\" as name`)");
            }
            (ReferenceKind::Extends, _) if self.extends().is_some() => {
                return self.malformed(index, "a file can extend only one other file");
            }
            (_, rest) if !rest.is_empty() && !optional => {
                self.malformed(index, &format!("`{keyword}` takes nothing behind the name of the file"));
            }
            _ => {}
        }
        self.references.push(Reference { kind, token: index, names, optional });
    }
}

/// Whether the expression is `super()` alone.
pub(super) fn is_super_call(tokens: &[expression::Token<'_>]) -> bool {
    matches!(tokens, [name, open, close] if name.is_word("super") && open.is_operator("(") && close.is_operator(")"))
}

/// The name `a.b.c` that starts at `index`; empty where there is none.
pub(super) fn dotted_name(tokens: &[expression::Token<'_>], index: usize) -> String {
    let mut name = String::new();
    let mut at = index;
    while let Some(part) = tokens.get(at).filter(|part| part.kind == Kind::Identifier) {
        name.push_str(part.text);
        if !tokens.get(at + 1).is_some_and(|dot| dot.is_operator(".")) {
            break;
        }
        if tokens.get(at + 2).is_some_and(|part| part.kind == Kind::Identifier) {
            name.push('.');
        }
        at += 2;
    }
    name
}
