//! What the client can do, decided once at `initialize`. No other file looks at the raw capabilities.

use tower_lsp::ls_types::{ClientCapabilities, MarkupKind, PositionEncodingKind};

use crate::text::Encoding;

/// What matters to this server of a client's capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientFacts {
    /// The unit of columns, agreed for the whole session.
    pub encoding: Encoding,
    /// The client asks for diagnostics itself; nothing is pushed then.
    pub pulls_diagnostics: bool,
    /// The client can be told to ask for diagnostics again.
    pub refreshes_diagnostics: bool,
    /// The client watches files for us.
    pub watches_files: bool,
    /// The client answers `workspace/configuration`.
    pub configuration: bool,
    /// The client tells changes of its configuration when asked to.
    pub registers_configuration: bool,
    /// Diagnostics may carry related places.
    pub related_information: bool,
    /// Diagnostics may carry a link to their documentation.
    pub code_description: bool,
    /// Diagnostics may carry data that code actions get back.
    pub diagnostic_data: bool,
    /// Diagnostics may carry tags.
    pub diagnostic_tags: bool,
    /// Hovers may be Markdown.
    pub hover_markdown: bool,
    /// The client can be told to ask for inlay hints again.
    pub refreshes_hints: bool,
    /// The client can be told to ask for code lenses again.
    pub refreshes_lenses: bool,
    /// The client asks for edits before it saves.
    pub asks_before_save: bool,
    /// Completions may have places to fill in.
    pub snippets: bool,
    /// Completions may tell apart what is inserted and what is replaced.
    pub insert_replace: bool,
    /// Completions may name characters that accept them.
    pub commit_characters: bool,
    /// Parameters may be told by their offsets in the signature.
    pub label_offsets: bool,
    /// The client shows progress under tokens that the server makes.
    pub creates_progress: bool,
    /// Edits of several files may say which version of each they are for.
    pub versioned_edits: bool,
    /// Definitions may come with the range that leads to them and all of what they lead to.
    pub definition_links: bool,
    /// The same for declarations.
    pub declaration_links: bool,
    /// The symbols of a document may be nested.
    pub nested_symbols: bool,
    /// Code actions may carry their edits; without it they could only be commands.
    pub action_literals: bool,
    /// The client asks for the edits of a code action when it is chosen.
    pub resolves_actions: bool,
    /// Code actions may be marked as the one to take.
    pub preferred_actions: bool,
    /// Code actions may be shown as disabled, with a reason.
    pub disabled_actions: bool,
    /// The client shows code lenses.
    pub lenses: bool,
    /// The client opens documents that the server names.
    pub shows_documents: bool,
    /// The client has a test explorer that speaks rust-analyzer's messages.
    pub test_explorer: bool,
}

impl ClientFacts {
    /// Reads the capabilities.
    pub fn read(capabilities: &ClientCapabilities) -> Self {
        let text = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let actions = text.and_then(|text| text.code_action.as_ref());
        let resolved = actions.and_then(|actions| actions.resolve_support.as_ref());
        let publish = text.and_then(|text| text.publish_diagnostics.as_ref());
        let encodings = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let completion = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let signature = text.and_then(|text| text.signature_help.as_ref()?.signature_information.as_ref());
        let parameter = signature.and_then(|signature| signature.parameter_information.as_ref());
        Self {
            snippets: completion.and_then(|item| item.snippet_support).unwrap_or(false),
            insert_replace: completion.and_then(|item| item.insert_replace_support).unwrap_or(false),
            commit_characters: completion.and_then(|item| item.commit_characters_support).unwrap_or(false),
            label_offsets: parameter.and_then(|parameter| parameter.label_offset_support).unwrap_or(false),
            encoding: encodings.unwrap_or_default().iter().find_map(encoding).unwrap_or_default(),
            pulls_diagnostics: text.is_some_and(|text| text.diagnostic.is_some()),
            refreshes_diagnostics: workspace
                .and_then(|workspace| workspace.diagnostics.as_ref())
                .and_then(|diagnostics| diagnostics.refresh_support)
                .unwrap_or(false),
            watches_files: workspace
                .and_then(|workspace| workspace.did_change_watched_files.as_ref())
                .and_then(|watched| watched.dynamic_registration)
                .unwrap_or(false),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            registers_configuration: workspace
                .and_then(|workspace| workspace.did_change_configuration.as_ref())
                .and_then(|changes| changes.dynamic_registration)
                .unwrap_or(false),
            related_information: publish.and_then(|publish| publish.related_information).unwrap_or(false),
            code_description: publish.and_then(|publish| publish.code_description_support).unwrap_or(false),
            diagnostic_data: publish.and_then(|publish| publish.data_support).unwrap_or(false),
            diagnostic_tags: publish.is_some_and(|publish| publish.tag_support.is_some()),
            creates_progress: capabilities
                .window
                .as_ref()
                .and_then(|window| window.work_done_progress)
                .unwrap_or(false),
            action_literals: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
            resolves_actions: actions.and_then(|actions| actions.data_support).unwrap_or(false)
                && resolved.is_some_and(|support| support.properties.iter().any(|property| property == "edit")),
            preferred_actions: actions.and_then(|actions| actions.is_preferred_support).unwrap_or(false),
            disabled_actions: actions.and_then(|actions| actions.disabled_support).unwrap_or(false),
            lenses: text.is_some_and(|text| text.code_lens.is_some()),
            shows_documents: capabilities
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|show| show.support),
            test_explorer: capabilities
                .experimental
                .as_ref()
                .and_then(|experimental| experimental.get("testExplorer")?.as_bool())
                .unwrap_or(false),
            versioned_edits: workspace
                .and_then(|workspace| workspace.workspace_edit.as_ref())
                .and_then(|edit| edit.document_changes)
                .unwrap_or(false),
            definition_links: text
                .and_then(|text| text.definition.as_ref())
                .and_then(|definition| definition.link_support)
                .unwrap_or(false),
            declaration_links: text
                .and_then(|text| text.declaration.as_ref())
                .and_then(|declaration| declaration.link_support)
                .unwrap_or(false),
            nested_symbols: text
                .and_then(|text| text.document_symbol.as_ref())
                .and_then(|symbols| symbols.hierarchical_document_symbol_support)
                .unwrap_or(false),
            hover_markdown: text
                .and_then(|text| text.hover.as_ref()?.content_format.as_ref())
                .is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            refreshes_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support)
                .unwrap_or(false),
            refreshes_lenses: workspace
                .and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support)
                .unwrap_or(false),
            asks_before_save: text
                .and_then(|text| text.synchronization.as_ref())
                .and_then(|synchronization| synchronization.will_save_wait_until)
                .unwrap_or(false),
        }
    }

    /// The name of the agreed encoding in the protocol.
    pub fn encoding_kind(self) -> PositionEncodingKind {
        match self.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }
}

/// The encoding of this name, if we know it. The client lists its encodings in the order of its preference.
fn encoding(kind: &PositionEncodingKind) -> Option<Encoding> {
    match kind.as_str() {
        "utf-8" => Some(Encoding::Utf8),
        "utf-16" => Some(Encoding::Utf16),
        "utf-32" => Some(Encoding::Utf32),
        _ => None,
    }
}
