//! The whole reading of a test (TOML, model and shape), beside its floor: the bare TOML parse of the same text.

use std::hint::black_box;

use clnrm_lsp::config::parse;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use toml::de::DeTable;

/// A plain test of about `size` bytes.
fn document(size: usize) -> String {
    let mut text = String::from(
        "[meta]\nname = \"bench\"\nversion = \"1.0\"\n\n[otel]\nexporter = \"otlp\"\nendpoint = \"http://localhost:4318\"\n\n",
    );
    for index in 0.. {
        if text.len() >= size {
            break;
        }
        text += &format!(
            "[services.app_{index}]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\nports = [{port}]\n\
             env = {{ LEVEL = \"debug\", INDEX = \"{index}\" }}\n\n\
             [[scenario]]\nname = \"scenario_{index}\"\nservice = \"app_{index}\"\nrun = \"sh -c 'echo {index}'\"\n\
             artifacts.collect = [\"spans:default\"]\n\n\
             [[expect.span]]\nname = \"clnrm.step:{index}\"\nparent = \"clnrm.run\"\nkind = \"internal\"\n\
             attrs.all = {{ \"result\" = \"pass\", \"step.index\" = \"{index}\" }}\nduration_ms = {{ min = 1, max = 5000 }}\n\n",
            port = 1024 + index % 60_000,
        );
    }
    text
}

fn config(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("config");
    for (name, size) in [("1 KB", 1 << 10), ("10 KB", 10 << 10), ("100 KB", 100 << 10), ("1 MB", 1 << 20)] {
        let text = document(size);
        let broken = text.replacen("version = \"1.0\"", "version", 1);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("floor: bare TOML", name), &text, |bencher, text| {
            bencher.iter(|| DeTable::parse(black_box(text)).is_ok());
        });
        group.bench_with_input(BenchmarkId::new("parse", name), &text, |bencher, text| {
            bencher.iter(|| parse(black_box(text), &[], false));
        });
        group.bench_with_input(BenchmarkId::new("parse with a mistake", name), &broken, |bencher, text| {
            bencher.iter(|| parse(black_box(text), &[], false));
        });
    }
    group.finish();
}

criterion_group!(benches, config);
criterion_main!(benches);
