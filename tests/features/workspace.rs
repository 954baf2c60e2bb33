//! Several files that know of each other, without a disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::references::Workspace;
use clnrm_lsp::features::rename::Recheck;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::template::{SourceFile, TemplateLoader};
use clnrm_lsp::text::Span;

use crate::fixture::ANALYZER;

/// The files of a workspace. The first is the one that is looked at.
pub struct Files {
    files: Vec<DocumentView>,
    loader: MemoryLoader,
}

impl Files {
    /// Files by name and text; where one holds `$0`, its offset in the first is the cursor.
    pub fn new(files: &[(&str, &str)]) -> (Self, usize) {
        let cursor = files[0].1.find("$0").unwrap_or_default();
        let sources: Vec<SourceFile> = files.iter().map(|(name, text)| source(name, &text.replace("$0", ""))).collect();
        let loader = MemoryLoader::of(sources.iter().map(|file| (file.name.clone(), file.text.clone())));
        let views = sources.iter().map(|file| analyze(file, &loader)).collect();
        (Self { files: views, loader }, cursor)
    }

    /// The file that is looked at.
    pub fn first(&self) -> &DocumentView {
        &self.files[0]
    }
}

/// A file in memory; its path is its name.
pub fn source(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), path: Some(PathBuf::from(name)), text: text.into() }
}

fn analyze(file: &SourceFile, loader: &MemoryLoader) -> DocumentView {
    let options = AnalysisOptions { libraries: true, ..AnalysisOptions::default() };
    DocumentView::new(Arc::new(ANALYZER.analyze_with(file, &options, loader)))
}

/// Where a span stands in a file, and its text: `name 3:7 text`. Lines and characters are counted from 1.
pub fn place(file: &SourceFile, span: Span) -> String {
    let before = &file.text[..span.start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let text = span.slice(&file.text).unwrap().lines().next().unwrap_or_default();
    format!("{} {line}:{column} {text}", file.name)
}

impl Workspace for Files {
    fn files(&self) -> &[DocumentView] {
        &self.files
    }

    fn import(&self, name: &str, from: &SourceFile) -> Option<SourceFile> {
        self.loader.load(name, from).ok()
    }

    fn settings(&self, _: &Path) -> Option<PathBuf> {
        let is_settings = |view: &&DocumentView| view.source().name == "cleanroom.toml";
        self.files.iter().find(is_settings).map(|view| PathBuf::from(&view.source().name))
    }
}

impl Recheck for Files {
    fn analyze(&self, file: &SourceFile, texts: &[SourceFile]) -> DocumentView {
        let kept = self.files.iter().map(|view| (view.source().name.clone(), view.source().text.clone()));
        let changed = texts.iter().map(|text| (text.name.clone(), text.text.clone()));
        analyze(file, &MemoryLoader::of(kept.chain(changed)))
    }
}
