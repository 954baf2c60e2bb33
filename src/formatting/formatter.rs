//! The door of the room: formats one document, proves it, and falls back step by step to what can be proved.

use std::path::Path;

use toml::de::DeTable;

use super::layout::{Statement, StatementKind};
use super::options::{FormatOptions, Style};
use super::print::Print;
use super::proof::{Change, Inventory, comments, same_table};
use super::renders::{Renders, Surroundings};
use super::scan::scan;
use super::{edits, spacing};
use crate::analysis::reading_mode::reading;
use crate::analysis::{FileKind, ReadingMode};
use crate::template::SourceFile;
use crate::template::lexer::{Comments, Token, TokenKind, lex};
use crate::text::Span;

/// At most so many segments are tried one by one where the whole can't be proved.
const MAX_TRIALS: usize = 64;

/// The replacement of a place by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formatted {
    /// The edits: sorted, without overlap, as small as possible. Empty: the document is formatted, or left alone.
    pub edits: Vec<TextEdit>,
    /// What was left alone, and why; sorted by place.
    pub notices: Vec<Notice>,
    /// How many segments there are: runs of statements without a header or a template construct between them.
    pub segments: usize,
    /// How many of them were left as they are though nobody asked for it.
    pub untouched: usize,
}

/// A place that is left as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Why.
    pub kind: NoticeKind,
    /// Where.
    pub span: Span,
}

/// Why something is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeKind {
    /// The file is no TOML.
    #[error("not formatted: from here on it is no TOML; mend what `--check` shows first")]
    NotToml,
    /// The template has a mistake.
    #[error("not formatted: a tag or a block is not closed here; mend what `--check` shows first")]
    BrokenTemplate,
    /// A library of macros that no known file imports.
    #[error("not formatted: no test that imports this library is at hand to prove that its macros stay the same")]
    NoImporter,
    /// A template, and nobody who renders.
    #[error("not formatted: nothing can prove here that the template renders to the same")]
    NoProof,
    /// A statement that is not understood.
    #[error("left as it is: its structure depends on the template")]
    NotUnderstood,
    /// Something would change.
    #[error("left as it is: {0}")]
    WouldChange(Change),
    /// The order stays, because something would change.
    #[error("the order of its keys and sections is kept: {0}")]
    OrderKept(Change),
}

impl Formatted {
    /// `text`, which is the text that was formatted, with the edits made.
    pub fn apply(&self, text: &str) -> String {
        edits::apply(text, &self.edits)
    }

    /// The document is left alone as a whole.
    fn refused(kind: NoticeKind, span: Span) -> Self {
        Self { notices: vec![Notice { kind, span }], segments: 1, untouched: 1, ..Self::default() }
    }
}

/// Formats documents in one style.
#[derive(Clone, Copy)]
pub struct Formatter<'a> {
    /// The style.
    pub options: &'a FormatOptions,
    /// Who proves changes of templates. `None`: templates that must be rendered are left alone.
    pub surroundings: Option<Surroundings<'a>>,
}

impl Formatter<'_> {
    /// Formats a document. Works on any text; what is no TOML is left alone.
    pub fn format(&self, document: &SourceFile) -> Formatted {
        self.format_within(document, None)
    }

    /// Formats the statements of a document that touch `range`; all where there is none.
    pub fn format_within(&self, document: &SourceFile, range: Option<Span>) -> Formatted {
        let text = &*document.text;
        let path = document.path.as_deref().unwrap_or(Path::new(&document.name));
        let kind = FileKind::of(path, text);
        let mut options = *self.options;
        if options.style == Style::Canonical && !matches!(kind, FileKind::Test | FileKind::MacroLibrary) {
            options.style = Style::Keep;
        }
        match reading(text).mode {
            ReadingMode::Plain | ReadingMode::InString => plain(text, options, range),
            ReadingMode::Rendered => match self.surroundings {
                Some(surroundings) => template(document, kind, options, surroundings, range),
                None => Formatted::refused(NoticeKind::NoProof, Span::at(0)),
            },
        }
    }
}

