//! What code actions promise, kept for every fixture of the rules and every file of the corpus: a quick fix takes its finding away
//! and brings no error, the fix of everything leaves nothing that it could fix, a refactoring keeps the values.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clnrm_lsp::analysis::{Analysis, AnalysisOptions};
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::code_actions::{ActionKind, ActionRequest, CodeAction, Proofs, actions, fix_all};
use clnrm_lsp::formatting::{Surroundings, apply};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::DiskLoader;
use clnrm_lsp::text::Span;
use clnrm_lsp::validation::Severity;

use crate::fixture::{ANALYZER, document};

/// A document and where its imports are looked for.
struct Subject {
    document: SourceFile,
    root: Option<PathBuf>,
}

impl Subject {
    fn analyze(&self, text: &str) -> Analysis {
        let document = SourceFile { text: text.into(), ..self.document.clone() };
        ANALYZER.analyze_with(&document, &self.options(), &self.loader())
    }

    fn loader(&self) -> DiskLoader {
        DiskLoader::trusted(self.root.clone())
    }

    fn options(&self) -> AnalysisOptions {
        AnalysisOptions { libraries: true, roots: self.root.iter().cloned().collect(), ..AnalysisOptions::default() }
    }

    fn actions(&self, analysis: &Arc<Analysis>, range: Span, wanted: &dyn Fn(ActionKind) -> bool) -> Vec<CodeAction> {
        let (view, options, loader) = (DocumentView::new(Arc::clone(analysis)), self.options(), self.loader());
        let surroundings = Surroundings { analyzer: &ANALYZER, options: &options, loader: &loader, importers: &[] };
        let document = &self.document;
        actions(&ActionRequest {
            view: &view,
            document,
            surroundings,
            range,
            wanted,
            hints: true,
            proves: &Proofs::All,
            last_run: None,
        })
    }
}

/// The cases of all fixtures of the rules that are one file, without their marks.
fn cases() -> Vec<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_mark = |line: &str| {
        let body = line.trim_start_matches([' ', '#']);
        line.starts_with("#:") || body.starts_with('^') || body.starts_with("| ")
    };
    let sources = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let texts = sources.flat_map(|source| source.split("#: case:").skip(1).map(str::to_owned).collect::<Vec<_>>());
    texts
        .filter(|case| !case.contains("#: file:"))
        .map(|case| {
            let text: String = case.split_inclusive('\n').skip(1).filter(|line| !is_mark(line)).collect();
            Subject { document: document(&text), root: None }
        })
        .collect()
}

/// The files of the corpus; none where it is not at hand.
fn corpus() -> Vec<Subject> {
    let corpus = std::env::var_os("CLNRM_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let Ok(list) = std::fs::read_to_string(corpus.join("expectations.tsv")) else {
        println!("skipped: no corpus at {}", corpus.display());
        return Vec::new();
    };
    let names = list.lines().filter_map(|line| line.split('\t').next()).map(|name| corpus.join(name));
    names
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let document = SourceFile { name: path.display().to_string(), path: Some(path.clone()), text: text.into() };
            Some(Subject { document, root: path.parent().map(Path::to_path_buf) })
        })
        .collect()
}

fn errors(analysis: &Analysis) -> usize {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

fn count(analysis: &Analysis, code: &str) -> usize {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.rule.code == code).count()
}

/// Complaints about the quick fixes of a document; of each rule `most` findings are looked at.
fn quick_fixes(subject: &Subject, most: usize, complaints: &mut Vec<String>) {
    let text = &*subject.document.text;
    let before = Arc::new(subject.analyze(text));
    let mut seen: Vec<&str> = Vec::new();
    for diagnostic in &before.diagnostics {
        seen.push(diagnostic.rule.code);
        if seen.iter().filter(|code| **code == diagnostic.rule.code).count() > most {
            continue;
        }
        for action in subject.actions(&before, diagnostic.span, &|kind| kind == ActionKind::QuickFix) {
            let after_text = apply(text, action.change.as_ref().unwrap());
            let after = subject.analyze(&after_text);
            let codes: BTreeSet<&str> = action.mends.iter().map(|&index| before.diagnostics[index].rule.code).collect();
            let left: Vec<&str> =
                codes.into_iter().filter(|code| count(&after, code) >= count(&before, code)).collect();
            if !left.is_empty() || errors(&after) > errors(&before) {
                let all: Vec<_> =
                    after.diagnostics.iter().map(|it| format!("{}: {}", it.rule.code, it.message)).collect();
                complaints.push(format!(
                    "{}: `{}` leaves {left:?}\n{after_text}\n{}",
                    subject.document.name,
                    action.title,
                    all.join("\n")
                ));
            }
        }
    }
}

