//! Podman's own words in answers that are otherwise Docker's. bollard knows Docker's words alone and can't read an answer with another
//! one in it, so such an answer is read again with the words that Docker has for them.

use bollard::errors::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// States of a container, and of its health, in Docker's words.
const STATES: [&str; 8] = ["created", "running", "paused", "restarting", "exited", "removing", "dead", "stopping"];
const HEALTH: [&str; 4] = ["none", "starting", "healthy", "unhealthy"];

/// An answer, also where it has words of podman's in it.
pub(super) fn read<T: DeserializeOwned>(answer: Result<T, Error>) -> Result<T, Error> {
    match answer {
        Err(Error::JsonDataError { message, contents, column }) => {
            let again = serde_json::from_str(&contents).ok().and_then(|mut document| {
                translate(&mut document);
                serde_json::from_value(document).ok()
            });
            again.ok_or(Error::JsonDataError { message, contents, column })
        }
        answer => answer,
    }
}

/// A list has the word itself, a single container an object around it.
fn translate(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(translate),
        Value::Object(fields) => match fields.get_mut("State") {
            Some(Value::Object(state)) => {
                if let Some(health) = state.get_mut("Health").and_then(|health| health.get_mut("Status")) {
                    known(health, &HEALTH);
                }
                if let Some(status) = state.get_mut("Status") {
                    known(status, &STATES);
                }
            }
            Some(state) => known(state, &STATES),
            None => {}
        },
        _ => {}
    }
}

fn known(word: &mut Value, words: &[&str]) {
    let docker = match word.as_str() {
        Some(word) if words.contains(&word) => return,
        // It has ended, and podman has not yet cleaned up behind it.
        Some("stopped") => "exited",
        Some("configured" | "initialized") => "created",
        _ => "",
    };
    *word = docker.into();
}

#[cfg(test)]
mod tests {
    use bollard::models::{ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummary};
    use bollard::models::{ContainerSummaryStateEnum, HealthStatusEnum};

    use super::*;

    /// As bollard reads it.
    fn answer<T: DeserializeOwned>(contents: &str) -> Result<T, Error> {
        serde_json::from_str(contents).map_err(|error| Error::JsonDataError {
            message: error.to_string(),
            contents: contents.to_owned(),
            column: error.column(),
        })
    }

    #[test]
    fn states_of_podman_are_read() {
        let listed = r#"[{"Id":"a","State":"stopped"},{"Id":"b","State":"running"},{"Id":"c","State":"configured"},{"Id":"d","State":"unknown"}]"#;
        assert!(answer::<Vec<ContainerSummary>>(listed).is_err());
        let read: Vec<ContainerSummary> = read(answer(listed)).unwrap();
        use ContainerSummaryStateEnum as State;
        let states: Vec<_> = read.into_iter().map(|it| it.state.unwrap()).collect();
        assert_eq!(states, [State::EXITED, State::RUNNING, State::CREATED, State::EMPTY]);
    }

    #[test]
    fn a_single_container_is_read() {
        let inspected =
            r#"{"Id":"a","State":{"Status":"stopped","Running":false,"ExitCode":3,"Health":{"Status":"reset"}}}"#;
        let state = read(answer::<ContainerInspectResponse>(inspected)).unwrap().state.unwrap();
        assert_eq!((state.status, state.exit_code), (Some(ContainerStateStatusEnum::EXITED), Some(3)));
        assert_eq!(state.health.unwrap().status, Some(HealthStatusEnum::EMPTY));
    }

    #[test]
    fn what_is_no_container_stays_an_error() {
        assert!(matches!(read(answer::<Vec<ContainerSummary>>("[1]")), Err(Error::JsonDataError { .. })));
        assert!(matches!(read(answer::<Vec<ContainerSummary>>("[{")), Err(Error::JsonDataError { .. })));
    }
}
