//! Puts one case into the five places in which a rule must find the same mistake.

use std::ops::Range;

use crate::fixture::{Case, Mark};

/// Where the marked text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placement {
    /// In a file that is TOML as it stands.
    Plain,
    /// In the literal text of a template.
    Template,
    /// In the body of a loop of two rounds.
    Loop,
    /// In the argument of a macro call.
    MacroArgument,
    /// In a file that the document includes.
    Included,
}

/// A case in its placement: a small project and what is expected of it.
#[derive(Clone, Debug)]
pub struct Project {
    pub placement: Placement,
    /// Name and text; the first is the document.
    pub files: Vec<(String, String)>,
    pub expected: Vec<Expected>,
}

/// A finding that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its place in the document.
    pub range: Range<usize>,
    /// A place that must be among the related ones: index of the file, and range.
    pub related: Option<(usize, Range<usize>)>,
    pub severity: Option<String>,
    /// Words of the message.
    pub message: String,
}

const TEMPLATE_NAME: &str = "fixture.clnrm.toml.tera";
const PART_NAME: &str = "part.toml.tera";

/// A tag that has nothing to do with the case, but makes a template of the file.
const UNRELATED: &str = "{% set unrelated = 1 %}\n";
const MACRO: &str = "{% macro emit(v) %}{{ v }}{% endmacro %}\n";
const LOOP_OPEN: &str = "{% for round in [1, 2] %}\n";
const LOOP_CLOSE: &str = "{% endfor %}\n";
/// Opens a loop of two rounds whose text is written in the second only: for tables, which may stand once.
const ONCE_OPEN: &str = "{% for round in [1, 2] %}{% if loop.last %}\n";
const ONCE_CLOSE: &str = "{% endif %}{% endfor %}\n";

impl Placement {
    pub const ALL: [Self; 5] = [Self::Plain, Self::Template, Self::Loop, Self::MacroArgument, Self::Included];

    /// Its name in fixtures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain file",
            Self::Template => "template text",
            Self::Loop => "loop",
            Self::MacroArgument => "macro argument",
            Self::Included => "included file",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|placement| placement.name() == name)
    }

    /// The case in this placement; several projects where marks must be moved one at a time, none where there is no mark to
    /// move.
    pub fn projects(self, case: &Case) -> Vec<Project> {
        match self {
            Self::Plain => vec![self.project(case, case.text.clone(), expected(&case.marks, |at| at))],
            Self::Template => {
                let text = format!("{UNRELATED}{}", case.text);
                vec![self.project(case, text, expected(&case.marks, |at| at + UNRELATED.len()))]
            }
            Self::Loop => vec![self.in_loop(case)],
            // Nothing can't be written by a macro either.
            Self::MacroArgument => (0..case.marks.len())
                .filter(|index| !case.marks[*index].range.is_empty())
                .map(|index| self.in_argument(case, index))
                .collect(),
            Self::Included => vec![self.included(case)],
        }
    }

    fn project(self, case: &Case, text: String, expected: Vec<Expected>) -> Project {
        let mut files = vec![(TEMPLATE_NAME.to_owned(), text)];
        files.extend(case.files.iter().cloned());
        Project { placement: self, files, expected }
    }

    fn in_loop(self, case: &Case) -> Project {
        let block = array_block(case).filter(|block| case.marks.iter().all(|mark| within(&mark.range, block)));
        let (block, open, close) = match block {
            Some(block) => (block, LOOP_OPEN, LOOP_CLOSE),
            None => (0..case.text.len(), ONCE_OPEN, ONCE_CLOSE),
        };
        let text =
            [&case.text[..block.start], open, &case.text[block.clone()], close, &case.text[block.end..]].concat();
        let shift = |at: usize| if at < block.start { at } else { at + open.len() };
        self.project(case, text, expected(&case.marks, shift))
    }

    /// Passes the mark `index` through a macro that writes its argument.
    fn in_argument(self, case: &Case, index: usize) -> Project {
        let mark = case.marks[index].range.clone();
        let (replaced, opening, argument, closing) = match enclosing_expression(&case.text, &mark) {
            Some(expression) => (expression.clone(), " self::emit(v=", case.text[expression].trim().to_owned(), ") "),
            None => (mark.clone(), "{{ self::emit(v=", quoted(&case.text[mark.clone()]), ") }}"),
        };
        let call = format!("{opening}{argument}{closing}");
        let text = [MACRO, &case.text[..replaced.start], &call, &case.text[replaced.end..]].concat();

        let argument_start = MACRO.len() + replaced.start + opening.len();
        let grown = call.len() - replaced.len();
        let inside_tag = call.starts_with(" self");
        let leading = case.text[replaced.clone()].len() - case.text[replaced.clone()].trim_start().len();
        let shift = |at: usize| {
            if at < replaced.start {
                MACRO.len() + at
            } else if at < replaced.end {
                argument_start + at - replaced.start - leading
            } else {
                MACRO.len() + at + grown
            }
        };
        let mut expected = expected(&case.marks, shift);
        if !inside_tag {
            let body = MACRO.find("{{ v }}").map(|start| start..start + "{{ v }}".len());
            expected[index].range = argument_start..argument_start + argument.len();
            expected[index].related = body.map(|body| (0, body));
        }
        self.project(case, text, expected)
    }

    fn included(self, case: &Case) -> Project {
        let tag = format!("{{% include \"{PART_NAME}\" %}}");
        let expected = case
            .marks
            .iter()
            .map(|mark| Expected {
                range: 0..tag.len(),
                related: Some((1, mark.range.clone())),
                severity: mark.severity.clone(),
                message: mark.message.clone(),
            })
            .collect();
        let mut files = vec![(TEMPLATE_NAME.to_owned(), format!("{tag}\n")), (PART_NAME.to_owned(), case.text.clone())];
        files.extend(case.files.iter().cloned());
        Project { placement: self, files, expected }
    }
}

