//! The whole pipeline at several sizes, each beside its floor: what a bare Tera render and a bare TOML parse of the same
//! text cost.
//!
//! `cargo bench --bench pipeline -- --quick`; the aim is a pipeline within twice its floor, and a cache hit on 10 KB within
//! 0.1 ms.

#![expect(clippy::unwrap_used, reason = "a benchmark ends where its own text is wrong")]

use std::cell::Cell;
use std::fmt::Write as _;
use std::hint::black_box;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::template::SourceFile;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Sizes of the documents, in bytes.
const SIZES: [usize; 4] = [1 << 10, 10 << 10, 100 << 10, 1 << 20];

/// A kind of document, written in pieces until it is as long as wanted.
struct Kind {
    name: &'static str,
    /// What comes first.
    head: &'static str,
    /// A piece; `@` stands for its number.
    piece: &'static str,
    /// The head that bare Tera understands; empty where it understands `head`.
    bare_head: &'static str,
    /// The piece that bare Tera understands; empty where it understands `piece`.
    bare_piece: &'static str,
}

const PLAIN: Kind = Kind {
    name: "plain",
    head: "[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n",
    piece: r#"[[scenario]]
name = "scenario-@"
service = "app"
run = "sh -c 'echo @; sleep 1'"
timeout_ms = 5000

[[expect.span]]
name = "app.step-@"
kind = "internal"
attrs.all = { "step.name" = "scenario-@", "exit.code" = "0" }
duration_ms = { min = 1, max = 5000 }

"#,
    bare_head: "",
    bare_piece: "",
};

const TEMPLATED: Kind = Kind {
    name: "templated",
    head: "{% set image = \"alpine:3.20\" %}[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"{{ image }}\"\n\n",
    piece: r#"{% for shell in ["sh", "ash"] %}
[[scenario]]
name = "scenario-@-{{ shell }}"
service = "app"
run = "{{ shell }} -c 'echo @'"
{% if loop.last %}timeout_ms = 5000{% endif %}
{% endfor %}
[[expect.span]]
name = "app.step-@"
kind = "{{ "INTERNAL" | lower }}"
attrs.all = { "step.name" = "scenario-@", "exit.code" = "0" }

"#,
    bare_head: "",
    bare_piece: "",
};

const MACROS: Kind = Kind {
    name: "macros",
    head: "{% import \"_macros.toml.tera\" as m %}\n[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n[[scenario]]\nname = \"run\"\nservice = \"app\"\nrun = \"true\"\n\n",
    piece: "{{ m::span(\"app.step-@\", \"internal\", {\"step.name\": \"scenario-@\", \"exit.code\": \"0\"}) }}\n",
    bare_head: "{% component span(name, kind, attrs) %}[[expect.span]]\nname = \"{{ name }}\"\nkind = \"{{ kind }}\"\nattrs.all = { {% for k, v in attrs %}\"{{ k }}\" = \"{{ v }}\"{% if not loop.last %}, {% endif %}{% endfor %} }\n{% endcomponent span %}\n[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n[[scenario]]\nname = \"run\"\nservice = \"app\"\nrun = \"true\"\n\n",
    bare_piece: "{{<span name=\"app.step-@\" kind=\"internal\" attrs={ {\"step.name\": \"scenario-@\", \"exit.code\": \"0\"} } />}}\n",
};

impl Kind {
    fn text(&self, size: usize) -> String {
        written(self.head, self.piece, size, usize::MAX)
    }

    /// The same document for bare Tera, with as many pieces.
    fn bare_text(&self, size: usize) -> String {
        let pieces = (size.saturating_sub(self.head.len())).div_ceil(self.piece.len()).max(1);
        let head = if self.bare_head.is_empty() { self.head } else { self.bare_head };
        let piece = if self.bare_piece.is_empty() { self.piece } else { self.bare_piece };
        written(head, piece, usize::MAX, pieces)
    }
}

fn written(head: &str, piece: &str, size: usize, pieces: usize) -> String {
    let mut text = head.to_owned();
    let mut number = 0;
    while text.len() < size && number < pieces {
        let _ = write!(text, "{}", piece.replace('@', &number.to_string()));
        number += 1;
    }
    text
}

fn document(text: &str) -> SourceFile {
    SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path: None, text: text.into() }
}

/// A bare Tera render, where the text is a template, and a bare TOML parse.
fn floor(text: &str, is_template: bool) -> usize {
    let rendered = if is_template {
        let mut tera = tera::Tera::default();
        tera.autoescape_on(Vec::<String>::new());
        tera.add_raw_template("bench", text).unwrap();
        tera.render("bench", &tera::Context::new()).unwrap()
    } else {
        text.to_owned()
    };
    toml::de::DeTable::parse(&rendered).unwrap().get_ref().len()
}

fn benches(criterion: &mut Criterion) {
    for kind in [PLAIN, TEMPLATED, MACROS] {
        let mut group = criterion.benchmark_group(kind.name);
        let is_template = kind.name != PLAIN.name;
        for size in SIZES {
            let text = kind.text(size);
            let bare = kind.bare_text(size);
            let options = AnalysisOptions::default();
            let bench_document = document(&text);
            let label = format!("{} KB", size >> 10);
            group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
            group.bench_function(BenchmarkId::new("floor", &label), |bencher| {
                bencher.iter(|| floor(black_box(&bare), is_template));
            });
            group.bench_function(BenchmarkId::new("cold", &label), |bencher| {
                bencher.iter(|| Analyzer::default().analyze(black_box(&bench_document), &options));
            });
            // The same analyzer, another context each time: the compiled templates are there, the render is not.
            let analyzer = Analyzer::default();
            let seed = Cell::new(0);
            group.bench_function(BenchmarkId::new("template unchanged", &label), |bencher| {
                bencher.iter(|| {
                    seed.set(seed.get() + 1);
                    let options = AnalysisOptions { seed: seed.get(), ..AnalysisOptions::default() };
                    analyzer.analyze(black_box(&bench_document), &options)
                });
            });
            let analyzer = Analyzer::default();
            let edit = Cell::new(0_u64);
            group.bench_function(BenchmarkId::new("one character changed", &label), |bencher| {
                bencher.iter_batched(
                    || {
                        edit.set(edit.get() + 1);
                        document(&text.replacen("\"bench\"", &format!("\"bench{:04}\"", edit.get()), 1))
                    },
                    |document| analyzer.analyze(black_box(&document), &options),
                    criterion::BatchSize::LargeInput,
                );
            });
            let analyzer = Analyzer::default();
            analyzer.analyze(&bench_document, &options);
            group.bench_function(BenchmarkId::new("cache hit", &label), |bencher| {
                bencher.iter(|| analyzer.analyze(black_box(&bench_document), &options));
            });
        }
        group.finish();
    }
}

criterion_group!(pipeline, benches);
criterion_main!(pipeline);
