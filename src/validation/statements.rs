//! The lines of a file as its author wrote it, and which of them form one statement: a key with its value, a header, a tag.
//!
//! It reads TOML and templates alike and knows of both only strings, comments, brackets and tags. It is not a parser: where
//! a template writes half a bracket, the next table header ends the statement.

use crate::text::Span;

/// Lines, statements and comments of one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Statements {
    /// Offset of each line.
    lines: Vec<usize>,
    /// For each line the first line of its statement; never falls.
    first: Vec<usize>,
    /// Comments, delimiters included, in file order: from `#` to the end of the line, and from `{#` to `#}`.
    comments: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A string with this delimiter.
    Quotes(&'static str),
}

impl Statements {
    /// Reads `text` in one pass.
    pub(super) fn new(text: &str) -> Self {
        let mut this = Self { lines: vec![0], first: vec![0], comments: Vec::new() };
        let mut inside = Inside::Nothing;
        let mut depth = 0_usize;
        let mut at = 0;
        let mut tags = Tags::new(text);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(length) = tags.length_at(at) {
                if rest.starts_with("{#") {
                    this.comments.push(Span::new(at, at + length));
                }
                let held = this.first.last().copied().unwrap_or_default();
                for newline in memchr::memchr_iter(b'\n', &rest.as_bytes()[..length]) {
                    this.begin_line(at + newline + 1, Some(held));
                }
                at += length;
                continue;
            }
            if rest.starts_with('\n') {
                at += 1;
                // A string of one line ends with its line, closed or not.
                if matches!(inside, Inside::Quotes(quotes) if quotes.len() == 1) {
                    inside = Inside::Nothing;
                }
                if inside == Inside::Nothing && tags.is_header(at) {
                    depth = 0;
                }
                let goes_on = depth > 0 || inside != Inside::Nothing;
                let held = this.first.last().copied().filter(|_| goes_on);
                this.begin_line(at, held);
                continue;
            }
            let length = match inside {
                Inside::Quotes(quotes) if rest.starts_with(quotes) => {
                    inside = Inside::Nothing;
                    quotes.len()
                }
                Inside::Quotes(quotes) if quotes.starts_with('"') && rest.starts_with('\\') => {
                    // An escaped newline still begins a line.
                    1 + rest[1..].chars().next().filter(|&char| char != '\n').map_or(0, char::len_utf8)
                }
                Inside::Quotes(_) => char_length(rest),
                Inside::Nothing => match rest.as_bytes()[0] {
                    b'#' => {
                        let end = at + memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
                        this.comments.push(Span::new(at, end));
                        end - at
                    }
                    b'"' | b'\'' => {
                        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| rest.starts_with(quotes));
                        inside = quotes.map_or(Inside::Nothing, Inside::Quotes);
                        quotes.map_or(1, str::len)
                    }
                    b'[' | b'{' => {
                        depth += 1;
                        1
                    }
                    b']' | b'}' => {
                        depth = depth.saturating_sub(1);
                        1
                    }
                    _ => char_length(rest),
                },
            };
            at += length;
        }
        this
    }

    fn begin_line(&mut self, offset: usize, first: Option<usize>) {
        self.first.push(first.unwrap_or(self.lines.len()));
        self.lines.push(offset);
    }

    /// The comment around `offset`.
    pub(super) fn comment_at(&self, offset: usize) -> Option<Span> {
        let index = self.comments.partition_point(|comment| comment.end <= offset);
        self.comments.get(index).copied().filter(|comment| comment.contains(offset))
    }

    /// The line of `offset`, counted from 0; the last one for offsets behind the end.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Where a line starts.
    pub(super) fn start_of(&self, line: usize) -> Option<usize> {
        self.lines.get(line).copied()
    }

    /// First and last line of the statement that `line` belongs to.
    pub(super) fn statement_of(&self, line: usize) -> (usize, usize) {
        let Some(&first) = self.first.get(line) else { return (line, line) };
        (first, self.first.partition_point(|&other| other <= first) - 1)
    }

    /// The line below `line`, or below the comments that follow it.
    pub(super) fn next_written_line(&self, text: &str, line: usize) -> usize {
        let mut next = line + 1;
        while let Some(&start) = self.lines.get(next) {
            let rest = text.get(start..).unwrap_or_default().trim_start_matches([' ', '\t']);
            if !(rest.starts_with('#') || rest.starts_with("{#")) {
                break;
            }
            next += 1;
        }
        next
    }
}

fn char_length(rest: &str) -> usize {
    rest.chars().next().map_or(1, char::len_utf8)
}

