//! What the engine complains about: where that is in the source, what it is called, and what stands there in the next attempt.

use std::sync::Arc;

use tera::{Error, ErrorKind};

use super::super::engine::template_of;
use super::super::expression::{self, Token};
use super::super::language;
use super::super::lexer::TokenKind;
use super::super::lower::Lowered;
use super::super::problem::{Problem, ProblemKind};
use super::super::source::{FileId, FileSpan};
use super::foreign::of_another_language;
use super::missing::missing;
use super::{Attempt, Failure, MAX_OUTPUT};
use crate::text::Span;

/// A place in a file that an error of the engine points to.
struct Located {
    file: FileId,
    span: Span,
}

impl Attempt<'_> {
    /// Reports what the engine complains about, and replaces it for the next attempt.
    pub(super) fn replace(&mut self, error: &Error, lowered: &[Arc<Lowered>]) -> Failure {
        match error.kind() {
            ErrorKind::SyntaxError(report) => {
                let range = report.span().range.clone();
                let Some(place) = self.locate(report.filename(), range.start, range.end, lowered) else {
                    return self.give_up(report.message());
                };
                self.syntax_error(place, report.message())
            }
            ErrorKind::RenderingError(report) => {
                let range = report.span().range.clone();
                let Some(place) = self.locate(report.filename(), range.start, range.end, lowered) else {
                    return self.give_up(report.message());
                };
                let calls = self.call_sites(&error.to_string(), lowered);
                self.rendering_error(place, report.message(), &calls)
            }
            ErrorKind::Io(_) => self.give_up(&format!("the rendered text is longer than {} MiB", MAX_OUTPUT >> 20)),
            ErrorKind::Msg(message) => self.unknown_names(message, lowered),
            _ => self.give_up(&error.to_string()),
        }
    }

    fn report(&mut self, kind: ProblemKind, file: FileId, span: Span, stack: Vec<FileSpan>) {
        self.problems.push(Problem { kind, at: FileSpan { file, span }, stack });
    }

    /// Reports a mistake that has no place.
    fn give_up(&mut self, message: &str) -> Failure {
        let message = in_our_words(message);
        self.report(ProblemKind::RenderFailed { message }, FileId::DOCUMENT, Span::default(), Vec::new());
        Failure::Hopeless
    }

    /// The place in the source of a range of an emitted template.
    fn locate(&self, template: &str, start: usize, end: usize, lowered: &[Arc<Lowered>]) -> Option<Located> {
        let (file, output) = template_of(template, self.units, lowered)?;
        Some(Located { file, span: output.source_span(start, end) })
    }

    /// The index of the tag at an offset, or the one that ends there.
    pub(super) fn tag_at(&self, file: FileId, offset: usize) -> Option<usize> {
        let lexed = &self.program.file(file).parsed.lexed;
        let is_tag = |index: &usize| matches!(lexed.tokens[*index].kind, TokenKind::Expression | TokenKind::Tag);
        let at = lexed.token_at(offset)?;
        Some(at).filter(is_tag).or_else(|| at.checked_sub(1).filter(is_tag))
    }

    fn syntax_error(&mut self, place: Located, message: &str) -> Failure {
        let Some(tag) = self.tag_at(place.file, place.span.start) else { return self.give_up(message) };
        let token = &self.program.file(place.file).parsed.lexed.tokens[tag];
        let span = if place.span.start >= token.inner.end {
            Span::new(token.inner.end, token.span.end)
        } else if place.span.is_empty() {
            Span::new(place.span.start, token.inner.end.min(place.span.start + 1))
        } else {
            place.span
        };
        // The engine may have stumbled over what stands for a mistake: it shall say what is wrong with the tag as written.
        let inner = token.inner;
        let holes = &mut self.repairs[place.file.0 as usize].holes;
        let before = holes.len();
        holes.retain(|hole| !inner.covers(*hole));
        if holes.len() < before {
            return Failure::Replaced;
        }
        if !self.repairs[place.file.0 as usize].tags.insert(tag) {
            return Failure::Hopeless;
        }
        let token = &self.program.file(place.file).parsed.lexed.tokens[tag];
        let (span, kind) = match of_another_language(self.program.text(place.file), token) {
            Some(found) => found,
            None => (
                on_boundaries(self.program.text(place.file), span),
                ProblemKind::Syntax { message: in_our_words(message) },
            ),
        };
        self.report(kind, place.file, span, Vec::new());
        Failure::Replaced
    }

    /// Unknown filters, functions, tests and components, which the engine reports all at once, as text.
    fn unknown_names(&mut self, message: &str, lowered: &[Arc<Lowered>]) -> Failure {
        let mut replaced = false;
        let mut lines = message.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(what) = line.strip_prefix("error: ") else { continue };
            let Some(place) = lines.peek().and_then(|line| self.locate_line(line, lowered)) else { continue };
            let name = what.split('`').nth(1).unwrap_or_default().to_owned();
            let tokens = self.expression_tokens(place.file, place.span.start);
            let same = |token: &&Token<'_>| token.start >= place.span.start && token.text == name;
            let span = tokens.iter().find(same).map_or(place.span, Token::span);
            let near = |builtins: &'static [&'static language::Builtin]| {
                crate::template::suggestion::nearest(&name, builtins.iter().map(|builtin| builtin.signature.name))
            };
            let kind = if what.starts_with("Unknown filter") {
                ProblemKind::UnknownFilter { suggestion: near(language::filters()), name }
            } else if what.starts_with("Unknown function") {
                let own = self.program.file(place.file).parsed.macros.contains_key(&name);
                let suggestion = if own { Some(format!("self::{name}")) } else { near(language::functions()) };
                ProblemKind::UnknownFunction { suggestion, name }
            } else if what.starts_with("Unknown test") {
                ProblemKind::UnknownTest { suggestion: near(language::tests()), name }
            } else if what.starts_with("Unknown component") {
                let known = self.program.files.iter().flat_map(|file| &file.parsed.components);
                let suggestion =
                    crate::template::suggestion::nearest(&name, known.map(|component| component.name.as_str()));
                ProblemKind::UnknownComponent { suggestion, name }
            } else {
                ProblemKind::Syntax { message: in_our_words(what) }
            };
            let Some(tag) = self.tag_at(place.file, place.span.start) else { continue };
            replaced |= self.repairs[place.file.0 as usize].tags.insert(tag);
            self.report(kind, place.file, span, Vec::new());
        }
        if replaced { Failure::Replaced } else { self.give_up(message.lines().next().unwrap_or_default()) }
    }

    /// The place that a line of a report names: `--> template:line:column`.
    fn locate_line(&self, line: &str, lowered: &[Arc<Lowered>]) -> Option<Located> {
        let (_, place) = line.split_once("--> ").or_else(|| line.split_once("called from "))?;
        let mut parts = place.trim().splitn(3, ':');
        let template = parts.next()?;
        let line: usize = parts.next()?.parse().ok()?;
        let column: usize = parts.next()?.parse().ok()?;
        let (_, output) = template_of(template, self.units, lowered)?;
        let text = output.text();
        let start = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
        let offset = text.get(start..)?.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum::<usize>();
        self.locate(template, start + offset, start + offset, lowered)
    }

    /// The calls that led to a rendering error, innermost first, from the report of the engine.
    fn call_sites(&self, report: &str, lowered: &[Arc<Lowered>]) -> Vec<FileSpan> {
        let notes = report.lines().filter(|line| line.starts_with("note: called from "));
        let places = notes.filter_map(|line| self.locate_line(line, lowered));
        places
            .map(|place| {
                let tag = self.tag_at(place.file, place.span.start);
                let span = tag.map_or(place.span, |tag| self.program.file(place.file).parsed.lexed.tokens[tag].span);
                FileSpan { file: place.file, span }
            })
            .collect()
    }

    /// The tokens of the tag that holds `offset`.
    pub(super) fn expression_tokens(&self, file: FileId, offset: usize) -> Vec<Token<'_>> {
        let entry = self.program.file(file);
        let tag = self.tag_at(file, offset).map(|tag| &entry.parsed.lexed.tokens[tag]);
        tag.map_or(Vec::new(), |tag| expression::tokens(&entry.source.text, tag.inner))
    }

    fn rendering_error(&mut self, place: Located, message: &str, calls: &[FileSpan]) -> Failure {
        let tokens = self.expression_tokens(place.file, place.span.start);
        let is_undefined = ["undefined", "not defined", "not found"].iter().any(|word| message.contains(word));
        if is_undefined && let Some(missing) = missing(&tokens, place.span, message) {
            let hole = Span::new(tokens[missing.first].start, tokens[missing.last].end());
            let mut kind = missing.kind(&tokens);
            let span = Span::new(tokens[missing.first].start, tokens[missing.named].end());
            let root = tokens[missing.first].text.to_owned();
            let own = FileSpan { file: place.file, span };
            let (at, hole, stack) = self.argument_of(&root, own, hole, calls);
            if at != own
                && let ProblemKind::UndefinedVariable { name, .. } = &mut kind
            {
                *name = at.span.slice(self.program.text(at.file)).unwrap_or_default().to_owned();
            }
            let holes = &mut self.repairs[at.file.0 as usize].holes;
            if holes.insert(hole) {
                self.report(kind, at.file, at.span, stack);
                return Failure::Replaced;
            }
        }
        let Some(tag) = self.tag_at(place.file, place.span.start) else { return self.give_up(message) };
        if !self.repairs[place.file.0 as usize].tags.insert(tag) {
            return Failure::Hopeless;
        }
        let token = &self.program.file(place.file).parsed.lexed.tokens[tag];
        // What a placeholder leads to is no mistake of its own.
        let after = |hole: &Span| token.span.covers(*hole);
        if self.repairs[place.file.0 as usize].holes.range(Span::at(token.span.start)..).next().is_some_and(after) {
            return Failure::Replaced;
        }
        let span = if place.span.is_empty() { token.span } else { place.span };
        let span = on_boundaries(self.program.text(place.file), span);
        let message = in_our_words(message);
        self.report(ProblemKind::RenderFailed { message }, place.file, span, calls.to_vec());
        Failure::Replaced
    }

    /// The argument that passed an undefined value on to the macro parameter `root`, if that is what happened.
    fn argument_of(&self, root: &str, at: FileSpan, hole: Span, calls: &[FileSpan]) -> (FileSpan, Span, Vec<FileSpan>) {
        let mut found = (at, hole, calls.to_vec());
        let mut root = root.to_owned();
        for (depth, call) in calls.iter().enumerate() {
            let Some(definition) = self.enclosing_macro(found.0) else { break };
            let Some(param) = definition.param(&root) else { break };
            let entry = self.program.file(call.file);
            let Some(tag) = self.tag_at(call.file, call.span.start) else { break };
            let tokens = expression::tokens(&entry.source.text, entry.parsed.lexed.tokens[tag].inner);
            let is_call = |index: &usize| {
                tokens.get(index + 1).is_some_and(|token| token.is_operator("::"))
                    && tokens.get(index + 2).is_some_and(|token| token.text == definition.name)
            };
            let Some(start) = (0..tokens.len()).find(is_call) else { break };
            let list = expression::arguments(&tokens, start + 3).list;
            let named = list.iter().find(|argument| argument.name.is_some_and(|name| tokens[name].text == root));
            let positional = || list.iter().filter(|argument| argument.name.is_none()).nth(param);
            let Some(argument) = named.or_else(positional).filter(|argument| !argument.span.is_empty()) else { break };
            let Some(first) = tokens.get(argument.value.start) else { break };
            root = first.text.to_owned();
            let place = FileSpan { file: call.file, span: argument.span };
            found = (place, argument.span, calls[depth + 1..].to_vec());
        }
        found
    }

    fn enclosing_macro(&self, at: FileSpan) -> Option<&crate::template::parsed::MacroDefinition> {
        let parsed = &self.program.file(at.file).parsed;
        parsed.macros.values().find(|definition| {
            let opener = &parsed.lexed.tokens[definition.token];
            let end = opener.mate.map_or(opener.span.end, |mate| parsed.lexed.tokens[mate].span.end);
            Span::new(opener.span.start, end).contains(at.span.start)
        })
    }
}

/// The engine's message in the style of ours.
fn in_our_words(message: &str) -> String {
    let mut message = message.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
    for (theirs, ours) in [
        ("`i128`", "a whole number"),
        ("`u64`", "a whole number"),
        ("`i64`", "a whole number"),
        ("`f64`", "a number"),
        ("`&[Value]`", "a list"),
        ("`&str`", "text"),
        ("`string`", "text"),
        ("expected }}", "expected `}}`"),
        ("expected %}", "expected `%}`"),
    ] {
        message = message.replace(theirs, ours);
    }
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "the template engine gave no reason".to_owned(),
    }
}

/// The span, moved outwards to `char` boundaries of `text`.
fn on_boundaries(text: &str, span: Span) -> Span {
    let mut start = span.start.min(text.len());
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}
