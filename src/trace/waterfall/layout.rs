//! Which rows a waterfall has, what is folded at first, and where bars begin and end.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::trace::{Name, SpanIndex, SpanKind, StatusCode, Trace, TraceId};

/// What is to be seen.
#[derive(Clone, Debug)]
pub struct LayoutOptions {
    /// The spans to highlight, with the reason for each, which may be empty.
    pub highlighted: BTreeMap<SpanIndex, String>,
    /// About how many rows are unfolded at first. Rows that lead to highlighted spans are, whatever their number.
    pub rows: usize,
    /// This many siblings of one name and kind or more are gathered in one row.
    pub gather_from: usize,
    /// Of more siblings than this, the rest is gathered.
    pub siblings: usize,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { highlighted: BTreeMap::new(), rows: 200, gather_from: 8, siblings: 100 }
    }
}

/// The rows of a waterfall, each before those that are folded into it.
#[derive(Clone, Debug)]
pub struct Layout<'t> {
    /// What is shown.
    pub trace: &'t Trace,
    /// The spans that are highlighted, with reasons.
    pub highlighted: BTreeMap<SpanIndex, String>,
    /// The traces, in the order of their first spans.
    pub sections: Vec<Section>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One trace id with an axis of time of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The id.
    pub trace_id: TraceId,
    /// How many spans it has.
    pub spans: usize,
    /// Its first start and its last end, in nanoseconds since the epoch, if there are any.
    pub range: Option<(u64, u64)>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it stands for.
    pub kind: RowKind,
    /// How deep it stands: the row of a trace at 0.
    pub depth: usize,
    /// Whether it is the last one below its parent.
    pub last: bool,
    /// The row after the last one that is folded into it.
    pub end: usize,
    /// How many spans are below it; for a row that gathers spans, those included.
    pub below: usize,
    /// Whether the rows directly below it are shown at first.
    pub open: bool,
    /// Its extent in time.
    pub bar: Option<Bar>,
    /// How long it took, in nanoseconds.
    pub duration: Option<i128>,
    /// Whether it, or a span gathered in it, failed.
    pub error: bool,
}

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A trace, by its place in [`Layout::sections`].
    Trace(usize),
    /// A span.
    Span(SpanIndex),
    /// Siblings of one name.
    Alike {
        /// The name.
        name: Name,
        /// How many they are.
        count: usize,
    },
    /// The rest of many siblings.
    Others {
        /// How many they are.
        count: usize,
    },
}

/// An extent in time, as fractions of its section's range from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Where it begins.
    pub from: f64,
    /// Where it ends, not before it begins.
    pub to: f64,
}

/// A row to be made, with what is below it.
enum Entry {
    Span(SpanIndex),
    Alike(Vec<SpanIndex>),
    Others(Vec<SpanIndex>),
}

enum Step {
    Enter { entry: Entry, depth: usize, last: bool },
    Leave { row: usize, spans_before: usize },
}

impl<'t> Layout<'t> {
    /// The layout of `trace`.
    pub fn new(trace: &'t Trace, options: LayoutOptions) -> Self {
        let tops = trace.tops();
        let mut builder = Builder {
            trace,
            is_top: tops.iter().copied().collect(),
            leads: leads(trace, &options.highlighted),
            options: &options,
            rows: Vec::new(),
            spans: 0,
        };
        let mut by_trace: Vec<(Section, Vec<SpanIndex>)> = Vec::new();
        let mut places: HashMap<&TraceId, usize> = HashMap::new();
        for (_, span) in trace.iter() {
            let place = *places.entry(&span.trace_id).or_insert_with(|| {
                by_trace.push((Section { trace_id: span.trace_id.clone(), spans: 0, range: None }, Vec::new()));
                by_trace.len() - 1
            });
            let section = &mut by_trace[place].0;
            section.spans += 1;
            for time in span.start.into_iter().chain(span.end) {
                let (first, last) = section.range.unwrap_or((time, time));
                section.range = Some((first.min(time), last.max(time)));
            }
        }
        for top in tops {
            by_trace[places[&trace[top].trace_id]].1.push(top);
        }
        for (place, (section, tops)) in by_trace.iter().enumerate() {
            builder.section(place, section, tops);
        }
        let mut rows = builder.rows;
        let leads = builder.leads;
        unfold(&mut rows, options.rows, |row| matches!(row.kind, RowKind::Span(span) if leads[span.get()]));
        let sections = by_trace.into_iter().map(|(section, _)| section).collect();
        Self { trace, highlighted: options.highlighted, sections, rows }
    }

