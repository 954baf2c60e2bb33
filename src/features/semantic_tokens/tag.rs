//! The tokens inside template tags: what each word refers to.

use std::collections::HashSet;

use super::{SemanticKind, SemanticModifiers, SemanticToken};
use crate::features::Written;
use crate::template::expression::{self, Kind, Token as Word};
use crate::template::language;
use crate::template::lexer::{Keyword, Token, TokenKind};
use crate::text::Span;

/// Words that are operators of the template language wherever they stand in an expression.
const WORD_OPERATORS: [&str; 10] = ["and", "or", "not", "in", "is", "if", "else", "elif", "as", "ignore"];

/// Words that are values.
const CONSTANTS: [&str; 6] = ["true", "false", "none", "True", "False", "None"];

/// What names mean in a document.
pub(super) struct Scope<'a> {
    text: &'a str,
    tokens: &'a [Token],
    aliases: HashSet<&'a str>,
    /// The bodies of macros, with the names of their parameters.
    macros: Vec<(Span, Vec<&'a str>)>,
}

impl<'a> Scope<'a> {
    /// What the document defines. Linear in the number of its imports and macros.
    pub(super) fn new(written: &'a Written) -> Self {
        let file = written.template();
        let tokens = &file.lexed.tokens;
        let mut macros: Vec<(Span, Vec<&str>)> = file
            .macros
            .values()
            .filter_map(|definition| {
                let opener = tokens.get(definition.token)?;
                let closer = tokens.get(opener.mate?)?;
                let params = definition.params.iter().map(|param| param.name.as_str()).collect();
                Some((opener.span.join(closer.span), params))
            })
            .collect();
        macros.sort_by_key(|(body, _)| *body);
        let aliases = file.imports.iter().map(|import| import.alias.as_str()).collect();
        Self { text: written.text(), tokens, aliases, macros }
    }

    /// The tokens of one tag.
    pub(super) fn tag(&self, index: usize, tag: &Token, out: &mut Vec<SemanticToken>) {
        let mut push = |span: Span, kind: SemanticKind| {
            out.push(SemanticToken { span, kind, modifiers: SemanticModifiers::default() });
        };
        match tag.kind {
            TokenKind::Text => return,
            TokenKind::Comment => return push(tag.span, SemanticKind::Comment),
            TokenKind::Raw => {
                push(Span::new(tag.span.start, tag.inner.start), SemanticKind::Keyword);
                return push(Span::new(tag.inner.end, tag.span.end), SemanticKind::Keyword);
            }
            TokenKind::Expression | TokenKind::Tag => {}
        }
        let words = expression::tokens(self.text, tag.inner);
        let first = words.first().map_or(tag.inner.end, |word| word.start);
        let opener = self.delimiter(Span::new(tag.span.start, first));
        push(opener, SemanticKind::Delimiter);
        let last = words.last().map_or(opener.end, Word::end);
        if tag.closed {
            let closer = self.delimiter(Span::new(last.min(tag.span.end), tag.span.end));
            push(closer, SemanticKind::Delimiter);
        }
        let params = self.params(tag.span.start);
        for at in 0..words.len() {
            out.extend(self.word(index, tag, &words, at, params));
        }
    }

    /// The delimiter in a span of white space and delimiter.
    fn delimiter(&self, span: Span) -> Span {
        let written = span.slice(self.text).unwrap_or_default();
        let start = span.start + (written.len() - written.trim_start().len());
        Span::new(start, start + written.trim().len())
    }

    /// The parameters of the macro around an offset.
    fn params(&self, offset: usize) -> &[&'a str] {
        let behind = self.macros.partition_point(|(body, _)| body.start <= offset);
        let body = behind.checked_sub(1).and_then(|index| self.macros.get(index));
        body.filter(|(body, _)| offset < body.end).map_or(&[], |(_, params)| params)
    }

