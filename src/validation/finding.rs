//! What a rule says about one place.

use super::{Rule, Severity};
use crate::template::{FileSpan, Problem};
use crate::text::Span;

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the parsed text: the rendered text of a template, or the file itself where nothing had to be rendered.
    /// `analysis` maps it to the place in the template.
    Parsed(Span),
    /// In a file as its author wrote it.
    Source(FileSpan),
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self::Parsed(span)
    }
}

impl From<FileSpan> for Place {
    fn from(span: FileSpan) -> Self {
        Self::Source(span)
    }
}

/// One finding of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Severity where it differs from the rule's default.
    pub severity: Option<Severity>,
    /// What is wrong, in one sentence that starts in lower case and has no full stop; names in back-ticks.
    pub message: String,
    /// What to do, in the same form ("did you mean `attrs`?").
    pub help: Option<String>,
    /// The tightest place.
    pub place: Place,
    /// Other places that belong to it, each with its own sentence.
    pub related: Vec<(Place, String)>,
    /// Mends it.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: &'static Rule, place: impl Into<Place>, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: None,
            message: message.into(),
            help: None,
            place: place.into(),
            related: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// A finding of `rule` about a mistake in a template, with the calls that lead there as related places.
    pub fn in_template(rule: &'static Rule, problem: &Problem, message: impl Into<String>) -> Self {
        let mut finding = Self::new(rule, problem.at, message);
        finding.related = problem.stack.iter().map(|&at| (Place::Source(at), "reached from here".to_owned())).collect();
        finding
    }

    /// With a severity other than the rule's default.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// With a severity of `worst` where it would be worse. `Severity::Error` changes nothing.
    pub fn at_most(mut self, worst: Severity) -> Self {
        if self.severity.unwrap_or(self.rule.severity) < worst {
            self.severity = Some(worst);
        }
        self
    }

    /// With "did you mean …?" as help and the replacement as fix, where there is a suggestion. `place` is that of the
    /// bare name, without quotes.
    pub fn did_you_mean(self, written: &str, suggestion: Option<&str>, place: impl Into<Place>) -> Self {
        let Some(suggestion) = suggestion else { return self };
        let fix = Fix::replace(format!("replace `{written}` by `{suggestion}`"), place, suggestion);
        self.help(format!("did you mean `{suggestion}`?")).fix(fix.guess())
    }

    /// Like [`Finding::did_you_mean`], for a name in a template. The fix is offered only if `at` is the name alone, or the
    /// name in quotes. A help line that is already there stays where there is no suggestion.
    pub fn did_you_mean_in_template(self, written: &str, suggestion: Option<&str>, at: FileSpan) -> Self {
        let Some(suggestion) = suggestion else { return self };
        let Span { start, end } = at.span;
        let name = match at.span.len().checked_sub(written.len()) {
            Some(0) => at.span,
            Some(2) => Span::new(start + 1, end - 1),
            _ => return self.help(format!("did you mean `{suggestion}`?")),
        };
        self.did_you_mean(written, Some(suggestion), FileSpan { file: at.file, span: name })
    }

    /// With a help line.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place that belongs to it.
    pub fn related(mut self, place: impl Into<Place>, message: impl Into<String>) -> Self {
        self.related.push((place.into(), message.into()));
        self
    }

    /// The same, with its fixes taken for certain.
    pub fn certain(mut self) -> Self {
        self.fixes.iter_mut().for_each(|fix| fix.confidence = Confidence::Certain);
        self
    }

    /// With a fix.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

/// A safe edit that mends a finding. It is offered only where every edited place is literal text of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, imperative ("replace `attribute` by `attrs`").
    pub title: String,
    /// Whether it is what the author meant.
    pub confidence: Confidence,
    /// Its edits, sorted and without overlap.
    pub edits: Vec<TextEdit>,
}

impl Fix {
    /// A fix with one edit.
    pub fn replace(title: impl Into<String>, place: impl Into<Place>, text: impl Into<String>) -> Self {
        Self::new(title, vec![TextEdit { place: place.into(), text: text.into() }])
    }

    /// A fix with these edits, which are sorted and do not overlap.
    pub fn new(title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        Self { title: title.into(), confidence: Confidence::Certain, edits }
    }

    /// The same as a guess.
    pub fn guess(self) -> Self {
        Self { confidence: Confidence::Guess, ..self }
    }

    /// A fix with several edits of the parsed text: places and their new text, sorted and without overlap.
    pub fn edit(title: impl Into<String>, edits: &[(Span, String)]) -> Self {
        let edits = edits.iter().map(|(span, text)| TextEdit { place: (*span).into(), text: text.clone() }).collect();
        Self::new(title, edits)
    }
}

/// Whether a fix is what the author meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// It keeps the meaning, or there is only one thing that can be meant: it may be made without anybody looking.
    Certain,
    /// Likely, but somebody should look: a name that was perhaps mistyped, a value that has to be chosen.
    Guess,
}

/// Replaces a place by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; may be empty.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// Where rules put what they find.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// All findings, in the order in which they were found.
    pub fn into_vec(self) -> Vec<Finding> {
        self.list
    }
}
