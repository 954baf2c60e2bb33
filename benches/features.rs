//! How long each request about a place of a document takes, at 10 and 100 KB: the analysis is there already, what the feature
//! derives from it is not.
//!
//! `cargo bench --bench features`; the aim is far below 10 ms for each.

use std::hint::black_box;
use std::sync::Arc;

use clnrm_lsp::analysis::{Analysis, AnalysisOptions, Analyzer};
use clnrm_lsp::features::code_actions::{ActionKind, ActionRequest, Proofs, actions};
use clnrm_lsp::features::completion::{Surroundings, complete};
use clnrm_lsp::features::document_links::links;
use clnrm_lsp::features::hover::hover;
use clnrm_lsp::features::inlay_hints::{HintKinds, hints};
use clnrm_lsp::features::iterations::choices;
use clnrm_lsp::features::known_spans::KnownSpans;
use clnrm_lsp::features::signature_help::signature_help;
use clnrm_lsp::features::{DocumentView, folding, selection_ranges, semantic_tokens};
use clnrm_lsp::formatting::Surroundings as Proof;
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::text::Span;
use criterion::{Criterion, criterion_group, criterion_main};

#[path = "shared/documents.rs"]
#[expect(dead_code, reason = "other benchmarks use the rest")]
mod documents;

const SIZES: [usize; 2] = [10 << 10, 100 << 10];

/// What is typed at the end of a document, and what it is for. The cursor stands at `$0`.
const TYPED: [(&str, &str); 4] = [
    ("completion/key", "\n[[expect.span]]\nname = \"a\"\n$0\n"),
    ("completion/value", "\n[[scenario]]\nservice = \"$0\"\n"),
    ("completion/expression", "\n# é\n[[steps]]\nname = \"{{ $0 }}\"\n"),
    ("signature help", "\n[[steps]]\nname = \"{{ env('A', $0) }}\"\n"),
];

fn analysis(text: &str) -> Arc<Analysis> {
    let document = SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    let options = AnalysisOptions::default();
    Arc::new(Analyzer::default().analyze_with(&document, &options, &MemoryLoader::default()))
}

fn features(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("features");
    let known = KnownSpans::default();
    let around = Surroundings { known_spans: &known, images: &Vec::new, templates: &Vec::new, snippets: true };
    for kind in documents::KINDS {
        for size in SIZES {
            for (name, typed) in TYPED {
                let text = kind.text(size) + typed;
                let Some(offset) = text.find("$0") else { continue };
                let analysis = analysis(&text.replacen("$0", "", 1));
                // A view of its own for each request: nothing is derived yet, as after a keystroke.
                let view = || DocumentView::new(Arc::clone(&analysis));
                group.bench_function(format!("{name}/{}/{} KB", kind.name, size >> 10), |bencher| {
                    if name == "signature help" {
                        bencher.iter_with_setup(view, |view| signature_help(black_box(&view), offset));
                    } else {
                        bencher.iter_with_setup(view, |view| complete(black_box(&view), offset, around));
                    }
                });
            }
        }
    }
    group.finish();
}

/// What is asked for without typing: colours, folds, selections, actions.
fn shown(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("features");
    let analyzer = Analyzer::default();
    let (options, loader) = (AnalysisOptions::default(), MemoryLoader::default());
    let surroundings = Proof { analyzer: &analyzer, options: &options, loader: &loader, importers: &[] };
    for kind in documents::KINDS {
        for size in SIZES {
            let text = kind.text(size);
            let analysis = analysis(&text);
            let document =
                SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path: None, text: text.as_str().into() };
            let whole = Span::new(0, text.len());
            let middle = text[text.len() / 2..].find("= \"").map_or(0, |at| text.len() / 2 + at + 3);
            let screen = Span::new(middle, (middle + 2000).min(text.len()));
            let view = || DocumentView::new(Arc::clone(&analysis));
            let name = |name: &str| format!("{name}/{}/{} KB", kind.name, size >> 10);
            group.bench_function(name("semantic tokens"), |bencher| {
                bencher.iter_with_setup(view, |view| semantic_tokens::tokens(black_box(view.written()), whole));
            });
            group.bench_function(name("semantic tokens of a screen"), |bencher| {
                bencher.iter_with_setup(view, |view| semantic_tokens::tokens(black_box(view.written()), screen));
            });
            group.bench_function(name("folding"), |bencher| {
                bencher.iter_with_setup(view, |view| folding::folds(black_box(view.written())));
            });
            group.bench_function(name("selection range"), |bencher| {
                bencher.iter_with_setup(view, |view| selection_ranges::around(black_box(view.written()), middle));
            });
            for (act, proves) in
                [("code actions of a cursor", Proofs::None), ("code actions that are asked for", Proofs::All)]
            {
                group.bench_function(name(act), |bencher| {
                    bencher.iter_with_setup(view, |view| {
                        actions(&ActionRequest {
                            view: black_box(&view),
                            document: &document,
                            surroundings,
                            range: Span::at(middle),
                            wanted: &|kind| !matches!(kind, ActionKind::FixAll | ActionKind::OrganizeImports),
                            hints: true,
                            proves: &proves,
                            last_run: None,
                        })
                    });
                });
            }
        }
    }
    group.finish();
}

/// What an editor asks for without anything being typed: of the middle of a document, of a screen of it, or of all of it.
fn explanations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("features");
    let known = KnownSpans::default();
    for kind in documents::KINDS {
        for size in SIZES {
            let text = kind.text(size);
            let analysis = analysis(&text);
            let view = || DocumentView::new(Arc::clone(&analysis));
            let middle = text.len() / 2;
            let screen = Span::new(middle, (middle + 4096).min(text.len()));
            let mut bench = |name: &str, work: &dyn Fn(&DocumentView)| {
                group.bench_function(format!("{name}/{}/{} KB", kind.name, size >> 10), |bencher| {
                    bencher.iter_with_setup(view, |view| work(black_box(&view)));
                });
            };
            bench("hover", &|view| drop(black_box(hover(view, &known, middle))));
            bench("inlay hints", &|view| drop(black_box(hints(view, &known, HintKinds::ALL, screen))));
            bench("document links", &|view| drop(black_box(links(view, &[], &|_| false))));
            bench("preview lenses", &|view| drop(black_box(choices(view))));
        }
    }
    group.finish();
}

criterion_group!(benches, features, shown, explanations);
criterion_main!(benches);