/// Formats a text that is TOML as it stands. Template tags in it are parts of strings and comments.
fn plain(text: &str, options: FormatOptions, range: Option<Span>) -> Formatted {
    let before = match DeTable::parse(text) {
        Ok(before) => before,
        Err(error) => {
            let span = error.span().map_or(Span::at(0), Span::from);
            return Formatted::refused(NoticeKind::NotToml, span);
        }
    };
    let statements = scan(text, None);
    let prove = |after: &str, again: &Scanned| {
        let Ok(parsed) = DeTable::parse(after) else { return Err(Change::Value) };
        if !same_table(before.get_ref(), parsed.get_ref()) {
            return Err(Change::Value);
        }
        if Inventory::of(text, &statements) != Inventory::of(after, &again.statements)
            || comments(text) != comments(after)
        {
            return Err(Change::Structure);
        }
        Ok(())
    };
    let read = |text: &str| Scanned { statements: scan(text, None), tokens: Vec::new() };
    let places = places(&statements);
    let (original, statements) = (text, &statements[..]);
    Attempt { original, text, statements, places: &places, options, range, read: &read, prove: &prove }.run()
}

/// Formats a template.
fn template(
    document: &SourceFile,
    kind: FileKind,
    options: FormatOptions,
    surroundings: Surroundings<'_>,
    range: Option<Span>,
) -> Formatted {
    let original = &*document.text;
    let lexed = lex(original, Comments::Toml);
    if let Some(problem) = lexed.problems.iter().find(|problem| !problem.kind.is_remark()) {
        let segments = count(&scan(original, Some(&lexed)));
        let refused = Formatted::refused(NoticeKind::BrokenTemplate, problem.at);
        return Formatted { segments, untouched: segments, ..refused };
    }
    let mut statements = scan(original, Some(&lexed));
    let spared: Vec<bool> = statements
        .iter()
        .map(|statement| {
            let own = matches!(statement.kind, StatementKind::Construct | StatementKind::Unknown);
            (statement.verbatim && !own) || range.is_some()
        })
        .collect();
    let places = places(&statements);
    let spaced = spacing::space(original, &lexed, &statements, &spared);
    let mut text: &str = original;
    let lexed_problems = lexed.problems.len();
    let mut text_lexed = lexed;
    if let std::borrow::Cow::Owned(spaced) = &spaced {
        let spaced_lexed = lex(spaced, Comments::Toml);
        if spaced_lexed.problems.len() == lexed_problems
            && spacing::same_but_spacing((original, &text_lexed), (spaced, &spaced_lexed))
        {
            let respaced = scan(spaced, Some(&spaced_lexed));
            if respaced.len() == statements.len() {
                text = spaced;
                statements = respaced;
                text_lexed = spaced_lexed;
            }
        }
    }
    let renders: std::cell::OnceCell<Option<Renders<'_>>> = std::cell::OnceCell::new();
    let is_library = kind == FileKind::MacroLibrary;
    let prove = |after: &str, again: &Scanned| {
        if constructs(text, &text_lexed.tokens) != constructs(after, &again.tokens) {
            return Err(Change::Construct);
        }
        if Inventory::of(text, &statements) != Inventory::of(after, &again.statements) {
            return Err(Change::Structure);
        }
        let renders = renders.get_or_init(|| match is_library {
            true => Renders::of_importers(document, surroundings),
            false => Some(Renders::of(document, surroundings, None)),
        });
        match renders {
            Some(renders) if renders.hold(after) => Ok(()),
            _ => Err(Change::Render),
        }
    };
    let read = |text: &str| {
        let lexed = lex(text, Comments::Toml);
        Scanned { statements: scan(text, Some(&lexed)), tokens: lexed.tokens }
    };
    let attempt = Attempt {
        original,
        text,
        statements: &statements,
        places: &places,
        options,
        range,
        read: &read,
        prove: &prove,
    };
    let formatted = attempt.run();
    if is_library && matches!(renders.get(), Some(None)) {
        let refused = Formatted::refused(NoticeKind::NoImporter, Span::at(0));
        return Formatted { segments: formatted.segments, untouched: formatted.segments, ..refused };
    }
    formatted
}

fn places(statements: &[Statement]) -> Vec<Span> {
    statements.iter().map(|statement| statement.span).collect()
}

