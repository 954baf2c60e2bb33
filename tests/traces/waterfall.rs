//! Waterfalls: what people see of a trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use clnrm_lsp::trace::waterfall::{Layout, LayoutOptions, RowKind, TextOptions, Theme, html, svg, text};
use clnrm_lsp::trace::{Resource, Span, SpanId, SpanIndex, Trace, TraceBuilder};
use unicode_width::UnicodeWidthStr;

use crate::tree;

const CHECKOUT: &str = "
checkout server @0+120
  cart.load @2+20
    db.query @3+1 ×12
  pay client currency=EUR ERROR @30+60
    http.post @31+55
      dns.lookup @31+0
  ship @95+20
    größe.prüfen @96+4
";

fn checkout() -> Trace {
    let mut spans = tree::spans(CHECKOUT);
    let service = |name: &str| {
        Arc::new(Resource { attributes: [("service.name", name)].into_iter().collect(), ..Resource::default() })
    };
    for span in &mut spans {
        span.resource =
            service(if matches!(span.name.as_str(), "ship" | "größe.prüfen") { "shipping" } else { "shop" });
    }
    spans.into_iter().collect()
}

fn highlighting(trace: &Trace, name: &str, reason: &str) -> LayoutOptions {
    LayoutOptions {
        highlighted: BTreeMap::from([(trace.by_name(name)[0], reason.to_owned())]),
        ..LayoutOptions::default()
    }
}

#[test]
fn in_a_terminal() {
    let trace = checkout();
    let layout =
        Layout::new(&trace, highlighting(&trace, "http.post", "expect.span[1].duration_ms: 55 ms is more than 50 ms"));
    let wide = text(&layout, &TextOptions { width: 100, ..TextOptions::default() });
    let documented = include_str!("../../docs/traces.md").split_once("## Waterfalls\n\n```text\n").unwrap().1;
    assert!(wide.starts_with(documented.split("```").next().unwrap()), "docs/traces.md shows another waterfall");
    insta::assert_snapshot!(wide);
    insta::assert_snapshot!(text(&layout, &TextOptions { width: 48, ascii: true, ..TextOptions::default() }));
}

#[test]
fn colours_are_where_the_theme_puts_them_and_nowhere_else() {
    let trace = checkout();
    let layout = Layout::new(&trace, LayoutOptions::default());
    let colored = text(&layout, &TextOptions { theme: Theme::colored(), ..TextOptions::default() });
    let plain = text(&layout, &TextOptions::default());
    assert_ne!(colored, plain);
    let stripped = anstream::adapter::strip_str(&colored).to_string();
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&stripped), lines(&plain));
}

