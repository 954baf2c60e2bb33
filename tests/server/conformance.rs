//! Holds the server's messages to the LSP meta model.
//!
//! The types of `gen-lsp-types` are generated from the official meta model. A message conforms when it can be read into its type
//! and is still the same when it is written again: a missing or wrong property fails the reading, an unknown one the comparison.

use gen_lsp_types::{Notification, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Fails the test if a message of the server does not conform. `answered` is the method of the request that it answers.
pub fn check(message: &Value, answered: Option<&str>) {
    assert_eq!(message["jsonrpc"], "2.0", "{message}");
    match (message.get("method").and_then(Value::as_str), answered) {
        (Some(method), _) => sent(method, message),
        (None, Some(method)) => answer(method, message),
        // An answer to something that was no request: it must be an error without id.
        (None, None) => assert!(message["error"].is_object(), "an answer that nobody waits for: {message}"),
    }
}

/// Fails the test if the parameters of an `initialize` that was written by hand are not what the meta model wants.
pub fn check_initialize(params: &Value) {
    same::<<gen_lsp_types::InitializeRequest as Request>::Params>(params, "initialize");
}

fn sent(method: &str, message: &Value) {
    use gen_lsp_types as lsp;
    let params = &message["params"];
    match method {
        "textDocument/publishDiagnostics" => {
            same::<<lsp::PublishDiagnosticsNotification as Notification>::Params>(params, method);
        }
        "window/showMessage" => same::<<lsp::ShowMessageNotification as Notification>::Params>(params, method),
        "window/logMessage" => same::<<lsp::LogMessageNotification as Notification>::Params>(params, method),
        "client/registerCapability" => same::<<lsp::RegistrationRequest as Request>::Params>(params, method),
        "window/workDoneProgress/create" => {
            same::<<lsp::WorkDoneProgressCreateRequest as Request>::Params>(params, method);
        }
        "$/progress" => same::<<lsp::ProgressNotification as Notification>::Params>(params, method),
        "workspace/configuration" => same::<<lsp::ConfigurationRequest as Request>::Params>(params, method),
        "workspace/diagnostic/refresh" | "workspace/inlayHint/refresh" | "workspace/codeLens/refresh" => {
            assert!(message.get("params").is_none_or(Value::is_null), "{message}");
        }
        "window/showDocument" => same::<<lsp::ShowDocumentRequest as Request>::Params>(params, method),
        // What rust-analyzer and its clients have agreed on is in no meta model.
        ours if ours.starts_with("clnrm/") || ours.starts_with("experimental/") => {}
        other => panic!("the server sent `{other}`, which this check does not know yet: add it"),
    }
}

fn answer(method: &str, message: &Value) {
    use gen_lsp_types as lsp;
    let (result, error) = (message.get("result"), message.get("error"));
    assert!(result.is_some() != error.is_some(), "an answer has either a result or an error: {message}");
    if let Some(error) = error {
        assert!(error["code"].is_i64() && error["message"].is_string(), "{message}");
        return;
    }
    let result = result.unwrap_or(&Value::Null);
    match method {
        "initialize" => same::<<lsp::InitializeRequest as Request>::Result>(result, method),
        "textDocument/diagnostic" => same::<<lsp::DocumentDiagnosticRequest as Request>::Result>(result, method),
        "workspace/diagnostic" => same::<<lsp::WorkspaceDiagnosticRequest as Request>::Result>(result, method),
        "textDocument/formatting" => same::<<lsp::DocumentFormattingRequest as Request>::Result>(result, method),
        "textDocument/rangeFormatting" => {
            same::<<lsp::DocumentRangeFormattingRequest as Request>::Result>(result, method)
        }
        "textDocument/onTypeFormatting" => {
            same::<<lsp::DocumentOnTypeFormattingRequest as Request>::Result>(result, method);
        }
        "textDocument/willSaveWaitUntil" => {
            same::<<lsp::WillSaveTextDocumentWaitUntilRequest as Request>::Result>(result, method);
        }
        "textDocument/definition" => same::<<lsp::DefinitionRequest as Request>::Result>(result, method),
        "textDocument/declaration" => same::<<lsp::DeclarationRequest as Request>::Result>(result, method),
        "textDocument/references" => same::<<lsp::ReferencesRequest as Request>::Result>(result, method),
        "textDocument/prepareRename" => same::<<lsp::PrepareRenameRequest as Request>::Result>(result, method),
        "textDocument/rename" => same::<<lsp::RenameRequest as Request>::Result>(result, method),
        "textDocument/documentHighlight" => same::<<lsp::DocumentHighlightRequest as Request>::Result>(result, method),
        "textDocument/documentSymbol" => same::<<lsp::DocumentSymbolRequest as Request>::Result>(result, method),
        "textDocument/linkedEditingRange" => {
            same::<<lsp::LinkedEditingRangeRequest as Request>::Result>(result, method);
        }
        "textDocument/prepareCallHierarchy" => {
            same::<<lsp::CallHierarchyPrepareRequest as Request>::Result>(result, method);
        }
        "callHierarchy/incomingCalls" => {
            same::<<lsp::CallHierarchyIncomingCallsRequest as Request>::Result>(result, method);
        }
        "callHierarchy/outgoingCalls" => {
            same::<<lsp::CallHierarchyOutgoingCallsRequest as Request>::Result>(result, method);
        }
        "workspace/symbol" => same::<<lsp::WorkspaceSymbolRequest as Request>::Result>(result, method),
        "textDocument/hover" => same::<<lsp::HoverRequest as Request>::Result>(result, method),
        "textDocument/inlayHint" => same::<<lsp::InlayHintRequest as Request>::Result>(result, method),
        "inlayHint/resolve" => same::<<lsp::InlayHintResolveRequest as Request>::Result>(result, method),
        "textDocument/documentLink" => same::<<lsp::DocumentLinkRequest as Request>::Result>(result, method),
        "textDocument/codeLens" => same::<<lsp::CodeLensRequest as Request>::Result>(result, method),
        "textDocument/completion" => same::<<lsp::CompletionRequest as Request>::Result>(result, method),
        "completionItem/resolve" => same::<<lsp::CompletionResolveRequest as Request>::Result>(result, method),
        "textDocument/signatureHelp" => same::<<lsp::SignatureHelpRequest as Request>::Result>(result, method),
        "textDocument/foldingRange" => same::<<lsp::FoldingRangeRequest as Request>::Result>(result, method),
        "textDocument/selectionRange" => same::<<lsp::SelectionRangeRequest as Request>::Result>(result, method),
        "textDocument/semanticTokens/full" => same::<<lsp::SemanticTokensRequest as Request>::Result>(result, method),
        "textDocument/semanticTokens/full/delta" => {
            same::<<lsp::SemanticTokensDeltaRequest as Request>::Result>(result, method);
        }
        "textDocument/semanticTokens/range" => {
            same::<<lsp::SemanticTokensRangeRequest as Request>::Result>(result, method);
        }
        "textDocument/codeAction" => same::<<lsp::CodeActionRequest as Request>::Result>(result, method),
        "codeAction/resolve" => same::<<lsp::CodeActionResolveRequest as Request>::Result>(result, method),
        "shutdown" => assert!(result.is_null(), "{message}"),
        "workspace/executeCommand" => {}
        // What rust-analyzer and its clients have agreed on is in no meta model.
        ours if ours.starts_with("clnrm/") || ours.starts_with("experimental/") => {}
        other => panic!("the server answered `{other}`, which this check does not know yet: add it"),
    }
}

/// Reads a value as a `T` and writes it again.
fn same<T: Serialize + DeserializeOwned>(value: &Value, method: &str) {
    let read: T = serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("`{method}`: {error}: {value}"));
    let written = serde_json::to_value(read).expect("what was read can be written");
    assert_eq!(
        without_nulls(&written),
        without_nulls(value),
        "`{method}` has something that the meta model does not know"
    );
}

/// The value without object entries that are `null`: absent and `null` mean the same in optional properties.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(entries) => entries
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[test]
#[should_panic(expected = "does not know")]
fn an_unknown_property_is_found() {
    let params = serde_json::json!({ "uri": "file:///a", "diagnostics": [], "colour": "red" });
    check(
        &serde_json::json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params }),
        None,
    );
}

#[test]
#[should_panic(expected = "missing field")]
fn a_missing_property_is_found() {
    let params = serde_json::json!({ "uri": "file:///a" });
    check(
        &serde_json::json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params }),
        None,
    );
}
