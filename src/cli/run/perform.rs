//! Runs what is selected: the runtime, the signals, and what becomes of events.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::{Live, Selected, Signals};
use crate::cli::input::InputOptions;
use crate::cli::output;
use crate::executor::{Executor, ExecutorSettings, Redaction, RunOptions, RunReport};
use crate::report::run::{ExitCode, RequestDocument, RunDocument};

/// A run that is over.
pub struct Performed {
    /// What came out.
    pub report: Arc<RunReport>,
    /// What must not be shown of it.
    pub redaction: Redaction,
    /// What was asked for.
    pub request: RequestDocument,
    /// Whether flaky scenarios fail it.
    pub fail_on_flaky: bool,
}

/// What is known of a run before it begins.
pub struct Asked {
    /// What must not be shown of it.
    pub redaction: Redaction,
    request: RequestDocument,
    fail_on_flaky: bool,
}

impl Asked {
    /// What is asked for by running what is selected in this way.
    pub fn new(selected: &Selected, options: &RunOptions, input: &InputOptions) -> Self {
        let tests = selected.plan.tests.iter();
        let environment = Redaction::of_environment(std::env::vars_os().filter_map(both_texts), &options.secrets);
        let redaction = tests.fold(environment, |all, test| all.and(&Redaction::of(&test.analysis, &options.secrets)));
        let request = request(selected, options, input, &redaction);
        Self { redaction, request, fail_on_flaky: options.fail_on_flaky }
    }

    /// The run, once this came out of it.
    pub fn performed(self, report: Arc<RunReport>) -> Performed {
        let Self { redaction, request, fail_on_flaky } = self;
        let images = report.tests.iter().flat_map(|test| test.images.iter().cloned()).collect();
        Performed { report, redaction, request: RequestDocument { images, ..request }, fail_on_flaky }
    }
}

impl Performed {
    /// The document of the run, with paths as they are seen from `base`.
    pub fn document(&self, base: &Path) -> RunDocument {
        let document = RunDocument::new(&self.report, &self.redaction, base, self.fail_on_flaky);
        RunDocument { request: Some(self.request.clone()), ..document }
    }

    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::of(&self.report, self.fail_on_flaky)
    }
}

/// Runs, and shows it in `live`. The first SIGINT, SIGTERM or SIGHUP cancels the run; the second one ends this process at once, and the
/// containers with it.
///
/// # Errors
/// Where there is no runtime, or signals can't be heard.
pub fn perform(
    selected: &Selected,
    options: RunOptions,
    input: &InputOptions,
    live: &mut Live<'_>,
) -> io::Result<Performed> {
    let asked = Asked::new(selected, &options, input);
    let runtime = Runtime::new()?;
    let report = runtime.block_on(async {
        let (sender, mut events) = mpsc::unbounded_channel();
        let mut signals = Signals::new()?;
        let executor = Executor::new(ExecutorSettings::default());
        let handle = executor.start(selected.tests.clone(), options, sender);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => live.event(&event, &asked.redaction),
                    None => break,
                },
                () = signals.next() => {
                    if handle.is_cancelled() {
                        // Whoever asks twice does not want to wait; containers end when their runner does.
                        std::process::exit(i32::from(ExitCode::Cancelled.code()));
                    }
                    live.clear();
                    output::complain("cancelled: containers are being removed; once more ends this at once");
                    handle.cancel();
                }
            }
        }
        Ok::<_, io::Error>(handle.finished().await)
    })?;
    Ok(asked.performed(report))
}

fn both_texts((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

fn request(selected: &Selected, options: &RunOptions, input: &InputOptions, redaction: &Redaction) -> RequestDocument {
    let variables = input.variables.iter();
    let variables = variables.map(|(name, value)| (name.clone(), redaction.cover(value).into_owned()));
    let files: BTreeMap<String, String> = selected
        .tests
        .iter()
        .map(|test| {
            let file = test.path.strip_prefix(&test.root).unwrap_or(&test.path);
            let file = file.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            (file, digest(&test.document.text))
        })
        .collect();
    RequestDocument {
        variables: variables.collect(),
        jobs: options.jobs.map(std::num::NonZeroUsize::get),
        retries: options.retries,
        repeat: options.repeat.get(),
        files,
        // Known when they have run.
        images: BTreeMap::new(),
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
