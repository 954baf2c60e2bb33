//! Renders documents: loads what they need, lowers and compiles it, and renders it as often as mistakes demand.
//!
//! Imported files are lowered and compiled once and remembered by content, so that a keystroke costs the document alone.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tera::{Error, ErrorKind, Kwargs, State, Tera, Value};

use super::lower::{LowerInput, Lowered, Marks, Output, PAIRS_FILTER, Repairs, lower};
use super::parsed::{ParsedFile, ReferenceKind};
use super::program::Program;
use super::render::{RenderInput, Rendered};
use super::source::{FileId, SourceFile};
use super::{budget, language, library};

/// How many imported files, and how many compiled sets of them, are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// When the rendered text is compared with a render without markers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// Only where output is captured, so that a defect of the lowering could let markers be seen, and only for documents of
    /// ordinary size. Where nothing is captured, no construct of the template language can observe what was written
    /// before it, and the comparison can't fail.
    #[default]
    WhereNeeded,
    /// Always: for tests.
    Always,
}

/// Renders documents. Build one and share it: it is `Send` and `Sync`, and remembers what was compiled.
pub struct TemplateEngine {
    base: Tera,
    verification: Verification,
    cache: Mutex<Cache>,
}

/// What tells imported files apart: name, path and text.
type FileKey = (String, Option<PathBuf>, Arc<str>);

struct Cache {
    /// Imported files and their units.
    units: LruCache<FileKey, (u32, Arc<ParsedFile>)>,
    /// Compiled sets of imported files.
    libraries: LruCache<LibraryKey, Arc<Library>>,
    next_unit: u32,
}

/// What the lowering of the imported files depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct LibraryKey {
    units: Vec<u32>,
    links: Vec<Vec<Option<FileId>>>,
    written: Vec<bool>,
    marks: Marks,
    coarse_blocks: bool,
    /// Empty unless the built-in library, of which only called macros are lowered, is among the files.
    called: BTreeSet<String>,
}

/// All imported files of a program, compiled.
struct Library {
    tera: Tera,
    lowered: Vec<Arc<Lowered>>,
    /// Copies of `tera` in which there is a document, and nothing of it but its marked text: the next one takes its place.
    /// A copy costs more than a short document.
    used: Mutex<Vec<Tera>>,
}

/// At most so many copies are kept.
const MAX_USED: usize = 4;

/// A copy is not kept for the sake of a document that became more than so many bytes: it takes memory, and its own compilation takes
/// much longer than a copy.
const MAX_KEPT: usize = 64 << 10;

impl Library {
    /// A copy in which a document may be put that is its marked text and nothing else.
    fn used(&self) -> Option<Tera> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, tera: Tera) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < MAX_USED {
            used.push(tera);
        }
    }
}

/// A program that is ready to be rendered.
pub(super) struct Compiled {
    pub tera: Tera,
    /// By [`FileId`].
    pub lowered: Vec<Arc<Lowered>>,
    library: Arc<Library>,
}

impl Compiled {
    /// Lets the next document of the same program have the compiled library; gives what was lowered.
    pub fn finish(self) -> Vec<Arc<Lowered>> {
        let is_small = |document: &Lowered| document.marked.as_ref().is_some_and(|it| it.text().len() <= MAX_KEPT);
        if self.lowered.first().is_some_and(|document| is_marked_alone(document) && is_small(document)) {
            self.library.give_back(self.tera);
        }
        self.lowered
    }
}

/// Whether the document becomes one template, that of its marked text.
fn is_marked_alone(document: &Lowered) -> bool {
    document.marked.is_some() && document.clean.is_none() && document.macros.is_none()
}

/// A program with everything that compiling it needs.
pub(super) struct Job<'a> {
    pub program: &'a Program,
    /// By [`FileId`].
    pub units: &'a [u32],
    pub marks: Marks,
    /// Whether a clean render of the document is wanted as well.
    pub clean: bool,
}

