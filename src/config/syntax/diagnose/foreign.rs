//! Lines of other languages: comments with `//`, fences of Markdown, the marks of a merge conflict.

use super::super::SyntaxErrorKind;
use super::Reader;
use crate::text::Span;

impl Reader<'_> {
    /// Reads the line at the cursor if it is one of another language; whether it is.
    pub(super) fn foreign_line(&mut self) -> bool {
        let start = self.cursor.span().start;
        let rest = self.cursor.text.get(start..).unwrap_or_default();
        let line = Span::new(start, start + rest.lines().next().unwrap_or_default().trim_end().len());
        if rest.starts_with("//") {
            self.error(SyntaxErrorKind::ForeignComment, line);
            self.mend(vec![(Span::new(start, start + 2), "#".to_owned())]);
        } else if rest.starts_with("```") {
            // The fence at the end belongs to the one at the start.
            if !self.errors.iter().any(|error| error.kind == SyntaxErrorKind::CodeFence) {
                self.error(SyntaxErrorKind::CodeFence, line);
            }
        } else if rest.starts_with("<<<<<<< ") {
            self.error(SyntaxErrorKind::ConflictMarker, line);
        } else if self.has_conflict() && rest.starts_with(">>>>>>>") {
            // Told at its start.
        } else if self.has_conflict() && line.slice(self.cursor.text) == Some("=======") {
            let theirs = rest.find("\n>>>>>>>").map_or(line, |end| Span::new(start, start + end));
            self.repair.blank(theirs, self.cursor.text);
            self.cursor.jump(theirs.end);
            return true;
        } else {
            return false;
        }
        self.repair.blank(line, self.cursor.text);
        self.cursor.jump(line.end);
        true
    }

    fn has_conflict(&self) -> bool {
        self.errors.iter().any(|error| error.kind == SyntaxErrorKind::ConflictMarker)
    }
}
