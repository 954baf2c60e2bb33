//! Fifty expectations of all kinds over 1,000 and 100,000 spans, green and with ten of them red, beside their floor: one look
//! at the name and times of every span for each expectation.

use std::fmt::Write as _;
use std::hint::black_box;

use clnrm_lsp::config::parse;
use clnrm_lsp::expectation::{ExpectationTree, Explainer, Reception, judge};
use clnrm_lsp::trace::{Attributes, Completeness, Event, Span, SpanId, SpanKind, StatusCode, Trace, TraceId, Value};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const EXPECTATIONS: usize = 50;
/// Spans of one request; each request is a trace.
const PER_TRACE: usize = 50;

/// Requests with a handler, calls below it, and queries below these.
fn trace(spans: usize) -> Trace {
    let id = |number: usize| SpanId::from((number as u64 + 1).to_be_bytes());
    let span = |number: usize| {
        let (request, place) = (number / PER_TRACE, number % PER_TRACE);
        let mut trace_id = [1; 16];
        trace_id[8..].copy_from_slice(&(request as u64 + 1).to_be_bytes());
        let (name, kind, above) = match place {
            0 => (format!("http.handle.{}", request % 20), SpanKind::Server, None),
            place if place % 7 == 1 => (format!("service.call.{}", place % 50), SpanKind::Client, Some(number - place)),
            place => (format!("db.query.{}", place % 40), SpanKind::Client, Some(number - (place - 1) % 7)),
        };
        let mut span = Span::new(TraceId::from(trace_id), id(number), name);
        span.parent_span_id = above.map(id);
        span.kind = kind;
        // Each request takes 100 ms, each call 10 ms of it, each query 1 ms of that.
        let millisecond = 1_000_000;
        let start = request as u64 * 200 * millisecond + place as u64 * 2 * millisecond;
        span.start = Some(start);
        span.end = Some(
            start
                + millisecond
                    * if place == 0 {
                        110
                    } else if place % 7 == 1 {
                        13
                    } else {
                        1
                    },
        );
        span.status.code = if place == 0 { StatusCode::Ok } else { StatusCode::Unset };
        span.attributes = Attributes::from(vec![
            ("http.request.method".into(), Value::from("GET")),
            ("http.response.status_code".into(), Value::from(200)),
            ("server.address".into(), Value::from("db")),
            ("db.rows".into(), Value::from(place as i64)),
        ]);
        span.events = vec![Event { name: "sent".into(), ..Event::default() }].into();
        span
    };
    (0..spans).map(span).collect()
}

/// Fifty expectations; the last ten of `red` ask for what no span has.
fn expectations(red: bool) -> String {
    let mut text = String::from("[services.db]\nimage = \"postgres:16\"\n\n");
    for number in 0..20 {
        let rows = if red && number >= 10 { 1_000 } else { 0 };
        let name = ["http.handle.*".to_owned(), format!("db.query.{}", number % 5 + 2), "service.call.*".to_owned()];
        let _ = write!(
            text,
            "[[expect.span]]\nname = \"{}\"\nattrs.all = {{ \"http.request.method\" = \"GET\", \"http.response.status_code\" = {{ gte = 200, lte = 299 }}, \"db.rows\" = {{ gte = {rows} }} }}\n\
             events.any = [\"sent\"]\nduration_ms = {{ max = 5000 }}\n\n",
            name[number % 3]
        );
    }
    text.push_str("[expect.graph]\nacyclic = true\nmust_include = [");
    for number in 0..6 {
        let _ = write!(text, "[\"http.handle.*\", \"service.call.{}\"], ", number * 7 + 1);
    }
    text.push_str("]\nscope = \"descendant\"\nmust_not_cross = [[\"db.query.2\", \"db.query.3\"], [\"service.call.1\", \"service.call.8\"]]\n\n");
    text.push_str(
        "[expect.counts]\nspans_total = { gte = 100 }\nevents_total = { gte = 100 }\nerrors_total = { eq = 0 }\n",
    );
    text.push_str("by_name = { \"db.*\" = { gte = 10 }, \"http.handle.1\" = { gte = 1 } }\nby_kind = { server = { gte = 1 } }\n\n");
    for inner in ["db.*", "service.call.1", "service.call.*", "db.query.2"] {
        let _ = write!(text, "[[expect.window]]\nouter = \"http.handle.*\"\ncontains = [\"{inner}\"]\n\n");
    }
    text.push_str("[expect.order]\nmust_precede = [[\"db.query.2\", \"db.query.3\"], [\"db.*\", \"service.call.8\"], [\"db.*\", \"db.*\"]]\n\n");
    text.push_str("[expect.status]\nnone = \"ERROR\"\nby_name = { \"http.*\" = \"OK\", \"db.*\" = \"UNSET\" }\n\n");
    text.push_str("[expect.hermeticity]\nno_external_services = true\nspan_attrs.forbid_keys = [\"card.number\", \"user.email\", \"password\", \"token\"]\n");
    text
}

fn expectation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expectation");
    group.sample_size(20);
    let trees = [("green", false), ("ten red", true)]
        .map(|(name, red)| (name, ExpectationTree::new(&parse(&expectations(red), &[], false).config)));
    for (_, tree) in &trees {
        assert!(tree.constraints.len() >= EXPECTATIONS, "only {} constraints", tree.constraints.len());
    }
    let reception = Reception::of(Completeness::proved("exit+drain"));
    for (name, spans) in [("1,000 spans", 1_000), ("100,000 spans", 100_000)] {
        let trace = trace(spans);
        group.throughput(Throughput::Elements(spans as u64));
        group.bench_with_input(BenchmarkId::new("floor: one look at each span", name), &trace, |bencher, trace| {
            bencher.iter(|| {
                let look = |pattern: usize| {
                    let seen = |span: &&Span| span.name.len() == pattern && span.start <= span.end;
                    trace.spans().iter().filter(seen).count()
                };
                (0..EXPECTATIONS).map(|number| look(black_box(number))).sum::<usize>()
            });
        });
        for (kind, tree) in &trees {
            let judgement = judge(tree, &trace, &reception);
            let failing = judgement.failures().count();
            assert_eq!(failing == 0, *kind == "green", "{failing} constraints fail");
            group.bench_with_input(BenchmarkId::new(format!("judge, {kind}"), name), &trace, |bencher, trace| {
                bencher.iter(|| judge(tree, black_box(trace), &reception));
            });
            if failing > 0 {
                group.bench_with_input(BenchmarkId::new("explain ten", name), &trace, |bencher, trace| {
                    bencher.iter(|| {
                        let explainer = Explainer::new(tree, black_box(trace), &reception, &judgement);
                        judgement.failures().filter_map(|index| explainer.text(index)).count()
                    });
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, expectation);
criterion_main!(benches);
