//! `clnrm-lsp --format` and `clnrm fmt`: brings files into shape, or tells which are not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use similar::TextDiff;

use super::discovery::{Input, Target, targets};
use super::input::InputOptions;
use super::replace::{replace, sweep};
use super::settings::Projects;
use super::{CLEAN, TROUBLE, output, panics, paths, read, workers};
use crate::analysis::{AnalysisOptions, Analyzer, CacheLimits, FileKind, RenderCache};
use crate::formatting::{EditorConfig, FormatOptions, FormatSettings, Formatted, Formatter, Surroundings};
use crate::report::counted;
use crate::template::SourceFile;
use crate::template::library::DiskLoader;
use crate::template::variables::Environment;
use crate::text::LineIndex;

/// What `--check` says with when a file is not formatted.
const UNFORMATTED: u8 = 1;

/// A formatting with all that was said about it.
#[derive(Clone, Copy, Debug)]
pub struct FormatRun<'a> {
    /// What to format; never empty.
    pub paths: &'a [PathBuf],
    /// Whether to tell only which files are not formatted.
    pub check: bool,
    /// Whether to show the changes in place of making them.
    pub diff: bool,
    /// Whether what was done is told to programs, as one object.
    pub json: bool,
    /// What is said of the files.
    pub input: &'a InputOptions,
}

/// Formats, reports, and gives the exit code.
pub fn run(format: &FormatRun<'_>) -> u8 {
    panics::keep_silent();
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let targets = targets(format.paths, format.input.stdin_filename.as_deref(), &current);
    let base = AnalysisOptions {
        trusted: !format.input.untrusted,
        overrides: format.input.variables.iter().cloned().collect(),
        roots: paths::roots(format.paths, &current, !format.input.untrusted),
        ..AnalysisOptions::default()
    };
    let mut styles =
        Styles { roots: base.roots.clone(), trusted: base.trusted, current: &current, projects: BTreeMap::new() };
    let mut projects = Projects::new(base, &current);
    let jobs: Vec<Job> = targets
        .into_iter()
        .map(|target| {
            let path = match &target.input {
                Input::File(path) | Input::Stdin(Some(path)) => path,
                Input::Stdin(None) | Input::Missing(_) => Path::new("stdin"),
            };
            Job { options: projects.options(path), style: styles.options(path), target }
        })
        .collect();
    let session = Session {
        format,
        analyzer: Analyzer::new(Environment::process(), RenderCache::in_memory(CacheLimits::default())),
        libraries: jobs.iter().any(Job::is_library),
        jobs: &jobs,
        current,
    };
    if !format.check && !format.diff {
        let folders: BTreeSet<&Path> = session.jobs.iter().filter_map(|job| job.path()?.parent()).collect();
        sweep(folders.into_iter().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder }));
    }
    let importers = session.importers();
    let done = workers::map(&jobs, |job| session.format(job, &importers));
    report(format, &done)
}

/// Finds the style of each file: the nearest `cleanroom.toml` up to the roots, then `.editorconfig`.
struct Styles<'a> {
    roots: Vec<PathBuf>,
    trusted: bool,
    current: &'a Path,
    /// By directory: what its files have in common.
    projects: BTreeMap<PathBuf, FormatSettings>,
}

impl Styles<'_> {
    fn options(&mut self, path: &Path) -> FormatOptions {
        let path = paths::tidy(&self.current.join(path));
        let directory = path.parent().unwrap_or(&path).to_path_buf();
        let settings = match self.projects.get(&directory) {
            Some(settings) => *settings,
            None => {
                let settings = FormatSettings::nearest(&path, &self.roots, self.trusted);
                self.projects.insert(directory, settings);
                settings
            }
        };
        settings.options(&EditorConfig::of(&path))
    }
}

/// One file with what its project says.
struct Job {
    target: Target,
    options: Arc<AnalysisOptions>,
    style: FormatOptions,
}

impl Job {
    fn path(&self) -> Option<&Path> {
        match &self.target.input {
            Input::File(path) | Input::Stdin(Some(path)) => Some(path),
            Input::Stdin(None) | Input::Missing(_) => None,
        }
    }

    fn is_library(&self) -> bool {
        self.path().and_then(FileKind::of_name) == Some(FileKind::MacroLibrary)
    }
}

/// What all files share.
struct Session<'a> {
    format: &'a FormatRun<'a>,
    analyzer: Analyzer,
    /// Whether a library of macros is among the files.
    libraries: bool,
    jobs: &'a [Job],
    current: PathBuf,
}

/// One file, formatted.
#[derive(Default)]
struct Done {
    shown: String,
    /// Whether it was to be changed.
    changed: bool,
    /// What goes to standard output.
    out: String,
    /// What goes to standard error, a line each.
    remarks: Vec<String>,
    /// Why it could not be read, formatted or written.
    failure: Option<String>,
}