/// The constructs of a template, byte for byte, sorted: statements may have changed places.
fn constructs<'t>(text: &'t str, tokens: &[Token]) -> Vec<&'t str> {
    let constructs = tokens.iter().filter(|token| token.kind != TokenKind::Text);
    let mut constructs: Vec<&str> = constructs.filter_map(|token| token.span.slice(text)).collect();
    constructs.sort_unstable();
    constructs
}

/// A text that was formatted, read anew.
struct Scanned {
    statements: Vec<Statement>,
    /// The tokens of a template.
    tokens: Vec<Token>,
}

/// Whether the document may become a text.
type Prove<'a> = dyn Fn(&str, &Scanned) -> Result<(), Change> + 'a;

/// One document on its way: what is tried, and what proves it.
struct Attempt<'a> {
    /// The text of the document.
    original: &'a str,
    /// The same with its tags spaced.
    text: &'a str,
    /// The statements of `text`.
    statements: &'a [Statement],
    /// Where they stand in `original`.
    places: &'a [Span],
    options: FormatOptions,
    /// In `original`, which is `text` then.
    range: Option<Span>,
    read: &'a dyn Fn(&str) -> Scanned,
    prove: &'a Prove<'a>,
}

impl Attempt<'_> {
    fn run(self) -> Formatted {
        let segments = segments(self.statements);
        let mut formatted = self.tally(&segments);
        let whole = |options: &FormatOptions| {
            let text = self.print(options, &|_| true);
            self.judge(&text, options).map(|()| text)
        };
        let keep = FormatOptions { style: Style::Keep, ..self.options };
        let everything = Span::new(0, self.original.len());
        let result = match whole(&self.options) {
            Ok(text) => text,
            Err(change) => {
                let kept = if self.options.style == Style::Keep { Err(change) } else { whole(&keep) };
                match kept {
                    Ok(text) => {
                        formatted.notices.push(Notice { kind: NoticeKind::OrderKept(change), span: everything });
                        text
                    }
                    Err(_) => self.piecewise(&keep, &segments, &mut formatted),
                }
            }
        };
        formatted.edits = edits::between(self.original, &result);
        formatted.notices.sort_by_key(|notice| notice.span);
        formatted
    }

    /// Prints the statements that the range touches and that `may_change`.
    fn print(&self, options: &FormatOptions, may_change: &dyn Fn(usize) -> bool) -> String {
        match self.touched() {
            Some(touched) => print_within(self.text, self.statements, options, touched),
            None => Print { text: self.text, statements: self.statements, options, may_change }.run(),
        }
    }

    /// From the first statement that the range touches to the last one; `None` where there is no range.
    fn touched(&self) -> Option<Span> {
        let range = self.range?;
        // An empty range belongs to the line that it stands in.
        let range = Span::new(range.start, range.end.max(range.start + 1));
        let touched = self.statements.iter().map(|it| it.span).filter(|span| span.overlaps(range));
        Some(touched.reduce(Span::join).unwrap_or(Span::at(range.start)))
    }

    /// Whether the document may become `text`.
    fn judge(&self, text: &str, options: &FormatOptions) -> Result<(), Change> {
        if text == self.original {
            return Ok(());
        }
        let again = (self.read)(text);
        (self.prove)(text, &again)?;
        let printed = match self.touched() {
            Some(touched) => {
                // What stands before and behind it has not changed.
                let behind = self.original.len() - touched.end;
                let touched = Span::new(touched.start, text.len().saturating_sub(behind).max(touched.start));
                print_within(text, &again.statements, options, touched)
            }
            None => Print { text, statements: &again.statements, options, may_change: &|_| true }.run(),
        };
        if printed == text { Ok(()) } else { Err(Change::Unstable) }
    }

    /// Formats each segment that can be proved alone.
    fn piecewise(&self, options: &FormatOptions, segments: &[usize], formatted: &mut Formatted) -> String {
        let mut safe = Vec::new();
        let count = segments.last().map_or(0, |last| last + 1);
        let mut trials = 0;
        for segment in 0..count {
            let text = self.print(options, &|index| segments[index] == segment);
            if text == self.text {
                safe.push(segment);
                continue;
            }
            trials += 1;
            if trials > MAX_TRIALS {
                break;
            }
            match self.harmless(&text) {
                Ok(()) => safe.push(segment),
                Err(change) => {
                    formatted.untouched += 1;
                    let places = self.places.iter().zip(segments).filter(|(_, it)| **it == segment);
                    let span = places.map(|(place, _)| *place).reduce(Span::join).unwrap_or_default();
                    formatted.notices.push(Notice { kind: NoticeKind::WouldChange(change), span });
                }
            }
        }
        let text = self.print(options, &|index| safe.contains(&segments[index]));
        match self.harmless(&text).and_then(|()| self.stable(&text, options, count, &safe)) {
            Ok(()) if trials <= MAX_TRIALS => text,
            result => {
                let change = result.err().unwrap_or(Change::Render);
                let everything = Span::new(0, self.original.len());
                formatted.notices = vec![Notice { kind: NoticeKind::WouldChange(change), span: everything }];
                formatted.untouched = formatted.segments;
                self.original.to_owned()
            }
        }
    }

    /// Whether the segments that were formatted would stay as they are in `text`.
    fn stable(&self, text: &str, options: &FormatOptions, count: usize, safe: &[usize]) -> Result<(), Change> {
        if self.range.is_some() {
            return self.judge(text, options);
        }
        let again = (self.read)(text).statements;
        let segments = segments(&again);
        let may_change = |index: usize| segments.get(index).is_some_and(|segment| safe.contains(segment));
        let same = segments.last().map_or(0, |last| last + 1) == count
            && Print { text, statements: &again, options, may_change: &may_change }.run() == text;
        if same { Ok(()) } else { Err(Change::Unstable) }
    }

    fn harmless(&self, text: &str) -> Result<(), Change> {
        if text == self.original { Ok(()) } else { (self.prove)(text, &(self.read)(text)) }
    }

    /// Counts the segments, and tells of statements that are not understood.
    fn tally(&self, segments: &[usize]) -> Formatted {
        let mut formatted = Formatted::default();
        let mut last = None;
        let mut odd = None;
        for ((statement, place), segment) in self.statements.iter().zip(self.places).zip(segments) {
            if matches!(statement.kind, StatementKind::Blank | StatementKind::Construct) {
                continue;
            }
            if last != Some(segment) {
                last = Some(segment);
                formatted.segments += 1;
            }
            if matches!(statement.kind, StatementKind::Unknown) {
                if odd != Some(segment) {
                    odd = Some(segment);
                    formatted.untouched += 1;
                }
                formatted.notices.push(Notice { kind: NoticeKind::NotUnderstood, span: *place });
            }
        }
        formatted
    }
}

