//! The spans of a run with the indices that evaluation needs: which spans a name selects, and which trace each is of.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::descent::below;
use crate::expectation::tree::{NameSelector, Reading};
use crate::expectation::verdict::Reception;
use crate::trace::{SpanIndex, Trace, TraceId};
use crate::validation::expectations::NamePattern;

/// The spans of a run, and what has been found out about them so far.
pub(in crate::expectation) struct Observed<'a> {
    pub trace: &'a Trace,
    pub reading: Reading,
    pub reception: &'a Reception,
    /// The number of each span's name among all names.
    name_of: OnceCell<Vec<u32>>,
    /// The number of each span's trace among all traces.
    trace_of: OnceCell<Vec<u32>>,
    selections: RefCell<HashMap<NameSelector, Rc<Selection<'a>>>>,
    descendants: RefCell<HashMap<NameSelector, Rc<[bool]>>>,
}

/// The spans that a name selects.
#[derive(Debug)]
pub(in crate::expectation) struct Selection<'a> {
    /// The spans, in the order of the trace.
    pub spans: Cow<'a, [SpanIndex]>,
    names: Names,
}

/// The numbers of the names that are selected.
#[derive(Debug)]
enum Names {
    One(Option<u32>),
    Many(Vec<bool>),
}

impl Selection<'_> {
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

impl<'a> Observed<'a> {
    pub fn new(trace: &'a Trace, reading: Reading, reception: &'a Reception) -> Self {
        Self {
            trace,
            reading,
            reception,
            name_of: OnceCell::new(),
            trace_of: OnceCell::new(),
            selections: RefCell::default(),
            descendants: RefCell::default(),
        }
    }

    /// The spans that `selector` selects. Each selector is looked up once.
    pub fn select(&self, selector: &NameSelector) -> Rc<Selection<'a>> {
        if let Some(selection) = self.selections.borrow().get(selector) {
            return Rc::clone(selection);
        }
        let selection = Rc::new(self.selection(selector));
        self.selections.borrow_mut().insert(selector.clone(), Rc::clone(&selection));
        selection
    }

    fn selection(&self, selector: &NameSelector) -> Selection<'a> {
        match selector {
            NameSelector::Exact(name) => {
                let spans = self.trace.by_name(name);
                let number = spans.first().and_then(|span| self.name_of().get(span.get()).copied());
                Selection { spans: Cow::Borrowed(spans), names: Names::One(number) }
            }
            NameSelector::Glob(glob) => match NamePattern::new(glob) {
                Ok(pattern) => self.matching(|name| pattern.matches(name)),
                Err(_) => self.matching(|_| false),
            },
            NameSelector::Regex(regex) => match regex::Regex::new(regex) {
                Ok(regex) => self.matching(|name| regex.is_match(name)),
                Err(_) => self.matching(|_| false),
            },
        }
    }

    fn matching(&self, matches: impl Fn(&str) -> bool) -> Selection<'a> {
        let mut spans = Vec::new();
        let mut names = vec![false; self.trace.names().len()];
        for ((name, named), is_selected) in self.trace.names().zip(&mut names) {
            if matches(name) {
                *is_selected = true;
                spans.extend_from_slice(named);
            }
        }
        spans.sort_unstable();
        Selection { spans: Cow::Owned(spans), names: Names::Many(names) }
    }

    /// Whether `selection` holds `span`.
    pub fn is_selected(&self, selection: &Selection<'_>, span: SpanIndex) -> bool {
        let Some(&name) = self.name_of().get(span.get()) else { return false };
        match &selection.names {
            Names::One(selected) => *selected == Some(name),
            Names::Many(selected) => selected.get(name as usize).copied().unwrap_or_default(),
        }
    }

    /// For each span, whether one above it is selected by `selector`.
    pub fn below(&self, selector: &NameSelector) -> Rc<[bool]> {
        if let Some(marks) = self.descendants.borrow().get(selector) {
            return Rc::clone(marks);
        }
        let selection = self.select(selector);
        let marks: Rc<[bool]> = below(self.trace, |span| self.is_selected(&selection, span)).into();
        self.descendants.borrow_mut().insert(selector.clone(), Rc::clone(&marks));
        marks
    }

    fn name_of(&self) -> &[u32] {
        self.name_of.get_or_init(|| {
            let mut name_of = vec![0; self.trace.len()];
            for (number, (_, spans)) in (0_u32..).zip(self.trace.names()) {
                for span in spans {
                    name_of[span.get()] = number;
                }
            }
            name_of
        })
    }

    /// The number of the trace that `span` belongs to.
    pub fn trace_of(&self, span: SpanIndex) -> u32 {
        let trace_of = self.trace_of.get_or_init(|| {
            let mut numbers: HashMap<&TraceId, u32> = HashMap::new();
            let number = |span: &'a crate::trace::Span| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(&span.trace_id).or_insert(next)
            };
            self.trace.spans().iter().map(number).collect()
        });
        trace_of.get(span.get()).copied().unwrap_or(u32::MAX)
    }

    /// Spans whose parents never came. The spans that the runner itself is the parent of are none.
    pub fn orphans(&self) -> impl Iterator<Item = SpanIndex> {
        self.trace.orphans()
    }
}
