//! `clnrm-lsp --check` over 10, 100, 1,000 and 10,000 plain files of about 4 KB, process start included, each beside its
//! floor: what reading the same files and a bare TOML parse of them cost a process that has nothing to start.
//!
//! `cargo bench --bench check`; the aim on two cores is below 6 ms for 10 files and below 100 ms for 1,000.

#![expect(clippy::expect_used, reason = "a benchmark ends where its files can't be made")]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// How many files there are.
const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];

/// Files in one directory.
const FILES_PER_DIRECTORY: usize = 100;

/// Bytes of a file.
const SIZE: usize = 4 << 10;

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for count in COUNTS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let paths = write_files(folder.path(), count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("clnrm-lsp", count), folder.path(), |bencher, folder| {
            bencher.iter(|| run(folder));
        });
        group
            .bench_with_input(BenchmarkId::new("floor", count), &paths, |bencher, paths| bencher.iter(|| floor(paths)));
    }
    group.finish();
}

/// Runs the program, which must find nothing.
fn run(folder: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp"))
        .arg("--check")
        .arg(folder)
        .stdout(Stdio::null())
        .status()
        .expect("the program runs");
    assert!(status.success(), "{status}");
}

/// Reads and parses all files on two threads.
fn floor(paths: &[PathBuf]) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = fs::read_to_string(path).expect("the file is there");
            black_box(toml::de::DeTable::parse(&text).expect("the file is TOML"));
        }
    };
    std::thread::scope(|scope| {
        if paths.len() > 16 {
            scope.spawn(work);
        }
        work();
    });
}

/// Files that are all different and all without findings.
fn write_files(folder: &Path, count: usize) -> Vec<PathBuf> {
    let files = (0..count).map(|index| {
        let directory = folder.join(format!("{:03}", index / FILES_PER_DIRECTORY));
        fs::create_dir_all(&directory).expect("to create a directory");
        let path = directory.join(format!("{index:05}.clnrm.toml"));
        fs::write(&path, text(index)).expect("to write a file");
        path
    });
    files.collect()
}

fn text(number: usize) -> String {
    let mut text = format!(
        "[meta]\nname = \"bench-{number}\"\nversion = \"1.0\"\ndescription = \"file {number}\"\n\n\
         [otel]\nexporter = \"stdout\"\nsample_ratio = 1.0\n\n\
         [service.app]\nplugin = \"generic_container\"\nimage = \"alpine:3.20\"\n\n"
    );
    let mut step = 0;
    while text.len() < SIZE {
        let _ = write!(
            text,
            "# Step {step} of file {number}.\n\
             [[scenario]]\nname = \"step-{number}-{step}\"\nservice = \"app\"\nrun = \"sh -c 'echo {step}; sleep 1'\"\n\
             timeout_ms = 5000\nartifacts.collect = [\"spans:default\"]\n\n\
             [[expect.span]]\nname = \"app.step-{step}\"\nkind = \"internal\"\n\
             attrs.all = {{ \"step.name\" = \"{number}-{step}\", \"exit.code\" = \"0\" }}\n\
             duration_ms = {{ min = 1, max = 5000 }}\n\n"
        );
        step += 1;
    }
    text
}

criterion_group!(benches, check);
criterion_main!(benches);
