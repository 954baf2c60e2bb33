//! A test in a project of its own, and what runs it.

use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::executor::{
    Executor, ExecutorSettings, Outcome, RunEvent, RunHandle, RunOptions, RunReport, SelectedTest, Selection,
};
use clnrm_lsp::template::SourceFile;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::engine::IMAGE;

/// What a container of a scenario writes: one span.
const SPANS: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"greet","kind":1,"startTimeUnixNano":"START","endTimeUnixNano":"END"}]}]}]}
"#;

/// A test in a project of its own, and what runs it.
pub struct Ours {
    runtime: Runtime,
    executor: Executor,
    folder: TempDir,
    /// The file of the test.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// How long a run took, from its start.
pub struct Took {
    /// Until the test was judged.
    pub verdict: Duration,
    /// Until nothing of it was left in the engine.
    pub gone: Duration,
    /// What its scenarios took, one after the other.
    pub scenarios: Duration,
}

impl Ours {
    /// A green test with so many scenarios, each of which writes a span.
    pub fn new(scenarios: usize) -> Self {
        let mut text = service(
            "app",
            "volumes = [{ host_path = \"./spans.jsonl\", container_path = \"/spans.jsonl\", read_only = true }]",
        );
        for number in 0..scenarios {
            let _ = write!(
                text,
                "[[scenario]]\nname = \"greets-{number}\"\nservice = \"app\"\nrun = \"cat /spans.jsonl\"\n\
                 artifacts.collect = [\"spans:default\"]\n\n"
            );
        }
        text.push_str("[[expect.span]]\nname = \"greet\"\nkind = \"internal\"\n");
        Self::saying(&text)
    }

    /// A test that says this behind `[meta]`.
    pub fn saying(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let now = std::time::UNIX_EPOCH.elapsed().expect("it is after 1970").as_secs() + 3600;
        let spans = SPANS.replace("START", &format!("{now}000000000")).replace("END", &format!("{now}001000000"));
        fs::write(folder.path().join("spans.jsonl"), spans).expect("there is room");
        fs::write(folder.path().join("cleanroom.toml"), "[project]\nname = \"bench\"\n").expect("there is room");
        let text = format!("[meta]\nname = \"bench\"\nversion = \"1\"\ndescription = \"measured\"\n\n{text}");
        let path = folder.path().join("bench.clnrm.toml");
        fs::write(&path, &text).expect("there is room");
        let runtime = Runtime::new().expect("a runtime starts");
        Self { runtime, executor: Executor::new(ExecutorSettings::default()), folder, path, text }
    }

    /// A file or folder of the project.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the test; all of it must be green.
    pub fn run(&self, jobs: usize) -> Took {
        let start = Instant::now();
        let mut verdict = None;
        let report = self.follow(jobs, |event, _| {
            if let RunEvent::TestFinished(result) = event {
                assert_eq!(result.outcome, Outcome::Passed, "{:?} {:?}", result.failures, result.notes);
                verdict = Some(start.elapsed());
            }
        });
        let scenarios = report.tests.iter().flat_map(|test| &test.scenarios).map(|scenario| scenario.duration).sum();
        Took { verdict: verdict.expect("the test is judged"), gone: start.elapsed(), scenarios }
    }

    /// Runs the test, and shows each event as it comes. Returns when nothing of the run is left.
    pub fn follow(&self, jobs: usize, mut see: impl FnMut(&RunEvent, &RunHandle)) -> Arc<RunReport> {
        let test = SelectedTest {
            document: SourceFile {
                name: "bench.clnrm.toml".into(),
                path: Some(self.path.clone()),
                text: self.text.as_str().into(),
            },
            path: self.path.clone(),
            root: self.folder.path().to_owned(),
            options: Arc::new(AnalysisOptions::default()),
            scenarios: Selection::All,
        };
        let options = RunOptions { jobs: NonZeroUsize::new(jobs), force: true, ..RunOptions::default() };
        self.runtime.block_on(async {
            let (sender, mut events) = mpsc::unbounded_channel();
            let handle = self.executor.start(vec![test], options, sender);
            loop {
                let event = events.recv().await.expect("a run tells its end");
                see(&event, &handle);
                if let RunEvent::Finished(report) = event {
                    assert!(report.error.is_none(), "{:?}", report.error);
                    return report;
                }
            }
        })
    }
}

/// A service in the image of the benchmark.
pub fn service(name: &str, more: &str) -> String {
    format!("[services.{name}]\nplugin = \"generic_container\"\nimage = \"{IMAGE}\"\n{more}\n\n")
}
