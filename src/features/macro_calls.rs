//! Who calls a macro, and which macros a macro calls, across the files of the workspace.

use super::DocumentView;
use super::references::{Workspace, references, resolve_home, symbol_at};
use super::symbols::{Role, Symbol, SymbolKind};
use crate::template::SourceFile;
use crate::template::lexer::{Keyword, TokenKind};
use crate::text::Span;

/// Something that calls macros: a macro, or a file.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The file that it stands in.
    pub source: SourceFile,
    /// The macro; `None` for the file itself.
    pub name: Option<String>,
    /// All of it.
    pub whole: Span,
    /// Its name; the start of the file for a file.
    pub selection: Span,
}

/// A caller or callee with the calls, which stand in the caller's file.
#[derive(Clone, Debug)]
pub struct Calls {
    /// The other end.
    pub item: Caller,
    /// The names of the macro where it is called.
    pub places: Vec<Span>,
}

/// The macro that is named at `offset`.
pub fn prepare(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Option<Caller> {
    let (symbol, _) = symbol_at(view, offset).filter(|(symbol, _)| symbol.kind == SymbolKind::Macro)?;
    let (home, defined) = resolve_home(view, symbol, workspace)?;
    definition(&home, &defined)
}

/// Everything that calls the macro whose name stands at `offset` of its own file.
pub fn incoming(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Vec<Calls> {
    let Some((symbol, _)) = symbol_at(view, offset).filter(|(symbol, _)| symbol.kind == SymbolKind::Macro) else {
        return Vec::new();
    };
    let mut calls: Vec<Calls> = Vec::new();
    for file in references(view, symbol, workspace) {
        let places = file.symbol.occurrences.iter().filter(|occurrence| occurrence.role == Role::Reference);
        for place in places.filter(|place| is_call(&file.view, place.span)) {
            let item = caller_around(&file.view, place.span);
            let is_same =
                |known: &&mut Calls| known.item.source.path == item.source.path && known.item.whole == item.whole;
            match calls.iter_mut().find(is_same) {
                Some(known) => known.places.push(place.span),
                None => calls.push(Calls { item, places: vec![place.span] }),
            }
        }
    }
    calls
}

/// Every macro that is called in the macro whose name stands at `offset` of its own file; by the file itself where none does.
pub fn outgoing(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Vec<Calls> {
    let body = body_at(view, offset);
    let called = view.symbols().of_kind(SymbolKind::Macro).filter_map(|symbol| {
        let places: Vec<Span> = symbol
            .occurrences
            .iter()
            .filter(|it| it.role == Role::Reference && is_call(view, it.span))
            .filter(|it| body_at(view, it.span.start) == body)
            .map(|it| it.span)
            .collect();
        if places.is_empty() {
            return None;
        }
        let (home, defined) = resolve_home(view, symbol, workspace)?;
        Some(Calls { item: definition(&home, &defined)?, places })
    });
    called.collect()
}

fn definition(home: &DocumentView, symbol: &Symbol) -> Option<Caller> {
    let selection = symbol.definition()?.span;
    let whole = body_at(home, selection.start).unwrap_or(selection);
    Some(Caller { source: home.source().clone(), name: Some(symbol.name.clone()), whole, selection })
}

/// The macro around a place, else the file.
fn caller_around(view: &DocumentView, place: Span) -> Caller {
    let source = view.source().clone();
    let around = body_at(view, place.start).and_then(|body| {
        let mut macros = view.symbols().of_kind(SymbolKind::Macro);
        macros.find_map(|symbol| {
            let name = symbol.occurrences.iter().find(|it| it.role == Role::Definition && body.covers(it.span))?;
            Some((body, symbol.name.clone(), name.span))
        })
    });
    match around {
        Some((whole, name, selection)) => Caller { source, name: Some(name), whole, selection },
        None => {
            let whole = Span::new(0, source.text.len());
            Caller { source, name: None, whole, selection: Span::at(0) }
        }
    }
}

/// The macro around an offset, from its first tag to its last.
fn body_at(view: &DocumentView, offset: usize) -> Option<Span> {
    let tokens = &view.template().lexed.tokens;
    let macros = tokens.iter().filter(|token| token.kind == TokenKind::Tag && token.keyword == Keyword::Macro);
    let bodies = macros.filter_map(|token| Some(token.span.join(tokens.get(token.mate?)?.span)));
    bodies.into_iter().find(|body| body.start <= offset && offset < body.end)
}

/// Whether the name of a macro stands in a call, not behind `endmacro`.
fn is_call(view: &DocumentView, name: Span) -> bool {
    view.text().get(..name.start).is_some_and(|before| before.trim_end().ends_with("::"))
}
