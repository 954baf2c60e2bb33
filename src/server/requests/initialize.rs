//! `initialize`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tower_lsp::ls_types::{
    CallHierarchyServerCapability, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    DeclarationCapability, DiagnosticOptions, DiagnosticServerCapabilities, DocumentLinkOptions,
    DocumentOnTypeFormattingOptions, ExecuteCommandOptions, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, FoldingRangeProviderCapability, HoverProviderCapability, InitializeParams,
    InitializeResult, InlayHintOptions, InlayHintServerCapabilities, LinkedEditingRangeServerCapabilities, OneOf,
    RenameOptions, SaveOptions, SelectionRangeProviderCapability, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions, WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use crate::server::client_facts::ClientFacts;
use crate::server::commands::Command;
use crate::server::notifications::did_change_workspace_folders;
use crate::server::notifications::initialized::WATCHED;
use crate::server::parent;
use crate::server::requests::{code_action, completion, formatting, signature_help};
use crate::server::semantic_legend::TokenLegend;
use crate::server::session::Session;
use crate::server::settings::InitializationOptions;

/// Takes over what the client says and answers with what this server can do. Awaits nothing.
pub fn handle(session: &Session, params: &InitializeParams) -> InitializeResult {
    let facts = ClientFacts::read(&params.capabilities);
    let legend = TokenLegend::read(&params.capabilities);
    let capabilities = capabilities(facts, &legend);
    session.state().legend = Arc::new(legend);
    let options = InitializationOptions::read(params.initialization_options.as_ref());
    session.initialize(facts, options, folders(params));
    if let Some(process) = params.process_id {
        parent::end_with(process, session);
    }
    InitializeResult {
        capabilities,
        server_info: Some(ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        offset_encoding: None,
    }
}

fn capabilities(facts: ClientFacts, legend: &TokenLegend) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(facts.encoding_kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            will_save_wait_until: facts.asks_before_save.then_some(true),
            ..TextDocumentSyncOptions::default()
        })),
        diagnostic_provider: facts.pulls_diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(env!("CARGO_PKG_NAME").to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            })
        }),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: formatting::TRIGGERS[0].to_owned(),
            more_trigger_character: Some(formatting::TRIGGERS[1..].iter().map(|&it| it.to_owned()).collect()),
        }),
        code_action_provider: facts.action_literals.then(|| {
            CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(code_action::KINDS.to_vec()),
                resolve_provider: facts.resolves_actions.then_some(true),
                ..CodeActionOptions::default()
            })
        }),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: legend.provider(),
        completion_provider: Some(completion::options()),
        signature_help_provider: Some(signature_help::options()),
        definition_provider: Some(OneOf::Left(true)),
        declaration_provider: Some(DeclarationCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        linked_editing_range_provider: Some(LinkedEditingRangeServerCapabilities::Simple(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(OneOf::Right(InlayHintServerCapabilities::Options(InlayHintOptions {
            resolve_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }))),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: Command::ALL.iter().map(|command| command.name().to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: Some(WorkspaceFileOperationsServerCapabilities {
                did_rename: Some(FileOperationRegistrationOptions { filters: vec![renamed_files()] }),
                ..WorkspaceFileOperationsServerCapabilities::default()
            }),
        }),
        experimental: Some(json!({ "testExplorer": true })),
        ..ServerCapabilities::default()
    }
}

/// The files of whose new names the client tells us.
fn renamed_files() -> FileOperationFilter {
    let pattern = FileOperationPattern { glob: WATCHED.to_owned(), matches: None, options: None };
    FileOperationFilter { scheme: Some("file".to_owned()), pattern }
}

/// The workspace's folders; old clients have only a root.
fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = did_change_workspace_folders::paths(params.workspace_folders.as_deref().unwrap_or_default());
    if !folders.is_empty() {
        return folders;
    }
    #[expect(deprecated, reason = "clients from before workspace folders say their root here")]
    let root = params.root_uri.as_ref();
    root.and_then(|root| root.to_file_path()).map(|path| path.into_owned()).into_iter().collect()
}
