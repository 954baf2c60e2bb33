//! The proof by rendering: what a template renders to, before and after, in two contexts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::importers::MAX_IMPORTERS;
use super::proof::same_toml;
use crate::analysis::{AnalysisOptions, Analyzer, FileKind};
use crate::template::expression::{self, Kind};
use crate::template::lexer::{Comments, TokenKind, lex};
use crate::template::{LoadError, Rendered, SourceFile, TemplateLoader};

/// What the proof of a template needs: who renders, with what, and who uses the document.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Renders.
    pub analyzer: &'a Analyzer,
    /// The variables and what may be seen.
    pub options: &'a AnalysisOptions,
    /// Finds imported files.
    pub loader: &'a dyn TemplateLoader,
    /// For a library of macros: files that may import it; see [`super::importers()`].
    pub importers: &'a [SourceFile],
}

/// The renders of a document before it was changed: for those who must know that a change of its text changes nothing.
pub struct Renders<'a> {
    surroundings: Surroundings<'a>,
    document: &'a SourceFile,
    /// In each context: the documents that are rendered, with their renders.
    before: Vec<(AnalysisOptions, SourceFile, Arc<Rendered>)>,
}

impl<'a> Renders<'a> {
    /// Renders the document in two contexts, in which its conditions go either way; of a library the files that import it.
    /// `known` is what the document renders to in its own context, where somebody rendered it already. `None`: it is a library
    /// that no file imports.
    pub fn new(document: &'a SourceFile, surroundings: Surroundings<'a>, known: Option<Arc<Rendered>>) -> Option<Self> {
        let path = document.path.as_deref().unwrap_or(Path::new(&document.name));
        match FileKind::of_name(path) {
            Some(FileKind::MacroLibrary) => Self::of_importers(document, surroundings),
            _ => Some(Self::of(document, surroundings, known)),
        }
    }

    /// Renders the document in two contexts.
    pub(super) fn of(document: &'a SourceFile, surroundings: Surroundings<'a>, known: Option<Arc<Rendered>>) -> Self {
        let mut renders = Self { surroundings, document, before: Vec::new() };
        renders.add(document, known);
        renders
    }

    /// Renders the files that import the document. `None`: none of them does.
    pub(super) fn of_importers(document: &'a SourceFile, surroundings: Surroundings<'a>) -> Option<Self> {
        let mut renders = Self { surroundings, document, before: Vec::new() };
        for importer in surroundings.importers.iter().take(MAX_IMPORTERS) {
            renders.add(importer, None);
        }
        let path = document.path.as_deref()?;
        renders.before.retain(|(_, _, render)| render.files.iter().skip(1).any(|file| is_at(file, path)));
        (!renders.before.is_empty()).then_some(renders)
    }

    fn add(&mut self, document: &SourceFile, known: Option<Arc<Rendered>>) {
        let Surroundings { analyzer, options, loader, .. } = self.surroundings;
        let render = |options: &_| Arc::new(self.render(document, options, &self.document.text));
        let own = known.unwrap_or_else(|| render(options));
        let other = contrary(analyzer, document, options, loader).map(|options| (render(&options), options));
        self.before.push((options.clone(), document.clone(), own));
        self.before.extend(other.map(|(other, options)| (options, document.clone(), other)));
    }

    /// Renders `document` where the changed document has `text`.
    fn render(&self, document: &SourceFile, options: &AnalysisOptions, text: &Arc<str>) -> Rendered {
        let overlay = Overlay { loader: self.surroundings.loader, path: self.document.path.clone(), text };
        if self.is_of(document) {
            let document = SourceFile { text: Arc::clone(text), ..document.clone() };
            return self.surroundings.analyzer.render(&document, options, &overlay);
        }
        self.surroundings.analyzer.render(document, options, &overlay)
    }

    /// Whether `document` is the one that is changed, not one that imports it.
    fn is_of(&self, document: &SourceFile) -> bool {
        document.path == self.document.path && document.name == self.document.name
    }

    /// Whether everything renders to the same values when the document has `text`.
    pub(super) fn hold(&self, text: &str) -> bool {
        self.hold_by(text, None, &|before, after| {
            before.problems.len() == after.problems.len() && same_toml(&before.text, &after.text)
        })
    }