    /// The rows that are shown at first, with their places.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Row)> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let place = next;
            let row = self.rows.get(place)?;
            next = if row.open { place + 1 } else { row.end };
            Some((place, row))
        })
    }

    /// Whether a row is highlighted, and why.
    pub fn highlight(&self, row: &Row) -> Option<&str> {
        match &row.kind {
            RowKind::Span(span) => self.highlighted.get(span).map(String::as_str),
            _ => None,
        }
    }

    /// The service of a row's span, when its parent is of another one or there is none.
    pub fn service(&self, row: &Row) -> Option<&'t str> {
        let RowKind::Span(span) = row.kind else { return None };
        let service = self.trace[span].resource.service_name()?;
        let above = self.trace.parent(span).and_then(|parent| self.trace[parent].resource.service_name());
        (above != Some(service)).then_some(service)
    }
}

/// Which spans are highlighted or have a highlighted span below them.
fn leads(trace: &Trace, highlighted: &BTreeMap<SpanIndex, String>) -> Vec<bool> {
    let mut leads = vec![false; trace.len()];
    for span in highlighted.keys().filter(|span| span.get() < trace.len()) {
        let mut next = Some(*span);
        while let Some(span) = next.filter(|span| !leads[span.get()]) {
            leads[span.get()] = true;
            next = trace.parent(span);
        }
    }
    leads
}

struct Builder<'t, 'o> {
    trace: &'t Trace,
    is_top: HashSet<SpanIndex>,
    leads: Vec<bool>,
    options: &'o LayoutOptions,
    rows: Vec<Row>,
    /// How many rows of spans there are.
    spans: usize,
}

impl Builder<'_, '_> {
    fn section(&mut self, place: usize, section: &Section, tops: &[SpanIndex]) {
        let header = self.rows.len();
        self.rows.push(Row {
            kind: RowKind::Trace(place),
            depth: 0,
            last: true,
            end: 0,
            below: section.spans,
            open: true,
            bar: None,
            duration: section.range.map(|(first, last)| i128::from(last) - i128::from(first)),
            error: false,
        });
        let mut steps = Vec::new();
        self.enter_all(tops, 1, &mut steps);
        while let Some(step) = steps.pop() {
            match step {
                Step::Leave { row, spans_before } => {
                    self.rows[row].end = self.rows.len();
                    self.rows[row].below = self.spans - spans_before;
                }
                Step::Enter { entry, depth, last } => {
                    let row = self.rows.len();
                    self.spans += usize::from(matches!(entry, Entry::Span(_)));
                    steps.push(Step::Leave { row, spans_before: self.spans });
                    match entry {
                        Entry::Span(span) => {
                            self.push(RowKind::Span(span), &[span], depth, last, section);
                            let children: Vec<SpanIndex> = self
                                .trace
                                .children(span)
                                .iter()
                                .filter(|child| !self.is_top.contains(child))
                                .copied()
                                .collect();
                            self.enter_all(&children, depth + 1, &mut steps);
                        }
                        Entry::Alike(spans) => {
                            let name = self.trace[spans[0]].name.clone();
                            self.push(RowKind::Alike { name, count: spans.len() }, &spans, depth, last, section);
                            Self::enter_each(spans.into_iter().map(Entry::Span).collect(), depth + 1, &mut steps);
                        }
                        Entry::Others(spans) => {
                            self.push(RowKind::Others { count: spans.len() }, &spans, depth, last, section);
                            Self::enter_each(spans.into_iter().map(Entry::Span).collect(), depth + 1, &mut steps);
                        }
                    }
                }
            }
        }
        self.rows[header].end = self.rows.len();
    }

