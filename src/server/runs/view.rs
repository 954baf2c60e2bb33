//! What the last runs say about one revision of a text: failures at their places in it, and how each scenario fared.
//!
//! Places move with edits elsewhere; what judged a block is gone once that block is edited, and back when the edit is undone: nothing
//! is followed, both texts are compared.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::results::{FileResults, TestResults, failures_of, judged_text, place_or};
use crate::analysis::Analysis;
use crate::executor::{Failure, FailureKind, Outcome, RunId, Validity};
use crate::expectation::{ExpectationTree, Explainer};
use crate::features::outline::{OutlineItem, OutlineKind, outline};
use crate::features::{DocumentView, Written, expectation_changes};
use crate::template::{FileId, ReadingMode};
use crate::text::{Rebase, Span};

/// What the last runs say about one revision.
#[derive(Debug, Default)]
pub struct RunView {
    /// What does not hold, by place.
    pub failures: Vec<ShownFailure>,
    /// By combination and name.
    pub scenarios: BTreeMap<(Option<String>, String), ShownScenario>,
    /// By combination.
    pub tests: BTreeMap<Option<String>, ShownTest>,
}

/// A failure at its place in this revision.
#[derive(Debug)]
pub struct ShownFailure {
    /// The place.
    pub span: Span,
    /// What failed. Its own places are those of `analysis`.
    pub failure: Failure,
    /// What its related places point into.
    pub analysis: Arc<Analysis>,
    /// The related places of the document that are still there, by their number in the failure.
    pub related: Vec<Option<Span>>,
    /// The combination.
    pub combination: Option<String>,
    /// The scenario, where it is one's.
    pub scenario: Option<String>,
    /// The run.
    pub run: RunId,
    /// Whether it was judged again without a run.
    pub replayed: bool,
    /// What was expected beside what came, as texts to be compared.
    pub diff: Option<(String, String)>,
    /// The spans that it is about: name and id, the nearest one first.
    pub spans: Vec<(String, String)>,
    /// The value that would make the expectation hold, as TOML.
    pub accept: Option<String>,
    /// The folder with what the scenario left.
    pub artifacts: Option<PathBuf>,
}

/// How a scenario fared.
#[derive(Clone, Debug)]
pub struct ShownScenario {
    /// How it ended.
    pub outcome: Outcome,
    /// How fresh that is.
    pub validity: Validity,
    /// How long it took.
    pub duration: Duration,
    /// Whether what it runs was edited since.
    pub changed: bool,
}

/// How a test fared as a whole.
#[derive(Clone, Debug)]
pub struct ShownTest {
    /// The worst of its scenarios and expectations.
    pub outcome: Outcome,
    /// How many scenarios and expectations failed.
    pub failed: usize,
    /// Whether its expectations were judged.
    pub judged: bool,
    /// Whether they were judged again, without a run.
    pub replayed: bool,
    /// Whether all its scenarios are those of a proven pass.
    pub cached: bool,
    /// How long its scenarios took together.
    pub duration: Duration,
    /// Whether anything that matters was edited since.
    pub changed: bool,
}

impl RunView {
    /// What `results` say about the text of `view`.
    pub fn new(results: &FileResults, view: &DocumentView) -> Self {
        let mut shown = Self::default();
        let mut pasts = Pasts { view, known: Vec::new(), tree: view.expectations() };
        for (combination, test) in &results.tests {
            shown.add(combination.as_ref(), test, &mut pasts);
        }
        shown.failures.sort_by(|a, b| (a.span, &a.combination).cmp(&(b.span, &b.combination)));
        // What every combination tells in the same words is told once.
        shown.failures.dedup_by(|later, first| {
            later.span == first.span
                && later.failure.path == first.failure.path
                && later.failure.message == first.failure.message
        });
        shown
    }

