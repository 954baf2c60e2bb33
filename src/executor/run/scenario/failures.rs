//! Failures of the engine, as failures of a scenario.

use std::sync::atomic::Ordering;

use super::Setting;
use super::stage::{Stage, lock};
use crate::engine::EngineError;
use crate::executor::plan::Place;
use crate::executor::schedule::Shortage;
use crate::executor::{Failure, FailureKind};

/// Tells a failure of the engine, and what it means for the run.
pub(super) fn tell(setting: &Setting, stage: &Stage, failure: Failure, error: &EngineError) {
    tracing::debug!(scenario = %setting.id(), %error, "the engine failed");
    if stage.over.load(Ordering::Relaxed) {
        return;
    }
    lock(&stage.failures).push(failure);
    *lock(&stage.engine_failed) |= error.is_infrastructure();
    let shortage = match error {
        EngineError::NoSpace { .. } => Some(Shortage::Disk),
        EngineError::PoolExhausted { .. } => Some(Shortage::Addresses),
        EngineError::OutOfMemory { .. } => Some(Shortage::Memory),
        EngineError::LimitReached { .. } => Some(Shortage::Files),
        EngineError::Failed { .. } => Some(Shortage::Engine),
        _ => None,
    };
    if shortage.is_some() {
        *lock(&stage.shortage) = shortage;
    }
}

pub(super) fn engine_failure(error: &EngineError, place: &Place) -> Failure {
    let kind = match error {
        EngineError::ImageMissing { .. } | EngineError::PullFailed { .. } | EngineError::InvalidReference { .. } => {
            FailureKind::Image
        }
        EngineError::PortTaken { .. } => FailureKind::Port,
        EngineError::CommandFailed { .. } => FailureKind::Command,
        _ if error.is_resource() => FailureKind::Resource,
        EngineError::MountFailed { .. } | EngineError::Refused { .. } => FailureKind::Service,
        _ => FailureKind::Engine,
    };
    let mut failure = place.failure(kind, error.to_string());
    failure.help = Some(error.help());
    failure
}
