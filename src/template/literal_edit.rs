//! A keystroke in literal text: the tags stay what they are, so the earlier render holds, with the new text in the place of the old.
//!
//! No construct can observe literal text that is written straight to the document (that is why markers may stand before it, see
//! [`super::lower`]). So where only such text differs, a new render would give the same values, calls and rounds; what it would cost
//! (compiling and rendering everything) is spared. Whether the tags are the same is not guessed from the edit: the new text is lexed as
//! a whole and compared token by token, because a quote or a `#` may change what is a comment far behind it.

use super::lexer::{Comments, Keyword, Lexed, Token, TokenKind, lex};
use super::problem::Problem;
use super::render::Rendered;
use super::source::{FileId, FileSpan, SourceFile};
use crate::text::{Span, common_prefix, common_suffix};

/// The tokens of a document that was rendered, against which those of its next text are compared.
#[derive(Clone, Debug)]
pub struct LexedDocument(Lexed);

impl LexedDocument {
    /// Cuts the template of a TOML file into tokens.
    pub fn new(text: &str) -> Self {
        Self(lex(text, Comments::Toml))
    }
}

/// One run of literal text that differs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// What was written of it.
    pub(super) old: Span,
    /// What is written of it, in the later text.
    pub(super) new: Span,
    /// All of the token, blanks that are trimmed included.
    old_token: Span,
    /// The same in the later text.
    new_token: Span,
}

/// All runs of literal text in which two texts differ, in order; at least one.
#[derive(Clone, Debug, Default)]
pub(super) struct LiteralEdit {
    pub(super) runs: Vec<Run>,
}

impl LiteralEdit {
    /// Where a place of the earlier text is in the later one; `None` for one that reaches into a run.
    pub(super) fn moved(&self, span: Span) -> Option<Span> {
        let behind = self.runs.partition_point(|run| run.old_token.end <= span.start);
        if self.runs.get(behind).is_some_and(|run| run.old_token.start < span.end) {
            return None;
        }
        let Some(run) = behind.checked_sub(1).and_then(|last| self.runs.get(last)) else { return Some(span) };
        let moved = |offset: usize| offset - run.old_token.end + run.new_token.end;
        Some(Span::new(moved(span.start), moved(span.end)))
    }

    /// The run of which `written` is what was written.
    pub(super) fn run_at(&self, written: Span) -> Option<Run> {
        let index = self.runs.binary_search_by_key(&written, |run| run.old).ok()?;
        self.runs.get(index).copied()
    }

    /// As [`LiteralEdit::moved`], for a place in any of the files.
    pub(super) fn moved_in_file(&self, at: FileSpan) -> Option<FileSpan> {
        let FileSpan { file, span } = at;
        Some(if file == FileId::DOCUMENT { FileSpan::document(self.moved(span)?) } else { at })
    }
}

impl Rendered {
    /// Whether the places in which `document` differs from the document of this render begin and end in literal text: a first look, without
    /// tokens.
    pub fn may_differ_in_literal(&self, document: &SourceFile) -> bool {
        let Some(file) = self.files.first() else { return false };
        let (old, new) = (file.text.as_bytes(), document.text.as_bytes());
        let prefix = common_prefix(old, new);
        let suffix = common_suffix(&old[prefix..], &new[prefix..]);
        self.map.is_in_literal(prefix) && self.map.is_in_literal(old.len() - suffix)
    }

    /// The render of `document`, which is the document of this render but for its text, if the two texts differ in nothing but runs of
    /// literal text that nothing can observe. Variables, environment and other files must be the same as they were; that is up
    /// to the caller. `before` are the tokens of the earlier text and `after` those of the later.
    ///
    /// `None` says nothing about the text: it is to be rendered. Costs a comparison of the tokens and a copy of this render.
    pub fn with_literal_edit(
        &self,
        document: &SourceFile,
        before: &LexedDocument,
        after: &LexedDocument,
    ) -> Option<Self> {
        let old_text = &*self.files.first()?.text;
        // A placeholder depends on the text around it; and a document that another file names may be captured there.
        let is_named = self.links.iter().flatten().any(|link| *link == Some(FileId::DOCUMENT));
        if self.given_up || !self.opaque.is_empty() || !self.map.is_exact() || is_named {
            return None;
        }
        let edit = literal_edit((old_text, &before.0), (&document.text, &after.0))?;
        let (text, map) = self.map.with_literal_edit(&edit, &document.text)?;
        let problems = self.problems.iter().map(|problem| moved(problem, &edit)).collect::<Option<_>>()?;
        let mut files = self.files.clone();
        files[0] = document.clone();
        Some(Self {
            text,
            map,
            files,
            links: self.links.clone(),
            problems,
            opaque: Vec::new(),
            environment: self.environment.clone(),
            given_up: false,
        })
    }
}