/// Finds the end of template tags. Looks at each byte a bounded number of times, whatever the text holds.
struct Tags<'a> {
    text: &'a str,
    /// Offsets of the lines that can only be table headers.
    headers: Vec<usize>,
    /// For each closing delimiter the last place where it was found; the end of the text where there is no more.
    closers: [(&'static str, usize); 3],
}

impl<'a> Tags<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1));
        let headers = starts.filter(|&start| is_header(&text[start..])).collect();
        Self { text, headers, closers: [("}}", 0), ("%}", 0), ("#}", 0)] }
    }

    /// Whether a table header begins at `at`.
    fn is_header(&self, at: usize) -> bool {
        self.headers.binary_search(&at).is_ok()
    }

    /// Length of the tag that begins at `at`, if it is closed. Braces that nobody closed (a search pattern in a plain file)
    /// must not swallow what follows, so only a comment may reach over a table header.
    fn length_at(&mut self, at: usize) -> Option<usize> {
        let kind = match self.text.as_bytes().get(at..)? {
            [b'{', b'{', ..] => 0,
            [b'{', b'%', ..] => 1,
            [b'{', b'#', ..] => 2,
            _ => return None,
        };
        let (closer, found) = &mut self.closers[kind];
        if *found < at + 2 {
            let rest = self.text.as_bytes().get(at + 2..)?;
            *found = memchr::memmem::find(rest, closer.as_bytes()).map_or(self.text.len(), |offset| at + 2 + offset);
        }
        let end = *found + closer.len();
        let next_header = self.headers.get(self.headers.partition_point(|&header| header <= at));
        let swallows = *closer != "#}" && next_header.is_some_and(|&header| header < end);
        (end <= self.text.len() && !swallows).then_some(end - at)
    }
}

/// Whether `text` starts with a line that can only be the header of a table.
fn is_header(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let Some(name) = line.strip_prefix("[[").or_else(|| line.strip_prefix('[')) else { return false };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.find(']').is_some_and(|end| {
            let rest = name[end..].trim_start_matches(']').trim_start();
            !name[..end].contains([',', '"', '\'']) && (rest.is_empty() || rest.starts_with('#'))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Pieces that matter to it, in any order: nothing panics, and each line lies within its statement.
        #[test]
        fn every_line_lies_within_its_statement(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "a = ", "[", "]", "{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "\"", "'", "\"\"\"", "'''", "\\", "#",
                    "\n", "\r\n", "\r", "[t]\n", "ä", "\u{feff}", "# clnrm: allow(x)",
                ][..]),
                0..40,
            )
        ) {
            let text = pieces.concat();
            let statements = Statements::new(&text);
            for offset in 0..text.len() + 2 {
                let line = statements.line_of(offset);
                let before = &text.as_bytes()[..offset.min(text.len())];
                prop_assert_eq!(line, before.iter().filter(|byte| **byte == b'\n').count());
                let (first, last) = statements.statement_of(line);
                prop_assert!(first <= line && line <= last);
                if let Some(comment) = statements.comment_at(offset) {
                    prop_assert!(comment.slice(&text).is_some());
                }
            }
        }
    }

    fn statement(text: &str) -> (usize, usize) {
        let statements = Statements::new(text);
        statements.statement_of(statements.line_of(text.find('@').unwrap()))
    }

    #[test]
    fn brackets_and_long_strings_join_lines() {
        assert_eq!(statement("x = 1\na = [\n '@',\n [1,\n 2],\n]\nb = 2\n"), (1, 5));
        assert_eq!(statement("a = \"\"\"\n[\n@ \\\"\"\"\n\"\"\"\nb = 2\n"), (0, 3));
        assert_eq!(statement("a = '''\n\\'''\nb = '@'\n"), (2, 2));
        assert_eq!(statement("a = \"[ \\\" {\"\n@ = 1\n"), (1, 1));
        assert_eq!(statement("a = 1 # [\n@ = 1\n"), (1, 1));
    }

    #[test]
    fn tags_are_stepped_over_as_a_whole() {
        assert_eq!(statement("{{ m::span(\n \"@\",\n {}) }}\nb = 1\n"), (0, 2));
        assert_eq!(statement("{% if x == \"[\" %}\n@ = 1\n"), (1, 1));
        assert_eq!(statement("a = \"{{ x | f(a=\"b\") }}\"\n@ = 1\n"), (1, 1));
    }

    #[test]
    fn half_a_bracket_ends_at_the_next_header() {
        assert_eq!(statement("a = [\n{% if x %}]{% endif %}\n[b]\nc = '@'\n"), (3, 3));
        assert_eq!(statement("a = '{{'\n[b]\nc = '@ }}'\n"), (2, 2));
        assert_eq!(statement("a = [\n [\"x\"],\n [1],\n '@',\n]\n"), (0, 4));
    }
}