/// Why a program does not compile.
pub(super) struct CompileError {
    pub error: Error,
    /// What was lowered, by [`FileId`]; to find places in it.
    pub lowered: Vec<Arc<Lowered>>,
}

impl Default for TemplateEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl TemplateEngine {
    /// An engine with all functions and filters.
    pub fn new() -> Self {
        Self::with_verification(Verification::default())
    }

    /// An engine that verifies its renders as told.
    pub fn with_verification(verification: Verification) -> Self {
        let mut base = language::engine().clone();
        base.register_filter(PAIRS_FILTER, pairs);
        budget::install(&mut base);
        let cache = Cache { units: LruCache::new(REMEMBERED), libraries: LruCache::new(REMEMBERED), next_unit: 1 };
        Self { base, verification, cache: Mutex::new(cache) }
    }

    /// Renders a document. Never fails: mistakes are replaced by placeholders and reported.
    pub fn render(&self, input: RenderInput<'_>) -> Rendered {
        super::recovery::render(self, input)
    }

    pub(super) fn verification(&self) -> Verification {
        self.verification
    }

    /// Loads the files of a program and numbers them; the document is unit 0.
    pub(super) fn load(&self, input: &RenderInput<'_>) -> (Program, Vec<u32>, Vec<super::Problem>) {
        let parse = |file: &SourceFile| self.unit(file).1;
        let (program, problems) = Program::load(input.document, input.loader, parse);
        let units = program.files.iter().skip(1).map(|file| self.unit(&file.source).0);
        let units = std::iter::once(0).chain(units).collect();
        (program, units, problems)
    }

    fn unit(&self, file: &SourceFile) -> (u32, Arc<ParsedFile>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (file.name.clone(), file.path.clone(), file.text.clone());
        if let Some(unit) = cache.units.get(&key) {
            return unit.clone();
        }
        let unit = (cache.next_unit, Arc::new(ParsedFile::new(&file.text)));
        cache.next_unit = cache.next_unit.checked_add(1).unwrap_or(1);
        cache.units.put(key, unit.clone());
        unit
    }

    /// Lowers and compiles a program.
    pub(super) fn compile(&self, job: &Job<'_>, repairs: &[Repairs]) -> Result<Compiled, CompileError> {
        let library = self.library(job, repairs)?;
        let document = Arc::new(job.lower(FileId::DOCUMENT, repairs));
        let mut lowered = vec![document.clone()];
        lowered.extend(library.lowered.iter().cloned());
        let used = if is_marked_alone(&document) { library.used() } else { None };
        let mut tera = used.unwrap_or_else(|| library.tera.clone());
        match add(&mut tera, [(0, &*document)]) {
            Ok(()) => Ok(Compiled { tera, lowered, library }),
            Err(error) => Err(CompileError { error, lowered }),
        }
    }

    fn library(&self, job: &Job<'_>, repairs: &[Repairs]) -> Result<Arc<Library>, CompileError> {
        let files = &job.program.files;
        // Repairs in an imported file are rare and short-lived; such a set is not worth remembering.
        let key = repairs[1..].iter().all(Repairs::is_empty).then(|| LibraryKey {
            units: job.units.to_vec(),
            links: files[1..].iter().map(|file| file.links.clone()).collect(),
            written: (0..files.len()).map(|file| job.is_written(FileId(file as u32))).collect(),
            marks: job.marks,
            coarse_blocks: job.coarse_blocks(),
            called: match files.iter().any(|file| library::is_built_in(&file.source)) {
                true => job.program.called.clone(),
                false => BTreeSet::new(),
            },
        });
        if let Some(key) = &key
            && let Some(known) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).libraries.get(key)
        {
            return Ok(known.clone());
        }
        let lowered: Vec<Arc<Lowered>> =
            (1..files.len()).map(|file| Arc::new(job.lower(FileId(file as u32), repairs))).collect();
        let mut tera = self.base.clone();
        if let Err(error) = add(&mut tera, job.units[1..].iter().copied().zip(lowered.iter().map(|file| &**file))) {
            let lowered = std::iter::once(Arc::default()).chain(lowered).collect();
            return Err(CompileError { error, lowered });
        }
        let library = Arc::new(Library { tera, lowered, used: Mutex::default() });
        if let Some(key) = key {
            self.cache.lock().unwrap_or_else(PoisonError::into_inner).libraries.put(key, library.clone());
        }
        Ok(library)
    }
}

