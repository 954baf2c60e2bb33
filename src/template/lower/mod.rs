//! Turns the clnrm dialect into what Tera 2 reads, with markers that make the source map exact.
//!
//! # Two variants
//!
//! Each text is lowered *marked* or *clean*. The marked variant writes a marker before each run of text and around each
//! value, call, include and loop round. Markers only stand where output goes straight to the document; wherever output is
//! captured (`set` blocks, `filter` sections, component bodies, a call that is part of an expression), the clean variant
//! is used. So no filter, test or condition can ever see a marker: it is invisible by construction.
//!
//! # The dialect
//!
//! A macro becomes two components, `mi<unit>.<name>` (marked) and `mc<unit>.<name>` (clean), without types or defaults:
//! the call spells out every argument. `for a, b in pairs` goes over `pairs | clnrm_pairs`; `p.0` becomes `p[0]`; an `if`
//! without `else` gets `else ""`; positional arguments of functions, filters and tests get the names of their parameters.
//! Macros are hoisted into a template of their own, so they may be defined anywhere.
//!
//! # Mistakes
//!
//! A broken tag is replaced: a value by the hole character (which the decoder turns into a placeholder that fits the TOML
//! around it), a condition by `true`, a loop by one round, anything else by nothing. Offsets never shift, as every
//! lowering starts from the untouched source.

mod call;
mod expression;
mod output;
mod tag;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub use self::output::Output;
use super::budget::STEP_FUNCTION;
use super::lexer::{Keyword, Token, TokenKind};
use super::library;
use super::parsed::{ReferenceKind, dotted_name, is_super_call};
use super::problem::{Problem, ProblemKind};
use super::program::{Program, ProgramFile};
use super::site::{FileSites, Scope, ScopeKind, Site};
use super::source::{FileId, FileSpan};
use crate::text::Span;

/// The filter behind `for a, b in pairs`.
pub const PAIRS_FILTER: &str = "clnrm_pairs";

/// The characters that no source holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Marks {
    /// Starts a marker.
    pub mark: char,
    /// Stands for a value that is missing because of a mistake.
    pub hole: char,
}

/// What is replaced in one file because it is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Tags, as indices of tokens.
    pub tags: BTreeSet<usize>,
    /// Expressions, as spans; each replaced by a hole.
    pub holes: BTreeSet<Span>,
}

impl Repairs {
    /// Whether nothing is replaced.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.holes.is_empty()
    }
}

/// What the lowering of one file needs to know of its program.
#[derive(Clone, Copy)]
pub struct LowerInput<'a> {
    /// All files.
    pub program: &'a Program,
    /// The file that is lowered.
    pub file: FileId,
    /// A number for each file of the program, by [`FileId`], under which its templates and markers go.
    pub units: &'a [u32],
    /// The marker characters.
    pub marks: Marks,
    /// What is replaced, by [`FileId`].
    pub repairs: &'a [Repairs],
    /// Whether the main text is needed clean as well.
    pub clean: bool,
    /// Whether the main text is needed at all (a macro library is only imported).
    pub main: bool,
    /// Whether some file uses the value of `super()`, so that blocks can't hold markers.
    pub coarse_blocks: bool,
}

/// A lowered file.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// The main text with markers; the template `i<unit>`.
    pub marked: Option<Output>,
    /// The main text without markers; the template `c<unit>`.
    pub clean: Option<Output>,
    /// The macros and components; the template `m<unit>`.
    pub macros: Option<Output>,
    /// What the markers stand for.
    pub sites: FileSites,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Whether some output is captured, so that markers could be seen if the lowering were wrong.
    pub captures: bool,
}

