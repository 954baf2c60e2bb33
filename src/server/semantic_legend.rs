//! The names under which a client knows kinds of tokens: only types and modifiers that it has announced are told.

use tower_lsp::ls_types::{
    ClientCapabilities, SemanticTokenModifier, SemanticTokenType, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensServerCapabilities,
};

use crate::features::semantic_tokens::{SemanticKind, SemanticModifiers};

/// What is agreed with a client on semantic tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenLegend {
    types: Vec<SemanticTokenType>,
    modifiers: Vec<SemanticTokenModifier>,
    /// For each kind its place in `types`; kinds that the client has no name for are not told.
    places: Vec<(SemanticKind, u32)>,
    /// Whether a token may reach over several lines.
    pub multiline: bool,
    full: bool,
    range: bool,
}

impl TokenLegend {
    /// Reads what a client announces. Nothing is agreed with a client that announces nothing.
    pub fn read(capabilities: &ClientCapabilities) -> Self {
        let announced = capabilities.text_document.as_ref().and_then(|text| text.semantic_tokens.as_ref());
        let Some(announced) = announced else { return Self::default() };
        let mut legend = Self {
            multiline: announced.multiline_token_support.unwrap_or(false),
            full: announced.requests.full.is_some(),
            range: announced.requests.range.unwrap_or(false),
            ..Self::default()
        };
        for kind in SemanticKind::ALL {
            let known = names(kind).iter().map(|name| SemanticTokenType::new(name));
            let Some(name) = known.into_iter().find(|name| announced.token_types.contains(name)) else { continue };
            let place = legend.types.iter().position(|other| *other == name).unwrap_or_else(|| {
                legend.types.push(name);
                legend.types.len() - 1
            });
            legend.places.extend(u32::try_from(place).ok().map(|place| (kind, place)));
        }
        let modifiers = [DEFINITION, DEPRECATED, BUILT_IN].into_iter();
        legend.modifiers = modifiers.filter(|modifier| announced.token_modifiers.contains(modifier)).collect();
        legend
    }

    /// What the server offers; nothing where nothing is agreed.
    pub fn provider(&self) -> Option<SemanticTokensServerCapabilities> {
        if self.types.is_empty() {
            return None;
        }
        let legend = SemanticTokensLegend { token_types: self.types.clone(), token_modifiers: self.modifiers.clone() };
        Some(SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
            legend,
            range: self.range.then_some(true),
            full: self.full.then_some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
            ..SemanticTokensOptions::default()
        }))
    }

    /// The number of a kind, if the client has a name for it.
    pub fn kind(&self, kind: SemanticKind) -> Option<u32> {
        self.places.iter().find(|(known, _)| *known == kind).map(|(_, place)| *place)
    }

    /// The modifiers as bits, without those that the client does not know.
    pub fn modifiers(&self, modifiers: SemanticModifiers) -> u32 {
        let holds = |modifier: &SemanticTokenModifier| {
            modifiers.definition && *modifier == DEFINITION
                || modifiers.deprecated && *modifier == DEPRECATED
                || modifiers.built_in && *modifier == BUILT_IN
        };
        self.modifiers.iter().enumerate().filter(|(_, modifier)| holds(modifier)).map(|(bit, _)| 1 << bit).sum()
    }
}

const DEFINITION: SemanticTokenModifier = SemanticTokenModifier::DEFINITION;
const DEPRECATED: SemanticTokenModifier = SemanticTokenModifier::DEPRECATED;
const BUILT_IN: SemanticTokenModifier = SemanticTokenModifier::DEFAULT_LIBRARY;

/// The names of a kind, best first. Those that the protocol does not list are names that other servers made common.
const fn names(kind: SemanticKind) -> &'static [&'static str] {
    match kind {
        SemanticKind::Table => &["namespace", "struct", "property"],
        SemanticKind::Key => &["property"],
        SemanticKind::UnknownKey => &["unresolvedReference", "variable"],
        SemanticKind::Name | SemanticKind::Variable => &["variable"],
        SemanticKind::Service => &["class", "type"],
        SemanticKind::SpanName => &["event", "string"],
        SemanticKind::Choice => &["enumMember", "string"],
        SemanticKind::Pattern => &["regexp", "string"],
        SemanticKind::String => &["string"],
        SemanticKind::Number | SemanticKind::Duration | SemanticKind::Date => &["number"],
        SemanticKind::Boolean => &["boolean", "keyword"],
        SemanticKind::Operator => &["operator"],
        SemanticKind::Comment => &["comment"],
        SemanticKind::Keyword => &["keyword"],
        SemanticKind::Delimiter => &["delimiter", "operator"],
        SemanticKind::Parameter => &["parameter"],
        SemanticKind::Function => &["function"],
        SemanticKind::Macro => &["macro", "function"],
        SemanticKind::Namespace => &["namespace"],
    }
}
