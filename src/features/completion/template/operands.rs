//! Names in expressions: what stands for a value, what belongs behind a dot, a bar or `is`, and keyword arguments.

use super::{Request, macros, tags, values};
use crate::features::calls;
use crate::features::completion::{Completions, Item, ItemKind, Snippet, Topic};
use crate::features::names::Binding;
use crate::template::expression::Kind;
use crate::template::language::{self, Builtin};
use crate::template::lexer::Keyword;
use crate::template::variables::STANDARD_VARIABLES;

/// What can be asked of `loop`.
const LOOP_FIELDS: &[(&str, &str)] = &[
    ("index", "number of the round, from 1"),
    ("index0", "number of the round, from 0"),
    ("first", "whether it is the first round"),
    ("last", "whether it is the last round"),
    ("length", "number of rounds"),
];

/// Words behind a value.
const OPERATORS: &[&str] = &["and", "or", "is", "is not", "in", "not in", "if", "else"];

/// Completes a word of an expression.
pub(super) fn in_expression(request: &Request<'_>) -> Completions {
    let Some(last) = request.last() else { return operands(request) };
    match (last.kind, last.text) {
        (Kind::Operator, "." | "?.") => members(request),
        (Kind::Operator, "::") => {
            let namespace = request.before_last().map_or("", |name| name.text);
            let items = macros::macros(request, namespace, "");
            Completions { items, replaced: request.replaced, ..Completions::default() }
        }
        (Kind::Operator, "|") => filters(request),
        (Kind::Operator, ")" | "]" | "}") | (Kind::String | Kind::Number, _) => tags::words(request, OPERATORS),
        (Kind::Operator, _) => operands(request),
        (Kind::Identifier, "is") => tests(request, true),
        (Kind::Identifier, "not") if request.before_last().is_some_and(|word| word.text == "is") => {
            tests(request, false)
        }
        (Kind::Identifier, "and" | "or" | "not" | "in" | "if" | "else") => operands(request),
        (Kind::Identifier, "elif") if request.tag.keyword == Keyword::Elif && request.before.len() == 1 => {
            operands(request)
        }
        (Kind::Identifier, _) => tags::words(request, OPERATORS),
    }
}

pub(super) fn filters(request: &Request<'_>) -> Completions {
    let items = language::filters().iter().map(|filter| builtin(request, filter, ItemKind::Filter)).collect();
    Completions { items, replaced: request.replaced, ..Completions::default() }
}

fn tests(request: &Request<'_>, with_not: bool) -> Completions {
    let mut items: Vec<Item> = language::tests().iter().map(|test| builtin(request, test, ItemKind::Test)).collect();
    if with_not {
        items.push(Item::new(ItemKind::Keyword, "not"));
    }
    Completions { items, replaced: request.replaced, ..Completions::default() }
}

fn builtin(request: &Request<'_>, builtin: &'static Builtin, kind: ItemKind) -> Item {
    let name = builtin.name();
    let required = builtin.signature.params.iter().filter(|param| param.required);
    let mut insert = Snippet::text(name);
    if !request.has_brackets() && (kind == ItemKind::Function || required.clone().next().is_some()) {
        insert = insert.and("(");
        for (index, param) in required.enumerate() {
            insert = insert.and(if index > 0 { ", " } else { "" }).and(param.name).and("=").and_place("");
        }
        insert = insert.and(")");
    }
    Item::new(kind, name).writes(insert).detail(builtin.usage()).about(Topic::builtin(builtin.kind, name))
}

/// Everything that stands for a value.
fn operands(request: &Request<'_>) -> Completions {
    let mut items = arguments(request);
    items.extend(bound_names(request));
    if !is_in_macro(request) {
        items.extend(variables(request));
    }
    let namespaces = macros::namespaces(request);
    items.extend(namespaces.iter().map(|(name, file)| {
        let file = file.and_then(|file| request.view.analysis().files.get(file.0 as usize));
        let detail = if name == "self" { "macros of this file" } else { file.map_or("", |file| file.name.as_str()) };
        let insert = Snippet::text(&format!("{name}::"));
        Item::new(ItemKind::Namespace, name.as_str()).writes(insert).detail(detail)
    }));
    items.extend(language::functions().iter().map(|function| builtin(request, function, ItemKind::Function)));
    items.extend(["true", "false", "none", "not"].map(|word| Item::new(ItemKind::Keyword, word)));
    for (name, _) in &namespaces {
        items.extend(macros::macros(request, name, &format!("{name}::")));
    }
    let mut seen = std::collections::HashSet::new();
    items.retain(|item| seen.insert(item.label.clone()));
    Completions { items, replaced: request.replaced, ..Completions::default() }
}