    /// Whether everything renders to what is the same by `same` when the document has `text`, and no new mistake stands in the
    /// template. `known` is what the document then renders to in its own context, where somebody rendered it already.
    pub fn keep(&self, text: &str, known: Option<&Rendered>, same: &dyn Fn(&str, &str) -> bool) -> bool {
        self.hold_by(text, known, &|before, after| {
            after.problems.len() <= before.problems.len() && same(&before.text, &after.text)
        })
    }

    /// Whether everything renders to what is the same by `same`, which gets each render before and after.
    fn hold_by(&self, text: &str, known: Option<&Rendered>, same: &dyn Fn(&Rendered, &Rendered) -> bool) -> bool {
        // What stands between the tags proves nothing about what they write.
        if self.before.iter().any(|(_, _, before)| before.given_up) {
            return false;
        }
        let text: Arc<str> = text.into();
        self.before.iter().enumerate().all(|(context, (options, document, before))| {
            let holds = |after: &Rendered| !after.given_up && same(before, after);
            match known.filter(|_| context == 0 && self.is_of(document)) {
                Some(known) => holds(known),
                None => holds(&self.render(document, options, &text)),
            }
        })
    }
}

/// Finds files as another loader does, but for one that has another text.
struct Overlay<'a> {
    loader: &'a dyn TemplateLoader,
    path: Option<PathBuf>,
    text: &'a Arc<str>,
}

impl TemplateLoader for Overlay<'_> {
    fn load(&self, name: &str, from: &SourceFile) -> Result<SourceFile, LoadError> {
        let mut file = self.loader.load(name, from)?;
        if self.path.as_deref().is_some_and(|path| is_at(&file, path)) {
            file.text = Arc::clone(self.text);
        }
        Ok(file)
    }
}

fn is_at(file: &SourceFile, path: &Path) -> bool {
    file.path.as_deref() == Some(path)
}

/// Options under which the conditions of a document go the other way: what is set is empty, what is not is set. `None`: there is
/// nothing to turn.
fn contrary(
    analyzer: &Analyzer,
    document: &SourceFile,
    options: &AnalysisOptions,
    loader: &dyn TemplateLoader,
) -> Option<AnalysisOptions> {
    let names = asked(&document.text);
    if names.is_empty() {
        return None;
    }
    let variables = analyzer.variables(document, options, loader);
    let mut options = options.clone();
    for name in names {
        let value = match variables.get(&name) {
            Some(value) if value.is_array() || value.is_map() => continue,
            Some(value) if is_true(value) => "",
            _ => "on",
        };
        options.overrides.insert(name, value.to_owned());
    }
    Some(options)
}

fn is_true(value: &tera::Value) -> bool {
    match value.as_str() {
        Some(text) => !text.is_empty(),
        None => value.as_bool().unwrap_or_else(|| value.as_i64() != Some(0)),
    }
}

/// The variables in the conditions of a template.
fn asked(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for token in lex(text, Comments::Toml).tokens {
        if !matches!(token.kind, TokenKind::Tag | TokenKind::Expression) {
            continue;
        }
        let words = expression::tokens(text, token.inner);
        if !words.iter().any(|word| word.is_word("if") || word.is_word("elif")) {
            continue;
        }
        let mut path: Vec<&str> = Vec::new();
        for (index, word) in words.iter().enumerate() {
            let follows = |operator: &str| words.get(index + 1).is_some_and(|next| next.is_operator(operator));
            if word.kind != Kind::Identifier {
                if !word.is_operator(".") {
                    path.clear();
                }
                continue;
            }
            path.push(word.text);
            let before = index.checked_sub(path.len() * 2 - 1).and_then(|before| words.get(before));
            let is_name = !follows(".") && !follows("(") && !follows("::") && !follows("=");
            let is_filter = before.is_some_and(|before| before.is_operator("|") || before.is_word("is"));
            if is_name && !is_filter && !KEYWORDS.contains(&path[0]) {
                names.insert(path.join("."));
            }
            if !follows(".") {
                path.clear();
            }
        }
    }
    names
}

/// Words of the template language that are no variables.
const KEYWORDS: [&str; 19] = [
    "if",
    "elif",
    "else",
    "and",
    "or",
    "not",
    "in",
    "is",
    "for",
    "set",
    "set_global",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "loop",
    "macro",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_conditions_are_found() {
        let text =
            "{% if vars.debug and not svc is defined %}\n{% elif count(x=y) > level | int %}{% endif %}{{ free }}";
        let names: Vec<String> = asked(text).into_iter().collect();
        assert_eq!(names, ["level", "svc", "vars.debug", "y"]);
    }
}
