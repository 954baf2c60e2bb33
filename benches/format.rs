//! Formatting one document of 10 KB, proofs included, beside its floor: a bare parse and print by `toml_edit`, which proves nothing.
//!
//! `cargo bench --bench format`; the aim for a change and the formatting of 10 KB is below 1.5 ms.

#![expect(clippy::expect_used, reason = "a benchmark ends where its text is none")]

use std::hint::black_box;
use std::path::PathBuf;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::formatting::{FormatOptions, Formatter, Surroundings};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Bytes of the document.
const SIZE: usize = 10 << 10;

fn plain() -> String {
    let mut text = String::from("[meta]\nname = \"bench\"\nversion = \"1\"\n");
    while text.len() < SIZE {
        let step = text.len();
        text += &format!(
            "\n# step {step}\n[[steps]]\nname = \"s{step}\"\ncommand = [\"echo\", \"{step}\"] # say it\nenv = {{ A = \"1\" }}\n"
        );
    }
    text
}

fn template() -> String {
    let mut text = plain().replace("\"echo\"", "\"{{ svc }}\"");
    text.insert_str(0, "{% set port = 80 %}\n{% if svc %}\n{% endif %}\n");
    text
}

fn format(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("format");
    group.throughput(Throughput::Bytes(SIZE as u64));
    let analyzer = Analyzer::default();
    let (options, analysis, loader) = (FormatOptions::default(), AnalysisOptions::default(), MemoryLoader::default());
    let surroundings = Surroundings { analyzer: &analyzer, options: &analysis, loader: &loader, importers: &[] };
    let formatter = Formatter { options: &options, surroundings: Some(surroundings) };
    let document = |text: &str| SourceFile {
        name: "bench".to_owned(),
        path: Some(PathBuf::from("bench.clnrm.toml.tera")),
        text: text.into(),
    };
    for (name, neat) in [("plain", plain()), ("template", template())] {
        let changed = neat.replacen("command = [", "command=[", 1);
        assert_eq!(formatter.format(&document(&changed)).apply(&changed), neat);
        let (changed, formatted) = (document(&changed), document(&neat));
        group.bench_function(format!("{name}/one line changed"), |bencher| {
            bencher.iter(|| formatter.format(black_box(&changed)));
        });
        group.bench_function(format!("{name}/formatted already"), |bencher| {
            bencher.iter(|| formatter.format(black_box(&formatted)));
        });
    }
    let text = plain();
    group.bench_function("floor/toml_edit parse and print", |bencher| {
        bencher.iter(|| black_box(&text).parse::<toml_edit::DocumentMut>().expect("it is TOML").to_string());
    });
    group.finish();
}

criterion_group!(benches, format);
criterion_main!(benches);