/// Keyword arguments of the call around that it does not have yet, where an argument starts.
fn arguments(request: &Request<'_>) -> Vec<Item> {
    if !request.last().is_some_and(|last| last.is_operator("(") || last.is_operator(",")) {
        return Vec::new();
    }
    let Some(call) = calls::call_at(request.text(), request.tag, request.replaced.insert.start) else {
        return Vec::new();
    };
    let Some(callable) = calls::callable(request.view, &call.callee) else { return Vec::new() };
    let others = (0..call.arguments.len()).filter(|index| *index != call.active);
    let given: Vec<usize> = others.filter_map(|index| callable.parameter_of(&call, index)).collect();
    let parameters = callable.parameters.iter().enumerate().filter(|(index, _)| !given.contains(index));
    let items = parameters.map(|(_, parameter)| {
        let detail = match &parameter.default {
            Some(default) => format!("default {default}"),
            None if parameter.is_required => "required".to_owned(),
            None => "optional".to_owned(),
        };
        Item::new(ItemKind::Parameter, format!("{}=", parameter.name)).detail(detail)
    });
    items.collect()
}

fn is_in_macro(request: &Request<'_>) -> bool {
    let tokens = &request.view.template().lexed.tokens;
    request.scope.blocks.iter().filter_map(|block| tokens.get(*block)).any(|tag| tag.keyword == Keyword::Macro)
}

/// Parameters, loop variables and assigned names, innermost first.
fn bound_names(request: &Request<'_>) -> Vec<Item> {
    let names = request.scope.names.iter().rev().map(|known| {
        let kind = match known.binding {
            Binding::Parameter { .. } => ItemKind::Parameter,
            _ => ItemKind::Variable,
        };
        let value = values::value(request.view, &request.scope, &[&known.name]).map(|value| values::shown(&value));
        let detail = match (known.binding, value) {
            (Binding::Loop { .. }, Some(value)) => format!("{value} at first"),
            (_, Some(value)) => value,
            (Binding::Loop { .. }, None) => "loop variable".to_owned(),
            (Binding::LoopState { .. }, _) => "state of the loop".to_owned(),
            (Binding::Parameter { .. }, None) => "parameter".to_owned(),
            (Binding::Set { .. }, None) => "assigned".to_owned(),
        };
        Item::new(kind, known.name.as_str()).detail(detail)
    });
    names.collect()
}

/// The variables of the render with their values.
fn variables(request: &Request<'_>) -> Vec<Item> {
    let variables = request.view.variables();
    let names = variables.names().filter(|name| !name.starts_with("__"));
    let items = names.map(|name| {
        let detail = variables.get(name).map(values::shown).unwrap_or_default();
        let item = Item::new(ItemKind::Variable, name).detail(detail);
        match STANDARD_VARIABLES.iter().find(|standard| standard.name == name) {
            Some(standard) => item.about(Topic::Text(format!("{}.", standard.doc))),
            None => item,
        }
    });
    items.collect()
}

/// What stands behind the dot.
fn members(request: &Request<'_>) -> Completions {
    let mut path = Vec::new();
    let mut at = request.before.len();
    // Names and dots, from behind.
    while let Some(name) = at.checked_sub(2).and_then(|at| request.before.get(at)) {
        if name.kind != Kind::Identifier && name.kind != Kind::Number {
            return Completions::default();
        }
        path.insert(0, name.text);
        at -= 2;
        if !at.checked_sub(1).and_then(|at| request.before.get(at)).is_some_and(|dot| matches!(dot.text, "." | "?.")) {
            break;
        }
    }
    let is_loop = |name: &str| matches!(request.scope.binding(name), Some(Binding::LoopState { .. }));
    let items = match path.as_slice() {
        [name] if is_loop(name) => {
            LOOP_FIELDS.iter().map(|(name, what)| Item::new(ItemKind::Field, *name).detail(*what)).collect()
        }
        [first, ..] if request.scope.binding(first).is_none() && is_in_macro(request) => Vec::new(),
        path => {
            let value = values::value(request.view, &request.scope, path);
            let fields = value.as_ref().map(values::fields).unwrap_or_default();
            // A key that is no name can't stand behind a dot.
            let fields = fields.into_iter().filter(|(name, _)| {
                !name.starts_with(|first: char| first.is_ascii_digit())
                    && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
            });
            fields.map(|(name, value)| Item::new(ItemKind::Field, name).detail(values::shown(&value))).collect()
        }
    };
    // A dot goes on with what is chosen.
    Completions { items, replaced: request.replaced, commit: &["."], ..Completions::default() }
}
