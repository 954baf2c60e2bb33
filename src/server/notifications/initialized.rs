//! `initialized`.

use serde_json::json;
use tower_lsp::ls_types::{DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration};

use super::did_change_configuration;
use crate::server::session::Session;
use crate::server::settings::SECTION;

/// The files whose changes matter besides the open documents: tests, macro libraries and `cleanroom.toml`.
pub const WATCHED: &str = "**/*.{toml,tera}";

/// Asks the client for its settings and for news of files. Nothing here waits for its answers.
pub fn handle(session: &Session) {
    let facts = session.state().facts;
    if facts.configuration {
        did_change_configuration::ask(session);
    }
    let mut registrations = Vec::new();
    if facts.watches_files {
        let watchers = vec![FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None }];
        registrations.push(Registration {
            id: "clnrm-watched-files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers }).ok(),
        });
    } else {
        session.watch_files();
    }
    if facts.registers_configuration {
        registrations.push(Registration {
            id: "clnrm-configuration".to_owned(),
            method: "workspace/didChangeConfiguration".to_owned(),
            register_options: Some(json!({ "section": SECTION })),
        });
    }
    if registrations.is_empty() {
        return;
    }
    let client = session.client().clone();
    session.runtime().spawn(async move {
        if let Err(error) = client.register_capability(registrations).await {
            tracing::warn!(%error, "the client did not register what it said it could");
        }
    });
}