    fn word(&self, index: usize, tag: &Token, words: &[Word<'_>], at: usize, params: &[&str]) -> Option<SemanticToken> {
        let word = &words[at];
        let mut modifiers = SemanticModifiers::default();
        let kind = match word.kind {
            Kind::String => SemanticKind::String,
            Kind::Number => SemanticKind::Number,
            Kind::Operator if matches!(word.text, "(" | ")" | "[" | "]" | "{" | "}" | "," | "." | ":" | ";") => {
                return None;
            }
            Kind::Operator => SemanticKind::Operator,
            Kind::Identifier => self.name(index, tag, words, at, params, &mut modifiers),
        };
        Some(SemanticToken { span: word.span(), kind, modifiers })
    }

    /// What a name is.
    fn name(
        &self,
        index: usize,
        tag: &Token,
        words: &[Word<'_>],
        at: usize,
        params: &[&str],
        modifiers: &mut SemanticModifiers,
    ) -> SemanticKind {
        let word = &words[at];
        let before = |operator: &str| at.checked_sub(1).is_some_and(|before| words[before].is_operator(operator));
        let behind_word = |name: &str| at.checked_sub(1).is_some_and(|before| words[before].is_word(name));
        let after = |operator: &str| words.get(at + 1).is_some_and(|after| after.is_operator(operator));
        let is_statement = tag.kind == TokenKind::Tag;
        let is_definition = is_statement && at == 1;
        if is_statement && at == 0 && tag.keyword != Keyword::Unknown {
            return SemanticKind::Keyword;
        }
        if before(".") {
            return SemanticKind::Variable;
        }
        match tag.keyword {
            Keyword::Macro | Keyword::Component | Keyword::Block if is_definition => {
                modifiers.definition = true;
                return SemanticKind::Macro;
            }
            Keyword::EndMacro | Keyword::EndComponent | Keyword::EndBlock if is_definition => {
                return SemanticKind::Macro;
            }
            Keyword::Macro if at > 2 && (before("(") || before(",")) => {
                modifiers.definition = true;
                return SemanticKind::Parameter;
            }
            Keyword::Import if behind_word("as") => {
                modifiers.definition = true;
                return SemanticKind::Namespace;
            }
            Keyword::Set | Keyword::SetGlobal if is_definition => {
                modifiers.definition = true;
                return SemanticKind::Variable;
            }
            Keyword::For if words[..at].iter().all(|word| !word.is_word("in")) && word.text != "in" => {
                modifiers.definition = true;
                return SemanticKind::Variable;
            }
            Keyword::Filter if is_definition => {
                modifiers.built_in = language::filter(word.text).is_some();
                return SemanticKind::Function;
            }
            Keyword::Include if word.text == "missing" => return SemanticKind::Keyword,
            _ => {}
        }
        if after("::") && (self.aliases.contains(word.text) || word.text == "self") {
            modifiers.built_in = word.text == "self";
            return SemanticKind::Namespace;
        }
        if before("::") {
            return SemanticKind::Macro;
        }
        if before("|") {
            modifiers.built_in = language::filter(word.text).is_some();
            return SemanticKind::Function;
        }
        if behind_word("is") && word.text != "not" || at >= 2 && behind_word("not") && words[at - 2].is_word("is") {
            modifiers.built_in = language::test(word.text).is_some();
            return SemanticKind::Function;
        }
        if WORD_OPERATORS.contains(&word.text) {
            return SemanticKind::Keyword;
        }
        if CONSTANTS.contains(&word.text) {
            return SemanticKind::Boolean;
        }
        if after("=") && (before("(") || before(",")) {
            return SemanticKind::Parameter;
        }
        if after("(") {
            modifiers.built_in = language::function(word.text).is_some();
            return SemanticKind::Function;
        }
        if params.contains(&word.text) && !self.is_shadowed(index, word.text) {
            return SemanticKind::Parameter;
        }
        modifiers.built_in = word.text == "loop";
        SemanticKind::Variable
    }

    /// Whether a loop around the tag `index` has a variable of this name.
    fn is_shadowed(&self, index: usize, name: &str) -> bool {
        let around = self.tokens[..index].iter().rev().take_while(|tag| tag.keyword != Keyword::Macro);
        let open = around.filter(|tag| tag.keyword == Keyword::For && tag.mate.is_some_and(|mate| mate >= index));
        open.into_iter().any(|tag| {
            let words = expression::tokens(self.text, tag.inner);
            words.iter().skip(1).take_while(|word| !word.is_word("in")).any(|word| word.text == name)
        })
    }
}
