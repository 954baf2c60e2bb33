//! How long each request about names takes, at 10 and 100 KB: the analysis is there already, what the feature derives from it is
//! not, as after a keystroke. `index` is what all of them derive first.
//!
//! `cargo bench --bench navigation`; the aim is below 10 ms for each. The proof of a rename analyses the file twice, beside
//! which the floor stands.

#![expect(clippy::expect_used, reason = "a benchmark ends where its text has no name")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clnrm_lsp::analysis::{Analysis, AnalysisOptions, Analyzer};
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::highlight::highlights;
use clnrm_lsp::features::outline::outline;
use clnrm_lsp::features::references::{Workspace, definition, references, symbol_at};
use clnrm_lsp::features::rename::{Recheck, prove, rename};
use clnrm_lsp::features::symbol_search::search;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::template::{SourceFile, TemplateLoader};
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "shared/documents.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod documents;

const SIZES: [usize; 2] = [10 << 10, 100 << 10];

/// One file alone.
struct Alone {
    analyzer: Analyzer,
    files: Vec<DocumentView>,
}

impl Alone {
    fn analysis(&self, file: &SourceFile) -> Arc<Analysis> {
        let loader = MemoryLoader::default();
        Arc::new(self.analyzer.analyze_with(file, &AnalysisOptions::default(), &loader))
    }
}

impl Workspace for Alone {
    fn files(&self) -> &[DocumentView] {
        &self.files
    }

    fn import(&self, name: &str, from: &SourceFile) -> Option<SourceFile> {
        MemoryLoader::default().load(name, from).ok()
    }

    fn settings(&self, _: &Path) -> Option<PathBuf> {
        None
    }
}

impl Recheck for Alone {
    fn analyze(&self, file: &SourceFile, _: &[SourceFile]) -> DocumentView {
        DocumentView::new(self.analysis(file))
    }
}

fn navigation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("navigation");
    for kind in documents::KINDS {
        for size in SIZES {
            let text = kind.text(size);
            let path = Some(PathBuf::from("bench.clnrm.toml.tera"));
            let file = SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path, text: text.as_str().into() };
            let mut alone = Alone { analyzer: Analyzer::default(), files: Vec::new() };
            let analysis = alone.analysis(&file);
            // A view of its own for each request: nothing is derived yet.
            let view = || DocumentView::new(Arc::clone(&analysis));
            alone.files = vec![view()];
            let offset = text.find("service.app").expect("each kind has a service") + "service.".len();
            let mut bench = |name: &str, work: &dyn Fn(&DocumentView)| {
                let name = format!("{name}/{}/{} KB", kind.name, size >> 10);
                group.bench_function(name, |bencher| bencher.iter_with_setup(view, |view| work(black_box(&view))));
            };
            bench("index", &|view| {
                black_box(view.symbols().all().len());
            });
            bench("definition", &|view| drop(black_box(definition(view, offset, &alone))));
            bench("references", &|view| {
                let (symbol, _) = symbol_at(view, offset).expect("a service is a name");
                drop(black_box(references(view, symbol, &alone)));
            });
            bench("highlight", &|view| drop(black_box(highlights(view, offset))));
            bench("outline", &|view| drop(black_box(outline(view.written()))));
            bench("rename", &|view| drop(black_box(rename(view, offset, "renamed", &alone))));
            bench("rename with proof", &|view| {
                let edits = rename(view, offset, "renamed", &alone).expect("a service can be renamed");
                drop(black_box(prove(&edits, "renamed", &alone)));
            });
            bench("floor of the proof: two analyses", &|_| {
                drop(black_box((alone.analysis(&file), alone.analysis(&file))));
            });
            bench("workspace symbols", &|view| {
                black_box(search(std::slice::from_ref(view), "sce1").len());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, navigation);
criterion_main!(benches);