/// Lowers one file.
pub fn lower(input: LowerInput<'_>) -> Lowered {
    let file = input.program.file(input.file);
    let mut lowering = Lowering {
        input,
        file,
        source: &file.source.text,
        sites: FileSites::default(),
        problems: Vec::new(),
        captures: false,
        captured_own_call: false,
        reporting: true,
        renames_body: false,
    };
    lowering.sites.scopes.push(Scope { outer: None, kind: ScopeKind::File });
    lowering.sites.extends = file.parsed.extends().map(|reference| file.parsed.lexed.tokens[reference.token].span);
    let marked = input.main.then(|| lowering.main(Mode::Marked));
    let has_macros = !file.parsed.macros.is_empty() || !file.parsed.components.is_empty();
    let mut macros = has_macros.then(Output::default);
    if let Some(out) = &mut macros {
        lowering.macros(out, Mode::Marked);
    }
    // Each mistake is seen in the marked variants already.
    lowering.reporting = false;
    let clean = (input.main && input.clean).then(|| lowering.main(Mode::Clean));
    if let Some(out) = &mut macros
        && (input.clean || lowering.captured_own_call || input.file != FileId::DOCUMENT)
    {
        lowering.macros(out, Mode::Clean);
    } else if let Some(out) = &mut macros {
        lowering.components(out, Mode::Clean);
    }
    lowering.sites.assigned.sort_unstable();
    lowering.sites.assigned.dedup();
    Lowered { marked, clean, macros, sites: lowering.sites, problems: lowering.problems, captures: lowering.captures }
}

/// How output is written at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Straight to the document, with markers.
    Marked,
    /// Without markers.
    Clean,
}

struct Lowering<'a> {
    input: LowerInput<'a>,
    file: &'a ProgramFile,
    source: &'a str,
    sites: FileSites,
    problems: Vec<Problem>,
    captures: bool,
    captured_own_call: bool,
    reporting: bool,
    /// In a macro with a parameter `body`, a name that components reserve.
    renames_body: bool,
}

