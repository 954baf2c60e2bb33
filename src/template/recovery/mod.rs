//! Renders whatever the document holds: each mistake is reported once, replaced, and the render tried again.
//!
//! The engine stops at its first mistake, so there is one attempt for each mistake that the lexer, the lowering and the
//! name check did not find beforehand. An attempt that finds nothing new to replace, and the last of [`MAX_ATTEMPTS`], fall
//! back to the text between the tags, which always renders.

mod dangling;
mod foreign;
mod missing;
mod replace;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use tera::Error;

use self::missing::missing;
use super::budget;
use super::engine::{Compiled, Job, TemplateEngine, Verification, guarded};
use super::language::{self, RenderState};
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
    problems.retain(|problem| {
        !matches!(&problem.kind, ProblemKind::UndefinedVariable { name, .. } if input.variables.is_unreadable(name))
    });
    dangling::drop_consequences(&program, &mut problems);
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

impl Attempt<'_> {
    /// In a tag that can't be read names mean nothing.
    fn drop_names_of_broken_tags(&mut self) {
        let mut problems = std::mem::take(&mut self.problems);
        let tag_of = |at: FileSpan| Some((at.file, self.tag_at(at.file, at.span.start)?));
        let is_syntax = |problem: &&Problem| {
            matches!(
                problem.kind,
                ProblemKind::Syntax { .. } | ProblemKind::ForeignOperator { .. } | ProblemKind::GoTemplate
            )
        };
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
                | ProblemKind::UnknownComponent { .. }
                | ProblemKind::UnknownArgument { .. }
                | ProblemKind::TooManyArguments { .. }
                | ProblemKind::MissingArgument { .. } => {
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
