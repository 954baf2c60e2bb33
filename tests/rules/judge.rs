//! Asks the product what it finds in a small project.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer, Diagnostic, Related};
use clnrm_lsp::template::SourceFile;

/// One finding.
#[derive(Clone, Debug)]
pub struct Found {
    pub code: &'static str,
    pub severity: &'static str,
    pub message: String,
    /// Its place in the document.
    pub range: Range<usize>,
    /// Related places: index of the file in the project, and range. Places in other files are left out.
    pub related: Vec<(usize, Range<usize>)>,
    pub fixes: Vec<Edits>,
}

/// A fix.
#[derive(Clone, Debug)]
pub struct Edits {
    pub title: String,
    pub edits: Vec<(Range<usize>, String)>,
}

/// One for all, as in the product.
static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::default);

/// All findings in the first of the files.
pub fn judge(files: &[(String, String)]) -> Vec<Found> {
    // Only what must be found on disk is written there.
    let directory = (files.len() > 1).then(|| tempfile::tempdir().unwrap());
    let root = directory.as_ref().map(|directory| directory.path());
    if let Some(root) = root {
        for (name, text) in files {
            std::fs::write(root.join(name), text).unwrap();
        }
    }
    let (name, text) = &files[0];
    let document =
        SourceFile { name: name.clone(), path: root.map(|root| root.join(name)), text: Arc::from(text.as_str()) };
    let roots = root.map(Path::to_path_buf).into_iter().collect();
    let analysis = ANALYZER.analyze(&document, &AnalysisOptions { roots, ..AnalysisOptions::default() });
    let index_of = |related: &Related| {
        let file = &analysis.files[related.file.0 as usize];
        let at = files
            .iter()
            .position(|(name, _)| *name == file.name || file.path.as_ref().is_some_and(|path| path.ends_with(name)))?;
        Some((at, related.span.range()))
    };
    let found = |diagnostic: &Diagnostic| Found {
        code: diagnostic.rule.code,
        severity: diagnostic.severity.name(),
        message: diagnostic.message.clone(),
        range: diagnostic.span.range(),
        related: diagnostic.related.iter().filter_map(index_of).collect(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Edits {
                title: fix.title.clone(),
                edits: fix.edits.iter().map(|(span, text)| (span.range(), text.clone())).collect(),
            })
            .collect(),
    };
    analysis.diagnostics.iter().map(found).collect()
}