fn expected(marks: &[Mark], shift: impl Fn(usize) -> usize) -> Vec<Expected> {
    marks
        .iter()
        .map(|mark| {
            let start = shift(mark.range.start);
            Expected {
                range: start..start + mark.range.len(),
                related: None,
                severity: mark.severity.clone(),
                message: mark.message.clone(),
            }
        })
        .collect()
}

fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The item of an array of tables that holds the first mark, with its sub-tables.
fn array_block(case: &Case) -> Option<Range<usize>> {
    let mut headers = Vec::new();
    let mut offset = 0;
    for line in case.text.split_inclusive('\n') {
        if line.starts_with('[') {
            headers.push((offset, line.trim_end()));
        }
        offset += line.len();
    }
    let is_item = |header: &str| header.starts_with("[[");
    let name = |header: &str| header.trim_matches(['[', ']']).to_owned();
    let first_mark = case.marks.first()?.range.start;
    let mut item: Option<(usize, String)> = None;
    for &(start, header) in headers.iter().filter(|(start, _)| *start <= first_mark) {
        let inside = item.as_ref().is_some_and(|(_, item)| name(header).starts_with(&format!("{item}.")));
        if !inside {
            item = is_item(header).then(|| (start, name(header)));
        }
    }
    let (start, item) = item?;
    let end = headers
        .iter()
        .find(|(at, header)| *at > start && !name(header).starts_with(&format!("{item}.")))
        .map_or(case.text.len(), |(at, _)| *at);
    Some(start..end)
}

/// The inside of the `{{ … }}` around `mark`.
fn enclosing_expression(text: &str, mark: &Range<usize>) -> Option<Range<usize>> {
    let start = text[..mark.start].rfind("{{")? + 2;
    let end = start + text[start..].find("}}")?;
    within(mark, &(start..end)).then_some(start..end)
}

/// `text` as a string of the template language.
fn quoted(text: &str) -> String {
    let quote = ['\'', '"', '`'].into_iter().find(|quote| !text.contains(*quote));
    let quote =
        quote.unwrap_or_else(|| panic!("a mark with all three kinds of quotes can't be a macro argument: {text}"));
    format!("{quote}{}{quote}", text.replace('\\', "\\\\"))
}
