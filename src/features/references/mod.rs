//! Where the thing at a place is defined, and where else it is named: in the document and in the other files of the workspace.
//!
//! What one document names is told by its [`symbols`](super::symbols); here the symbols of several documents are brought
//! together. Which files there are, and which file an `import` means, is told by a [`Workspace`].

mod definition;
mod workspace;

pub use definition::{Definition, Destination, declaration, definition, resolve_home};
pub use workspace::{FileKey, Workspace};

use super::DocumentView;
use super::symbols::{Home, Occurrence, Role, Spelling, Symbol, SymbolKind};
use crate::config::FileKind;
use crate::validation::expectations::NamePattern;
use workspace::Imports;

/// The occurrences of a symbol in one file.
#[derive(Clone, Debug)]
pub struct FileOccurrences {
    /// The file.
    pub view: DocumentView,
    /// The symbol as that file knows it, with its occurrences there.
    pub symbol: Symbol,
}

/// What is named, however a file refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A macro of a file.
    Macro {
        /// The file.
        file: FileKey,
        /// The macro.
        name: String,
    },
    /// A parameter of a macro of a file.
    Parameter {
        /// The file.
        file: FileKey,
        /// The macro.
        owner: String,
        /// The parameter.
        name: String,
    },
    /// A variable that a `cleanroom.toml` defines.
    Variable {
        /// That file.
        settings: FileKey,
        /// The variable.
        name: String,
    },
    /// What only its own document names.
    Local,
}

/// The symbol at `offset` that is meant there, with the occurrence: of several the one that is spelled out.
pub fn symbol_at(view: &DocumentView, offset: usize) -> Option<(&Symbol, Occurrence)> {
    view.symbols().at(offset).into_iter().next()
}

/// Every place in the workspace that names `symbol` of the document `view`; the document's own first, the other files in the
/// order of the workspace.
pub fn references(view: &DocumentView, symbol: &Symbol, workspace: &dyn Workspace) -> Vec<FileOccurrences> {
    let own = FileOccurrences { view: view.clone(), symbol: symbol.clone() };
    let imports = Imports::new(workspace);
    let target = target_of(view, symbol, &imports);
    if target == Target::Local {
        return vec![own];
    }
    let key = FileKey::of(view.source());
    let others = workspace.files().iter().filter(|file| FileKey::of(file.source()) != key);
    let named = others.flat_map(|file| {
        let symbols = file.symbols().of_kind(symbol.kind).filter(|other| other.name == symbol.name);
        let same = symbols.filter(|other| target_of(file, other, &imports) == target);
        same.map(|symbol| FileOccurrences { view: file.clone(), symbol: symbol.clone() }).collect::<Vec<_>>()
    });
    std::iter::once(own).chain(named).collect()
}

/// What `symbol` of the document `view` is, seen from everywhere.
pub(super) fn target_of(view: &DocumentView, symbol: &Symbol, imports: &Imports<'_>) -> Target {
    let file = || match &symbol.home {
        Home::Import(name) => imports.key(name, view.source()),
        Home::Document | Home::Surroundings => Some(FileKey::of(view.source())),
    };
    let name = symbol.name.clone();
    let target = match (symbol.kind, &symbol.owner) {
        (SymbolKind::Macro, _) => file().map(|file| Target::Macro { file, name }),
        (SymbolKind::Parameter, Some(owner)) => {
            file().map(|file| Target::Parameter { file, owner: owner.clone(), name })
        }
        (SymbolKind::Variable, _) if view.analysis().kind == FileKind::ProjectSettings => {
            Some(Target::Variable { settings: FileKey::of(view.source()), name })
        }
        (SymbolKind::Variable, _) if symbol.home == Home::Surroundings => {
            let settings = view.source().path.as_deref().and_then(|path| imports.workspace.settings(path));
            settings.map(|settings| Target::Variable { settings: FileKey::Disk(settings), name })
        }
        _ => None,
    };
    target.unwrap_or(Target::Local)
}

/// The patterns of span names in the document that match the name of `symbol`, if it is a span's.
pub fn matching_patterns(view: &DocumentView, symbol: &Symbol) -> Vec<Occurrence> {
    if symbol.kind != SymbolKind::SpanName {
        return Vec::new();
    }
    let patterns = view.symbols().patterns().iter();
    let matching =
        patterns.filter(|it| NamePattern::new(&it.pattern).is_ok_and(|pattern| pattern.matches(&symbol.name)));
    matching.map(|it| Occurrence { span: it.span, role: Role::Reference, spelling: Spelling::Computed }).collect()
}
