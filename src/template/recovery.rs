//! Renders whatever the document holds: each mistake is reported once, replaced, and the render tried again.
//!
//! The engine stops at its first mistake, so there is one attempt for each mistake that the lexer, the lowering and the
//! name check did not find beforehand. An attempt that finds nothing new to replace, and the last of [`MAX_ATTEMPTS`], fall
//! back to the text between the tags, which always renders.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use tera::{Error, ErrorKind};

use super::budget;
use super::engine::{Compiled, Job, TemplateEngine, Verification, guarded, template_of};
use super::expression::{self, Kind, Token};
use super::language::{self, RenderState};
use super::lexer::TokenKind;
use super::lower::{Lowered, Marks, Repairs};
use super::names;
use super::problem::{Problem, ProblemKind};
use super::program::Program;
use super::render::{RenderInput, Rendered};
use super::source::{FileId, FileSpan};
use super::source_map::SourceMap;
use super::source_map::decode::{Decoded, Units, decode, is_clean_render, is_consistent};
use super::variables::Variables;
use crate::text::Span;

/// After this many attempts the text between the tags must do.
const MAX_ATTEMPTS: usize = 100;

/// Documents longer than this, in bytes, are rendered once: comparing them with a clean render would double their cost.
const MAX_VERIFIED: usize = 32 << 10;

/// Rendered text with its markers may be this long, in bytes.
const MAX_OUTPUT: usize = 64 << 20;

/// Renders `input` with `engine`.
pub(super) fn render(engine: &TemplateEngine, input: RenderInput<'_>) -> Rendered {
    let (program, units, problems) = engine.load(&input);
    let state = input.variables.state();
    let mut attempt = Attempt {
        engine,
        program: &program,
        units: &units,
        variables: input.variables,
        state: &state,
        repairs: vec![Repairs::default(); program.files.len()],
        problems,
        environment: Vec::new(),
    };
    let (names, lookups) = names::check(&program, input.variables);
    attempt.problems.extend(names);
    attempt.environment.extend(lookups);
    attempt.lexical_problems();
    attempt.replace_known_mistakes();
    let outcome = attempt.run();
    attempt.drop_names_of_broken_tags();
    let Attempt { mut problems, mut environment, .. } = attempt;
    tidy(&mut problems);
    // What is wrong with the text of another file is found without a render, so nothing led there but its tags.
    for problem in problems.iter_mut().filter(|problem| problem.stack.is_empty()) {
        problem.stack = program.way_to(problem.at.file);
    }
    environment.sort();
    environment.dedup();
    let sources = program.files.iter().map(|file| file.source.text.clone()).collect();
    let Decoded { text, record, opaque } = outcome.decoded;
    Rendered {
        map: SourceMap::new(&text, record, outcome.lowered, sources, outcome.exact),
        text,
        links: program.files.iter().map(|file| file.links.clone()).collect(),
        files: program.files.into_iter().map(|file| file.source).collect(),
        problems,
        opaque,
        environment,
        given_up: outcome.given_up,
    }
}

/// Sorts problems by place and keeps one of each.
fn tidy(problems: &mut Vec<Problem>) {
    problems.sort_by_key(|problem| problem.at);
    let mut kept: Vec<Problem> = Vec::with_capacity(problems.len());
    for problem in problems.drain(..) {
        let is_undefined = |problem: &Problem| matches!(problem.kind, ProblemKind::UndefinedVariable { .. });
        let mut near = kept
            .iter()
            .rev()
            .take_while(|before| (before.at.file, before.at.span.start) == (problem.at.file, problem.at.span.start));
        // The name check says which part of a path is missing, the engine names the whole path.
        let is_known = near.any(|before| {
            let same_kind = std::mem::discriminant(&before.kind) == std::mem::discriminant(&problem.kind);
            same_kind && (before.at == problem.at || (is_undefined(before) && is_undefined(&problem)))
        });
        if !is_known {
            kept.push(problem);
        }
    }
    *problems = kept;
}

/// A render that worked.
struct Outcome {
    decoded: Decoded,
    lowered: Vec<Arc<Lowered>>,
    exact: bool,
    given_up: bool,
}

