//! All files that take part in one render: the document and everything that it imports, includes or extends, directly or not.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::library;
use super::parsed::{ParsedFile, Reference, ReferenceKind};
use super::problem::{Problem, ProblemKind};
use super::render::{LoadError, TemplateLoader};
use super::source::{FileId, FileSpan, SourceFile};
use super::suggestion::nearest;
use crate::text::Span;

/// More files than this in one render are a problem.
const MAX_FILES: usize = 128;

/// Imported files longer than this, in bytes, are not read.
const MAX_FILE_BYTES: usize = 16 << 20;

/// One file of a program.
#[derive(Clone, Debug)]
pub struct ProgramFile {
    /// Its name, path and text.
    pub source: SourceFile,
    /// Its tokens and definitions.
    pub parsed: Arc<ParsedFile>,
    /// The file behind each of its references; `None` for one that does not exist or leads into a circle.
    pub links: Vec<Option<FileId>>,
}

/// The files of a render, by [`FileId`].
#[derive(Clone, Debug)]
pub struct Program {
    /// The document first.
    pub files: Vec<ProgramFile>,
    /// The names of macros that something may call, directly or through macros of the built-in library. The library's other
    /// macros need not be lowered and compiled for each document, which costs more than all else in a short one.
    pub called: BTreeSet<String>,
}

impl Program {
    /// Loads everything that `document` leads to. `parse` turns a file into its tokens (and may remember it).
    pub fn load(
        document: &SourceFile,
        loader: &dyn TemplateLoader,
        mut parse: impl FnMut(&SourceFile) -> Arc<ParsedFile>,
    ) -> (Self, Vec<Problem>) {
        let parsed = Arc::new(ParsedFile::new(&document.text));
        let mut files = vec![ProgramFile { source: document.clone(), parsed, links: Vec::new() }];
        let mut known = HashMap::from([(identity(document), FileId::DOCUMENT)]);
        let mut problems = Vec::new();
        let mut at = 0;
        while at < files.len() {
            let file = FileId(at as u32);
            let parsed = files[at].parsed.clone();
            let from = files[at].source.clone();
            let mut links = Vec::with_capacity(parsed.references.len());
            for reference in &parsed.references {
                let (found, problem) = find(reference, &from, loader, file);
                problems.extend(problem);
                links.push(found.and_then(|source| {
                    if let Some(&id) = known.get(&identity(&source)) {
                        return Some(id);
                    }
                    if files.len() >= MAX_FILES {
                        return None;
                    }
                    let id = FileId(files.len() as u32);
                    known.insert(identity(&source), id);
                    files.push(ProgramFile { parsed: parse(&source), source, links: Vec::new() });
                    Some(id)
                }));
            }
            files[at].links = links;
            at += 1;
        }
        let called = called(&files);
        let mut program = Self { files, called };
        program.cut_circles(&mut problems);
        (program, problems)
    }

    /// The file `id`.
    pub fn file(&self, id: FileId) -> &ProgramFile {
        &self.files[id.0 as usize]
    }

    /// The text of the file `id`.
    pub fn text(&self, id: FileId) -> &str {
        &self.file(id).source.text
    }

    /// The tags that lead from `file` to the document, innermost first; each file by the first tag that named it.
    pub fn way_to(&self, file: FileId) -> Vec<FileSpan> {
        let mut way = Vec::new();
        let mut at = file;
        // A file is loaded behind the one that named it first, so the way leads to ever smaller indices.
        while at != FileId::DOCUMENT {
            let mut earlier = self.files.iter().take(at.0 as usize).enumerate();
            let step = earlier.find_map(|(index, from)| {
                let reference = from.links.iter().position(|link| *link == Some(at))?;
                let token = from.parsed.references.get(reference)?.token;
                let span = from.parsed.lexed.tokens.get(token)?.span;
                Some(FileSpan { file: FileId(index as u32), span })
            });
            let Some(step) = step else { break };
            way.push(step);
            at = step.file;
        }
        way
    }

    /// The file that the namespace `alias` means in `file`.
    pub fn namespace(&self, file: FileId, alias: &str) -> Option<FileId> {
        if alias == "self" {
            return Some(file);
        }
        let entry = self.file(file);
        let import = entry.parsed.imports.iter().rfind(|import| import.alias == alias)?;
        entry.links.get(import.reference).copied().flatten()
    }

