//! Calls of macros: finding the macro, binding the arguments, and writing the call as a component.

use std::ops::Range;

use super::expression::Source;
use super::{Lowering, Mode, Output, component_param};
use crate::template::expression::{self, Kind, Token, arguments};
use crate::template::names::misfits;
use crate::template::parsed::{MacroDefinition, MacroParam};
use crate::template::problem::ProblemKind;
use crate::template::site::BoundArgument;
use crate::template::source::{FileId, FileSpan};
use crate::template::suggestion::nearest;
use crate::text::Span;

/// The number of tokens of the macro call that the expression is as a whole; a final `| safe` changes nothing.
pub(super) fn whole_call(tokens: &[Token<'_>]) -> Option<usize> {
    let [namespace, colons, name, open, ..] = tokens else { return None };
    let is_call = namespace.kind == Kind::Identifier
        && colons.is_operator("::")
        && name.kind == Kind::Identifier
        && open.is_operator("(");
    if !is_call {
        return None;
    }
    let length = expression::closing(tokens, 3) + 1;
    match tokens.get(length..)? {
        [] => Some(length),
        [pipe, safe] if pipe.is_operator("|") && safe.is_word("safe") => Some(length),
        _ => None,
    }
}

/// A macro call with each parameter's argument: given, by default, or (`None`) missing.
struct Binding<'p> {
    file: FileId,
    definition: &'p MacroDefinition,
    arguments: Vec<Option<BoundArgument>>,
    /// The tokens of each argument that is given, as a range of those of the call.
    values: Vec<Range<usize>>,
}

/// Whether a parameter is `none` where no argument is given. The component says so itself then, and calls need not be longer than
/// they were written. Any other default would give the parameter a type, which those of macros have not.
pub(super) fn defaults_to_none(text: &str, param: &MacroParam) -> bool {
    let default = param.default.and_then(|default| default.slice(text));
    default.is_some_and(|default| matches!(default.trim(), "none" | "None" | "null"))
}

