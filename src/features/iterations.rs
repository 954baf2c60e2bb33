//! What of a render can be looked at alone: one round of a loop, one combination of the matrix.

use serde::{Deserialize, Serialize};

use super::DocumentView;
use crate::config::FileKind;
use crate::template::lexer::{Keyword, TokenKind};
use crate::template::variables::{VariableOrigin, scalar_axes};
use crate::template::{FileId, FileSpan, ReadingMode};
use crate::text::Span;

/// So many rounds of one loop, and combinations of one matrix, are offered.
const MOST: usize = 8;

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Selection {
    /// A round of a loop.
    Round {
        /// Which `for` tag of the document, counted from 0.
        r#loop: usize,
        /// Which of all its rounds, those in rounds of other loops and in other calls included; counted from 0.
        round: usize,
    },
    /// A combination of the matrix.
    Combination {
        /// Which, counted from 0.
        combination: usize,
    },
}

/// Something that can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it belongs to: the `for` tag, or the header of the matrix.
    pub span: Span,
    /// What it is, for people.
    pub title: String,
    /// The choice itself.
    pub selection: Selection,
}

/// All that can be looked at, in the order of the text.
pub fn choices(view: &DocumentView) -> Vec<Choice> {
    let mut choices = combinations(view);
    choices.extend(rounds(view));
    choices.sort_by_key(|choice| choice.span);
    choices
}

/// The parts of the rendered text that a selection is about; `None` where it is about all of it, or is none of this document.
pub fn rendered(view: &DocumentView, selection: &Selection) -> Option<Vec<Span>> {
    let Selection::Round { r#loop, round } = selection else { return None };
    let tag = loops(view).nth(*r#loop)?;
    view.map()?.rounds(FileSpan::document(tag)).into_iter().nth(*round).map(|round| round.rendered)
}

/// The `for` tags of a document, in the order of the text.
fn loops(view: &DocumentView) -> impl Iterator<Item = Span> {
    let tags = view.template().lexed.tokens.iter().filter(|token| token.kind == TokenKind::Tag && !token.inert);
    tags.filter(|token| token.keyword == Keyword::For).map(|token| token.span)
}

fn rounds(view: &DocumentView) -> Vec<Choice> {
    let Some(map) = view.map() else { return Vec::new() };
    let counts = map.round_counts(FileId::DOCUMENT);
    let mut choices = Vec::new();
    for (number, tag) in loops(view).enumerate() {
        let total = counts.get(&tag).copied().unwrap_or_default();
        choices.extend((0..total.min(MOST)).map(|round| Choice {
            span: tag,
            title: format!("round {} of {total}", round + 1),
            selection: Selection::Round { r#loop: number, round },
        }));
    }
    choices
}

fn combinations(view: &DocumentView) -> Vec<Choice> {
    let total = view.analysis().combinations.total;
    if total < 2 {
        return Vec::new();
    }
    let axes = scalar_axes(view.text());
    let Some(span) = matrix(view, &axes) else { return Vec::new() };
    let choice = |combination| {
        let title = title(view, &axes, combination);
        Choice { span, title, selection: Selection::Combination { combination } }
    };
    (0..total.min(MOST)).map(choice).collect()
}

fn title(view: &DocumentView, axes: &[String], combination: usize) -> String {
    let (_, chosen) = view.variables().combination(axes, combination);
    let chosen = chosen.iter().map(|(axis, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{axis} = {value}")
    });
    chosen.collect::<Vec<_>>().join(", ")
}

/// The tests that the matrix of a document makes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixTests {
    /// How many; 1 without a matrix.
    pub total: usize,
    /// The first of them, each as people read it and as it is in the identity of its test; none without a matrix.
    pub first: Vec<(String, String)>,
    /// Where the matrix stands, if the document defines it.
    pub span: Option<Span>,
}

/// The tests that the matrix of a document makes of it, also where only strings of it hold expressions, of which a preview has nothing
/// to show.
pub fn matrix_tests(view: &DocumentView) -> MatrixTests {
    let analysis = view.analysis();
    if analysis.kind != FileKind::Test || analysis.mode == ReadingMode::Plain {
        return MatrixTests { total: 1, ..MatrixTests::default() };
    }
    let axes = scalar_axes(view.text());
    let total = view.variables().combination_count(&axes);
    let first = (0..total.min(MOST)).filter_map(|combination| {
        let label = view.variables().combination_label(&axes, combination)?;
        Some((title(view, &axes, combination), label))
    });
    MatrixTests { total, first: first.collect(), span: matrix(view, &axes) }
}

/// Where the matrix stands: its header, or the first axis of it that the file defines.
fn matrix(view: &DocumentView, axes: &[String]) -> Option<Span> {
    let is_matrix = |path: &[&str]| matches!(path, ["matrix"] | ["template", "matrix"]);
    let header = view.syntax().tables.iter().find_map(|table| {
        let header = table.header.as_ref()?;
        let path: Vec<&str> = header.path.iter().map(|part| part.text.as_str()).collect();
        is_matrix(&path).then_some(header.span)
    });
    header.or_else(|| {
        axes.iter().find_map(|axis| match view.variables().origin(&format!("matrix.{axis}"))? {
            VariableOrigin::File(span) => Some(*span),
            _ => None,
        })
    })
}