/// Why an attempt failed: a mistake that was replaced, or one that can't be.
enum Failure {
    Replaced,
    Hopeless,
}

struct Attempt<'a> {
    engine: &'a TemplateEngine,
    program: &'a Program,
    units: &'a [u32],
    variables: &'a Variables,
    state: &'a RenderState,
    repairs: Vec<Repairs>,
    problems: Vec<Problem>,
    environment: Vec<(String, Option<String>)>,
}

/// A place in a file that an error of the engine points to.
struct Located {
    file: FileId,
    span: Span,
}

impl Attempt<'_> {
    /// In a tag that can't be read names mean nothing.
    fn drop_names_of_broken_tags(&mut self) {
        let mut problems = std::mem::take(&mut self.problems);
        let tag_of = |at: FileSpan| Some((at.file, self.tag_at(at.file, at.span.start)?));
        let is_syntax = |problem: &&Problem| matches!(problem.kind, ProblemKind::Syntax { .. });
        let broken: BTreeSet<_> = problems.iter().filter(is_syntax).filter_map(|problem| tag_of(problem.at)).collect();
        problems.retain(|problem| {
            let is_undefined = matches!(
                problem.kind,
                ProblemKind::UndefinedVariable { .. }
                    | ProblemKind::UnsetEnvironmentVariable { .. }
                    | ProblemKind::NotTera1 { .. }
            );
            !is_undefined || tag_of(problem.at).is_none_or(|tag| !broken.contains(&tag))
        });
        self.problems = problems;
    }

    fn lexical_problems(&mut self) {
        for (index, file) in self.program.files.iter().enumerate() {
            let file_id = FileId(index as u32);
            for problem in &file.parsed.lexed.problems {
                // Remarks on other files are for those who open them.
                if problem.kind.is_remark() && file_id != FileId::DOCUMENT {
                    continue;
                }
                let at = FileSpan { file: file_id, span: problem.at };
                self.problems.push(Problem { kind: problem.kind.clone(), at, stack: Vec::new() });
            }
        }
    }

    /// Replaces what was found to be wrong before the first attempt, so that it need not fail because of it.
    fn replace_known_mistakes(&mut self) {
        for problem in std::mem::take(&mut self.problems) {
            let FileSpan { file, span } = problem.at;
            match problem.kind {
                ProblemKind::UndefinedVariable { .. } | ProblemKind::UnsetEnvironmentVariable { .. } => {
                    let tokens = self.expression_tokens(file, span.start);
                    if let Some(missing) = missing(&tokens, span, "") {
                        let hole = Span::new(tokens[missing.first].start, tokens[missing.last].end());
                        self.repairs[file.0 as usize].holes.insert(hole);
                    }
                }
                ProblemKind::UnknownFilter { .. }
                | ProblemKind::UnknownFunction { .. }
                | ProblemKind::UnknownTest { .. }
                | ProblemKind::UnknownComponent { .. } => {
                    if let Some(tag) = self.tag_at(file, span.start) {
                        self.repairs[file.0 as usize].tags.insert(tag);
                    }
                }
                _ => {}
            }
            self.problems.push(problem);
        }
    }

    fn run(&mut self) -> Outcome {
        let mut marks = unused_marks(self.program, 0);
        let mut collisions = 0;
        for _ in 0..MAX_ATTEMPTS {
            match self.once(marks) {
                Ok(Some(outcome)) => return outcome,
                // A value holds the marker character.
                Ok(None) => {
                    collisions += 1;
                    marks = unused_marks(self.program, collisions * 2);
                }
                Err(Failure::Replaced) => {}
                Err(Failure::Hopeless) => break,
            }
        }
        self.skeleton()
    }

    /// Compiles and renders once. `None`: the markers collide with a value.
    fn once(&mut self, marks: Marks) -> Result<Option<Outcome>, Failure> {
        let clean = self.engine.verification() == Verification::Always;
        let mut job = Job { program: self.program, units: self.units, marks, clean };
        let mut compiled = self.compile(&job)?;
        let ordinary = self.program.text(FileId::DOCUMENT).len() <= MAX_VERIFIED;
        if !clean && ordinary && compiled.lowered.iter().any(|file| file.captures) {
            job.clean = true;
            compiled = self.compile(&job)?;
        }
        let rendered = match self.write(&compiled, "i0") {
            Ok(rendered) => rendered,
            Err(error) => return Err(self.replace(&error, &compiled.lowered)),
        };
        let sites: Vec<_> = compiled.lowered.iter().map(|file| &file.sites).collect();
        let sources: Vec<&str> = self.program.files.iter().map(|file| &*file.source.text).collect();
        let Ok(decoded) = decode(&rendered, marks, &Units { by_file: self.units, sites: &sites }) else {
            return Ok(None);
        };
        let mut exact = is_consistent(&decoded.text, &decoded.record, &sites, &sources);
        if job.clean {
            // The clean variants take more steps of the budget, so they alone may fail.
            let clean = match self.write(&compiled, "c0") {
                Ok(clean) => clean,
                Err(error) => return Err(self.replace(&error, &compiled.lowered)),
            };
            exact &= is_clean_render(&clean, &decoded.text, &decoded.opaque, marks.hole);
        }
        for file in &compiled.lowered {
            self.problems.extend(file.problems.iter().cloned());
        }
        Ok(Some(Outcome { decoded, lowered: compiled.finish(), exact, given_up: false }))
    }

    fn compile(&mut self, job: &Job<'_>) -> Result<Compiled, Failure> {
        self.engine.compile(job, &self.repairs).map_err(|failed| self.replace(&failed.error, &failed.lowered))
    }

    fn write(&mut self, compiled: &Compiled, template: &str) -> Result<String, Error> {
        let mut names: Vec<&str> = compiled.tera.get_template_variables(template)?.into_iter().collect();
        names.sort_unstable();
        let (context, lookups) = self.variables.context(names);
        self.environment.extend(lookups);
        let mut out = Bounded { bytes: Vec::with_capacity(self.program.files[0].source.text.len() * 2) };
        budget::refill();
        let (result, environment) =
            language::during(self.state, || guarded(|| compiled.tera.render_to(template, &context, &mut out)));
        self.environment.extend(environment);
        result?;
        Ok(String::from_utf8(out.bytes)?)
    }

    /// The text between the tags of the document, and nothing else.
    fn skeleton(&mut self) -> Outcome {
        let marks = unused_marks(self.program, 0);
        let alone = Program { files: self.program.files[..1].to_vec(), called: BTreeSet::new() };
        let mut alone = alone;
        alone.files[0].links.fill(None);
        let mut repairs = Repairs::default();
        repairs.tags.extend(0..alone.files[0].parsed.lexed.tokens.len());
        let job = Job { program: &alone, units: &[0], marks, clean: false };
        let outcome = self.engine.compile(&job, &[repairs]).ok().and_then(|compiled| {
            let rendered = self.write(&compiled, "i0").ok()?;
            let sites = [&compiled.lowered[0].sites];
            let decoded = decode(&rendered, marks, &Units { by_file: &[0], sites: &sites }).ok()?;
            Some(Outcome { decoded, lowered: compiled.lowered, exact: true, given_up: true })
        });
        outcome.unwrap_or_else(|| Outcome {
            decoded: Decoded { text: String::new(), record: Default::default(), opaque: vec![Span::default()] },
            lowered: Vec::new(),
            exact: false,
            given_up: true,
        })
    }

    /// Reports what the engine complains about, and replaces it for the next attempt.
    fn replace(&mut self, error: &Error, lowered: &[Arc<Lowered>]) -> Failure {
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
    fn tag_at(&self, file: FileId, offset: usize) -> Option<usize> {
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
        let span = on_boundaries(self.program.text(place.file), span);
        self.report(ProblemKind::Syntax { message: in_our_words(message) }, place.file, span, Vec::new());
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
                super::suggestion::nearest(&name, builtins.iter().map(|builtin| builtin.signature.name))
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
                let suggestion = super::suggestion::nearest(&name, known.map(|component| component.name.as_str()));
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
    fn expression_tokens(&self, file: FileId, offset: usize) -> Vec<Token<'_>> {
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

    fn enclosing_macro(&self, at: FileSpan) -> Option<&super::parsed::MacroDefinition> {
        let parsed = &self.program.file(at.file).parsed;
        parsed.macros.values().find(|definition| {
            let opener = &parsed.lexed.tokens[definition.token];
            let end = opener.mate.map_or(opener.span.end, |mate| parsed.lexed.tokens[mate].span.end);
            Span::new(opener.span.start, end).contains(at.span.start)
        })
    }
}

/// The part of an expression that is undefined, as indices of tokens.
struct Missing {
    first: usize,
    /// The last part that the message is about.
    named: usize,
    /// The last part of the whole path.
    last: usize,
    environment: Option<String>,
}

impl Missing {
    fn kind(&self, tokens: &[Token<'_>]) -> ProblemKind {
        if let Some(name) = &self.environment {
            return ProblemKind::UnsetEnvironmentVariable { name: name.clone() };
        }
        let name = tokens[self.first..=self.named].iter().map(|token| token.text).collect();
        ProblemKind::UndefinedVariable { name, suggestion: None }
    }
}

/// Finds the path or call in `tokens` that an error at `at` is about.
fn missing(tokens: &[Token<'_>], at: Span, message: &str) -> Option<Missing> {
    let mut hit = tokens.iter().position(|token| token.end() > at.start && token.kind == Kind::Identifier)?;
    // A filter complains about the value that is piped into it.
    while hit >= 2 && tokens[hit - 1].is_operator("|") {
        hit -= 2;
        if tokens[hit].kind != Kind::Identifier {
            return None;
        }
    }
    let is_dot = |index: usize| tokens.get(index).is_some_and(|token| matches!(token.text, "." | "?."));
    let mut first = hit;
    while first >= 2 && is_dot(first - 1) {
        first -= 2;
    }
    if tokens.get(first + 1).is_some_and(|token| token.is_operator("(")) {
        let arguments = expression::arguments(tokens, first + 1);
        let name = arguments.list.first().and_then(|argument| tokens.get(argument.value.start)?.string_value());
        let environment = name.filter(|_| matches!(tokens[first].text, "env" | "get_env"))?;
        let last = arguments.close.min(tokens.len() - 1);
        return Some(Missing { first, named: last, last, environment: Some(environment) });
    }
    let mut last = first;
    loop {
        if is_dot(last + 1) && last + 2 < tokens.len() {
            last += 2;
        } else if tokens.get(last + 1).is_some_and(|token| token.is_operator("[") || token.is_operator("?[")) {
            let close = expression::closing(tokens, last + 1);
            if close >= tokens.len() {
                break;
            }
            last = close;
        } else {
            break;
        }
    }
    // "Field `b` is not defined" is about the value that the field was asked of.
    let named = if message.starts_with("Field") { hit } else { last };
    Some(Missing { first, named: named.clamp(first, last), last, environment: None })
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

/// Two private-use characters that no source holds, behind the first `skip` of such.
fn unused_marks(program: &Program, skip: usize) -> Marks {
    // All of them start with one of these two bytes in UTF-8, which other text rarely holds.
    let suspicious: Vec<&str> = program
        .files
        .iter()
        .map(|file| &*file.source.text)
        .filter(|text| memchr::memchr2(0xEE, 0xEF, text.as_bytes()).is_some())
        .collect();
    let unused = |character: &char| !suspicious.iter().any(|text| text.contains(*character));
    let mut free = ('\u{E000}'..='\u{F8FF}').chain('\u{F0000}'..='\u{FFFFD}').filter(unused).skip(skip);
    let mark = free.next().unwrap_or('\u{10FFFC}');
    let hole = free.next().unwrap_or('\u{10FFFD}');
    Marks { mark, hole }
}

/// A buffer that refuses to grow without end.
struct Bounded {
    bytes: Vec<u8>,
}

impl Write for &mut Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