impl Session<'_> {
    /// The files that may import a library, read once; none where there is no library.
    fn importers(&self) -> Vec<SourceFile> {
        if !self.libraries {
            return Vec::new();
        }
        let files = self.jobs.iter().filter(|job| !job.is_library());
        files
            .filter_map(|job| match &job.target.input {
                Input::File(path) => self.document(job, read::file(path).ok()?).into(),
                _ => None,
            })
            .filter(|file: &SourceFile| file.text.contains("import") || file.text.contains("include"))
            .collect()
    }

    fn document(&self, job: &Job, text: Arc<str>) -> SourceFile {
        let path = job.path().map(|path| self.current.join(path));
        SourceFile { name: job.target.shown.clone(), path, text }
    }

    fn format(&self, job: &Job, importers: &[SourceFile]) -> Done {
        let mut done = Done { shown: job.target.shown.clone(), ..Done::default() };
        let text = match &job.target.input {
            Input::File(path) => read::file(path),
            Input::Stdin(_) => read::stdin(),
            Input::Missing(failure) => Err(failure.clone()),
        };
        let text = match text {
            Ok(text) => text,
            Err(failure) => {
                done.failure = Some(failure.message);
                return done;
            }
        };
        let document = self.document(job, text);
        let formatted = match panics::catch(|| self.formatted(job, &document, importers)) {
            Ok(formatted) => formatted,
            Err(message) => {
                done.failure = Some(format!("this is a mistake of clnrm-lsp, please report it: {message}"));
                return done;
            }
        };
        done.remarks = remarks(&document, &formatted);
        done.changed = !formatted.edits.is_empty();
        let after = formatted.apply(&document.text);
        if self.format.diff {
            if done.changed {
                let (before, after) = (format!("a/{}", done.shown), format!("b/{}", done.shown));
                let new = formatted.apply(&document.text);
                done.out =
                    TextDiff::from_lines(&*document.text, &new).unified_diff().header(&before, &after).to_string();
            }
        } else if matches!(job.target.input, Input::Stdin(_)) && !self.format.check {
            done.out = after;
        } else if let (Input::File(path), true, false) = (&job.target.input, done.changed, self.format.check) {
            let replaced = replace(path, &document.text, &after);
            done.failure = replaced.err().map(|error| format!("can't be written: {error}"));
        }
        done
    }

    fn formatted(&self, job: &Job, document: &SourceFile, known: &[SourceFile]) -> Formatted {
        let roots = job.options.roots.iter().cloned();
        let loader = if job.options.trusted { DiskLoader::trusted(roots) } else { DiskLoader::untrusted(roots) };
        let importers = match document.path.as_deref().filter(|_| job.is_library()) {
            Some(library) => crate::formatting::importers(library, known.iter().cloned(), &job.options.roots),
            None => Vec::new(),
        };
        let surroundings =
            Surroundings { analyzer: &self.analyzer, options: &job.options, loader: &loader, importers: &importers };
        Formatter { options: &job.style, surroundings: Some(surroundings) }.format(document)
    }
}

fn remarks(document: &SourceFile, formatted: &Formatted) -> Vec<String> {
    if formatted.notices.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(&document.text);
    let remark = |notice: &crate::formatting::Notice| {
        format!("{}:{}: {}", document.name, lines.line(notice.span.start), notice.kind)
    };
    formatted.notices.iter().map(remark).collect()
}

/// What was done, for programs. Texts are there where they were not written to their files.
fn object(format: &FormatRun<'_>, done: &[Done]) -> Value {
    let files = done.iter().map(|file| {
        let state = match (&file.failure, file.changed) {
            (Some(_), _) => "failed",
            (None, true) if format.check || format.diff => "unformatted",
            (None, true) => "formatted",
            (None, false) => "unchanged",
        };
        let mut object = json!({ "path": file.shown, "state": state, "notices": file.remarks });
        if let Some(failure) = &file.failure {
            object["message"] = failure.as_str().into();
        }
        if !file.out.is_empty() {
            object[if format.diff { "diff" } else { "text" }] = file.out.as_str().into();
        }
        object
    });
    json!({ "version": 1, "files": files.collect::<Vec<_>>() })
}

/// Writes what was done; gives the exit code.
fn report(format: &FormatRun<'_>, done: &[Done]) -> u8 {
    let (out, remarks) = match format.json {
        true => (format!("{:#}\n", object(format, done)), String::new()),
        false => told(format, done),
    };
    let written = output::write_stdout(out.as_bytes());
    output::write_stderr(remarks.as_bytes());
    match written {
        Ok(()) if done.iter().any(|file| file.failure.is_some()) => TROUBLE,
        Ok(()) if done.iter().any(|file| file.changed) && format.check => UNFORMATTED,
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write to standard output: {error}"));
            TROUBLE
        }
    }
}

/// What was done, for people: what goes to standard output, and what to standard error.
fn told(format: &FormatRun<'_>, done: &[Done]) -> (String, String) {
    let mut out = String::new();
    let mut remarks = String::new();
    for file in done {
        out.push_str(&file.out);
        if file.changed && file.failure.is_none() && format.check && !format.diff {
            out.push_str(&file.shown);
            out.push('\n');
        }
        if !format.input.quiet {
            file.remarks.iter().for_each(|remark| remarks.push_str(&format!("{remark}\n")));
        }
        if let Some(failure) = &file.failure {
            remarks.push_str(&format!("{}: {failure}\n", file.shown));
        }
    }
    if !format.input.quiet {
        let files = |wanted: fn(&Done) -> bool| counted(done.iter().filter(|file| wanted(file)).count(), "file");
        let changed = files(|file| file.changed && file.failure.is_none());
        let rest = files(|file| !file.changed && file.failure.is_none());
        let verb = if format.check || format.diff { "to be formatted" } else { "formatted" };
        let failed = done.iter().filter(|file| file.failure.is_some()).count();
        let failed = if failed > 0 { format!(", {} failed", counted(failed, "file")) } else { String::new() };
        remarks.push_str(&format!("{changed} {verb}, {rest} left unchanged{failed}\n"));
    }
    (out, remarks)
}
