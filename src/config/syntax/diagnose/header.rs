//! The header of a table: `[name]`, `[[name]]`.

use toml_parser::lexer::TokenKind;

use super::super::SyntaxErrorKind;
use super::Reader;
use crate::text::Span;

/// The header in the place of one without a name: however many there are, they don't define anything twice.
const UNNAMED_TABLE: &str = "[['[]']]";

impl Reader<'_> {
    pub(super) fn header(&mut self) {
        self.broken_off = 0;
        let open = self.cursor.span();
        self.cursor.advance();
        let double = self.cursor.kind() == TokenKind::LeftSquareBracket;
        if double {
            self.cursor.advance();
        }
        self.cursor.skip_blanks();
        if matches!(
            self.cursor.kind(),
            TokenKind::RightSquareBracket | TokenKind::Newline | TokenKind::Comment | TokenKind::Eof
        ) {
            self.cursor.skip_rest_of_line();
            let span = Span::new(open.start, self.cursor.previous_end());
            self.error(SyntaxErrorKind::EmptyHeader, span);
            // What stands below belongs to a table that nobody knows yet, and not to the one above.
            self.repair.replace(span, UNNAMED_TABLE);
            return;
        }
        self.key();
        let key_end = self.cursor.previous_end();
        self.cursor.skip_blanks();
        let mut closers = 0;
        let mut last = key_end;
        while self.cursor.kind() == TokenKind::RightSquareBracket && closers < 2 {
            closers += 1;
            last = self.cursor.span().end;
            self.cursor.advance();
        }
        let wanted = if double { 2 } else { 1 };
        if closers < wanted {
            let missing = if wanted - closers == 2 { "]]" } else { "]" };
            self.error(SyntaxErrorKind::UnclosedHeader { missing }, Span::new(open.start, last));
            self.mend(vec![(Span::at(last), missing.to_owned())]);
            self.repair.insert(last, missing);
        } else if closers > wanted {
            self.error(SyntaxErrorKind::MismatchedHeader, Span::new(open.start, last));
            self.mend(vec![(Span::at(open.start), "[".to_owned())]);
            self.repair.replace(Span::new(last - 1, last), " ");
        }
        self.cursor.skip_blanks();
        let rest = self.cursor.rest_of_line();
        if rest.is_empty() {
            return;
        }
        if closers == wanted {
            self.error(SyntaxErrorKind::TextAfterHeader, rest);
            if self.cursor.is_pair(0) {
                self.mend(vec![(Span::new(last, rest.start), "\n".to_owned())]);
                self.repair.insert(rest.start, "\n");
                return;
            }
        }
        self.blank_rest_of_line();
    }
}
