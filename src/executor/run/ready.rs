//! Waiting until a service is ready. The end of its program ends the wait at once, with what it wrote last.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::kind::Kind;
use super::member::{Member, Program, set};
use super::step::words;
use crate::collector::Receiver;
use crate::config::model::Protocol;
use crate::engine::ImageHealthcheck;
use crate::engine::init::{JobEvent, JobSpec, Output, Status};
use crate::executor::plan::{HealthProbe, Place, PlannedService, Wait};
use crate::executor::{Failure, FailureKind};

/// Between two looks at a service.
const PAUSE: Duration = Duration::from_millis(50);

/// So long the start of a service may take, unless the test says otherwise.
const USUAL: Duration = Duration::from_secs(60);

/// Between two probes, where the test says how many may fail and not how far they are apart: as engines have it.
const USUAL_INTERVAL: Duration = Duration::from_secs(30);

/// So long one probe may take, unless the test says otherwise.
const PROBE: Duration = Duration::from_secs(5);

/// So many lines of its log explain why a service is not ready.
const LINES: usize = 50;

/// What a service is waited for, from the test or else from its kind.
pub fn waits(service: &PlannedService) -> Vec<Wait> {
    let mut waits = service.waits.clone();
    if service.health.is_some() && !waits.iter().any(|wait| matches!(wait, Wait::Health(_))) {
        waits.insert(0, Wait::Health(service.place.clone()));
    }
    let kind = Kind::of(service);
    if waits.is_empty() {
        if !kind.probe.is_empty() {
            waits.push(Wait::Health(service.place.clone()));
        } else if let Some(log) = kind.log {
            waits.push(Wait::Log(log.to_owned(), service.place.clone()));
        } else if kind.port.is_some() || connectable(service).next().is_some() {
            waits.push(Wait::Ports(service.place.clone()));
        }
    }
    waits
}

/// Whether the health check of its image says that a service is ready: neither the test nor its kind has one.
pub fn asks_image(service: &PlannedService, kind: &Kind) -> bool {
    let waits = service.waits.iter().any(|wait| matches!(wait, Wait::Health(_)));
    waits && service.health.is_none() && kind.probe.is_empty()
}

/// The ports of a service that tell by a connection whether somebody listens: those of TCP.
fn connectable(service: &PlannedService) -> impl Iterator<Item = u16> {
    service.ports.iter().filter(|port| port.protocol == Protocol::Tcp).map(|port| port.container)
}

/// Waits until a service is ready.
pub async fn ready(member: &Member, service: &PlannedService, receiver: &Receiver) -> Result<(), Failure> {
    let limit = service.start_timeout.as_ref().map_or(USUAL, |(limit, _)| *limit);
    let started = Instant::now();
    for wait in waits(service) {
        let (limit, left, place) = match &wait {
            Wait::Span { timeout, place, .. } => (*timeout, *timeout, place),
            Wait::Log(_, place) | Wait::Ports(place) | Wait::Health(place) | Wait::Exit(place) => {
                (limit, limit.saturating_sub(started.elapsed()).max(PAUSE), place)
            }
        };
        let reached = async {
            tokio::select! {
                biased;
                reached = reach(member, service, &wait, receiver) => reached,
                failure = gone(member, place, matches!(wait, Wait::Exit(_))) => Err(failure),
            }
        };
        match timeout(left, reached).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => return Err(with_log(failure, member).await),
            Err(_) => {
                let what = describe(&wait, service);
                let message = format!("service `{}` was not ready within {}: {what}", service.name, words(limit));
                return Err(with_log(place.failure(FailureKind::Service, message), member).await);
            }
        }
    }
    Ok(())
}

async fn with_log(mut failure: Failure, member: &Member) -> Failure {
    if let Some(program) = &member.program {
        failure.detail = program.last_lines(LINES).await.or_else(|| Some("it wrote nothing".to_owned()));
    }
    failure
}

/// Waits until the program of a service has ended, which it must not while it is waited for.
async fn gone(member: &Member, place: &Place, may_end: bool) -> Failure {
    let Some(program) = member.program.as_ref().filter(|_| !may_end) else { return std::future::pending().await };
    let ended = program.exited().await;
    // What it wrote last comes with its end.
    sleep(PAUSE).await;
    let how = match ended {
        Ok(exit) => super::step::status_words(exit.status),
        Err(error) => error.to_string(),
    };
    place.failure(FailureKind::Service, format!("service `{}` ended before it was ready, with {how}", member.name))
}

