//! The whole pipeline at several sizes, each beside its floor: what a bare Tera render and a bare TOML parse of the same
//! text cost.
//!
//! `cargo bench --bench pipeline -- --quick`; the aim is a pipeline within twice its floor, and a cache hit on 10 KB within
//! 0.1 ms.

#![expect(clippy::expect_used, reason = "a benchmark ends where its floor fails")]

use std::cell::Cell;
use std::hint::black_box;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::template::SourceFile;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

#[path = "shared/documents.rs"]
mod documents;

use documents::KINDS;

/// Sizes of the documents, in bytes.
const SIZES: [usize; 4] = [1 << 10, 10 << 10, 100 << 10, 1 << 20];

fn document(text: &str) -> SourceFile {
    SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path: None, text: text.into() }
}

fn benches(criterion: &mut Criterion) {
    for kind in KINDS {
        let mut group = criterion.benchmark_group(kind.name);
        let is_template = kind.is_template();
        for size in SIZES {
            let text = kind.text(size);
            let bare = kind.bare_text(size);
            let options = AnalysisOptions::default();
            let bench_document = document(&text);
            let label = format!("{} KB", size >> 10);
            group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(10);
            group.bench_function(BenchmarkId::new("floor", &label), |bencher| {
                bencher.iter(|| documents::floor(black_box(&bare), is_template).expect("the floor reads it"));
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