    fn add(&mut self, combination: Option<&String>, test: &TestResults, pasts: &mut Pasts<'_>) {
        let (mut failed, mut cached, mut changed) = (0, !test.scenarios.is_empty(), false);
        let (mut duration, mut worst) = (Duration::ZERO, Outcome::Passed);
        for (name, known) in &test.scenarios {
            let result = &known.result;
            let past = pasts.of(&known.analysis);
            let is_changed = past.changed(result.header);
            for failure in failures_of(result) {
                let place = place_or(failure.span, result.header);
                if let Some(span) = past.untouched(place) {
                    let related = past.related(failure);
                    self.failures.push(ShownFailure {
                        span,
                        failure: failure.clone(),
                        analysis: Arc::clone(&known.analysis),
                        related,
                        combination: combination.cloned(),
                        scenario: Some(name.clone()),
                        run: known.run.clone(),
                        replayed: false,
                        diff: None,
                        spans: Vec::new(),
                        accept: None,
                        artifacts: result.artifacts.clone(),
                    });
                }
            }
            failed += usize::from(super::names::is_failure(result.outcome));
            cached &= matches!(result.validity, Validity::Cached { .. });
            changed |= is_changed;
            duration += result.duration;
            worst = worse(worst, result.outcome);
            let scenario = ShownScenario {
                outcome: result.outcome,
                validity: result.validity.clone(),
                duration: result.duration,
                changed: is_changed,
            };
            self.scenarios.insert((combination.cloned(), name.clone()), scenario);
        }
        let Some((whole, replayed)) = test.word_on(pasts.view.text()) else { return };
        let result = &whole.result;
        let past = pasts.of(&result.analysis);
        for failure in &result.failures {
            failed += usize::from(result.outcome != Outcome::Infrastructure);
            let Some(span) = past.untouched(failure.span).filter(|_| past.still_asked(failure)) else { continue };
            let told = told(result, failure);
            self.failures.push(ShownFailure {
                span,
                failure: failure.clone(),
                analysis: Arc::clone(&result.analysis),
                related: past.related(failure),
                combination: combination.cloned(),
                scenario: None,
                run: whole.run.clone(),
                replayed,
                diff: told.diff,
                spans: told.spans,
                accept: told.accept,
                artifacts: None,
            });
        }
        changed |= past.changed_at_all();
        if !result.failures.is_empty() {
            worst = worse(worst, Outcome::Failed);
        }
        if !replayed {
            worst = worse(worst, result.outcome);
        }
        let judged = result.judged.is_some();
        let test = ShownTest { outcome: worst, failed, judged, replayed, cached, duration, changed };
        self.tests.insert(combination.cloned(), test);
    }
}

/// The worse of two outcomes; a failure is worse than what says nothing.
fn worse(left: Outcome, right: Outcome) -> Outcome {
    let rank = |outcome| match outcome {
        Outcome::Passed => 0,
        Outcome::Flaky => 1,
        Outcome::NotRun(_) => 2,
        Outcome::Cancelled => 3,
        Outcome::Infrastructure => 4,
        Outcome::TimedOut => 5,
        Outcome::Failed => 6,
    };
    if rank(right) > rank(left) { right } else { left }
}

/// What an explanation adds to a failure.
#[derive(Debug, Default)]
pub struct Told {
    /// What was expected beside what came, as texts to be compared.
    pub diff: Option<(String, String)>,
    /// The spans that it is about: name and id, the nearest one first.
    pub spans: Vec<(String, String)>,
    /// The value that would make the expectation hold, as TOML.
    pub accept: Option<String>,
}

/// What the spans of a run add to one of its failures.
pub fn told(result: &crate::executor::TestResult, failure: &Failure) -> Told {
    let Some(judged) = &result.judged else { return Told::default() };
    let Some((index, _)) = judged.tree.find(&failure.path) else { return Told::default() };
    let explainer = Explainer::new(&judged.tree, &judged.trace, &judged.reception, &judged.judgement);
    let Some(explanation) = explainer.explain(index) else { return Told::default() };
    let diff = explanation.nearest.as_ref().filter(|nearest| !nearest.rows.is_empty()).map(|nearest| {
        let lines = |told: &dyn Fn(&crate::expectation::explain::Row) -> String| {
            nearest.rows.iter().map(|row| format!("{} = {}\n", row.key, told(row))).collect::<String>()
        };
        // Where a row holds, both sides say what came, so that only what differs is marked.
        let expected = lines(&|row| if row.holds { row.seen.clone() } else { row.asked.clone() });
        (expected, lines(&|row| row.seen.clone()))
    });
    let spans = explanation.related.iter().filter_map(|related| {
        let span = judged.trace.spans().get(related.span.get())?;
        Some((related.name.clone(), span.span_id.to_string()))
    });
    Told { diff, spans: spans.collect(), accept: explanation.accept.clone() }
}

/// The texts that were run, compared with the present one; each once.
struct Pasts<'a> {
    view: &'a DocumentView,
    tree: Option<&'a ExpectationTree>,
    known: Vec<(Arc<Analysis>, Arc<Past>)>,
}

impl Pasts<'_> {
    fn of(&mut self, analysis: &Arc<Analysis>) -> Arc<Past> {
        if let Some((_, past)) = self.known.iter().find(|(known, _)| Arc::ptr_eq(known, analysis)) {
            return Arc::clone(past);
        }
        let past = Arc::new(Past::new(analysis, self.view, self.tree));
        self.known.push((Arc::clone(analysis), Arc::clone(&past)));
        past
    }
}