async fn reach(member: &Member, service: &PlannedService, wait: &Wait, receiver: &Receiver) -> Result<(), Failure> {
    match wait {
        Wait::Log(text, _) => loop {
            if let Some(program) = &member.program {
                let capture = program.capture.lock().await;
                let has = |output| capture.text(output).contains(text.as_str());
                if has(Output::Stdout) || has(Output::Stderr) {
                    return Ok(());
                }
            }
            sleep(PAUSE).await;
        },
        Wait::Ports(_) => {
            let kind = Kind::of(service);
            let mut ports: Vec<u16> = connectable(service).collect();
            if ports.is_empty() {
                ports.extend(kind.port);
            }
            for port in ports {
                while member.session.connect(port).await.is_err() {
                    sleep(PAUSE).await;
                }
            }
            Ok(())
        }
        Wait::Health(place) => healthy(member, service, place).await,
        Wait::Exit(place) => match &member.program {
            None => Ok(()),
            Some(program) => exited(program, member, place).await,
        },
        Wait::Span { name, .. } => {
            receiver.wait_for_span(name).await;
            Ok(())
        }
    }
}

async fn exited(program: &Program, member: &Member, place: &Place) -> Result<(), Failure> {
    match program.exited().await {
        Ok(exit) if exit.status == Status::Code(0) => Ok(()),
        Ok(exit) => {
            let how = super::step::status_words(exit.status);
            Err(place.failure(FailureKind::Service, format!("service `{}` ended with {how}, not with 0", member.name)))
        }
        Err(error) => Err(place.failure(FailureKind::Service, format!("service `{}`: {error}", member.name))),
    }
}

async fn healthy(member: &Member, service: &PlannedService, place: &Place) -> Result<(), Failure> {
    let kind = Kind::of(service);
    let of_image = of_image(member.healthcheck.as_ref(), place);
    // What the test says wins, then what its kind brings along.
    let probe = service.health.as_ref().or(of_image.as_ref().filter(|_| asks_image(service, &kind)));
    let command = match probe {
        Some(probe) => probe.command.clone(),
        None => kind.probe,
    };
    if command.is_empty() {
        let message = format!("neither service `{}` nor its image has a health check", service.name);
        return Err(place.failure(FailureKind::Service, message));
    }
    // Asking is cheap here, so it is asked more often than the test says before the first success: nobody waits for an interval.
    let interval = probe.and_then(|probe| probe.interval).unwrap_or(PAUSE).min(Duration::from_millis(100)).max(PAUSE);
    let limit = probe.and_then(|probe| probe.timeout).unwrap_or(PROBE);
    let start_period = probe.and_then(|probe| probe.start_period).unwrap_or_default();
    let allowed = probe.and_then(|probe| Some((probe.retries?, probe.interval.unwrap_or(USUAL_INTERVAL))));
    // So many failures at the interval of the test take so long.
    let patience = allowed.map(|(retries, interval)| start_period + interval * retries.max(1));
    let started = Instant::now();
    loop {
        match probed(member, command.clone(), limit).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => {
                let message = format!("the health check of service `{}` can't run: {error}", service.name);
                return Err(place.failure(FailureKind::Service, message));
            }
        }
        if patience.is_some_and(|patience| started.elapsed() > patience) {
            let message = format!("service `{}` is not healthy after all its probes", service.name);
            return Err(place.failure(FailureKind::Service, message));
        }
        sleep(interval).await;
    }
}

/// The health check that an image brings along.
fn of_image(check: Option<&ImageHealthcheck>, place: &Place) -> Option<HealthProbe> {
    let check = check?;
    let command = match check.test.split_first()? {
        (form, rest) if form == "CMD" && !rest.is_empty() => rest.to_vec(),
        (form, rest) if form == "CMD-SHELL" => vec!["sh".to_owned(), "-c".to_owned(), rest.join(" ")],
        _ => return None,
    };
    Some(HealthProbe {
        command,
        interval: check.interval,
        timeout: check.timeout,
        retries: check.retries.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0),
        start_period: check.start_period,
        place: place.clone(),
    })
}

async fn probed(member: &Member, command: Vec<String>, limit: Duration) -> Result<bool, String> {
    let spec = JobSpec { argv: command, env: set(&member.variables), workdir: None };
    let mut job = member.session.start(spec).await.map_err(|error| error.to_string())?;
    let switch = job.switch();
    let ended = timeout(limit, async {
        loop {
            match job.next().await {
                Ok(Some(JobEvent::Exited(exit))) => return exit.status == Status::Code(0),
                Ok(Some(JobEvent::Output(..))) => {}
                Ok(None) | Err(_) => return false,
            }
        }
    });
    match ended.await {
        Ok(passed) => Ok(passed),
        Err(_) => {
            switch.kill();
            Ok(false)
        }
    }
}

fn describe(wait: &Wait, service: &PlannedService) -> String {
    match wait {
        Wait::Log(text, _) => format!("its log has no `{text}`"),
        Wait::Ports(_) => {
            let ports: Vec<String> = connectable(service).map(|port| port.to_string()).collect();
            let ports = match ports.is_empty() {
                true => Kind::of(service).port.map_or_else(String::new, |port| port.to_string()),
                false => ports.join(", "),
            };
            format!("nothing listens on port {ports}")
        }
        Wait::Health(_) => "its health check does not pass".to_owned(),
        Wait::Exit(_) => "its program has not ended".to_owned(),
        Wait::Span { name, .. } => format!("no span `{name}` came"),
    }
}