#[test]
fn what_is_odd_is_shown_too() {
    let mut spans = tree::spans("no.times\norphan @5+5\nback @20+1\nopen @7+1\nself @1+1\nstarted @6+2\n");
    spans[1].parent_span_id = Some(SpanId::from([9; 8]));
    spans[2].end = spans[2].start.map(|start| start - 3_000_000);
    spans[3].end = None;
    spans[4].parent_span_id = Some(spans[4].span_id.clone());
    spans[5].parent_span_id = Some(SpanId::from([8; 8]));
    let mut elsewhere = tree::spans("other.trace @1000+10\n").remove(0);
    elsewhere.trace_id = clnrm_lsp::trace::TraceId::from_text("free text").unwrap();
    spans.push(elsewhere);
    let mut builder = TraceBuilder::default();
    spans.into_iter().for_each(|span| builder.push(span));
    builder.runner_span(SpanId::from([8; 8]));
    let trace = builder.build();
    insta::assert_snapshot!(text(&Layout::new(&trace, LayoutOptions::default()), &TextOptions::default()));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let trace: Trace = tree::spans(&format!("{CHECKOUT}{}\n", "漢字".repeat(60))).into_iter().collect();
    let layout = Layout::new(&trace, highlighting(&trace, "pay", &"very long ".repeat(30)));
    for width in [40, 41, 60, 79, 120, 300] {
        for line in text(&layout, &TextOptions { width, ..TextOptions::default() }).lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn as_svg() {
    let trace = checkout();
    let layout = Layout::new(&trace, highlighting(&trace, "pay", "failed <here> & \"there\""));
    insta::assert_snapshot!(svg(&layout));
}

#[test]
fn as_html() {
    let trace = checkout();
    let layout = Layout::new(&trace, highlighting(&trace, "pay", "failed <here>"));
    insta::assert_snapshot!(html(&layout, "checkout & more"));
}

#[test]
fn nothing_in_a_span_becomes_markup_or_steers_the_terminal() {
    let evil = "</style><script>alert('1')</script>\u{1b}]0;x\u{7}\n\u{202e}\"&";
    let mut span = tree::spans("x").remove(0);
    span.name = evil.into();
    span.status.message = evil.into();
    span.attributes = [(evil, evil)].into_iter().collect();
    span.resource =
        Arc::new(Resource { attributes: [("service.name", evil)].into_iter().collect(), ..Resource::default() });
    let trace: Trace = [span].into_iter().collect();
    let options = || LayoutOptions {
        highlighted: BTreeMap::from([(first(&trace), evil.to_owned())]),
        ..LayoutOptions::default()
    };
    let layout = Layout::new(&trace, options());
    let page = html(&layout, evil);
    for picture in [page.clone(), svg(&layout)] {
        assert!(
            !picture.contains("<script")
                && !picture.contains('\u{1b}')
                && !picture.contains('\u{202e}')
                && !picture.contains('\u{7}')
        );
        assert_eq!(picture.matches("</style>").count(), 1);
        assert_well_formed(&picture);
    }
    assert!(
        !page.contains("http:")
            && !page.contains("https:")
            && !page.contains(" src=")
            && !page.contains(" href=")
            && !page.contains(" style=")
    );
    let terminal = text(&layout, &TextOptions::default());
    assert!(!terminal.contains('\u{1b}') && !terminal.contains('\u{202e}') && !terminal.contains('\u{7}'));
}

fn first(trace: &Trace) -> SpanIndex {
    trace.iter().next().unwrap().0
}

/// Asserts that every element is closed, in its order.
fn assert_well_formed(markup: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in markup.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag has an end");
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.ends_with('/') && !matches!(name, "meta" | "!DOCTYPE") {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn ten_thousand_spans_stay_usable_and_the_highlighted_one_is_seen() {
    // A hundred requests of a hundred spans each, which have all different names.
    let requests: String = (0..100)
        .map(|request| {
            format!(
                "request{request} @{request}+10\n{}",
                (0..99).map(|step| format!("  step{step}.{request} @{request}+1\n")).collect::<String>()
            )
        })
        .collect();
    let trace: Trace = tree::spans(&requests).into_iter().collect();
    assert_eq!(trace.len(), 10_000);
    let hidden = trace.by_name("step98.77")[0];
    let plain = Layout::new(&trace, LayoutOptions::default());
    assert!(plain.shown().count() <= 201);
    assert!(!plain.shown().any(|(_, row)| row.kind == RowKind::Span(hidden)));
    let layout = Layout::new(
        &trace,
        LayoutOptions { highlighted: BTreeMap::from([(hidden, String::new())]), ..LayoutOptions::default() },
    );
    assert!(layout.shown().any(|(_, row)| row.kind == RowKind::Span(hidden)));
    assert!(layout.shown().count() <= 400);
    assert!(text(&layout, &TextOptions::default()).contains("✗ step98.77"));
    assert!(svg(&layout).len() < 200_000);
    let page = html(&layout, "big");
    assert!(page.contains("step98.99") && page.len() < 10_000_000, "{}", page.len());
    assert_well_formed(&page);
}

#[test]
fn many_siblings_are_gathered_but_for_the_highlighted_one() {
    let trace = tree::trace("a @0+10\n  db @1+1 ×5000\n");
    let one = trace.by_name("db")[4000];
    let layout = Layout::new(
        &trace,
        LayoutOptions { highlighted: BTreeMap::from([(one, String::new())]), ..LayoutOptions::default() },
    );
    let kinds: Vec<RowKind> = layout.shown().map(|(_, row)| row.kind.clone()).collect();
    assert_eq!(
        kinds[1..],
        [RowKind::Span(first(&trace)), RowKind::Alike { name: "db".into(), count: 4999 }, RowKind::Span(one)]
    );
}

#[test]
fn a_chain_deeper_than_the_stack_has_a_picture() {
    let mut spans: Vec<Span> = Vec::new();
    for number in 1..=20_000_u64 {
        let mut span = tree::spans("link @0+5").remove(0);
        span.span_id = SpanId::from(number.to_be_bytes());
        span.parent_span_id = (number > 1).then(|| SpanId::from((number - 1).to_be_bytes()));
        spans.push(span);
    }
    let trace: Trace = spans.into_iter().collect();
    let layout = Layout::new(&trace, LayoutOptions { rows: usize::MAX, ..LayoutOptions::default() });
    assert_eq!(layout.shown().count(), 20_001);
    assert_well_formed(&html(&layout, "deep"));
    assert_well_formed(&svg(&layout));
    assert!(text(&layout, &TextOptions::default()).lines().all(|line| line.width() <= 80));
}

#[test]
fn an_empty_trace_has_an_empty_picture() {
    let trace = Trace::default();
    let layout = Layout::new(&trace, LayoutOptions::default());
    assert_eq!(text(&layout, &TextOptions::default()), "");
    assert_well_formed(&html(&layout, "none"));
    assert_well_formed(&svg(&layout));
}