fn everything(subject: &Subject, complaints: &mut Vec<String>) {
    let before = subject.analyze(&subject.document.text);
    let analyze = |document: &SourceFile| subject.analyze(&document.text);
    let fixed = fix_all(&subject.document, &before, &analyze);
    let after = subject.analyze(&fixed.text);
    let mut complain = |what: &str| complaints.push(format!("{}: {what}\n{}", subject.document.name, fixed.text));
    if errors(&after) > errors(&before) {
        complain("fixing all brings errors");
    }
    if let Some((code, _)) = fixed.rules.iter().find(|(code, _)| count(&after, code) >= count(&before, code)) {
        complain(&format!("`{code}` was told to be fixed"));
    }
    let document = SourceFile { text: fixed.text.as_str().into(), ..subject.document.clone() };
    let again = fix_all(&document, &after, &analyze);
    if again.count > 0 {
        complain("there is more to fix afterwards");
    }
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n\n"));
}

#[test]
fn quick_fixes_keep_their_promise_in_the_fixtures_of_all_rules() {
    let mut complaints = Vec::new();
    cases().iter().for_each(|subject| quick_fixes(subject, usize::MAX, &mut complaints));
    report(&complaints);
}

#[test]
fn quick_fixes_keep_their_promise_in_the_corpus() {
    let mut complaints = Vec::new();
    corpus().iter().for_each(|subject| quick_fixes(subject, 1, &mut complaints));
    report(&complaints);
}

#[test]
fn fixing_all_leaves_nothing_to_fix_and_brings_no_error() {
    let mut complaints = Vec::new();
    cases().iter().chain(&corpus()).for_each(|subject| everything(subject, &mut complaints));
    report(&complaints);
}

/// The values of a text without `[vars]`, if it is TOML.
fn values(text: &str) -> Option<toml::Table> {
    let mut table: toml::Table = toml::from_str(text).ok()?;
    table.remove("vars");
    Some(table)
}

#[test]
fn refactorings_keep_the_values() {
    let mut complaints = Vec::new();
    for subject in cases().iter().step_by(4) {
        let text = &*subject.document.text;
        let before = Arc::new(subject.analyze(text));
        let starts = text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some((*at - line.len(), line))
        });
        let places =
            starts.flat_map(|(start, line)| [Some(start + 1), line.find("= ").map(|equals| start + equals + 3)]);
        for at in places.flatten().filter(|at| text.is_char_boundary(*at) && *at <= text.len()) {
            let wanted = |kind| matches!(kind, ActionKind::Extract | ActionKind::Inline | ActionKind::Rewrite);
            for action in subject.actions(&before, Span::at(at), &wanted) {
                let Ok(edits) = &action.change else { continue };
                // A dialect has words of its own; what both mean is compared by the action alone.
                if action.title.starts_with("write this test") {
                    continue;
                }
                let after = subject.analyze(&apply(text, edits));
                let rendered = |analysis: &Analysis| {
                    let rendered = analysis.rendered.as_ref().map(|rendered| rendered.text.to_string());
                    values(&rendered.unwrap_or_else(|| analysis.files[0].text.to_string()))
                };
                // An expression in a string is not rendered in a file that is TOML as it stands.
                let is_comparable = before.mode == after.mode && !apply(text, edits).contains("{{ vars.");
                if is_comparable && rendered(&before) != rendered(&after) || errors(&after) > errors(&before) {
                    complaints.push(format!("`{}` at {at}\n{text}\n→\n{}", action.title, apply(text, edits)));
                }
            }
        }
    }
    report(&complaints);
}