/// Prints the statements that `touched` overlaps; every byte outside of them stays.
fn print_within(text: &str, statements: &[Statement], options: &FormatOptions, touched: Span) -> String {
    let may_change = |index: usize| statements.get(index).is_some_and(|it| it.span.overlaps(touched));
    let reaches_end = statements.last().is_some_and(|last| last.span.overlaps(touched));
    let options = FormatOptions { final_newline: options.final_newline && reaches_end, ..*options };
    Print { text, statements, options: &options, may_change: &may_change }.run()
}

/// How many segments hold more than template constructs.
fn count(statements: &[Statement]) -> usize {
    let segments = segments(statements);
    let counts = |it: &Statement| !matches!(it.kind, StatementKind::Blank | StatementKind::Construct);
    let mut filled: Vec<usize> = statements
        .iter()
        .zip(segments)
        .filter(|(statement, _)| counts(statement))
        .map(|(_, segment)| segment)
        .collect();
    filled.dedup();
    filled.len()
}

/// The segment of each statement: a header or a template construct starts another one, and so does what is not understood.
fn segments(statements: &[Statement]) -> Vec<usize> {
    let mut segment = 0;
    let mut last_alone = false;
    statements
        .iter()
        .map(|statement| {
            let alone = matches!(statement.kind, StatementKind::Construct | StatementKind::Unknown);
            if alone || last_alone || matches!(statement.kind, StatementKind::Header(_)) {
                segment += 1;
            }
            last_alone = alone;
            segment
        })
        .collect()
}
