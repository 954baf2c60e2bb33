//! Each case, green and with each of its mutants, as a test file beside the spans that its scenario writes, and what must come out.

use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clnrm_lsp::expectation::ExpectationTree;
use clnrm_lsp::trace::{Span, Trace, write};
use tempfile::TempDir;

use crate::cases::{cases, judged, tree};
use crate::fake_engine::{FakeEngine, PRESENT};
use crate::notation::spans;

/// A test that meets one trace.
pub struct Trial {
    /// The name of its file.
    pub file: String,
    /// What it is about: the key, and what is wrong with the trace.
    pub told: String,
    /// The test.
    pub text: String,
    /// The same without anything that is expected.
    pub bare: String,
    /// Whether it must be red.
    pub is_red: bool,
    /// Each constraint that does not hold, by its path, and what of the text it stands for.
    pub failing: Vec<(String, Range<usize>)>,
}

/// All trials, as a project in a folder of its own.
pub struct Trials {
    folder: TempDir,
    /// The trials.
    pub all: Vec<Trial>,
}

impl Trials {
    /// Writes the project: tests, bare, and spans.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("verdicts-").tempdir().unwrap();
        std::fs::write(folder.path().join("cleanroom.toml"), "[project]\nname = \"verdicts\"\n").unwrap();
        std::fs::create_dir(folder.path().join("tests")).unwrap();
        let mut trials = Self { folder, all: Vec::new() };
        for (number, case) in (1..).zip(cases()) {
            trials.add(format!("{number:03}-0"), format!("{}: green", case.key), &case.text, &case.green, Vec::new());
            for (mutant, red) in (1..).zip(case.mutants) {
                let told = format!("{}: {}", case.key, red.told);
                trials.add(format!("{number:03}-{mutant}"), told, &case.text, &red.trace, red.paths);
            }
        }
        assert!(trials.all.len() > 200, "only {} trials", trials.all.len());
        trials
    }

    fn add(&mut self, name: String, told: String, case: &str, trace: &str, red: Vec<String>) {
        let file = format!("{name}.clnrm.toml");
        let spans = recent(spans(trace));
        let mut lines = Vec::new();
        write::otlp_lines(&spans, &mut lines).unwrap();
        std::fs::write(self.traces(&file), lines).unwrap();
        let scenario = format!(
            "[meta]\nname = \"{name}\"\nversion = \"1\"\n\n\
             [services.app]\nplugin = \"generic_container\"\nimage = \"{PRESENT}\"\n\n\
             [[scenario]]\nname = \"emits\"\nservice = \"app\"\nrun = \"cat {}\"\nartifacts.collect = [\"spans:default\"]\n\n",
            self.traces(&file).display()
        );
        let text = format!("{scenario}{case}");
        let expected = tree(&text);
        let failing = failing(&expected, spans.into_iter().collect());
        assert_eq!(red.is_empty(), failing.is_empty(), "{told}: {failing:?}");
        assert!(red.iter().all(|path| failing.iter().any(|(it, _)| it == path)), "{told}: {failing:?}");
        let trial = Trial {
            bare: format!("{scenario}{}", without_expectations(case)),
            file,
            told,
            text,
            is_red: !red.is_empty(),
            failing,
        };
        std::fs::write(self.path(&trial), &trial.bare).unwrap();
        self.all.push(trial);
    }

    /// The root of the project.
    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// The test of a trial.
    pub fn path(&self, trial: &Trial) -> PathBuf {
        self.root().join("tests").join(&trial.file)
    }

    /// The spans of a test.
    pub fn traces(&self, file: &str) -> PathBuf {
        self.root().join(file).with_extension("jsonl")
    }

    /// Lets all tests expect what they expect.
    pub fn expect(&self) {
        for trial in &self.all {
            std::fs::write(self.path(trial), &trial.text).unwrap();
        }
    }

    /// A program in this project, with this engine.
    pub fn command(&self, program: &str, engine: &FakeEngine) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root()).stdin(Stdio::null());
        command.env("DOCKER_HOST", engine.host()).env("DOCKER_CONFIG", self.root().join("docker"));
        for name in ["DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "CONTAINER_HOST"] {
            command.env_remove(name);
        }
        command
    }
}

/// The spans as if they were of the minutes to come: a run takes none for its own that ended a minute before it, and a loaded machine may
/// take longer than that to begin.
fn recent(mut spans: Vec<Span>) -> Vec<Span> {
    let soon = SystemTime::now() + Duration::from_secs(600);
    let now = u64::try_from(soon.duration_since(UNIX_EPOCH).unwrap().as_nanos()).unwrap();
    let first = spans.iter().filter_map(|span| span.start).min().unwrap_or(now);
    let later = now.saturating_sub(first);
    for time in spans.iter_mut().flat_map(|span| [&mut span.start, &mut span.end]).flatten() {
        *time += later;
    }
    spans
}

/// The constraints that do not hold, in their order.
fn failing(tree: &ExpectationTree, trace: Trace) -> Vec<(String, Range<usize>)> {
    let judgement = judged(tree, &trace);
    let constraints = judgement.failures().map(|index| &tree.constraints[index]);
    constraints.map(|it| (it.path.to_string(), it.span.start..it.span.end)).collect()
}

/// What a test says besides what it expects.
fn without_expectations(text: &str) -> String {
    let mut table: toml::Table = toml::from_str(text).unwrap();
    for key in ["expect", "otel_validation", "assertions"] {
        table.remove(key);
    }
    table.to_string()
}
