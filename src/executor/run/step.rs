//! One step: a program in the container of a service, and what is asked of it.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::output::Capture;
use crate::engine::init::{Job, JobEvent, JobExit, JobSpec, Output, Session, SessionError, Signal, StartError, Status};
use crate::executor::plan::{ExpectedExit, OutputRequirement, PlannedStep};
use crate::executor::{ExitStatus, Failure, FailureKind, Redaction};

/// How long the last output of a program is waited for when another process still holds its streams.
const LAST_OUTPUT: Duration = Duration::from_millis(500);

/// The longest excerpt of output in a failure, in lines.
const EXCERPT: usize = 8;

/// How one attempt at a step ended.
pub enum StepEnd {
    /// Its program ended.
    Exited(JobExit),
    /// Its program was ended because it took too long.
    TimedOut,
    /// Its program could not be started.
    NotStarted(StartError),
    /// The container went away while it ran.
    Lost(SessionError),
}

/// One attempt at a step.
pub struct Attempted {
    /// How it ended.
    pub end: StepEnd,
    /// How long it took.
    pub duration: Duration,
}

/// Runs the program of a step to its end, its time or that of its container.
pub async fn attempt(
    session: &Session,
    step: &PlannedStep,
    env: Vec<(String, Option<String>)>,
    capture: &mut Capture,
    limit: Option<Duration>,
    grace: Duration,
) -> Attempted {
    let started = Instant::now();
    let spec = JobSpec { argv: step.command.clone(), env, workdir: step.workdir.clone() };
    let end = match session.start(spec).await {
        Err(StartError::Session(error)) => StepEnd::Lost(error),
        Err(error) => StepEnd::NotStarted(error),
        Ok(mut job) => run(&mut job, capture, limit, grace).await,
    };
    capture.finish().await;
    let duration = match &end {
        StepEnd::Exited(exit) => exit.duration,
        _ => started.elapsed(),
    };
    Attempted { end, duration }
}

async fn run(job: &mut Job, capture: &mut Capture, limit: Option<Duration>, grace: Duration) -> StepEnd {
    let switch = job.switch();
    let ended = match listen(job, capture, limit).await {
        Some(ended) => ended,
        None => {
            switch.signal(Signal::TERM);
            if listen(job, capture, Some(grace)).await.is_none() {
                switch.kill();
                // The container's init reaps it; what it wrote is kept.
                let _ = listen(job, capture, Some(Duration::from_secs(5))).await;
            }
            return StepEnd::TimedOut;
        }
    };
    match ended {
        Ok(exit) => StepEnd::Exited(exit),
        Err(error) => StepEnd::Lost(error),
    }
}

/// Takes what a program writes until it has ended, and for a moment what it left behind in its streams; `None` when it goes on
/// beyond the limit. What has come is always taken wholly: only the wait for more is cut short.
async fn listen(
    job: &mut Job,
    capture: &mut Capture,
    limit: Option<Duration>,
) -> Option<Result<JobExit, SessionError>> {
    let mut over = std::pin::pin!(async {
        match limit {
            Some(limit) => sleep(limit).await,
            None => std::future::pending().await,
        }
    });
    let exit = loop {
        // The time is looked at first: a program that always has something to say must not get more of it.
        let next = tokio::select! {
            biased;
            () = &mut over => return None,
            next = job.next() => next,
        };
        match next {
            Ok(Some(JobEvent::Output(output, bytes))) => capture.take(output, &bytes).await,
            Ok(Some(JobEvent::Exited(exit))) => break exit,
            Ok(None) => return Some(Err(SessionError::Ended)),
            Err(error) => return Some(Err(error)),
        }
    };
    // A process that it left behind may hold the streams for ever.
    let mut over = std::pin::pin!(sleep(LAST_OUTPUT));
    loop {
        let next = tokio::select! {
            biased;
            () = &mut over => break,
            next = job.next() => next,
        };
        match next {
            Ok(Some(JobEvent::Output(output, bytes))) => capture.take(output, &bytes).await,
            Ok(Some(JobEvent::Exited(_))) => {}
            Ok(None) | Err(_) => break,
        }
    }
    Some(Ok(exit))
}