/// A text that was run, beside the present one.
struct Past {
    rebase: Rebase,
    old: Arc<str>,
    new: Arc<str>,
    /// The blocks of the old text, by place.
    blocks: Vec<Block>,
    /// What the old text asks for, and whether the new one still does, where both are known.
    asked: Option<(ExpectationTree, Vec<bool>)>,
}

#[derive(Clone, Debug)]
struct Block {
    span: Span,
    kind: OutlineKind,
    is_expectation: bool,
}

impl Past {
    fn new(analysis: &Arc<Analysis>, view: &DocumentView, tree: Option<&ExpectationTree>) -> Self {
        let old: Arc<str> = judged_text(analysis).into();
        let new: Arc<str> = view.text().into();
        let rebase = Rebase::new(&old, &new);
        let old_written = analysis.files.first().map(|file| Written::new(Arc::clone(&file.text)));
        let old_outline = old_written.filter(|_| !rebase.is_empty()).map(|written| outline(&written));
        let blocks = old_outline.map(|outline| blocks(&outline)).unwrap_or_default();
        // Of several combinations the present analysis knows one; strings with tags it knows only unrendered.
        let comparable =
            |analysis: &Analysis| analysis.combinations.total == 1 && analysis.mode != ReadingMode::InString;
        let asked =
            tree.filter(|_| !rebase.is_empty() && comparable(analysis) && comparable(view.analysis())).map(|now| {
                let then = ExpectationTree::new(&analysis.config);
                let still = then.constraints.iter().map(|constraint| is_asked(now, &then, constraint.block)).collect();
                (then, still)
            });
        Self { rebase, old, new, blocks, asked }
    }

    /// Where a place is now, if nothing of the block that it stands in was edited.
    fn untouched(&self, place: Span) -> Option<Span> {
        let extent = self.block(place).map_or_else(|| self.lines(place), |block| block.span);
        if self.touches(extent) { None } else { self.rebase.map(place) }
    }

    /// Whether the present text still asks for what failed.
    fn still_asked(&self, failure: &Failure) -> bool {
        let Some((then, still)) = self.asked.as_ref().filter(|_| failure.kind == FailureKind::Expectation) else {
            return true;
        };
        then.find(&failure.path).is_none_or(|(index, _)| still.get(index).copied().unwrap_or(true))
    }

    fn related(&self, failure: &Failure) -> Vec<Option<Span>> {
        let place = |related: &crate::analysis::Related| {
            (related.file == FileId::DOCUMENT).then(|| self.rebase.map(related.span)).flatten()
        };
        failure.related.iter().map(place).collect()
    }

    /// Whether what a scenario runs was edited: itself, or anything that is neither another scenario nor an expectation.
    fn changed(&self, header: Span) -> bool {
        let own = self.block(header).map(|block| block.span);
        self.significant().any(|hunk| {
            let inside = self.blocks.iter().find(|block| block.span.covers(hunk.old) && !hunk.old.is_empty());
            match inside {
                Some(block) if block.is_expectation => false,
                Some(block) if block.kind == OutlineKind::Scenario => Some(block.span) == own,
                Some(_) => true,
                // What was inserted between blocks belongs to the one before it, or begins a new one.
                None => self.is_of_what_runs(hunk, own),
            }
        })
    }

    fn is_of_what_runs(&self, hunk: &crate::text::Hunk, own: Option<Span>) -> bool {
        let touched: Vec<&Block> = self.blocks.iter().filter(|block| self.touches_by(block.span, hunk)).collect();
        if touched.iter().any(|block| Some(block.span) == own || !is_apart(block)) {
            return true;
        }
        let written = hunk.new.slice(&self.new).unwrap_or_default();
        let headers = written.lines().map(str::trim_start).filter(|line| line.starts_with('['));
        let mut tables =
            headers.filter_map(|line| line.trim_start_matches('[').split(['.', ']']).next()).map(str::trim);
        let adds_something_else =
            tables.any(|table| table != "scenario" && !expectation_changes::is_expectation(table));
        adds_something_else || (touched.is_empty() && !hunk.old.is_empty())
    }

    /// Whether anything but comments and blank lines differs.
    fn changed_at_all(&self) -> bool {
        self.significant().next().is_some()
    }

    fn significant(&self) -> impl Iterator<Item = &crate::text::Hunk> {
        self.rebase.hunks().iter().filter(|hunk| !self.is_trivial(hunk))
    }