    /// Whether a component of this name is defined anywhere.
    pub fn has_component(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.parsed.components.iter().any(|component| component.name == name))
    }

    /// Reports references that lead back to where they start, and removes those that the engine would follow.
    fn cut_circles(&mut self, problems: &mut Vec<Problem>) {
        let mut state = vec![Visit::Not; self.files.len()];
        // Depth first without recursion: a file and the next reference of it to follow.
        let mut path: Vec<(usize, usize)> = vec![(0, 0)];
        state[0] = Visit::Open;
        while let Some(&mut (file, ref mut next)) = path.last_mut() {
            let reference = *next;
            *next += 1;
            let Some(link) = self.files[file].links.get(reference).copied() else {
                state[file] = Visit::Done;
                path.pop();
                continue;
            };
            let Some(target) = link.map(|id| id.0 as usize) else { continue };
            match state[target] {
                Visit::Not => {
                    state[target] = Visit::Open;
                    path.push((target, 0));
                }
                Visit::Open => {
                    let from = path.iter().position(|(on_path, _)| *on_path == target).unwrap_or(0);
                    let names = path[from..].iter().map(|(on_path, _)| *on_path).chain([target]);
                    let circle = names.map(|index| self.files[index].source.name.clone()).collect();
                    let tag = &self.files[file].parsed.references[reference];
                    let at = tag.names.first().map_or(Span::default(), |(_, span)| *span);
                    problems.push(Problem {
                        kind: ProblemKind::CircularTemplate { path: circle },
                        at: FileSpan { file: FileId(file as u32), span: at },
                        stack: Vec::new(),
                    });
                    if tag.kind != ReferenceKind::Import {
                        self.files[file].links[reference] = None;
                    }
                }
                Visit::Done => {}
            }
        }
    }
}

/// All names that stand behind `::` in the files, and in those macros of the built-in library that are among them. Names that
/// are no calls (in text, say) do no harm.
fn called(files: &[ProgramFile]) -> BTreeSet<String> {
    let (built_in, own): (Vec<_>, Vec<_>) = files.iter().partition(|file| library::is_built_in(&file.source));
    let mut called = BTreeSet::new();
    let mut texts: Vec<&str> = own.iter().map(|file| &*file.source.text).collect();
    while let Some(text) = texts.pop() {
        for at in memchr::memmem::find_iter(text.as_bytes(), "::") {
            let name = text[at + 2..].trim_start();
            let end = name
                .find(|character: char| character != '_' && !character.is_ascii_alphanumeric())
                .unwrap_or(name.len());
            if end == 0 || !called.insert(name[..end].to_owned()) {
                continue;
            }
            texts.extend(built_in.iter().filter_map(|file| file.macro_text(&name[..end])));
        }
    }
    called
}

impl ProgramFile {
    /// The text of the body of a macro.
    fn macro_text(&self, name: &str) -> Option<&str> {
        let tokens = &self.parsed.lexed.tokens;
        let opening = tokens.get(self.parsed.macros.get(name)?.token)?;
        let closing = tokens.get(opening.mate?)?;
        self.source.text.get(opening.span.start..closing.span.end)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// What makes two loaded files the same file.
fn identity(source: &SourceFile) -> String {
    match &source.path {
        Some(path) => path.to_string_lossy().into_owned(),
        None => format!("\0{}", source.name),
    }
}

fn find(
    reference: &Reference,
    from: &SourceFile,
    loader: &dyn TemplateLoader,
    file: FileId,
) -> (Option<SourceFile>, Option<Problem>) {
    let mut problem = None;
    for (name, span) in &reference.names {
        let kind = match loader.load(name, from) {
            Ok(source) if source.text.len() > MAX_FILE_BYTES => {
                let reason = format!("longer than {} MiB", MAX_FILE_BYTES >> 20);
                ProblemKind::UnreadableTemplate { name: name.clone(), reason }
            }
            Ok(source) => return (Some(source), None),
            Err(LoadError::NotFound { searched, existing }) => {
                let suggestion = nearest(name, existing.iter().map(String::as_str));
                ProblemKind::UnknownTemplate { name: name.clone(), searched, suggestion }
            }
            Err(LoadError::Unreadable { reason }) => ProblemKind::UnreadableTemplate { name: name.clone(), reason },
        };
        problem.get_or_insert(Problem { kind, at: FileSpan { file, span: *span }, stack: Vec::new() });
    }
    (None, problem.filter(|_| !reference.optional))
}
