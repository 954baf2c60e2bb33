//! What the lenses of runs offer, as code actions: for editors without lenses, and for whoever asks for them.

use tower_lsp::ls_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Command as ActionCommand, Uri};

use super::lenses::{RunLens, lenses};
use crate::server::documents::Judged;
use crate::server::session::Session;

/// The kind of all of them.
pub const KIND: CodeActionKind = CodeActionKind::new("source.run.clnrm");

/// The actions at `offset`: those of the scenario that stands there, then those of the matrix and the file.
pub fn actions(session: &Session, uri: &Uri, judged: &Judged, offset: usize) -> Vec<CodeActionOrCommand> {
    let places = session.run_places(uri, &judged.view);
    let all = lenses(session.runs(), uri, &places, &judged.run);
    let here = places.scenarios.iter().map(|place| place.span).filter(|span| span.start <= offset).max();
    let is_of_scenario = |lens: &&RunLens| places.scenarios.iter().any(|place| place.span == lens.span);
    let own = all.iter().filter(|lens| Some(lens.span) == here);
    let wider = all.iter().filter(|lens| !is_of_scenario(lens));
    own.chain(wider).map(action).collect()
}

fn action(lens: &RunLens) -> CodeActionOrCommand {
    CodeActionOrCommand::CodeAction(CodeAction {
        title: lens.action.clone(),
        kind: Some(KIND),
        command: Some(ActionCommand {
            title: lens.action.clone(),
            command: lens.command.name().to_owned(),
            arguments: Some(vec![lens.argument.clone()]),
        }),
        ..CodeAction::default()
    })
}
