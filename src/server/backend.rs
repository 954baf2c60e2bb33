//! The protocol's methods, each delegated to the file that carries its name.

use serde_json::Value;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction, CodeActionParams, CodeActionResponse,
    CodeLensParams, CompletionItem, CompletionParams, CompletionResponse, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentFormattingParams, DocumentHighlightParams, DocumentLink,
    DocumentLinkParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, DocumentSymbolParams,
    ExecuteCommandParams, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams, LinkedEditingRangeParams,
    LinkedEditingRanges, PrepareRenameResponse, Range, ReferenceParams, RenameFilesParams, RenameParams,
    SelectionRange, SelectionRangeParams, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SignatureHelp, SignatureHelpParams,
    TextDocumentPositionParams, TextEdit, WillSaveTextDocumentParams, WorkDoneProgressCancelParams,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceSymbolParams,
};

use super::encoded::Encoded;
use super::notifications::{
    abort_run_test, did_change, did_change_configuration, did_change_watched_files, did_change_workspace_folders,
    did_close, did_open, did_rename_files, did_save, initialized, work_done_progress_cancel,
};
use super::requests::{
    call_hierarchy, code_action, code_lens, completion, definition, diagnostic, discover_test, document_highlight,
    document_link, document_symbol, execute_command, expectation_diff, folding_range, formatting, hover, initialize,
    inlay_hint, library_text, linked_editing_range, references, rename, rendered, run_output, run_test, runs,
    selection_range, semantic_tokens, signature_help, status, trace, workspace_diagnostic, workspace_symbol,
};
use super::runs::explorer::Discovered;
use super::session::Session;

/// What tower-lsp calls.
pub struct Backend {
    session: Session,
}

impl Backend {
    /// A backend of this session.
    pub const fn new(session: Session) -> Self {
        Self { session }
    }

    /// `textDocument/documentSymbol`.
    pub async fn encoded_document_symbol(&self, params: DocumentSymbolParams) -> Result<Encoded> {
        document_symbol::handle(&self.session, params).await
    }

    /// `textDocument/codeLens`.
    pub async fn encoded_code_lens(&self, params: CodeLensParams) -> Result<Encoded> {
        code_lens::handle(&self.session, params).await
    }

    /// `textDocument/documentHighlight`.
    pub async fn encoded_document_highlight(&self, params: DocumentHighlightParams) -> Result<Encoded> {
        document_highlight::handle(&self.session, params).await
    }

    /// `textDocument/foldingRange`.
    pub async fn encoded_folding_range(&self, params: FoldingRangeParams) -> Result<Encoded> {
        folding_range::handle(&self.session, params).await
    }

    /// `textDocument/references`.
    pub async fn encoded_references(&self, params: ReferenceParams) -> Result<Encoded> {
        references::handle(&self.session, params).await
    }

    /// `textDocument/semanticTokens/full`.
    pub async fn encoded_semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Encoded> {
        semantic_tokens::full(&self.session, params).await
    }

    /// `workspace/symbol`.
    pub async fn encoded_workspace_symbol(&self, params: WorkspaceSymbolParams) -> Result<Encoded> {
        workspace_symbol::handle(&self.session, params).await
    }

    /// `clnrm/status`.
    pub async fn status(&self, params: status::StatusParams) -> Result<status::Status> {
        status::handle(&self.session, &params)
    }

    /// `clnrm/libraryText`.
    pub async fn library_text(&self, params: library_text::LibraryTextParams) -> Result<library_text::LibraryText> {
        library_text::handle(&params)
    }

    /// `clnrm/rendered`.
    pub async fn rendered(&self, params: rendered::RenderedParams) -> Result<Option<rendered::RenderedText>> {
        rendered::handle(&self.session, params).await
    }

    /// `clnrm/renderedRanges`.
    pub async fn rendered_ranges(&self, params: rendered::PositionParams) -> Result<Vec<Range>> {
        rendered::rendered_ranges(&self.session, params).await
    }

    /// `clnrm/expectationDiff`.
    pub async fn expectation_diff(
        &self,
        params: expectation_diff::ExpectationDiffParams,
    ) -> Result<Option<expectation_diff::ExpectationDiffText>> {
        expectation_diff::handle(&self.session, params).await
    }

    /// `clnrm/runOutput`.
    pub async fn run_output(&self, params: run_output::RunOutputParams) -> Result<Option<run_output::RunOutput>> {
        Ok(run_output::handle(&self.session, &params))
    }

    /// `clnrm/runs`.
    pub async fn runs(&self, _: runs::RunsParams) -> Result<Vec<runs::Run>> {
        Ok(runs::handle(&self.session))
    }

    /// `clnrm/trace`.
    pub async fn trace(&self, params: trace::TraceParams) -> Result<Option<trace::TraceView>> {
        trace::handle(&self.session, params).await
    }

    /// `experimental/discoverTest`.
    pub async fn discover_test(&self, params: discover_test::DiscoverTestParams) -> Result<Discovered> {
        discover_test::handle(&self.session, params).await
    }

    /// `experimental/runTest`.
    pub async fn run_test(&self, params: run_test::RunTestParams) -> Result<run_test::StartedTests> {
        run_test::handle(&self.session, params).await
    }

    /// `experimental/abortRunTest`.
    pub async fn abort_run_test(&self) {
        abort_run_test::handle(&self.session);
    }

    /// `window/workDoneProgress/cancel`.
    pub async fn work_done_progress_cancel(&self, params: WorkDoneProgressCancelParams) {
        work_done_progress_cancel::handle(&self.session, &params);
    }

    /// `clnrm/sourceRange`.
    pub async fn source_range(&self, params: rendered::RangeParams) -> Result<Option<Range>> {
        rendered::source_range(&self.session, params).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        Ok(initialize::handle(&self.session, &params))
    }

    async fn initialized(&self, _: InitializedParams) {
        initialized::handle(&self.session);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        did_open::handle(&self.session, params);
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        did_change::handle(&self.session, params);
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        did_save::handle(&self.session, params);
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        did_close::handle(&self.session, params);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        did_change_configuration::handle(&self.session, &params);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        did_change_workspace_folders::handle(&self.session, params);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        did_change_watched_files::handle(&self.session, params);
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        did_rename_files::handle(&self.session, params);
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        diagnostic::handle(&self.session, params).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        workspace_diagnostic::handle(&self.session, params).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::document(&self.session, params).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::range(&self.session, params).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::on_type(&self.session, params).await
    }

    async fn will_save_wait_until(&self, params: WillSaveTextDocumentParams) -> Result<Option<Vec<TextEdit>>> {
        formatting::will_save(&self.session, params).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        definition::definition(&self.session, params).await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        definition::declaration(&self.session, params).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        rename::prepare(&self.session, params).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        rename::handle(&self.session, params).await
    }

    async fn linked_editing_range(&self, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
        linked_editing_range::handle(&self.session, params).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        call_hierarchy::prepare(&self.session, params).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        call_hierarchy::incoming(&self.session, params).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        call_hierarchy::outgoing(&self.session, params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        hover::handle(&self.session, params).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        inlay_hint::handle(&self.session, params).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        inlay_hint::resolve(&self.session, hint).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        completion::handle(&self.session, params).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        Ok(completion::resolve(item))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        signature_help::handle(&self.session, params).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        document_link::handle(&self.session, params).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        code_action::handle(&self.session, params).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        code_action::resolve(&self.session, action).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        selection_range::handle(&self.session, params).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        semantic_tokens::delta(&self.session, params).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        semantic_tokens::range(&self.session, params).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        execute_command::handle(&self.session, params).await
    }
}