fn moved(problem: &Problem, edit: &LiteralEdit) -> Option<Problem> {
    let stack = problem.stack.iter().map(|at| edit.moved_in_file(*at)).collect::<Option<_>>()?;
    Some(Problem { kind: problem.kind.clone(), at: edit.moved_in_file(problem.at)?, stack })
}

/// The runs of text in which two documents differ, if they differ in nothing else.
fn literal_edit(before: (&str, &Lexed), after: (&str, &Lexed)) -> Option<LiteralEdit> {
    let ((old_text, old), (new_text, new)) = (before, after);
    if old.tokens.len() != new.tokens.len() || old.problems.len() != new.problems.len() {
        return None;
    }
    let mut edit = LiteralEdit::default();
    // Calls that are part of an expression capture what macros and components write.
    let mut definition_end = 0;
    for (index, (old, new)) in old.tokens.iter().zip(&new.tokens).enumerate() {
        let is_definition = matches!(old.keyword, Keyword::Macro | Keyword::Component);
        if let Some(mate) = old.mate.filter(|mate| is_definition && *mate > index) {
            definition_end = definition_end.max(mate);
        }
        if old.span.slice(old_text) == new.span.slice(new_text) {
            if !is_moved(old, new, &edit) {
                return None;
            }
            continue;
        }
        let is_free = index > definition_end || definition_end == 0;
        // What stands before an `import` matters to the engine of clnrm 1.0, unless it is blank.
        let is_as_blank = is_blank(old_text, old) == is_blank(new_text, new);
        if !is_free || !is_as_blank || !is_free_text(old_text, old) || !is_free_text(new_text, new) {
            return None;
        }
        edit.runs.push(Run { old: old.inner, new: new.inner, old_token: old.span, new_token: new.span });
    }
    let same_problems = old
        .problems
        .iter()
        .zip(&new.problems)
        .all(|(old, new)| old.kind == new.kind && old.token == new.token && edit.moved(old.at) == Some(new.at));
    (same_problems && !edit.runs.is_empty()).then_some(edit)
}

/// Whether the token is text that is written as it stands, of which something is left when blanks are trimmed.
fn is_free_text(text: &str, token: &Token) -> bool {
    let is_text = matches!(token.kind, TokenKind::Text | TokenKind::Raw) && !token.inert;
    is_text && token.inner.slice(text).is_some_and(|written| !written.is_empty())
}

fn is_blank(text: &str, token: &Token) -> bool {
    token.span.slice(text).is_none_or(|text| text.trim().is_empty())
}

/// Whether `new` is `old` at the place where it is to be expected.
fn is_moved(old: &Token, new: &Token, edit: &LiteralEdit) -> bool {
    let Token {
        kind,
        span,
        inner,
        trims_left,
        trims_right,
        closed,
        balanced,
        inert,
        keyword,
        keyword_span,
        opens_set_block,
        mate,
        middles,
        owner,
    } = old;
    edit.moved(*span) == Some(new.span)
        && edit.moved(*inner) == Some(new.inner)
        && edit.moved(*keyword_span) == Some(new.keyword_span)
        && *kind == new.kind
        && *keyword == new.keyword
        && (*trims_left, *trims_right, *closed, *balanced)
            == (new.trims_left, new.trims_right, new.closed, new.balanced)
        && (*inert, *opens_set_block) == (new.inert, new.opens_set_block)
        && (*mate, *owner) == (new.mate, new.owner)
        // One by one: most have none, and to compare nothing by `memcmp` is slow in glibc.
        && middles.iter().eq(&new.middles)
}
