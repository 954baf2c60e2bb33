//! From a place to where the thing there is defined.

use super::workspace::Imports;
use super::{FileKey, Target, Workspace, symbol_at, target_of};
use crate::features::DocumentView;
use crate::features::symbols::{Home, Occurrence, Role, Symbol, SymbolKind};
use crate::template::SourceFile;
use crate::template::lexer::TokenKind;
use crate::text::Span;

/// What a place refers to.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The word that refers to it.
    pub origin: Span,
    /// Where it is defined: several places where the definition is computed in several ways.
    pub destinations: Vec<Destination>,
}

/// A place that defines something.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The file.
    pub source: SourceFile,
    /// All of the definition.
    pub whole: Span,
    /// The name in it.
    pub name: Span,
}

/// Where the thing at `offset` is defined. A tag that ends a block leads to the one that opens it, and the other way round; the
/// name of a file to that file.
pub fn definition(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Option<Definition> {
    if let Some(found) = file_at(view, offset, workspace).or_else(|| mate_at(view, offset)) {
        return Some(found);
    }
    let (symbol, occurrence) = symbol_at(view, offset)?;
    let (home, defined) = resolve_home(view, symbol, workspace)?;
    Some(found(&home, &defined, Role::Definition, occurrence.span))
}

/// Where the thing at `offset` is declared in the document: the line of `[vars]` that repeats a variable, the `import` that a
/// macro comes by; else where it is defined.
pub fn declaration(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Option<Definition> {
    let (symbol, occurrence) = symbol_at(view, offset)?;
    let declared = found(view, symbol, Role::Declaration, occurrence.span);
    if symbol.kind == SymbolKind::Variable && !declared.destinations.is_empty() {
        return Some(declared);
    }
    if let (SymbolKind::Macro, Home::Import(file)) = (symbol.kind, &symbol.home) {
        let template = view.template();
        let reference = template.references.iter().find(|it| it.names.iter().any(|(name, _)| name == file));
        let tag = reference.and_then(|reference| template.lexed.tokens.get(reference.token));
        if let Some((tag, name)) = tag.zip(reference.and_then(|reference| reference.names.first())) {
            let destination = Destination { source: view.source().clone(), whole: tag.span, name: name.1 };
            return Some(Definition { origin: occurrence.span, destinations: vec![destination] });
        }
    }
    definition(view, offset, workspace)
}

/// The document that defines `symbol`, and the symbol as that one knows it.
pub fn resolve_home(view: &DocumentView, symbol: &Symbol, workspace: &dyn Workspace) -> Option<(DocumentView, Symbol)> {
    if symbol.definition().is_some() {
        return Some((view.clone(), symbol.clone()));
    }
    let imports = Imports::new(workspace);
    let file = match target_of(view, symbol, &imports) {
        Target::Macro { file, .. } | Target::Parameter { file, .. } | Target::Variable { settings: file, .. } => file,
        Target::Local => return None,
    };
    let known = workspace.files().iter().find(|view| FileKey::of(view.source()) == file).cloned();
    let home = known.or_else(|| match &symbol.home {
        Home::Import(name) => Some(DocumentView::of_text(workspace.import(name, view.source())?)),
        Home::Document | Home::Surroundings => None,
    })?;
    let is_same = |other: &&Symbol| {
        other.kind == symbol.kind
            && other.name == symbol.name
            && other.owner == symbol.owner
            && other.home == Home::Document
    };
    let defined = home.symbols().all().iter().find(is_same)?.clone();
    Some((home, defined))
}

fn found(home: &DocumentView, symbol: &Symbol, role: Role, origin: Span) -> Definition {
    let defining = symbol.occurrences.iter().filter(|occurrence| occurrence.role == role);
    // A service, step or span is defined by its first block; what the branches of a condition set, they set each.
    let most = if symbol.kind == SymbolKind::SetVariable { usize::MAX } else { 1 };
    let destinations = defining.take(most).map(|occurrence| destination(home, symbol, *occurrence)).collect();
    Definition { origin, destinations }
}

fn destination(view: &DocumentView, symbol: &Symbol, occurrence: Occurrence) -> Destination {
    let source = view.source().clone();
    Destination { source, whole: around(view, symbol.kind, occurrence.span), name: occurrence.span }
}

/// All of the definition that the name at `span` belongs to.
pub(in crate::features) fn around(view: &DocumentView, kind: SymbolKind, span: Span) -> Span {
    let tokens = &view.template().lexed.tokens;
    let token = view.template().lexed.token_at(span.start).and_then(|index| tokens.get(index));
    if let Some(token) = token.filter(|token| token.kind != TokenKind::Text && token.span.covers(span)) {
        let is_block = matches!(kind, SymbolKind::Macro | SymbolKind::Component | SymbolKind::Block);
        let mate = token.mate.filter(|_| is_block).and_then(|mate| tokens.get(mate));
        return mate.map_or(token.span, |mate| token.span.join(mate.span));
    }
    let Some(table) = view.syntax().table_at(span.start) else { return span };
    if matches!(kind, SymbolKind::Variable | SymbolKind::MatrixAxis) {
        let pair = table.pairs.iter().find(|pair| pair.span.covers(span));
        return pair.map_or(span, |pair| pair.span);
    }
    let end = table.pairs.last().map_or(span.end, |pair| pair.span.end);
    let start = table.header.as_ref().map_or(span.start, |header| header.span.start);
    Span::new(start.min(span.start), end.max(span.end))
}

/// The file whose name stands at `offset`.
fn file_at(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Option<Definition> {
    let names = view.template().references.iter().flat_map(|reference| &reference.names);
    let (name, span) = names.into_iter().find(|(_, span)| span.start <= offset && offset <= span.end)?;
    let source = workspace.import(name, view.source())?;
    let destination = Destination { source, whole: Span::at(0), name: Span::at(0) };
    Some(Definition { origin: Span::new(span.start + 1, span.end.saturating_sub(1)), destinations: vec![destination] })
}

/// The tag that belongs to the one at whose first word `offset` stands.
fn mate_at(view: &DocumentView, offset: usize) -> Option<Definition> {
    let tokens = &view.template().lexed.tokens;
    let token = tokens.get(view.template().lexed.token_at(offset)?)?;
    let word = token.keyword_span;
    if token.kind != TokenKind::Tag || word.is_empty() || offset < word.start || word.end < offset {
        return None;
    }
    let mate = tokens.get(token.mate.or(token.owner)?)?;
    let destination = Destination { source: view.source().clone(), whole: mate.span, name: mate.keyword_span };
    Some(Definition { origin: word, destinations: vec![destination] })
}
