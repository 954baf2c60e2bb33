//! Proves a rename by analysing each file again: the diagnostics stay, the names stay, the rendered text stays, but for the
//! new name.

use rayon::prelude::*;

use super::shift::Shift;
use super::{FileEdits, Refusal};
use crate::analysis::Diagnostic;
use crate::features::DocumentView;
use crate::features::symbols::{Home, Spelling, Symbol, SymbolKind};
use crate::template::{FileSpan, SourceFile};
use crate::text::Span;

/// Analyses files as they would be.
pub trait Recheck: Sync {
    /// The file, read beside `texts`: the other files with their texts, which count in place of what is on disk.
    fn analyze(&self, file: &SourceFile, texts: &[SourceFile]) -> DocumentView;
}

pub(super) fn prove(files: &[FileEdits], new_name: &str, recheck: &dyn Recheck) -> Result<(), Refusal> {
    let edited = |file: &FileEdits| SourceFile { text: file.text().into(), ..file.view.source().clone() };
    let (old_texts, new_texts): (Vec<SourceFile>, Vec<SourceFile>) =
        files.iter().map(|file| (file.view.source().clone(), edited(file))).unzip();
    let refusal = |(file, new): (&FileEdits, &SourceFile)| {
        // What is open was analysed as it is; what is on disk was only read.
        let before = match file.view.is_analysed() {
            true => file.view.clone(),
            false => recheck.analyze(file.view.source(), &old_texts),
        };
        let after = recheck.analyze(new, &new_texts);
        let shift = Shift::new(&file.edits);
        let change = Comparison { file, new_name, before: &before, after: &after, shift }.change()?;
        let path = file.view.source().path.as_deref().and_then(|path| path.file_name());
        let name = path.map_or_else(|| file.view.source().name.clone(), |name| name.to_string_lossy().into_owned());
        Some(Refusal::ChangesMore { file: name, change })
    };
    // Side by side; of several reasons the one of the first file is told.
    files.par_iter().zip(&new_texts).find_map_first(refusal).map_or(Ok(()), Err)
}

/// A file before and after.
struct Comparison<'a> {
    file: &'a FileEdits,
    new_name: &'a str,
    before: &'a DocumentView,
    after: &'a DocumentView,
    shift: Shift,
}

