//! One cache entry: a judged render with everything that it read from outside.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Digest;
use crate::analysis::Diagnostic;
use crate::config::TestConfig;
use crate::template::{LoadError, Rendered, SourceFile, TemplateLoader};

/// A judged render. It is valid as long as every file and environment variable that it read still yields the same.
#[derive(Clone, Debug)]
pub struct CachedRender {
    /// The path of the document.
    pub document: Option<PathBuf>,
    /// The render.
    pub rendered: Arc<Rendered>,
    /// The typed model of its text.
    pub config: Arc<TestConfig>,
    /// What was found, mapped to the document; without the project's severities and the document's allow comments.
    pub diagnostics: Vec<Diagnostic>,
    /// How many combinations the matrix of the document has; one where there is no matrix.
    pub combinations: usize,
    /// Every file that was looked for while it was rendered, in order.
    pub dependencies: Vec<Dependency>,
}

impl CachedRender {
    /// About how many bytes the entry takes. The map and the model are estimated by the texts that they describe.
    pub fn bytes(&self) -> usize {
        let texts: usize = self.rendered.files.iter().map(|file| file.text.len()).sum();
        let diagnostics: usize =
            self.diagnostics.iter().map(|it| size_of::<Diagnostic>() + it.message.len() + 100 * it.related.len()).sum();
        // Measured on the macro pack: map and model take about four times the rendered text.
        size_of::<Self>() + texts + 5 * self.rendered.text.len() + diagnostics + 100 * self.dependencies.len()
    }

    /// Whether everything that was read still yields the same.
    pub fn is_valid(&self, surroundings: Surroundings<'_>) -> bool {
        self.rendered.environment.iter().all(|(name, seen)| (surroundings.environment)(name) == *seen)
            && self.dependencies.iter().all(|dependency| dependency.holds(surroundings.loader))
    }

    /// Whether a change of the file at `path` may change the entry: its document, a file that was read, or one that
    /// would now be found where none was.
    pub fn depends_on(&self, path: &Path) -> bool {
        self.document.as_deref() == Some(path)
            || self.dependencies.iter().any(|dependency| {
                // A nearer file of the same name overrides one that was found farther away.
                Path::new(&dependency.name).file_name() == path.file_name()
                    || matches!(&dependency.found, Lookup::Found { path: Some(found), .. } if found == path)
            })
    }
}

/// Where an entry's dependencies are looked up again.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Finds imported files.
    pub loader: &'a dyn TemplateLoader,
    /// What a template sees of an environment variable.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

/// One file that a template asked for.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The name as the template wrote it.
    pub name: String,
    /// The file that asked.
    pub from: SourceFile,
    /// What was found.
    pub found: Lookup,
}

impl Dependency {
    fn holds(&self, loader: &dyn TemplateLoader) -> bool {
        Lookup::of(&loader.load(&self.name, &self.from)) == self.found
    }
}

/// What looking for a file found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// This file.
    Found {
        /// Where it was read from; `None` for a built-in file.
        path: Option<PathBuf>,
        /// SHA-256 of its text.
        content: Digest,
    },
    /// Nothing that can be used.
    Failed(LoadError),
}

impl Lookup {
    fn of(result: &Result<SourceFile, LoadError>) -> Self {
        match result {
            Ok(file) => Self::Found { path: file.path.clone(), content: Digest::of(file.text.as_bytes()) },
            Err(error) => Self::Failed(error.clone()),
        }
    }
}

/// A loader that notes what was asked for and what was found.
pub struct RecordingLoader<'a> {
    inner: &'a dyn TemplateLoader,
    seen: Mutex<Vec<Dependency>>,
}

impl<'a> RecordingLoader<'a> {
    /// Notes what is asked of `inner`.
    pub const fn new(inner: &'a dyn TemplateLoader) -> Self {
        Self { inner, seen: Mutex::new(Vec::new()) }
    }

    /// What was asked for, in order, each question once.
    pub fn into_dependencies(self) -> Vec<Dependency> {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TemplateLoader for RecordingLoader<'_> {
    fn load(&self, name: &str, from: &SourceFile) -> Result<SourceFile, LoadError> {
        let result = self.inner.load(name, from);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.iter().any(|it| it.name == name && it.from.path == from.path && it.from.name == from.name) {
            seen.push(Dependency { name: name.to_owned(), from: from.clone(), found: Lookup::of(&result) });
        }
        result
    }
}