impl<'a> Lowering<'a> {
    fn tokens(&self) -> &'a [Token] {
        &self.file.parsed.lexed.tokens
    }

    fn unit(&self) -> u32 {
        self.input.units[self.input.file.0 as usize]
    }

    fn report(&mut self, kind: ProblemKind, span: Span) {
        if self.reporting {
            let at = FileSpan { file: self.input.file, span };
            self.problems.push(Problem { kind, at, stack: Vec::new() });
        }
    }

    fn site(&mut self, site: Site) -> u32 {
        self.sites.sites.push(site);
        (self.sites.sites.len() - 1) as u32
    }

    fn scope(&mut self, outer: Option<u32>, kind: ScopeKind) -> u32 {
        self.sites.scopes.push(Scope { outer, kind });
        (self.sites.scopes.len() - 1) as u32
    }

    /// Writes the marker `kind` for a site.
    fn mark(&mut self, out: &mut Output, kind: char, site: u32, anchor: usize) {
        let unit = self.unit();
        let mut marker = String::with_capacity(16);
        marker.push(self.input.marks.mark);
        marker.push(kind);
        // Writing to a string can't fail.
        let _ = write!(marker, "{site}");
        if unit != 0 {
            let _ = write!(marker, ",{unit}");
        }
        marker.push(';');
        out.add(&marker, anchor);
    }

    /// Writes the marker that ends what `mark` began.
    fn unmark(&self, out: &mut Output, kind: char, anchor: usize) {
        let mut marker = String::with_capacity(4);
        marker.push(self.input.marks.mark);
        marker.push(kind);
        out.add(&marker, anchor);
    }

    /// The main text: everything but macros and components.
    fn main(&mut self, mode: Mode) -> Output {
        let mut out = Output::with_capacity(self.source.len());
        let all = self.tokens().len();
        let parent = self.file.parsed.extends().and_then(|reference| {
            let index = self.file.parsed.reference_of(reference.token)?;
            let parent = self.file.links.get(index).copied().flatten()?;
            Some((parent, self.tokens()[reference.token].span.start))
        });
        let Some((parent, anchor)) = parent else {
            self.range(&mut out, 0..all, mode, 0);
            return out;
        };
        // Only blocks count in a child; the engine accepts nothing else beside them.
        let letter = if mode == Mode::Marked { 'i' } else { 'c' };
        out.add(&format!("{{% extends \"{letter}{}\" %}}", self.input.units[parent.0 as usize]), anchor);
        let mut index = 0;
        while index < all {
            let token = &self.tokens()[index];
            let next = token.mate.filter(|mate| *mate > index).map_or(index + 1, |mate| mate + 1);
            if token.keyword == Keyword::Block && token.kind == TokenKind::Tag && token.mate.is_some() {
                self.block(&mut out, index, mode, 0, true);
            }
            index = next;
        }
        out
    }

    fn macros(&mut self, out: &mut Output, mode: Mode) {
        let is_built_in = library::is_built_in(&self.file.source);
        let definitions: BTreeMap<usize, _> =
            self.file.parsed.macros.values().map(|definition| (definition.token, definition)).collect();
        for (&index, definition) in &definitions {
            let token = &self.tokens()[index];
            let Some(mate) = token.mate.filter(|_| !self.is_broken(index)) else { continue };
            if is_built_in && !self.input.program.called.contains(&definition.name) {
                continue;
            }
            let prefix = if mode == Mode::Marked { "mi" } else { "mc" };
            let params = definition.params.iter().map(|param| {
                let default = if call::defaults_to_none(self.source, param) { "=none" } else { "" };
                format!("{}{default}", component_param(&param.name))
            });
            let params = params.collect::<Vec<_>>().join(", ");
            let head = format!("{{% component {prefix}{}.{}({params}) %}}", self.unit(), definition.name);
            out.add(&head, token.span.start);
            let params = definition.params.iter().map(|param| param.name.clone()).collect();
            let scope = self.scope(None, ScopeKind::Macro { params });
            self.step(out, mode, token.span.end);
            self.renames_body = definition.param("body").is_some();
            self.range(out, index + 1..mate, mode, scope);
            self.renames_body = false;
            out.add("{% endcomponent %}", self.tokens()[mate].span.start);
        }
        self.components(out, mode);
    }

    /// Components in Tera's notation: the clean variant under its own name, the marked one under `zi.<name>`.
    fn components(&mut self, out: &mut Output, mode: Mode) {
        for definition in &self.file.parsed.components {
            let token = &self.tokens()[definition.token];
            let Some(mate) = token.mate.filter(|_| !self.is_broken(definition.token)) else { continue };
            let tokens = super::expression::tokens(self.source, token.inner);
            let Some(name) = tokens.get(1) else { continue };
            out.add("{% component ", token.span.start);
            if mode == Mode::Marked {
                out.add("zi.", name.start);
            }
            out.copy(self.source, Span::new(name.start, token.inner.end));
            out.add(" %}", token.inner.end);
            let scope = self.scope(None, ScopeKind::Component);
            self.step(out, mode, token.span.end);
            self.range(out, definition.token + 1..mate, mode, scope);
            out.add("{% endcomponent %}", self.tokens()[mate].span.start);
        }
    }

    /// Lowers the tokens of `range`. Recursion is bounded by the depth of blocks that the lexer allows.
    fn range(&mut self, out: &mut Output, range: std::ops::Range<usize>, mode: Mode, scope: u32) {
        let mut index = range.start;
        while index < range.end {
            let token = &self.tokens()[index];
            match token.kind {
                TokenKind::Text | TokenKind::Raw => self.text(out, token, mode),
                TokenKind::Comment => {}
                TokenKind::Expression => self.value(out, index, mode, scope),
                TokenKind::Tag => {
                    index = self.tag(out, index, mode, scope);
                    continue;
                }
            }
            index += 1;
        }
    }

    fn text(&mut self, out: &mut Output, token: &Token, mode: Mode) {
        let Some(text) = token.inner.slice(self.source).filter(|text| !text.is_empty()) else { return };
        if mode == Mode::Marked {
            let site = self.site(Site::Text { span: token.inner });
            self.mark(out, 'T', site, token.inner.start);
        }
        if token.kind == TokenKind::Text && !token.inert {
            out.copy(self.source, token.inner);
        } else {
            out.add(&literal(text), token.inner.start);
        }
    }

    fn value(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32) {
        let token = &self.tokens()[index];
        if self.is_broken(index) {
            self.broken_value(out, token, mode, scope);
            return;
        }
        let mut tokens = super::expression::tokens(self.source, token.inner);
        let (start, end) = (token.span.start, token.inner.end);
        if mode == Mode::Marked {
            if let Some(call) = call::whole_call(&tokens) {
                tokens.truncate(call);
                let Some((name, arguments)) = self.bound_call(&tokens) else {
                    self.plain_value(out, token, &tokens, mode, scope);
                    return;
                };
                let site = self.site(Site::Call { tag: token.span, name, arguments, scope });
                self.mark(out, 'P', site, start);
                out.add("{{ ", start);
                self.call(out, &mut expression::Source::of(self), &tokens, 0, Mode::Marked);
                out.add(" }}", end);
                self.unmark(out, 'p', token.span.end);
                return;
            }
            if is_element(&tokens) && self.input.program.has_component(&dotted_name(&tokens, 1)) {
                let site = Site::Call { tag: token.span, name: dotted_name(&tokens, 1), arguments: Vec::new(), scope };
                let site = self.site(site);
                self.mark(out, 'P', site, start);
                out.add("{{ <zi.", start);
                self.expression(out, &mut expression::Source::of(self), &tokens[1..]);
                out.add(" }}", end);
                self.unmark(out, 'p', token.span.end);
                return;
            }
            if is_super_call(&tokens) && !self.input.coarse_blocks {
                let site = self.site(Site::Super { tag: token.span });
                self.mark(out, 'P', site, start);
                out.add("{{ super() }}", start);
                self.unmark(out, 'p', token.span.end);
                return;
            }
        }
        self.plain_value(out, token, &tokens, mode, scope);
    }

    fn plain_value(
        &mut self,
        out: &mut Output,
        token: &Token,
        tokens: &[super::expression::Token<'_>],
        mode: Mode,
        scope: u32,
    ) {
        if mode == Mode::Marked {
            let site = self.site(Site::Value { tag: token.span, inner: token.inner, scope });
            self.mark(out, 'E', site, token.span.start);
        }
        out.add("{{ ", token.span.start);
        self.expression(out, &mut expression::Source::of(self), tokens);
        out.add(" }}", token.inner.end);
        if mode == Mode::Marked {
            self.unmark(out, 'e', token.span.end);
        }
    }

    fn broken_value(&mut self, out: &mut Output, token: &Token, mode: Mode, scope: u32) {
        if mode == Mode::Marked {
            let site = self.site(Site::Value { tag: token.span, inner: token.inner, scope });
            self.mark(out, 'E', site, token.span.start);
        }
        let hole = format!("{{{{ \"{}\" }}}}", self.input.marks.hole);
        out.add(&hole, token.span.start);
        if mode == Mode::Marked {
            self.unmark(out, 'e', token.span.end);
        }
    }

    /// Takes a step of the budget where nothing is written to the document, which would bound the work.
    fn step(&self, out: &mut Output, mode: Mode, anchor: usize) {
        if mode == Mode::Clean {
            out.add(&format!("{{% if {STEP_FUNCTION}() %}}{{% endif %}}"), anchor);
        }
    }

    /// Whether the lexer or an earlier attempt found the tag to be broken.
    fn is_broken(&self, index: usize) -> bool {
        !self.tokens()[index].is_readable() || self.input.repairs[self.input.file.0 as usize].tags.contains(&index)
    }

    /// The unit of the file that the reference tag `token` leads to.
    fn linked_unit(&self, token: usize, kind: ReferenceKind) -> Option<u32> {
        let index = self.file.parsed.reference_of(token)?;
        let reference = self.file.parsed.references.get(index).filter(|reference| reference.kind == kind)?;
        debug_assert_eq!(reference.token, token);
        let target = self.file.links.get(index).copied().flatten()?;
        Some(self.input.units[target.0 as usize])
    }
}

/// `<name … />` alone, neither piped nor joined.
fn is_element(tokens: &[super::expression::Token<'_>]) -> bool {
    let [first, .., slash, last] = tokens else { return false };
    first.is_operator("<")
        && slash.is_operator("/")
        && last.is_operator(">")
        && !tokens.iter().any(|token| token.is_operator("|") || token.is_operator("~"))
}

/// `body` is reserved in components.
fn component_param(name: &str) -> &str {
    if name == "body" { "clnrm_body" } else { name }
}

/// A tag that writes `text` as it stands.
fn literal(text: &str) -> String {
    let mut tag = String::with_capacity(text.len() + 16);
    tag.push_str("{{ \"");
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            tag.push('\\');
        }
        tag.push(character);
    }
    tag.push_str("\" }}");
    tag
}