impl Comparison<'_> {
    /// What changes beside the name.
    fn change(&self) -> Option<String> {
        let (before, after) = (self.diagnostics_before(), diagnostics(&self.after.analysis().diagnostics));
        if let Some((code, _)) = after.iter().find(|it| before.binary_search(it).is_err()) {
            return Some(format!("`{code}` would be reported"));
        }
        // What was wrong with the name itself may well be right with the new one.
        let is_of_name = |span: Span| self.file.edits.iter().any(|(edit, _)| self.shift.span(*edit).overlaps(span));
        let mut gone = before.iter().filter(|it| after.binary_search(it).is_err() && !is_of_name(it.1));
        if let Some((code, _)) = gone.next() {
            return Some(format!("`{code}` would be reported no longer"));
        }
        if !self.names_stay() {
            return Some("a name would mean something else".to_owned());
        }
        if !self.renders_alike() {
            return Some("the rendered text would change elsewhere".to_owned());
        }
        None
    }

    fn diagnostics_before(&self) -> Vec<(&'static str, Span)> {
        let mut moved = diagnostics(&self.before.analysis().diagnostics);
        moved.iter_mut().for_each(|(_, span)| *span = self.shift.span(*span));
        moved.sort_unstable();
        moved
    }

    /// Whether each name is what it was, but for the new name. Edits keep the order of places, and so that of the symbols.
    fn names_stay(&self) -> bool {
        let (before, after) = (self.before.symbols().all(), self.after.symbols().all());
        before.len() == after.len() && before.iter().zip(after).all(|(before, after)| self.is_same(before, after))
    }

    fn is_same(&self, before: &Symbol, after: &Symbol) -> bool {
        let renamed = self.file.symbols.iter().find_map(|renamed| Renamed::of(before, renamed, self.new_name));
        let Renamed { name, owner } = renamed.unwrap_or_default();
        before.kind == after.kind
            && before.home == after.home
            && name.as_deref().unwrap_or(&before.name) == after.name
            && owner.as_deref().or(before.owner.as_deref()) == after.owner.as_deref()
            && before.scope.map(|scope| self.shift.span(scope)) == after.scope
            && before.occurrences.len() == after.occurrences.len()
            && before.occurrences.iter().zip(&after.occurrences).all(|(before, after)| {
                let mut span = self.shift.span(before.span);
                if before.spelling == Spelling::Literal {
                    self.without_new_quotes(&mut span);
                }
                (span, before.role, before.spelling) == (after.span, after.role, after.spelling)
            })
    }

    /// A bare key that got quotes is spelled between them.
    fn without_new_quotes(&self, span: &mut Span) {
        let written = span.slice(self.after.text()).unwrap_or_default();
        if written.len() == self.new_name.len() + 2 && written.starts_with('"') {
            *span = Span::new(span.start + 1, span.end - 1);
        }
    }

    /// Whether the rendered text is the old one with the new name in the places of the old.
    fn renders_alike(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before.analysis().rendered, &self.after.analysis().rendered) else {
            return self.before.analysis().rendered.is_none() == self.after.analysis().rendered.is_none();
        };
        let mut places: Vec<(Span, &str)> = Vec::new();
        for (span, new) in &self.file.edits {
            // Text of the file itself is written as it stands.
            for rendered in before.map.rendered(FileSpan::document(*span)) {
                if before.map.literal(rendered) == Some(*span) {
                    places.push((rendered, new));
                }
            }
        }
        for symbol in &self.file.symbols {
            let written = self.before.symbols().rendered_places(symbol);
            places.extend(written.map(|span| (span, self.new_name)));
        }
        places.sort_unstable_by_key(|(span, _)| *span);
        places.dedup_by_key(|(span, _)| *span);
        let (mut old, mut new) = (0, after.text.as_str());
        for (span, name) in places {
            let rest = before.text.get(old..span.start).and_then(|kept| new.strip_prefix(kept));
            let Some(rest) = rest.and_then(|rest| rest.strip_prefix(name)) else { return false };
            (old, new) = (span.end, rest);
        }
        before.text.get(old..) == Some(new)
    }
}

fn diagnostics(found: &[Diagnostic]) -> Vec<(&'static str, Span)> {
    let mut found: Vec<_> = found.iter().map(|it| (it.rule.code, it.span)).collect();
    found.sort_unstable();
    found
}

/// How a symbol is called after the rename, as far as that changes.
#[derive(Default)]
struct Renamed {
    name: Option<String>,
    owner: Option<String>,
}

impl Renamed {
    /// What becomes of `symbol`, if it is the renamed one, or what depends on its name.
    fn of(symbol: &Symbol, renamed: &Symbol, new_name: &str) -> Option<Self> {
        let new = || match renamed.name.rsplit_once('.').filter(|_| renamed.kind == SymbolKind::Variable) {
            Some((above, _)) => format!("{above}.{new_name}"),
            None => new_name.to_owned(),
        };
        let same_file = symbol.home == renamed.home;
        if symbol.kind == renamed.kind && same_file && symbol.owner == renamed.owner && symbol.scope == renamed.scope {
            if symbol.name == renamed.name {
                return Some(Self { name: Some(new()), owner: None });
            }
            let below = symbol.name.strip_prefix(&renamed.name).and_then(|rest| rest.strip_prefix('.'));
            let below = below.filter(|_| symbol.kind == SymbolKind::Variable)?;
            return Some(Self { name: Some(format!("{}.{below}", new())), owner: None });
        }
        let is_owner = matches!(renamed.kind, SymbolKind::Macro | SymbolKind::Component);
        let is_own = symbol.kind == SymbolKind::Parameter && symbol.owner.as_deref() == Some(&renamed.name);
        let depends = is_owner && is_own && same_file && !matches!(symbol.home, Home::Surroundings);
        depends.then(|| Self { name: None, owner: Some(new()) })
    }
}
