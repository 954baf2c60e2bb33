//! The last render of each document that is being edited: where the next text differs from it in literal text only, it is used once
//! more (see [`crate::template::LexedDocument`]), which spares the whole render.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use lru::LruCache;

use super::cache::{CachedRender, Dependency, Digest, Surroundings};
use crate::template::{LexedDocument, Rendered, SourceFile, Variables};

/// So many are remembered: the combinations of a matrix are renders of their own.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// All that are remembered take so many bytes together, about.
const MAX_BYTES: usize = 32 << 20;

/// The last renders, by what they depend on beside the text of their document.
#[derive(Debug)]
pub(super) struct RecentRenders {
    renders: Mutex<LruCache<Digest, Arc<RecentRender>>>,
}

#[derive(Debug)]
struct RecentRender {
    entry: Arc<CachedRender>,
    variables: Variables,
    /// The tokens of the document; made when a next text comes, as most documents are read once.
    lexed: OnceLock<LexedDocument>,
}

/// A render that was made from an earlier one, with what remembering it needs.
pub(super) struct Retyped {
    pub rendered: Rendered,
    pub dependencies: Vec<Dependency>,
    pub lexed: LexedDocument,
}

impl Default for RecentRenders {
    fn default() -> Self {
        Self { renders: Mutex::new(LruCache::new(REMEMBERED)) }
    }
}

impl RecentRenders {
    /// The render of `document` from the last one in this context; `None` where it must be rendered.
    pub(super) fn retyped(
        &self,
        context: &Digest,
        document: &SourceFile,
        variables: &Variables,
        surroundings: Surroundings<'_>,
    ) -> Option<Retyped> {
        let recent = self.renders.lock().unwrap_or_else(PoisonError::into_inner).get(context).cloned()?;
        let before = &recent.entry.rendered;
        if !before.may_differ_in_literal(document) {
            return None;
        }
        let lexed = LexedDocument::new(&document.text);
        let old = recent.lexed.get_or_init(|| LexedDocument::new(&before.files[0].text));
        let rendered = before.with_literal_edit(document, old, &lexed)?;
        if !recent.entry.is_valid(surroundings) || !recent.variables.render_like(variables) {
            return None;
        }
        let mut dependencies = recent.entry.dependencies.clone();
        for dependency in &mut dependencies {
            if dependency.from.path == document.path && dependency.from.name == document.name {
                dependency.from.text = Arc::clone(&document.text);
            }
        }
        Some(Retyped { rendered, dependencies, lexed })
    }

    /// Remembers the render of a document.
    pub(super) fn put(
        &self,
        context: Digest,
        entry: &Arc<CachedRender>,
        variables: Variables,
        lexed: Option<LexedDocument>,
    ) {
        let lexed = lexed.map(OnceLock::from).unwrap_or_default();
        let recent = Arc::new(RecentRender { entry: Arc::clone(entry), variables, lexed });
        let mut renders = self.renders.lock().unwrap_or_else(PoisonError::into_inner);
        let mut dropped = Vec::from_iter(renders.push(context, recent));
        let mut bytes: usize = renders.iter().map(|(_, recent)| recent.entry.bytes()).sum();
        while bytes > MAX_BYTES
            && let Some(oldest) = renders.pop_lru()
        {
            bytes -= oldest.1.entry.bytes();
            dropped.push(oldest);
        }
        drop(renders);
        // To free a render takes a while, during which nobody should wait.
        drop(dropped);
    }
}
