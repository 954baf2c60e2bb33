//! What the engine tells of our containers: that one ended, ran out of memory, became healthy, was removed. One stream for all of
//! them, and at the same time the proof that the engine still lives.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::models::EventMessage;
use bollard::query_parameters::{EventsOptionsBuilder, InspectContainerOptions};
use dashmap::DashMap;
use futures::StreamExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::classify::root_cause;
use super::{Owner, dialect, label};

/// What was heard of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// The code with which its first process ended.
    pub exit: Option<i64>,
    /// Whether a process of it was killed because its memory was used up.
    pub out_of_memory: bool,
    /// Whether it is gone.
    pub removed: bool,
    /// What its health check said last.
    pub healthy: Option<bool>,
}

pub(super) struct Events {
    containers: DashMap<String, watch::Sender<Heard>>,
    lost: watch::Sender<Option<String>>,
    /// Since when the stream has been broken and the engine has not answered.
    broken: watch::Sender<Option<tokio::time::Instant>>,
}

/// How long an engine may be silent after its stream broke before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two tries to reach it again.
const PAUSE: Duration = Duration::from_millis(200);

/// What is to be noted of what was heard.
type Change = Box<dyn FnOnce(&mut Heard) + Send>;

impl Events {
    /// Follows the events of this owner's containers from the engine's time on (RFC 3339).
    pub fn follow(docker: Docker, owner: &Owner, from: Option<&str>, stop: CancellationToken) -> Arc<Self> {
        let events = Arc::new(Self {
            containers: DashMap::new(),
            lost: watch::Sender::new(None),
            broken: watch::Sender::new(None),
        });
        let since =
            from.and_then(|time| time.parse::<jiff::Timestamp>().ok()).unwrap_or_else(jiff::Timestamp::now).as_second();
        let labels = vec![
            format!("{}=true", label::MANAGED),
            format!("{}={}", label::PID, owner.pid),
            format!("{}={}", label::PID_START, owner.start),
        ];
        let filters = HashMap::from([("type".to_owned(), vec!["container".to_owned()]), ("label".to_owned(), labels)]);
        let listening = Arc::clone(&events);
        tokio::spawn(async move {
            stop.run_until_cancelled(listening.listen(docker, filters, since)).await;
        });
        events
    }

    /// Hears of a container from now on: between its creation and its start.
    pub fn register(&self, id: &str) -> watch::Receiver<Heard> {
        self.containers.entry(id.to_owned()).or_default().subscribe()
    }

    /// Hears of it no more.
    pub fn forget(&self, id: &str) {
        self.containers.remove(id);
    }

    /// Waits until the engine is lost, and tells why.
    pub async fn lost(&self) -> String {
        let mut lost = self.lost.subscribe();
        let cause = lost.wait_for(Option::is_some).await.map(|cause| cause.clone());
        match cause {
            Ok(cause) => cause.unwrap_or_default(),
            // The sender lives as long as this.
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits while the engine does not answer, but not beyond so long after it was heard last.
    pub async fn answering(&self, patience: Duration) {
        let mut broken = self.broken.subscribe();
        let Some(since) = *broken.borrow_and_update() else { return };
        let _ = tokio::time::timeout_at(since + patience, broken.wait_for(Option::is_none)).await;
    }

    async fn listen(&self, docker: Docker, filters: HashMap<String, Vec<String>>, mut since: i64) {
        loop {
            let options = EventsOptionsBuilder::default().since(&since.to_string()).filters(&filters).build();
            let mut stream = std::pin::pin!(docker.events(Some(options)));
            let mut cause = "its stream of events ended".to_owned();
            while let Some(event) = stream.next().await {
                match event {
                    Ok(event) => {
                        since = event.time.unwrap_or(since);
                        self.hear(&event);
                    }
                    // An event of a newer kind.
                    Err(bollard::errors::Error::JsonDataError { .. }) => {}
                    Err(error) => {
                        cause = root_cause(&error);
                        break;
                    }
                }
            }
            self.reach_again(&docker, cause).await;
            self.reconcile(&docker).await;
        }
    }

    /// Waits until the engine answers again; lost it is meanwhile.
    async fn reach_again(&self, docker: &Docker, cause: String) {
        let broken = tokio::time::Instant::now();
        self.broken.send_replace(Some(broken));
        loop {
            tokio::time::sleep(PAUSE).await;
            if matches!(tokio::time::timeout(PATIENCE, docker.ping()).await, Ok(Ok(_))) {
                self.lost.send_replace(None);
                self.broken.send_replace(None);
                return;
            }
            if broken.elapsed() >= PATIENCE {
                self.lost.send_if_modified(|lost| {
                    let first = lost.is_none();
                    if first {
                        *lost = Some(cause.clone());
                    }
                    first
                });
            }
        }
    }

    /// Looks after what may have been missed while nothing was heard.
    async fn reconcile(&self, docker: &Docker) {
        let ids: Vec<String> = self.containers.iter().map(|entry| entry.key().clone()).collect();
        for id in ids {
            let inspected = docker.inspect_container(&id, None::<InspectContainerOptions>).await;
            let change: Option<Change> = match dialect::read(inspected) {
                Ok(found) => found
                    .state
                    .filter(|state| state.finished_at.is_some() && state.running == Some(false))
                    .and_then(|state| {
                        let started = state.started_at.as_deref().is_some_and(|time| !time.starts_with("0001"));
                        started.then(|| {
                            Box::new(move |heard: &mut Heard| {
                                heard.exit = heard.exit.or(state.exit_code);
                                heard.out_of_memory |= state.oom_killed == Some(true);
                            }) as Box<dyn FnOnce(&mut Heard) + Send>
                        })
                    }),
                Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => {
                    Some(Box::new(|heard: &mut Heard| heard.removed = true))
                }
                Err(_) => None,
            };
            if let (Some(change), Some(sender)) = (change, self.containers.get(&id)) {
                sender.send_modify(change);
            }
        }
    }

    fn hear(&self, event: &EventMessage) {
        let Some(actor) = &event.actor else { return };
        let Some(sender) = actor.id.as_ref().and_then(|id| self.containers.get(id)) else { return };
        let action = event.action.as_deref().unwrap_or_default();
        match action {
            "die" | "died" => {
                let attribute = |name: &str| actor.attributes.as_ref()?.get(name)?.parse().ok();
                let code = attribute("exitCode").or_else(|| attribute("containerExitCode"));
                sender.send_modify(|heard| heard.exit = heard.exit.or(code));
            }
            "oom" => sender.send_modify(|heard| heard.out_of_memory = true),
            "destroy" | "remove" => sender.send_modify(|heard| heard.removed = true),
            _ => {
                if let Some(status) = action.strip_prefix("health_status") {
                    let status = status.trim_start_matches([':', ' ']);
                    let told = actor.attributes.as_ref().and_then(|attributes| attributes.get("health_status"));
                    let status = if status.is_empty() { told.map_or("", String::as_str) } else { status };
                    let healthy = match status {
                        "healthy" => Some(true),
                        "unhealthy" => Some(false),
                        _ => None,
                    };
                    sender.send_modify(|heard| heard.healthy = healthy);
                }
            }
        }
    }
}
