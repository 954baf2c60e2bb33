//! Lexing, rendering and mapping templates, each beside its floor: bare Tera 2 on an equivalent text without macros.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use clnrm_lsp::template::language;
use clnrm_lsp::template::lexer::{Comments, lex};
use clnrm_lsp::template::library::built_in;
use clnrm_lsp::template::{LoadError, RenderInput, SourceFile, TemplateEngine, TemplateLoader, Variables};
use clnrm_lsp::text::Span;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

struct BuiltIn;

impl TemplateLoader for BuiltIn {
    fn load(&self, name: &str, _: &SourceFile) -> Result<SourceFile, LoadError> {
        let missing = || LoadError::NotFound { searched: Vec::new(), existing: Vec::new() };
        built_in(name).ok_or_else(missing)
    }
}

/// A templated test without macros, of about `length` bytes.
fn plain(length: usize) -> String {
    let mut text = String::from("[meta]\nname = \"{{ svc }}-test\"\nversion = \"1.0\"\n\n");
    let mut index = 0;
    while text.len() < length {
        text.push_str(&format!(
            "[[expect.span]]\nname = \"{{{{ svc }}}}.step{index}\"\nkind = \"internal\"\n{{% if env == \"ci\" %}}\
             attrs.all = {{ \"service.name\" = \"{{{{ svc }}}}\", \"image\" = \"{{{{ image | upper }}}}\" }}\n{{% endif %}}\n"
        ));
        index += 1;
    }
    text
}

/// The same test with a macro call for each span.
fn with_macros(length: usize) -> String {
    let mut text = String::from(
        "{% import \"_macros.toml.tera\" as m %}\n[meta]\nname = \"{{ svc }}-test\"\nversion = \"1.0\"\n\n",
    );
    let mut index = 0;
    while text.len() < length {
        text.push_str(&format!(
            "{{{{ m::span(svc ~ \".step{index}\", \"internal\", {{\"service.name\": svc, \"http.method\": \"GET\"}}) }}}}\n"
        ));
        index += 1;
    }
    text
}

fn document(text: &str) -> SourceFile {
    SourceFile { name: "bench.clnrm.toml.tera".to_owned(), path: None, text: Arc::from(text) }
}

fn sizes() -> [(usize, &'static str); 4] {
    [(1 << 10, "1 KB"), (10 << 10, "10 KB"), (100 << 10, "100 KB"), (1 << 20, "1 MB")]
}

fn benches(criterion: &mut Criterion) {
    let variables = Variables::default();
    let engine = TemplateEngine::new();
    for (name, make) in [("plain", plain as fn(usize) -> String), ("macros", with_macros)] {
        let mut group = criterion.benchmark_group(name);
        for (size, label) in sizes() {
            let source = document(&make(size));
            let input = RenderInput { document: &source, variables: &variables, loader: &BuiltIn };
            let rendered = engine.render(input);
            assert!(rendered.problems.is_empty() && rendered.map.is_exact(), "{:?}", rendered.problems);
            group.throughput(Throughput::Bytes(source.text.len() as u64));
            group.bench_with_input(BenchmarkId::new("lex", label), &source, |bencher, source| {
                bencher.iter(|| lex(black_box(&source.text), Comments::Toml));
            });
            group.bench_with_input(BenchmarkId::new("render", label), &source, |bencher, source| {
                bencher.iter(|| engine.render(black_box(RenderInput { document: source, ..input })));
            });
            group.bench_with_input(BenchmarkId::new("origin", label), &rendered, |bencher, rendered| {
                let at = rendered.text.len() / 2;
                bencher.iter(|| rendered.map.origin(black_box(Span::new(at, at + 4))));
            });
            // The floor: parse and render the equivalent text with nothing but Tera, and parse the result as TOML.
            let equivalent = if name == "plain" { source.text.to_string() } else { plain(rendered.text.len()) };
            let (context, _) = variables.context([]);
            let state = variables.state();
            group.bench_with_input(BenchmarkId::new("floor (bare Tera)", label), &equivalent, |bencher, text| {
                bencher.iter(|| {
                    let mut tera = language::engine().clone();
                    let added = tera.add_raw_template("main", black_box(text));
                    assert!(added.is_ok());
                    language::during(&state, || tera.render("main", &context)).0
                });
            });
            group.bench_with_input(BenchmarkId::new("floor (bare TOML)", label), &rendered.text, |bencher, text| {
                bencher.iter(|| toml::de::DeTable::parse(black_box(text)).is_ok());
            });
        }
        group.finish();
    }
}

fn short() -> Criterion {
    let second = Duration::from_millis(400);
    Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(150)).measurement_time(second)
}

criterion_group! {
    name = template;
    config = short();
    targets = benches
}
criterion_main!(template);