    fn push(&mut self, kind: RowKind, spans: &[SpanIndex], depth: usize, last: bool, section: &Section) {
        let extent = |spans: &[SpanIndex]| {
            let times = spans.iter().map(|span| (self.trace[*span].start, self.trace[*span].end));
            times.reduce(|(first, last), (start, end)| {
                let earlier = first.into_iter().chain(start).min();
                (earlier, last.max(end))
            })
        };
        let (start, end) = extent(spans).unwrap_or_default();
        let duration = start.zip(end).map(|(start, end)| i128::from(end) - i128::from(start));
        let error = spans.iter().any(|span| self.trace[*span].status.code == StatusCode::Error);
        self.rows.push(Row {
            kind,
            depth,
            last,
            end: 0,
            below: 0,
            open: false,
            bar: bar(start, end, section.range),
            duration,
            error,
        });
    }

    /// The rows of siblings: those alike gathered, and those that are too many.
    fn enter_all(&self, siblings: &[SpanIndex], depth: usize, steps: &mut Vec<Step>) {
        let mut alike: HashMap<(&Name, SpanKind), Vec<SpanIndex>> = HashMap::new();
        let label = |span: SpanIndex| (&self.trace[span].name, self.trace[span].kind);
        for &span in siblings.iter().filter(|span| !self.leads[span.get()]) {
            alike.entry(label(span)).or_default().push(span);
        }
        let mut entries = Vec::new();
        let mut others = Vec::new();
        for &span in siblings {
            let leads = self.leads[span.get()];
            let gathered =
                alike.get(&label(span)).filter(|spans| !leads && spans.len() >= self.options.gather_from.max(2));
            match gathered {
                // The row stands where the first of them would.
                Some(spans) if spans[0] == span => entries.push(Entry::Alike(spans.clone())),
                Some(_) => {}
                None if leads || entries.len() < self.options.siblings => entries.push(Entry::Span(span)),
                None => others.push(span),
            }
        }
        if !others.is_empty() {
            entries.push(Entry::Others(others));
        }
        Self::enter_each(entries, depth, steps);
    }

    fn enter_each(entries: Vec<Entry>, depth: usize, steps: &mut Vec<Step>) {
        let final_place = entries.len().saturating_sub(1);
        let each = entries.into_iter().enumerate().rev();
        steps.extend(each.map(|(place, entry)| Step::Enter { entry, depth, last: place == final_place }));
    }
}

/// The extent between two times in a range; a span without an end is a point.
fn bar(start: Option<u64>, end: Option<u64>, range: Option<(u64, u64)>) -> Option<Bar> {
    let (first, last) = range?;
    let start = start.or(end)?;
    let length = (last - first) as f64;
    let at = |time: u64| if length > 0.0 { (time.clamp(first, last) - first) as f64 / length } else { 0.0 };
    let to = match end {
        Some(_) if length == 0.0 => 1.0,
        Some(end) => at(end),
        None => at(start),
    };
    Some(Bar { from: at(start), to: to.max(at(start)) })
}

/// Unfolds rows: those that lead to highlighted spans, then from the top down as far as `budget` goes. Gathered rows stay folded.
fn unfold(rows: &mut [Row], budget: usize, leads: impl Fn(&Row) -> bool) {
    fn below(rows: &[Row], place: usize) -> impl Iterator<Item = usize> {
        let end = rows[place].end;
        let first = Some(place + 1).filter(|next| *next < end);
        std::iter::successors(first, move |&next| Some(rows[next].end).filter(|next| *next < end))
    }
    let mut queue: VecDeque<usize> = VecDeque::new();
    let mut place = 0;
    while place < rows.len() {
        queue.push_back(place);
        place = rows[place].end;
    }
    let mut shown = queue.len();
    // First what must be seen, which counts against the budget.
    for place in 0..rows.len() {
        let must = matches!(rows[place].kind, RowKind::Trace(_))
            || (leads(&rows[place]) && below(rows, place).any(|row| leads(&rows[row])));
        if must {
            rows[place].open = true;
            shown += below(rows, place).count();
        }
    }
    while let Some(place) = queue.pop_front() {
        let children: Vec<usize> = below(rows, place).collect();
        let gathered = matches!(rows[place].kind, RowKind::Alike { .. } | RowKind::Others { .. });
        if !rows[place].open && !gathered && shown + children.len() <= budget {
            rows[place].open = true;
            shown += children.len();
        }
        if rows[place].open {
            queue.extend(children);
        }
    }
}
