//! Proves a rename by analysing each file again: the diagnostics stay, the names stay, the rendered text stays, but for the
//! new name.

use super::{FileEdits, Refusal};
use crate::analysis::Diagnostic;
use crate::features::DocumentView;
use crate::features::symbols::{self, Home, Spelling, Symbol, SymbolKind};
use crate::template::{FileSpan, SourceFile};
use crate::text::Span;

/// Analyses files as they would be.
pub trait Recheck {
    /// The file, read beside `texts`: the other files with their texts, which count in place of what is on disk.
    fn analyze(&self, file: &SourceFile, texts: &[SourceFile]) -> DocumentView;
}

pub(super) fn prove(files: &[FileEdits], new_name: &str, recheck: &dyn Recheck) -> Result<(), Refusal> {
    let edited = |file: &FileEdits| SourceFile { text: file.text().into(), ..file.view.source().clone() };
    let (old_texts, new_texts): (Vec<SourceFile>, Vec<SourceFile>) =
        files.iter().map(|file| (file.view.source().clone(), edited(file))).unzip();
    for (file, new) in files.iter().zip(&new_texts) {
        // What is open was analysed as it is; what is on disk was only read.
        let before = match file.view.is_analysed() {
            true => file.view.clone(),
            false => recheck.analyze(file.view.source(), &old_texts),
        };
        let after = recheck.analyze(new, &new_texts);
        let change = Comparison { file, new_name, before: &before, after: &after }.change();
        if let Some(change) = change {
            let path = file.view.source().path.as_deref().and_then(|path| path.file_name());
            let name = path.map_or_else(|| file.view.source().name.clone(), |name| name.to_string_lossy().into_owned());
            return Err(Refusal::ChangesMore { file: name, change });
        }
    }
    Ok(())
}

/// A file before and after.
struct Comparison<'a> {
    file: &'a FileEdits,
    new_name: &'a str,
    before: &'a DocumentView,
    after: &'a DocumentView,
}

impl Comparison<'_> {
    /// What changes beside the name.
    fn change(&self) -> Option<String> {
        let (before, after) = (self.diagnostics_before(), diagnostics(&self.after.analysis().diagnostics));
        if let Some((code, _)) = after.iter().find(|it| !before.contains(it)) {
            return Some(format!("`{code}` would be reported"));
        }
        // What was wrong with the name itself may well be right with the new one.
        let is_of_name = |span: Span| self.file.edits.iter().any(|(edit, _)| self.moved(*edit).overlaps(span));
        let mut gone = before.iter().filter(|it| !after.contains(it) && !is_of_name(it.1));
        if let Some((code, _)) = gone.next() {
            return Some(format!("`{code}` would be reported no longer"));
        }
        if self.names_before() != names(self.after, |symbol| symbol.clone()) {
            return Some("a name would mean something else".to_owned());
        }
        if !self.renders_alike() {
            return Some("the rendered text would change elsewhere".to_owned());
        }
        None
    }

    fn diagnostics_before(&self) -> Vec<(&'static str, Span)> {
        let mut moved = diagnostics(&self.before.analysis().diagnostics);
        moved.iter_mut().for_each(|(_, span)| *span = self.moved(*span));
        moved.sort_unstable();
        moved
    }

    fn names_before(&self) -> Vec<Symbol> {
        names(self.before, |symbol| {
            let mut symbol = symbol.clone();
            for renamed in &self.file.symbols {
                rename(&mut symbol, renamed, self.new_name);
            }
            symbol.scope = symbol.scope.map(|scope| self.moved(scope));
            for occurrence in &mut symbol.occurrences {
                occurrence.span = self.moved(occurrence.span);
                if occurrence.spelling == Spelling::Literal {
                    self.without_new_quotes(&mut occurrence.span);
                }
            }
            symbol
        })
    }

    /// A bare key that got quotes is spelled between them.
    fn without_new_quotes(&self, span: &mut Span) {
        let written = span.slice(self.after.text()).unwrap_or_default();
        if written.len() == self.new_name.len() + 2 && written.starts_with('"') {
            *span = Span::new(span.start + 1, span.end - 1);
        }
    }

    /// Where a span of the old text is in the new one.
    fn moved(&self, span: Span) -> Span {
        let at = |offset: usize, is_end: bool| {
            let mut shift = 0isize;
            for (edit, new) in &self.file.edits {
                if edit.start >= offset {
                    break;
                }
                let ends = edit.start.saturating_add_signed(shift) + new.len();
                shift += new.len() as isize - edit.len() as isize;
                // Inside of the name: an end counts as the end of the new one.
                if offset < edit.end {
                    return if is_end { ends } else { ends - new.len() };
                }
            }
            offset.saturating_add_signed(shift)
        };
        Span::new(at(span.start, false), at(span.end, true))
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
            let written = symbols::rendered_places(self.before, symbol);
            places.extend(written.into_iter().map(|span| (span, self.new_name)));
        }
        places.sort_unstable_by_key(|(span, _)| *span);
        places.dedup_by_key(|(span, _)| *span);
        let mut expected = before.text.clone();
        for (span, new) in places.iter().rev() {
            if span.slice(&expected).is_none() {
                return false;
            }
            expected.replace_range(span.range(), new);
        }
        expected == after.text
    }
}

fn diagnostics(found: &[Diagnostic]) -> Vec<(&'static str, Span)> {
    let mut found: Vec<_> = found.iter().map(|it| (it.rule.code, it.span)).collect();
    found.sort_unstable();
    found
}

fn names(view: &DocumentView, each: impl Fn(&Symbol) -> Symbol) -> Vec<Symbol> {
    let mut names: Vec<Symbol> = view.symbols().all().iter().map(each).collect();
    let key = |symbol: &Symbol| {
        let Symbol { kind, name, home, owner, scope, .. } = symbol.clone();
        (kind, name, home, owner, scope)
    };
    names.sort_by_cached_key(key);
    names
}

/// Gives `symbol` the new name, if it is the renamed one, or what depends on its name.
fn rename(symbol: &mut Symbol, renamed: &Symbol, new_name: &str) {
    let new = match renamed.name.rsplit_once('.').filter(|_| renamed.kind == SymbolKind::Variable) {
        Some((above, _)) => format!("{above}.{new_name}"),
        None => new_name.to_owned(),
    };
    let same_file = symbol.home == renamed.home;
    if symbol.kind == renamed.kind && same_file && symbol.owner == renamed.owner && symbol.scope == renamed.scope {
        if symbol.name == renamed.name {
            symbol.name = new;
            return;
        }
        let below = symbol.name.strip_prefix(&renamed.name).and_then(|rest| rest.strip_prefix('.'));
        if let Some(below) = below.filter(|_| symbol.kind == SymbolKind::Variable) {
            symbol.name = format!("{new}.{below}");
        }
        return;
    }
    let is_owner = matches!(renamed.kind, SymbolKind::Macro | SymbolKind::Component);
    let is_own = symbol.kind == SymbolKind::Parameter && symbol.owner.as_deref() == Some(&renamed.name);
    if is_owner && is_own && same_file && !matches!(symbol.home, Home::Surroundings) {
        symbol.owner = Some(new);
    }
}