/// What does not hold of what is asked of a step.
pub fn failures(step: &PlannedStep, attempted: &Attempted, capture: &Capture, redaction: &Redaction) -> Vec<Failure> {
    let mut failures = Vec::new();
    let log = || capture.last_lines(EXCERPT);
    match &attempted.end {
        StepEnd::Exited(exit) => {
            let accepted = match exit.status {
                Status::Code(code) => step.exit.accepts(code),
                Status::Signal(_) => false,
            };
            if !accepted {
                let wanted = match &step.exit {
                    ExpectedExit::Code { code, .. } => format!("exit code {code}"),
                    ExpectedExit::Failure { .. } => "an exit code other than 0".to_owned(),
                };
                let message = format!("`{}` ended with {}, not with {wanted}", step.name, status_words(exit.status));
                let mut failure = step.exit.place().failure(FailureKind::ExitStatus, message);
                failure.detail = log();
                failures.push(failure);
            }
            failures.extend(output_failures(step, capture));
        }
        StepEnd::TimedOut => {
            let place = step.timeout.as_ref().map_or(&step.place, |limit| &limit.place);
            let after = attempted.duration;
            let message = format!("`{}` was ended after {}: it took too long", step.name, words(after));
            let mut failure = place.failure(FailureKind::Timeout, message);
            failure.detail = log();
            failures.push(failure);
        }
        StepEnd::NotStarted(error) => {
            failures.push(step.command_place.failure(FailureKind::Command, error.to_string()));
        }
        StepEnd::Lost(error) => {
            failures.push(step.place.failure(FailureKind::Engine, format!("`{}`: {error}", step.name)));
        }
    }
    for failure in &mut failures {
        failure.message = redaction.cover(&failure.message).into_owned();
    }
    failures
}

fn output_failures(step: &PlannedStep, capture: &Capture) -> Vec<Failure> {
    if step.output.is_empty() {
        return Vec::new();
    }
    let mut output = capture.text(Output::Stdout).into_owned();
    output.push_str(&capture.text(Output::Stderr));
    // That something is nowhere is not proved by looking at a part.
    let unproved = |check: &OutputRequirement| capture.is_cut() && matches!(check, OutputRequirement::MatchesNot(_));
    let wrong = step.output.iter().filter(|it| unproved(&it.requirement) || !it.requirement.accepts(&output));
    let failures = wrong.map(|check| {
        let message = match &check.requirement {
            OutputRequirement::Matches(regex) => format!("the output of `{}` does not match `{regex}`", step.name),
            unproved @ OutputRequirement::MatchesNot(regex) if unproved.accepts(&output) => {
                format!("the output of `{}` is too long to prove that nothing in it matches `{regex}`", step.name)
            }
            OutputRequirement::MatchesNot(regex) => format!("the output of `{}` matches `{regex}`", step.name),
            OutputRequirement::Contains(text) => format!("the output of `{}` does not contain `{text}`", step.name),
        };
        let mut failure = check.place.failure(FailureKind::Output, message);
        failure.detail = match capture.last_lines(EXCERPT) {
            Some(lines) => Some(lines),
            None => Some("it wrote nothing".to_owned()),
        };
        if capture.is_cut() {
            failure.help = Some("it wrote more than 16 MiB, of which only the begin is looked at".to_owned());
        }
        failure
    });
    failures.collect()
}

/// How a program ended, as results tell it.
pub const fn exit_status(status: Status) -> ExitStatus {
    match status {
        Status::Code(code) => ExitStatus::Code(code),
        Status::Signal(signal) => ExitStatus::Signal(signal),
    }
}

pub fn status_words(status: Status) -> String {
    match status {
        Status::Code(code) => format!("exit code {code}"),
        Status::Signal(number) => match Signal::parse(&number.to_string()) {
            Some(signal) => format!("the signal {signal}"),
            None => format!("signal {number}"),
        },
    }
}

/// A length of time for people.
pub fn words(duration: Duration) -> String {
    match duration.as_secs_f64() {
        short if short < 1.0 => format!("{} ms", duration.as_millis()),
        seconds => format!("{seconds:.1} s"),
    }
}
