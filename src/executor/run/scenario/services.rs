//! The network of a scenario and its services, one after the other, each ready before the next.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Setting;
use super::failures::{engine_failure, tell};
use super::stage::{Stage, lock};
use crate::collector::{Identity, Receiver};
use crate::engine::{Belonging, EngineError, Image, NetworkSpec, Volume};
use crate::executor::plan::{NetworkMode, Place, PlannedService, VolumeSource};
use crate::executor::run::kind::Kind;
use crate::executor::run::member::{Member, NotLaunched, Surroundings};
use crate::executor::run::ready::{ready, waits};
use crate::executor::schedule::Shortage;
use crate::executor::{Failure, FailureKind, Hermeticity, Phase};

pub(super) async fn start_services(
    setting: &Arc<Setting>,
    stage: &Arc<Stage>,
    images: &HashMap<usize, Arc<Image>>,
    identity: &Identity,
    receiver: &Receiver,
) -> Result<(), Option<Failure>> {
    let planned = setting.planned();
    let services: Vec<(usize, &PlannedService)> = planned
        .services
        .iter()
        .map(|&index| (index, &setting.test.services[index]))
        .filter(|(index, _)| images.contains_key(index))
        .collect();
    let level = level(services.iter().map(|(_, service)| *service));
    *lock(&stage.level) = Some(level);
    let network = match level {
        Hermeticity::Sealed => None,
        Hermeticity::Internal | Hermeticity::Open => {
            let belonging = Belonging::new(setting.run.to_string(), setting.id().to_string());
            let mut spec = NetworkSpec::internal(belonging);
            spec.internal = level == Hermeticity::Internal;
            spec.isolated = spec.internal;
            let made = setting.engine.create_network(spec).await;
            let network = made.map_err(|error| {
                tell(setting, stage, engine_failure(&error, &planned.place), &error);
                None
            })?;
            *lock(&stage.network) = Some(network.clone());
            Some(network)
        }
    };
    let shared = shared_volumes(setting, stage, &services).await.map_err(|error| {
        tell(setting, stage, engine_failure(&error, &planned.place), &error);
        None
    })?;
    for (index, service) in services {
        setting.progress(Phase::Services, format!("starting {}", service.name), None);
        let Some(image) = images.get(&index).cloned() else { continue };
        let sealed = matches!(service.network, Some((NetworkMode::Sealed, _)));
        let surroundings = Surroundings { network: network.as_ref().filter(|_| !sealed), shared: &shared };
        let launched = Member::launch(setting, index, service, image, surroundings, identity, receiver).await;
        let mut member = match launched {
            Ok(member) => member,
            Err(NotLaunched::Engine(error)) => {
                let place = launch_place(&error, service);
                tell(setting, stage, engine_failure(&error, place), &error);
                return Err(None);
            }
            Err(NotLaunched::Session(error)) => {
                *lock(&stage.engine_failed) |= !stage.over.load(Ordering::Relaxed);
                return Err(Some(
                    service.place.failure(FailureKind::Engine, format!("service `{}`: {error}", service.name)),
                ));
            }
        };
        let command = member.command(service);
        let is_stepped_in = planned.steps.iter().any(|step| step.service == index);
        let declares = !service.command.is_empty() || !waits(service).is_empty() || !service.ports.is_empty();
        let runs = declares || Kind::of(service).daemon || !is_stepped_in;
        let mut failed = None;
        if runs
            && !command.is_empty()
            && let Err(error) = member.start_program(setting, service, command).await
        {
            let message = format!("service `{}`: {error}", service.name);
            failed = Some(service.place.failure(FailureKind::Service, message));
        }
        let member = Arc::new(member);
        lock(&stage.members).push(Arc::clone(&member));
        if stage.over.load(Ordering::Relaxed) {
            return Err(None);
        }
        if let Some(failure) = failed {
            return Err(Some(failure));
        }
        if let Err(failure) = ready(&member, service, receiver).await {
            if member.ran_out_of_memory().await {
                *lock(&stage.shortage) = Some(Shortage::Memory);
            }
            return Err(Some(failure));
        }
        setting.progress(Phase::Services, format!("{} is ready", service.name), None);
    }
    Ok(())
}

/// How much of the outside world containers of these services may reach.
pub fn level<'s>(services: impl Iterator<Item = &'s PlannedService> + Clone) -> Hermeticity {
    let asks =
        |mode: NetworkMode| services.clone().any(|it| it.network.as_ref().is_some_and(|(asked, _)| *asked == mode));
    // An engine publishes no ports of a network without a way out.
    if asks(NetworkMode::Open) || services.clone().any(|service| !service.ports.is_empty()) {
        Hermeticity::Open
    } else if asks(NetworkMode::Internal) || services.clone().count() > 1 {
        Hermeticity::Internal
    } else {
        Hermeticity::Sealed
    }
}

/// The volumes that several services of the scenario share, by their names in the test. Gone with the scenario.
async fn shared_volumes(
    setting: &Setting,
    stage: &Stage,
    services: &[(usize, &PlannedService)],
) -> Result<Vec<(String, Volume)>, EngineError> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, service) in services {
        for volume in &service.volumes {
            if let VolumeSource::Named(name) = &volume.source {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    let mut volumes = Vec::new();
    for (name, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
        let belonging = Belonging::new(setting.run.to_string(), setting.id().to_string());
        let volume = setting.engine.create_volume(belonging).await?;
        lock(&stage.volumes).push(volume.clone());
        volumes.push((name.to_owned(), volume));
    }
    Ok(volumes)
}

/// Where a test states what the engine refused.
pub(super) fn launch_place<'s>(error: &EngineError, service: &'s PlannedService) -> &'s Place {
    match error {
        EngineError::PortTaken { port, .. } => {
            let named = service.ports.iter().find(|it| it.host.is_some() && it.host == *port);
            named.or(service.ports.first()).map_or(&service.place, |port| &port.place)
        }
        EngineError::MountFailed { cause, .. } => {
            // Of several paths that the engine's words hold, the longest one: others are folders around it.
            let named = service.volumes.iter().filter_map(|volume| match &volume.source {
                VolumeSource::Host(path) => Some((volume, path.to_string_lossy())),
                _ => None,
            });
            let named = named.filter(|(_, path)| cause.contains(&**path)).max_by_key(|(_, path)| path.len());
            named.map_or(&service.place, |(volume, _)| &volume.place)
        }
        EngineError::ImageMissing { .. } => &service.image_place,
        _ => &service.place,
    }
}