impl<'a> Lowering<'a> {
    /// The macro that `tokens[start..]` call, without reporting anything.
    fn callee(&self, file: FileId, tokens: &[Token<'_>], start: usize) -> Option<(FileId, &'a MacroDefinition)> {
        let program = self.input.program;
        let target = program.namespace(file, tokens.get(start)?.text)?;
        let definition = program.file(target).parsed.macros.get(tokens.get(start + 2)?.text)?;
        let broken = self.input.repairs[target.0 as usize].tags.contains(&definition.token);
        (!broken).then_some((target, definition))
    }

    /// Name and arguments of a whole call, if the macro exists.
    pub(super) fn bound_call(&mut self, tokens: &[Token<'_>]) -> Option<(String, Vec<BoundArgument>)> {
        let (file, definition) = self.callee(self.input.file, tokens, 0)?;
        let was = std::mem::replace(&mut self.reporting, false);
        let binding = self.bind(self.input.file, tokens, 0, file, definition);
        self.reporting = was;
        let name = format!("{}::{}", tokens[0].text, definition.name);
        Some((name, binding.arguments.into_iter().flatten().collect()))
    }

    fn bind(
        &mut self,
        caller: FileId,
        tokens: &[Token<'_>],
        start: usize,
        file: FileId,
        definition: &'a MacroDefinition,
    ) -> Binding<'a> {
        let callee = || format!("{}::{}", tokens[start].text, definition.name);
        let mut bound: Vec<Option<BoundArgument>> = vec![None; definition.params.len()];
        let mut values = vec![0..0; definition.params.len()];
        let list = arguments(tokens, start + 3).list;
        let mut unknown: Vec<&Token<'_>> = Vec::new();
        let mut position = 0;
        for argument in &list {
            let sign = argument.name.and_then(|name| tokens.get(name + 1));
            if let Some(colon) = sign.filter(|sign| sign.is_operator(":")) {
                let message = "`:` stands where `=` belongs, between the name of an argument and its value".to_owned();
                self.report(ProblemKind::Syntax { message }, colon.span());
            }
            let index = match argument.name.map(|name| &tokens[name]) {
                Some(name) if name.kind == Kind::Identifier => {
                    let index = definition.param(name.text);
                    if index.is_none() {
                        unknown.push(name);
                    }
                    index
                }
                _ => {
                    position += 1;
                    if position == definition.params.len() + 1 {
                        let takes = definition.params.len();
                        self.report(ProblemKind::TooManyArguments { callee: callee(), takes }, argument.span);
                    }
                    (position <= definition.params.len()).then(|| position - 1)
                }
            };
            if let Some(index) = index
                && let Some(slot) = bound.get_mut(index)
            {
                let param = definition.params[index].name.clone();
                if slot.is_some() {
                    let message = format!("the argument `{param}` is given twice");
                    self.report(ProblemKind::Syntax { message }, argument.span);
                    continue;
                }
                let at = FileSpan { file: caller, span: argument.span };
                *slot = (!argument.span.is_empty()).then_some(BoundArgument { param, at, given: true });
                values[index] = argument.value.clone();
            }
        }
        let mut lacking: Vec<&str> = Vec::new();
        for (slot, param) in bound.iter_mut().zip(&definition.params) {
            match param.default {
                _ if slot.is_some() => {}
                Some(default) => {
                    let at = FileSpan { file, span: default };
                    *slot = Some(BoundArgument { param: param.name.clone(), at, given: false });
                }
                None => lacking.push(&param.name),
            }
        }
        if !unknown.is_empty() || !lacking.is_empty() {
            let params: Vec<&str> = definition.params.iter().map(|param| param.name.as_str()).collect();
            let call = Span::new(tokens[start].start, tokens[start + 2].end());
            for (kind, at) in misfits(&callee(), call, &unknown, &lacking, &params) {
                self.report(kind, at);
            }
        }
        Binding { file, definition, arguments: bound, values }
    }

    /// Writes the call `namespace::name(…)` at `start`; returns the index behind its closing bracket.
    pub(super) fn call(
        &mut self,
        out: &mut Output,
        source: &mut Source<'_>,
        tokens: &[Token<'_>],
        start: usize,
        mode: Mode,
    ) -> usize {
        let end = (expression::closing(tokens, start + 3) + 1).min(tokens.len());
        let anchor = source.anchor.unwrap_or(tokens[start].start);
        let Some((file, definition)) = self.callee(source.file, tokens, start) else {
            self.unknown_macro(source.file, tokens, start);
            out.add(&format!("\"{}\"", self.input.marks.hole), anchor);
            return end;
        };
        if mode == Mode::Clean && file == self.input.file {
            self.captured_own_call = true;
        }
        let binding = self.bind(source.file, tokens, start, file, definition);
        let unit = self.input.units[binding.file.0 as usize];
        let prefix = if mode == Mode::Marked { "mi" } else { "mc" };
        out.add(&format!("<{prefix}{unit}.{}", binding.definition.name), anchor);
        let bound = binding.arguments.iter().zip(&binding.values);
        for (param, (argument, value)) in binding.definition.params.iter().zip(bound) {
            let is_given = argument.as_ref().is_none_or(|argument| argument.given);
            if !is_given && defaults_to_none(self.input.program.text(binding.file), param) {
                continue;
            }
            out.add(" ", anchor);
            out.extend(component_param(&param.name));
            out.extend("={ ");
            match argument {
                None => out.add(&format!("\"{}\"", self.input.marks.hole), anchor),
                Some(argument) => {
                    let given = argument.given && source.anchor.is_none();
                    let text = &self.input.program.file(argument.at.file).source.text;
                    let anchor = if given { None } else { Some(anchor) };
                    let mut argument_source = Source { file: argument.at.file, text, anchor };
                    if argument.given {
                        let tokens = tokens.get(value.clone()).unwrap_or_default();
                        self.expression(out, &mut argument_source, tokens);
                    } else {
                        self.expression(out, &mut argument_source, &expression::tokens(text, argument.at.span));
                    }
                }
            }
            out.add(" }", anchor);
        }
        out.add(" />", anchor);
        end
    }

    fn unknown_macro(&mut self, file: FileId, tokens: &[Token<'_>], start: usize) {
        if file != self.input.file || !self.reporting {
            return;
        }
        let (namespace, name) = (tokens[start].text, tokens[start + 2].text);
        let program = self.input.program;
        let target = program.namespace(file, namespace);
        // A macro that exists can only be missing because it is broken, which was reported.
        if target.is_some_and(|target| program.file(target).parsed.macros.contains_key(name)) {
            return;
        }
        let parsed = &program.file(file).parsed;
        let imported = parsed.imports.iter().find(|import| import.alias == namespace);
        // The import itself is the mistake if its file is missing, and is reported as such.
        if target.is_none() && (imported.is_some() || parsed.has_broken_import()) {
            return;
        }
        let suggestion = match target {
            Some(target) => nearest(name, program.file(target).parsed.macros.keys().map(String::as_str))
                .map(|name| format!("{namespace}::{name}")),
            None => {
                let aliases = parsed.imports.iter().map(|import| import.alias.as_str()).chain(["self"]);
                nearest(namespace, aliases.clone())
                    .or_else(|| {
                        let defines = |alias: &&str| {
                            let target = program.namespace(file, alias);
                            target.is_some_and(|target| program.file(target).parsed.macros.contains_key(name))
                        };
                        aliases.clone().find(defines).map(str::to_owned)
                    })
                    .map(|namespace| format!("{namespace}::{name}"))
            }
        };
        let (at, kind) = (
            Span::new(tokens[start].start, tokens[start + 2].end()),
            ProblemKind::UnknownMacro {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                namespace_known: target.is_some(),
                suggestion,
            },
        );
        self.report(kind, at);
    }
}
