//! The images of a scenario, before its time begins: fetched as the policy says, or those of the run that is run again.

use std::collections::HashMap;
use std::sync::Arc;

use super::Setting;
use crate::engine::{EngineError, Image, PullPolicy};
use crate::executor::plan::Place;
use crate::executor::{Phase, RunEvent};

/// All images that the scenario needs, by the index of the service.
pub(super) async fn images(setting: &Setting) -> Result<HashMap<usize, Arc<Image>>, (EngineError, Place)> {
    let policy = match setting.options.pull {
        crate::executor::PullPolicy::Missing => PullPolicy::Missing,
        crate::executor::PullPolicy::Always => PullPolicy::Always,
        crate::executor::PullPolicy::Never => PullPolicy::Never,
    };
    let mut images = HashMap::new();
    for &index in &setting.planned().services {
        let service = &setting.test.services[index];
        let Some(reference) = &service.image else { continue };
        let pinned = setting.options.images.get(reference);
        if let Some(pinned) = pinned {
            let then = setting.engine.inspect_image(pinned).await;
            if let Some(image) = then.map_err(|error| (error, service.image_place.clone()))? {
                images.insert(index, Arc::new(image));
                continue;
            }
        }
        let image = setting.engine.image(reference, policy, |progress| {
            let message = format!("pulling {reference}: {}", progress.status);
            setting.progress(Phase::Images, message, progress.percent());
        });
        let image = image.await.map_err(|error| (error, service.image_place.clone()))?;
        if pinned.is_some() {
            let message = format!(
                "the image that `{reference}` was then is not in the engine any more: what runs is what it is now"
            );
            let _ = setting.events.send(RunEvent::Note { test: Some(setting.test.id.clone()), message });
        }
        images.insert(index, Arc::new(image));
    }
    Ok(images)
}