    /// Whether only comments and blank lines differ, outside of texts over several lines.
    fn is_trivial(&self, hunk: &crate::text::Hunk) -> bool {
        let (old, new) = (hunk.old.slice(&self.old), hunk.new.slice(&self.new));
        let holder =
            self.blocks.iter().find(|block| block.span.start <= hunk.old.start && hunk.old.end <= block.span.end);
        let multiline = holder.and_then(|block| block.span.slice(&self.old));
        let is_in_text = multiline.is_some_and(|text| text.contains("\"\"\"") || text.contains("'''"));
        !is_in_text && is_trivia(old.unwrap_or_default()) && is_trivia(new.unwrap_or_default())
    }

    /// Whether an edit touched `extent`, or added to its end.
    fn touches(&self, extent: Span) -> bool {
        self.significant().any(|hunk| self.touches_by(extent, hunk))
    }

    fn touches_by(&self, extent: Span, hunk: &crate::text::Hunk) -> bool {
        if hunk.old.overlaps(extent)
            || (hunk.old.is_empty() && extent.start < hunk.old.start && hunk.old.start < extent.end)
        {
            return true;
        }
        // Behind the last key of a table and before the next header one can add to the table.
        let rest = self.old.get(extent.end..).unwrap_or_default();
        let next = rest.split_inclusive('\n').take_while(|line| is_trivia(line)).map(str::len).sum::<usize>();
        let is_behind = extent.end <= hunk.old.start && hunk.old.start <= extent.end + next;
        let written = hunk.new.slice(&self.new).unwrap_or_default();
        let first = written.lines().find(|line| !is_trivia(line)).map(str::trim_start);
        is_behind && first.is_some_and(|line| !line.starts_with('[') && !line.starts_with("{%"))
    }

    /// The block that a place stands in: a scenario with all its tables, or else one table.
    fn block(&self, place: Span) -> Option<&Block> {
        self.blocks.iter().find(|block| block.span.start <= place.start && place.start <= block.span.end)
    }

    /// The whole lines of a place.
    fn lines(&self, place: Span) -> Span {
        let start = self.old.get(..place.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end =
            self.old.get(place.end..).and_then(|rest| rest.find('\n')).map_or(self.old.len(), |at| place.end + at + 1);
        Span::new(start, end)
    }
}

/// Whether an edit of a block leaves what another scenario runs as it was.
fn is_apart(block: &Block) -> bool {
    block.is_expectation || block.kind == OutlineKind::Scenario
}

fn is_trivia(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// The parts of a text that are edited or left alone as a whole, by place, without overlap.
fn blocks(items: &[OutlineItem]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for item in items {
        let is_expectation = item.kind == OutlineKind::Expectation || expectation_changes::is_expectation(&item.name);
        let holds_blocks = matches!(item.kind, OutlineKind::Table | OutlineKind::Expectation | OutlineKind::Service);
        let children: Vec<&OutlineItem> = item.children.iter().filter(|child| is_block(child.kind)).collect();
        if !holds_blocks || children.is_empty() {
            blocks.push(Block { span: item.span, kind: item.kind, is_expectation });
            continue;
        }
        // The table's own keys end where the first table below it begins.
        let first = children.iter().map(|child| child.span.start).min().unwrap_or(item.span.end);
        let own = item.children.iter().filter(|child| !is_block(child.kind) && child.span.start < first);
        let end = own.map(|child| child.span.end).max().unwrap_or(item.selection.end).min(first);
        blocks.push(Block { span: Span::new(item.span.start, end), kind: item.kind, is_expectation });
        let below: Vec<OutlineItem> = children.into_iter().cloned().collect();
        blocks.extend(self::blocks(&below));
    }
    blocks.sort_by_key(|block| block.span.start);
    blocks
}

const fn is_block(kind: OutlineKind) -> bool {
    !matches!(kind, OutlineKind::Text | OutlineKind::List | OutlineKind::InlineTable | OutlineKind::Scalar)
}

/// Whether `now` has a block that asks for exactly what a block of `then` does.
fn is_asked(now: &ExpectationTree, then: &ExpectationTree, block: usize) -> bool {
    let Some(old) = then.blocks.get(block) else { return false };
    let asks = |tree: &ExpectationTree, block| -> Vec<String> {
        let constraints = tree.constraints_of(block);
        constraints.map(|(_, constraint)| format!("{:?}", constraint.requirement)).collect()
    };
    let wanted = asks(then, old);
    let like = |new: &&crate::expectation::Block| new.kind == old.kind && new.subject == old.subject;
    now.blocks.iter().filter(like).any(|new| asks(now, new) == wanted)
}
