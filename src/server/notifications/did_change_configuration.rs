//! `workspace/didChangeConfiguration`.

use serde_json::Value;
use tower_lsp::ls_types::{ConfigurationItem, DidChangeConfigurationParams};

use crate::server::session::Session;
use crate::server::settings::{SECTION, Settings};

/// Takes over settings that the client sends along, or asks for them.
pub fn handle(session: &Session, params: &DidChangeConfigurationParams) {
    if session.state().facts.configuration {
        ask(session);
    } else if let Some(section) = params.settings.get(SECTION) {
        apply(session, Some(section));
    }
}

/// Asks the client for its settings, without waiting here: a client that never answers keeps the settings that were.
pub fn ask(session: &Session) {
    let asking = session.clone();
    session.runtime().spawn(async move {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match asking.client().configuration(vec![item]).await {
            Ok(answers) => apply(&asking, answers.first()),
            Err(error) => tracing::warn!(%error, "the client did not give its configuration"),
        }
    });
}

fn apply(session: &Session, section: Option<&Value>) {
    let Some(section) = section.filter(|section| section.is_object()) else { return };
    let settings = Settings::read(Some(section));
    let mut state = session.state();
    if state.settings == settings {
        return;
    }
    state.settings = settings;
    drop(state);
    session.judge_again(|_| true);
}
