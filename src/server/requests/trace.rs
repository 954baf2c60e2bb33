//! `clnrm/trace`: the spans of the last run of a test as a waterfall: a page, a picture, letters, rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

use crate::executor::Judged;
use crate::expectation::Explainer;
use crate::server::recorded;
use crate::server::session::Session;
use crate::trace::waterfall::{self, Layout, LayoutOptions, RowKind, TextOptions};
use crate::trace::{SpanIndex, Trace};

/// Parameters of `clnrm/trace`.
#[derive(Clone, Debug, Deserialize)]
pub struct TraceParams {
    /// The file.
    pub uri: Uri,
    /// The combination of its matrix.
    #[serde(default)]
    pub combination: Option<String>,
}

/// The answer to `clnrm/trace`.
#[derive(Clone, Debug, Serialize)]
pub struct TraceView {
    /// What it is of, for people.
    pub title: String,
    spans: usize,
    replayed: bool,
    /// A page of its own.
    pub html: String,
    svg: String,
    /// In letters.
    pub text: String,
    highlighted: Vec<Highlighted>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Highlighted {
    span_id: String,
    name: String,
    reason: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    depth: usize,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<f64>,
    error: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The spans of the last run; `None` where none are known. Takes the time that a picture of all spans takes.
pub async fn handle(session: &Session, params: TraceParams) -> Result<Option<TraceView>> {
    let working = session.clone();
    let view = session.runtime().spawn_blocking(move || view(&working, &params));
    view.await.map_err(|_| Error::internal_error())
}

fn view(session: &Session, TraceParams { uri, combination }: &TraceParams) -> Option<TraceView> {
    let path = uri.to_file_path()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    let title = combination.as_ref().map_or_else(|| name.clone(), |combination| format!("{name} [{combination}]"));
    if let Some(results) = session.runs().results(&path) {
        let mut tests = results.tests.iter();
        let found = match combination {
            Some(_) => tests.find(|(known, _)| *known == combination),
            None => tests.next(),
        };
        let whole = found.and_then(|(_, test)| {
            let replayed = test.replayed.as_ref().map(|replayed| (replayed, true));
            replayed.or_else(|| test.whole.as_ref().map(|whole| (whole, false)))
        });
        if let Some((whole, replayed)) = whole
            && let Some(judged) = &whole.result.judged
            && !judged.trace.is_empty()
        {
            return Some(drawn(&judged.trace, highlighted(judged), title, replayed));
        }
    }
    let file = {
        let state = session.state();
        recorded::place(&state, &path)?
    };
    let run = session.recorded().run(&file);
    (!run.trace.is_empty()).then(|| drawn(&run.trace, BTreeMap::new(), title, false))
}

/// The spans that failures are about.
fn highlighted(judged: &Judged) -> BTreeMap<SpanIndex, String> {
    let Judged { tree, trace, reception, judgement } = judged;
    let explainer = Explainer::new(tree, trace, reception, judgement);
    let mut highlighted = BTreeMap::new();
    for index in judgement.failures() {
        let Some(explanation) = explainer.explain(index) else { continue };
        for related in &explanation.related {
            highlighted.entry(related.span).or_insert_with(|| explanation.message.clone());
        }
    }
    highlighted
}

fn drawn(trace: &Arc<Trace>, highlighted: BTreeMap<SpanIndex, String>, title: String, replayed: bool) -> TraceView {
    let layout = Layout::new(trace, LayoutOptions { highlighted, ..LayoutOptions::default() });
    let marked = layout.highlighted.iter().map(|(span, reason)| Highlighted {
        span_id: trace[*span].span_id.to_string(),
        name: trace[*span].name.to_string(),
        reason: reason.clone(),
    });
    TraceView {
        spans: trace.len(),
        replayed,
        html: waterfall::html(&layout, &title),
        svg: waterfall::svg(&layout),
        text: waterfall::text(&layout, &TextOptions::default()),
        highlighted: marked.collect(),
        rows: layout.rows.iter().map(|row| self::row(&layout, row)).collect(),
        title,
    }
}

fn row(layout: &Layout<'_>, row: &waterfall::Row) -> Row {
    let span = match &row.kind {
        RowKind::Span(span) => Some(*span),
        _ => None,
    };
    let start = span.and_then(|span| layout.trace[span].start);
    let first = layout.sections.iter().filter_map(|section| section.range).map(|(first, _)| first).min();
    let millis = |nanos: i128| nanos as f64 / 1e6;
    Row {
        depth: row.depth,
        name: match &row.kind {
            RowKind::Trace(section) => {
                layout.sections.get(*section).map(|section| section.trace_id.to_string()).unwrap_or_default()
            }
            RowKind::Span(span) => layout.trace[*span].name.to_string(),
            RowKind::Alike { name, count } => format!("{name} ×{count}"),
            RowKind::Others { count } => format!("{count} others"),
        },
        service: layout.service(row).map(str::to_owned),
        span_id: span.map(|span| layout.trace[span].span_id.to_string()),
        start_ms: start.zip(first).map(|(start, first)| millis(i128::from(start) - i128::from(first))),
        duration_ms: row.duration.map(millis),
        error: row.error,
        reason: layout.highlight(row).map(str::to_owned),
    }
}
