//! Calls in template tags: which one a place lies in, which of its arguments, and what may be called with which parameters.

use super::DocumentView;
use super::macros;
use super::names::{self, NameKind};
use crate::template::expression::{self, Arguments, Kind};
use crate::template::language;
use crate::template::lexer;
use crate::template::signature::Signature;
use crate::text::Span;

/// A call around a place.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called: a function, filter, test or macro.
    pub callee: NameKind,
    /// The name that is called.
    pub name: Span,
    /// Its arguments, in order: their keywords and places. The last may be empty.
    pub arguments: Vec<CallArgument>,
    /// Which of the arguments the place lies in, or the one that would start there.
    pub active: usize,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallArgument {
    /// Its keyword.
    pub name: Option<String>,
    /// The value.
    pub span: Span,
}

/// What can be called, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Its name.
    pub name: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// What it does, in Markdown.
    pub documentation: Option<String>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// Whether each call must give it.
    pub is_required: bool,
    /// The expression that stands for it where a call leaves it out.
    pub default: Option<String>,
}

/// The innermost call that `offset` lies in the brackets of. Works while brackets are open.
pub fn call_at(text: &str, tag: &lexer::Token, offset: usize) -> Option<Call> {
    let tokens = expression::tokens(text, tag.inner);
    let before = tokens.partition_point(|token| token.start < offset);
    let mut depth = 0usize;
    let open = (0..before).rev().find(|&at| {
        match (tokens[at].kind, tokens[at].text) {
            (Kind::Operator, ")" | "]" | "}") if tokens[at].end() <= offset => depth += 1,
            (Kind::Operator, "(") if depth == 0 && is_call(&tokens, at) => return tokens[at].end() <= offset,
            (Kind::Operator, "(" | "[" | "{" | "?[") => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    })?;
    let name = tokens[open - 1].span();
    let callee = names::name_at(text, tag, name.start)?.kind;
    let Arguments { list, close } = expression::arguments(&tokens, open);
    // Up to where each argument reaches: the comma behind it.
    let mut active = 0;
    let mut depth = 0usize;
    for token in tokens.get(open + 1..close.min(tokens.len())).unwrap_or_default() {
        if token.start >= offset || token.kind != Kind::Operator {
            continue;
        }
        match token.text {
            "(" | "[" | "{" | "?[" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => active += 1,
            _ => {}
        }
    }
    let arguments = list.into_iter().map(|argument| CallArgument {
        name: argument.name.and_then(|name| tokens.get(name)).map(|name| name.text.to_owned()),
        span: argument.span,
    });
    Some(Call { callee, name, arguments: arguments.collect(), active })
}

/// Whether the bracket at `open` stands behind a name.
fn is_call(tokens: &[expression::Token<'_>], open: usize) -> bool {
    let name = open.checked_sub(1).and_then(|name| tokens.get(name));
    name.is_some_and(|name| {
        name.kind == Kind::Identifier
            && !matches!(name.text, "and" | "or" | "not" | "in" | "is" | "if" | "elif" | "else" | "for")
    })
}

/// What `callee` means in the document.
pub fn callable(view: &DocumentView, callee: &NameKind) -> Option<Callable> {
    match callee {
        NameKind::Function(name) => builtin(language::function(name)?),
        NameKind::Filter(name) => builtin(language::filter(name)?),
        NameKind::Test(name) => builtin(language::test(name)?),
        NameKind::Macro { namespace, name } => {
            let place = macros::resolve(view, namespace, name)?;
            let text = &place.source.text;
            let parameters = place.definition.params.iter().map(|param| Parameter {
                name: param.name.clone(),
                aliases: &[],
                is_required: param.default.is_none(),
                default: param.default.and_then(|span| span.slice(text)).map(str::to_owned),
            });
            let parameters = parameters.collect();
            Some(Callable { name: name.clone(), parameters, documentation: place.documentation() })
        }
        _ => None,
    }
}

fn builtin(builtin: &'static language::Builtin) -> Option<Callable> {
    let Signature { name, params, .. } = builtin.signature;
    let parameters = params.iter().map(|param| Parameter {
        name: param.name.to_owned(),
        aliases: param.aliases,
        is_required: param.required,
        default: (!param.default.is_empty()).then(|| param.default.to_owned()),
    });
    Some(Callable {
        name: name.to_owned(),
        parameters: parameters.collect(),
        documentation: Some(builtin.doc.to_owned()),
    })
}

impl Callable {
    /// The index of the parameter `name`, by its own name or another one.
    pub fn parameter(&self, name: &str) -> Option<usize> {
        let own = self.parameters.iter().position(|parameter| parameter.name == name);
        own.or_else(|| self.parameters.iter().position(|parameter| parameter.aliases.contains(&name)))
    }

    /// The parameter that the argument `index` of a call is for.
    pub fn parameter_of(&self, call: &Call, index: usize) -> Option<usize> {
        match call.arguments.get(index).and_then(|argument| argument.name.as_deref()) {
            Some(name) => self.parameter(name),
            None => {
                // As everywhere, `range(3)` counts up to 3.
                let given = call.arguments.len();
                if let NameKind::Function(name) = &call.callee
                    && let Some(signature) = language::function(name).map(|builtin| builtin.signature)
                {
                    return self.parameter(signature.positional_param(index, given.max(index + 1))?.name);
                }
                (index < self.parameters.len()).then_some(index)
            }
        }
    }
}

impl Parameter {
    /// As people read it: `name`, `name=default` or `name?`.
    pub fn usage(&self) -> String {
        match &self.default {
            Some(default) => format!("{}={default}", self.name),
            None if self.is_required => self.name.clone(),
            None => format!("{}?", self.name),
        }
    }
}