impl std::fmt::Debug for TemplateEngine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TemplateEngine").field("verification", &self.verification).finish_non_exhaustive()
    }
}

impl Job<'_> {
    fn lower(&self, file: FileId, repairs: &[Repairs]) -> Lowered {
        lower(LowerInput {
            program: self.program,
            file,
            units: self.units,
            marks: self.marks,
            repairs,
            clean: self.clean || file != FileId::DOCUMENT,
            main: self.is_written(file),
            coarse_blocks: self.coarse_blocks(),
        })
    }

    /// Whether the main text of the file is written: it is the document, or included or extended.
    fn is_written(&self, file: FileId) -> bool {
        file == FileId::DOCUMENT
            || self.program.files.iter().any(|from| {
                let mut references = from.parsed.references.iter().zip(&from.links);
                references.any(|(reference, link)| reference.kind != ReferenceKind::Import && *link == Some(file))
            })
    }

    fn coarse_blocks(&self) -> bool {
        self.program.files.iter().any(|file| file.parsed.captures_super)
    }
}

/// Adds the templates of lowered files.
fn add<'a>(tera: &mut Tera, files: impl IntoIterator<Item = (u32, &'a Lowered)>) -> Result<(), Error> {
    let mut templates: Vec<(String, &str)> = Vec::new();
    for (unit, file) in files {
        let outputs = [('i', &file.marked), ('c', &file.clean), ('m', &file.macros)];
        let outputs = outputs.into_iter().filter_map(|(letter, output)| Some((letter, output.as_ref()?)));
        templates.extend(outputs.map(|(letter, output)| (format!("{letter}{unit}"), output.text())));
    }
    guarded(|| tera.add_raw_templates(templates))
}

/// Runs the engine; a panic in it becomes an error.
pub(super) fn guarded<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| Err(Error::message("the template engine failed")))
}

/// The output of `lowered` that is the template `name`, and the unit in that name.
pub(super) fn template_of<'a>(name: &str, units: &[u32], lowered: &'a [Arc<Lowered>]) -> Option<(FileId, &'a Output)> {
    let (letter, unit) = name.split_at_checked(1)?;
    let unit: u32 = unit.parse().ok()?;
    let file = units.iter().position(|known| *known == unit)?;
    let lowered = lowered.get(file)?;
    let output = match letter {
        "i" => lowered.marked.as_ref(),
        "c" => lowered.clean.as_ref(),
        _ => lowered.macros.as_ref(),
    }?;
    Some((FileId(file as u32), output))
}

/// What `for a, b in value` goes over: the entries of a map, or a list of pairs as it is.
fn pairs(value: &Value, _: Kwargs, _: &State<'_>) -> Result<Value, Error> {
    if let Some(map) = value.as_map() {
        let entries = map.iter().map(|(key, value)| Value::from(vec![Value::from(key.to_string()), value.clone()]));
        return Ok(Value::from(entries.collect::<Vec<_>>()));
    }
    let is_pair = |item: &Value| item.as_array().is_some_and(|item| item.len() >= 2);
    match value.as_array() {
        Some(items) if items.iter().all(is_pair) => Ok(value.clone()),
        Some(_) => Err(Error::message("an item of the list is not a pair")),
        None => Err(Error::new(ErrorKind::InvalidArgument {
            expected_type: "map or list of pairs".to_owned(),
            actual_type: value.name().to_owned(),
        })),
    }
}
