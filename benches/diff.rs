//! The diff of two tests with a thousand expectations each, of which one in fifty differs. The floor is a comparison of the same
//! expectations as sets of their meanings.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::hint::black_box;

use clnrm_lsp::config;
use clnrm_lsp::expectation::ExpectationTree;
use clnrm_lsp::expectation::diff::{DiffStrategy, Expectation, LevenshteinDiff, SetDiff};
use criterion::{Criterion, criterion_group, criterion_main};

/// How many expectations there are of each kind.
const EACH: usize = 250;

/// A test of spans, edges, counts and orders; `other` numbers are not those of other tests.
fn tree(other: usize) -> ExpectationTree {
    let mut text = String::new();
    let number = |index: usize| if index.is_multiple_of(50) { index + other } else { index };
    let pairs = |shift: usize| {
        let pair = |index: usize| format!("[\"app.{}\", \"app.step.{}\"]", number(index), index + shift);
        (0..EACH).map(pair).collect::<Vec<_>>().join(", ")
    };
    let _ = writeln!(text, "[expect.graph]\nmust_include = [{}]", pairs(0));
    let _ = writeln!(text, "[expect.order]\nmust_precede = [{}]", pairs(1));
    let _ = writeln!(text, "[expect.counts.by_name]");
    for index in 0..EACH {
        let _ = writeln!(text, "\"app.{index}\" = {{ gte = {} }}", number(index));
    }
    for index in 0..EACH {
        let value = number(index);
        let _ =
            writeln!(text, "[[expect.span]]\nname = \"app.{index}\"\nkind = \"server\"\nattrs.all = {{ k = {value} }}");
    }
    ExpectationTree::new(&config::parse(&text, &[], false).config)
}

fn diff(criterion: &mut Criterion) {
    let (old, new) = (tree(0), tree(1000));
    assert_eq!(Expectation::of(&old).len(), 4 * EACH, "a thousand expectations");
    assert_eq!(SetDiff.diff(&old, &new).unchanged, 4 * (EACH - EACH / 50), "one in fifty differs");
    let mut group = criterion.benchmark_group("diff of 1000 expectations");
    group.bench_function("floor: sets of meanings", |bencher| {
        let meanings = |tree: &ExpectationTree| -> BTreeSet<String> {
            Expectation::of(tree).iter().map(|it| it.meaning().1.to_owned()).collect()
        };
        bencher.iter(|| meanings(black_box(&old)).difference(&meanings(black_box(&new))).count());
    });
    group.bench_function("set", |bencher| bencher.iter(|| SetDiff.diff(black_box(&old), black_box(&new))));
    group.bench_function("levenshtein", |bencher| {
        bencher.iter(|| LevenshteinDiff.diff(black_box(&old), black_box(&new)))
    });
    group.finish();
}

criterion_group!(benches, diff);
criterion_main!(benches);
