//! The static check of names: everything that templates call or read, in all reachable code at once, dead branches included.
//!
//! Reports unknown filters, functions, tests and components, arguments that these do not take or lack, undefined variables
//! that nothing guards, unset environment variables, and what the engine of clnrm 1.0 refuses. Calls of macros, their
//! arguments and the files behind imports are judged where they are bound (see `lower` and `program`); mistakes that depend
//! on values show when the template is rendered.
//!
//! When in doubt it is silent: what a name may mean in another file that includes this one, or after a `set` on another
//! branch, counts as defined.

mod calls;
mod compatibility;
mod scope;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use self::scope::{Scope, bound_names, loop_names};
use super::expression::{self, Kind, Token};
use super::lexer::{self, Keyword, TokenKind};
use super::library;
use super::parsed::{ParsedFile, ReferenceKind};
use super::problem::{Problem, ProblemKind};
use super::program::{Program, ProgramFile};
use super::source::{FileId, FileSpan};
use super::variables::Variables;
use crate::text::Span;

pub(super) use self::calls::misfits;
pub use self::variables::{Path, paths};

/// Words of expressions that are no names of variables.
const WORDS: [&str; 17] = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "if",
    "else",
    "for",
    "as",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "null",
    "__tera_context",
];

/// Checks all names in the files of `program`. With the problems come the environment variables that were asked for.
pub(super) fn check(program: &Program, variables: &Variables) -> (Vec<Problem>, BTreeMap<String, Option<String>>) {
    let mut check =
        Check { program, variables, problems: Vec::new(), elsewhere: BTreeSet::new(), lookups: BTreeMap::new() };
    check.elsewhere = names_from_elsewhere(program);
    for (index, file) in program.files.iter().enumerate() {
        // Ours has no mistakes, and takes longer than most documents.
        if library::is_built_in(&file.source) {
            continue;
        }
        let id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
        let code = code(file);
        check.file(id, &code);
        if id == FileId::DOCUMENT {
            compatibility::check(program, &code, &mut check.problems);
        }
    }
    (check.problems, check.lookups)
}

/// Whether a mistake in a library counts. Its macros see their parameters alone, but what stands around them is written only
/// where another file includes it, and sees what is defined there.
pub fn counts_in_library(library: &str) -> impl Fn(&Problem) -> bool {
    let definitions: Vec<Span> = ParsedFile::new(library).definitions().collect();
    move |problem| {
        let depends = matches!(problem.kind, ProblemKind::UndefinedVariable { .. } | ProblemKind::RenderFailed { .. });
        let FileSpan { file, span } = problem.at;
        !depends || file != FileId::DOCUMENT || definitions.iter().any(|definition| definition.covers(span))
    }
}

/// What of a file is evaluated: the index of each such tag, with its tokens.
fn code(file: &ProgramFile) -> Vec<(usize, Vec<Token<'_>>)> {
    let tags = file.parsed.lexed.tokens.iter().enumerate().filter(|(_, token)| is_code(token));
    tags.map(|(index, token)| (index, expression::tokens(&file.source.text, token.inner))).collect()
}

/// Whether a token of a template is evaluated.
fn is_code(token: &lexer::Token) -> bool {
    matches!(token.kind, TokenKind::Expression | TokenKind::Tag) && token.is_readable() && !token.inert
}

/// How many words at the start of a tag are no expression.
fn first_part(keyword: Keyword) -> usize {
    match keyword {
        Keyword::Empty => 0,
        Keyword::Set | Keyword::SetGlobal | Keyword::Filter => 2,
        _ => 1,
    }
}

/// The names that other files of the program bind: they may be visible where a file is included or extended.
fn names_from_elsewhere(program: &Program) -> BTreeSet<String> {
    let shares =
        |file: &ProgramFile| file.parsed.references.iter().any(|reference| reference.kind != ReferenceKind::Import);
    if !program.files.iter().any(shares) {
        return BTreeSet::new();
    }
    program.files.iter().flat_map(bound_names).collect()
}

struct Check<'a> {
    program: &'a Program,
    variables: &'a Variables,
    problems: Vec<Problem>,
    elsewhere: BTreeSet<String>,
    lookups: BTreeMap<String, Option<String>>,
}

impl Check<'_> {
    fn file(&mut self, id: FileId, code: &[(usize, Vec<Token<'_>>)]) {
        let file = self.program.file(id);
        let imported_only = id != FileId::DOCUMENT && self.is_imported_only(id);
        let assigned: BTreeSet<String> = scope::assigned_names(file);
        let mut scope = Scope::default();
        for (index, tokens) in code {
            let token = &file.parsed.lexed.tokens[*index];
            scope.leave(*index);
            // The text of a file that is only imported is never written.
            if imported_only
                && !scope.inside_definition()
                && !matches!(token.keyword, Keyword::Macro | Keyword::Component)
            {
                continue;
            }
            if matches!(token.keyword, Keyword::Macro | Keyword::Component) {
                scope.enter_definition(token.mate, tokens);
            }
            self.tag(id, token.keyword, tokens, &scope, &assigned);
            match token.keyword {
                Keyword::If => scope.enter_condition(token.mate, tokens),
                Keyword::Elif => scope.widen_condition(tokens),
                Keyword::For => scope.enter_loop(token.mate, &loop_names(tokens)),
                _ => {}
            }
        }
    }

    /// Whether all files that name this one import it.
    fn is_imported_only(&self, id: FileId) -> bool {
        let links = self.program.files.iter().flat_map(|file| file.links.iter().zip(&file.parsed.references));
        links.filter(|(link, _)| **link == Some(id)).all(|(_, reference)| reference.kind == ReferenceKind::Import)
    }

    fn tag(&mut self, id: FileId, keyword: Keyword, tokens: &[Token<'_>], scope: &Scope, assigned: &BTreeSet<String>) {
        match keyword {
            Keyword::Filter => self.filter_section(id, tokens),
            Keyword::Empty
            | Keyword::If
            | Keyword::Elif
            | Keyword::For
            | Keyword::Set
            | Keyword::SetGlobal
            | Keyword::OpenElement => {}
            // Names of blocks, files and parameters; defaults are constants.
            _ => return,
        }
        self.calls(id, tokens, keyword, scope);
        // The attributes of an element are no variables.
        if keyword == Keyword::OpenElement || tokens.first().is_some_and(|first| first.is_operator("<")) {
            self.component(id, tokens);
            return;
        }
        self.undefined(id, keyword, tokens, scope, assigned);
    }

    fn report(&mut self, kind: ProblemKind, file: FileId, span: Span) {
        self.problems.push(Problem { kind, at: FileSpan { file, span }, stack: Vec::new() });
    }
}

/// Whether the token at `index` is this operator.
fn is_operator(tokens: &[Token<'_>], index: usize, operator: &str) -> bool {
    tokens.get(index).is_some_and(|token| token.is_operator(operator))
}

/// Whether the token at `index` is one of these words.
fn is_word(tokens: &[Token<'_>], index: usize, words: &[&str]) -> bool {
    tokens.get(index).is_some_and(|token| token.kind == Kind::Identifier && words.contains(&token.text))
}

#[cfg(test)]
mod tests;
