//! Renames what is named at a place, in every file that names it.
//!
//! Each name is edited only where it is spelled out. What comes of the edits is proved before they leave: each file is
//! analysed again, and must have the diagnostics, the names and the rendered text that it had, but for the new name.

mod new_name;
mod proof;
mod refusal;
mod shift;

pub use proof::Recheck;
pub use refusal::Refusal;

use super::DocumentView;
use super::references::{FileOccurrences, Workspace, references, symbol_at};
use super::symbols::{Home, Occurrence, Role, Spelling, Symbol, SymbolKind};
use crate::formatting::{self, TextEdit};
use crate::template::library;
use crate::text::Span;

/// What can be renamed at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    /// The name in the document.
    pub span: Span,
    /// The name.
    pub name: String,
}

/// The edits of one file.
#[derive(Clone, Debug)]
pub struct FileEdits {
    /// The file as it was.
    pub view: DocumentView,
    /// What is put where, sorted by place.
    pub edits: Vec<(Span, String)>,
    /// What is renamed, as the file knows it.
    pub symbols: Vec<Symbol>,
}

impl FileEdits {
    /// The text with the edits made.
    pub fn text(&self) -> String {
        let edits: Vec<TextEdit> =
            self.edits.iter().map(|(span, new)| TextEdit { span: *span, text: new.clone() }).collect();
        formatting::apply(self.view.text(), &edits)
    }
}

/// What is renamed by a rename at `offset`.
///
/// # Errors
///
/// Why nothing there can be renamed.
pub fn prepare(view: &DocumentView, offset: usize, workspace: &dyn Workspace) -> Result<Renamable, Refusal> {
    let (symbol, occurrence) = symbol_at(view, offset).ok_or(Refusal::Nothing)?;
    places(view, symbol, workspace)?;
    if occurrence.spelling == Spelling::Computed {
        return Err(computed(view, symbol, occurrence));
    }
    let name = occurrence.span.slice(view.text()).unwrap_or_default().to_owned();
    Ok(Renamable { span: occurrence.span, name })
}

/// The edits that rename what is named at `offset`, not yet proved.
///
/// # Errors
///
/// Why it can't be renamed, or not to this name.
pub fn rename(
    view: &DocumentView,
    offset: usize,
    new_name: &str,
    workspace: &dyn Workspace,
) -> Result<Vec<FileEdits>, Refusal> {
    let (symbol, _) = symbol_at(view, offset).ok_or(Refusal::Nothing)?;
    let places = places(view, symbol, workspace)?;
    new_name::check(symbol, new_name)?;
    let mut files: Vec<FileEdits> = Vec::new();
    for FileOccurrences { view, symbol } in places {
        if let Some(taken) = new_name::taken(&view, &symbol, new_name) {
            return Err(Refusal::Taken { noun: taken.kind.noun(), name: new_name.to_owned() });
        }
        let edits = symbol.occurrences.iter().map(|it| new_name::edit(&view, it.span, new_name));
        let edits: Vec<(Span, String)> = edits.collect();
        match files
            .iter_mut()
            .find(|file| file.view.source().path == view.source().path && file.view.text() == view.text())
        {
            Some(file) => {
                file.edits.extend(edits);
                file.symbols.push(symbol);
            }
            None => files.push(FileEdits { view, edits, symbols: vec![symbol] }),
        }
    }
    for file in &mut files {
        file.edits.sort();
        file.edits.dedup();
    }
    Ok(files)
}

/// Proves that the edits change nothing but the name.
///
/// # Errors
///
/// What else they would change.
pub fn prove(files: &[FileEdits], new_name: &str, recheck: &dyn Recheck) -> Result<(), Refusal> {
    proof::prove(files, new_name, recheck)
}

/// All places that name the symbol, if all of them can be edited.
fn places(view: &DocumentView, symbol: &Symbol, workspace: &dyn Workspace) -> Result<Vec<FileOccurrences>, Refusal> {
    let name = symbol.name.clone();
    let places = references(view, symbol, workspace);
    let is_defined = places.iter().any(|file| file.symbol.occurrences.iter().any(|it| it.role == Role::Definition));
    match &symbol.home {
        Home::Import(file) if !is_defined => {
            let is_built_in = library::built_in(file).is_some()
                && workspace.import(file, view.source()).is_some_and(|source| source.path.is_none());
            return Err(if is_built_in {
                Refusal::BuiltIn { noun: symbol.kind.noun(), name }
            } else {
                Refusal::NotDefined { noun: symbol.kind.noun(), name }
            });
        }
        Home::Surroundings if !is_defined => return Err(Refusal::Surroundings { name }),
        _ => {}
    }
    for file in &places {
        for occurrence in &file.symbol.occurrences {
            if occurrence.spelling == Spelling::Computed {
                return Err(computed(&file.view, &file.symbol, *occurrence));
            }
            let others = file.view.symbols().at(occurrence.span.start);
            let shared = others.iter().find(|(other, it)| {
                it.span == occurrence.span && it.spelling == Spelling::Literal && **other != file.symbol
            });
            if let Some((other, _)) = shared {
                let (other, other_name) = (other.kind.noun(), other.name.clone());
                return Err(Refusal::NamesMore { noun: symbol.kind.noun(), name, other, other_name });
            }
        }
    }
    Ok(places)
}

fn computed(view: &DocumentView, symbol: &Symbol, occurrence: Occurrence) -> Refusal {
    let line = view.text().get(..occurrence.span.start).map_or(0, |before| before.matches('\n').count()) + 1;
    let file = view.source().path.as_deref().and_then(|path| path.file_name());
    Refusal::Computed {
        noun: symbol.kind.noun(),
        name: symbol.name.clone(),
        file: file.map_or_else(|| view.source().name.clone(), |name| name.to_string_lossy().into_owned()),
        line,
    }
}

/// Whether a name of this kind is an identifier of the template language.
fn is_identifier(kind: SymbolKind) -> bool {
    match kind {
        SymbolKind::Service | SymbolKind::Scenario | SymbolKind::Step | SymbolKind::SpanName => false,
        SymbolKind::Variable
        | SymbolKind::MatrixAxis
        | SymbolKind::Macro
        | SymbolKind::Parameter
        | SymbolKind::LoopVariable
        | SymbolKind::SetVariable
        | SymbolKind::ImportAlias
        | SymbolKind::Component
        | SymbolKind::Block => true,
    }
}
