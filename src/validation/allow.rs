//! `# clnrm: allow(code, other-code)`: silences findings on its line or, where it stands alone, on the line below.
//!
//! The comments are looked for in a file as its author wrote it, so the places that are asked for must have been mapped
//! there before. In templates `{# clnrm: allow(code) #}` does the same.

use super::catalogue::{nearest_rule, rule};
use super::rules::{unknown_rule, unused_allow};
use super::severities::is_fixed;
use super::statements::Statements;
use super::{Finding, Fix, Rule, Severity, TextEdit};
use crate::template::FileSpan;
use crate::text::Span;

/// The allow comments of one file, and which of them were of use so far.
#[derive(Clone, Debug, Default)]
pub struct Allows {
    /// Sorted by the line that they silence.
    comments: Vec<Comment>,
    /// Empty where there are no comments.
    statements: Statements,
}

#[derive(Clone, Debug)]
struct Comment {
    /// From the `#` (or `{#`) to the end of the comment.
    span: Span,
    /// The line whose findings it silences.
    line: usize,
    codes: Vec<Code>,
}

#[derive(Clone, Debug)]
struct Code {
    text: String,
    span: Span,
    used: bool,
    /// It met an error of syntax, which can't be silenced.
    refused: bool,
}

impl Allows {
    /// The allow comments of `text`. Costs one search for `clnrm:` where there are none.
    pub fn new(text: &str) -> Self {
        if !candidates(text).any(|_| true) {
            return Self::default();
        }
        let statements = Statements::new(text);
        let comments = candidates(text)
            .filter_map(|at| statements.comment_at(at))
            .filter_map(|span| comment(text, span, &statements))
            .collect();
        Self { comments, statements }
    }

    /// Whether a finding of `rule` at `offset` is silenced; the comment that does it counts as used.
    ///
    /// A place inside a value of several lines belongs to the line of its key and to the last line of the value too.
    /// Errors of the level syntax are never silenced.
    pub fn silences(&mut self, rule: &Rule, severity: Severity, offset: usize) -> bool {
        if self.comments.is_empty() {
            return false;
        }
        let line = self.statements.line_of(offset);
        let (first, last) = self.statements.statement_of(line);
        let mut silenced = false;
        for line in [first, line, last] {
            let start = self.comments.partition_point(|comment| comment.line < line);
            let fitting = self.comments[start..].iter_mut().take_while(|comment| comment.line == line);
            for code in fitting.flat_map(|comment| &mut comment.codes).filter(|code| code.text == rule.code) {
                if is_fixed(rule, severity) {
                    code.refused = true;
                } else {
                    code.used = true;
                    silenced = true;
                }
            }
        }
        silenced
    }

    /// What is wrong with the comments themselves, once all findings were asked for: unknown codes, and codes that
    /// silence nothing. The latter only where the rule was `judged`: a rule that did not run may be silent for that reason.
    pub fn complaints(&self, text: &str, judged: impl Fn(&Rule) -> bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        for comment in &self.comments {
            if comment.codes.is_empty() {
                let finding = Finding::new(&unused_allow::RULE, document(comment.span), "this comment names no rule");
                findings.push(finding.help("write the codes between the parentheses, or remove the comment"));
            }
            for (index, code) in comment.codes.iter().enumerate() {
                let place = document(code.span);
                let Some(rule) = rule(&code.text) else {
                    let suggestion = nearest_rule(&code.text).map(|rule| rule.code);
                    let finding = Finding::new(&unknown_rule::RULE, place, format!("there is no rule `{}`", code.text));
                    findings.push(finding.did_you_mean(&code.text, suggestion, place));
                    continue;
                };
                if code.used || !judged(rule) {
                    continue;
                }
                let finding = if code.refused {
                    Finding::new(&unused_allow::RULE, place, format!("`{}` can't be silenced", code.text))
                        .help("mend it: behind an error of syntax nothing can be trusted")
                } else {
                    Finding::new(&unused_allow::RULE, place, format!("nothing here breaks the rule `{}`", code.text))
                };
                findings.push(finding.fix(removal(text, comment, index)));
            }
        }
        findings
    }
}

/// The one edit of `text` after which findings of `rule` at `offset` are silenced: a code added to a comment that is there, a comment
/// behind the line, or one above it. In a file that is `rendered` first, a comment of the template where one of the TOML can't stand.
/// `None`: a finding of this severity can't be silenced, or nothing can stand there.
pub fn silencing(text: &str, rule: &Rule, severity: Severity, offset: usize, rendered: bool) -> Option<(Span, String)> {
    if is_fixed(rule, severity) {
        return None;
    }
    let statements = Statements::new(text);
    let line = statements.line_of(offset);
    let (first, last) = statements.statement_of(line);
    let insertion = |at: usize, text: String| (Span::at(at), text);
    let mut candidates = Vec::new();
    for comment in Allows::new(text).comments.iter().filter(|comment| [first, line, last].contains(&comment.line)) {
        candidates.extend(comment.codes.last().map(|last| insertion(last.span.end, format!(", {}", rule.code))));
    }
    let line_end = |line: usize| {
        let start = statements.start_of(line)?;
        let length = text.get(start..)?.split('\n').next()?.trim_end().len();
        Some(start + length)
    };
    let ends = [Some(last), (first != last).then_some(first)].into_iter().flatten().filter_map(line_end);
    let start = statements.start_of(first).unwrap_or_default();
    let rest = text.get(start..).unwrap_or_default();
    let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
    let newline =
        if rest.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    for (open, close) in [("#", ""), ("{#", " #}")].into_iter().take(if rendered { 2 } else { 1 }) {
        let comment = format!("{open} clnrm: allow({}){close}", rule.code);
        candidates.extend(ends.clone().map(|end| insertion(end, format!(" {comment}"))));
        candidates.push(insertion(start, format!("{indent}{comment}{newline}")));
    }
    candidates.into_iter().find(|(span, inserted)| {
        let mut after = text.to_owned();
        after.insert_str(span.start, inserted);
        let shifted = if offset >= span.start { offset + inserted.len() } else { offset };
        // Not a comment behind another one, nor one inside a string or a tag.
        let comments = Statements::new(&after);
        let is_whole =
            comments.statement_of(comments.line_of(shifted)).0 == first + usize::from(inserted.ends_with('\n'));
        is_whole && Allows::new(&after).silences(rule, severity, shifted)
    })
}

const fn document(span: Span) -> FileSpan {
    FileSpan::document(span)
}

/// Offsets of the words `clnrm:` that may belong to an allow comment.
fn candidates(text: &str) -> impl Iterator<Item = usize> {
    memchr::memmem::find_iter(text.as_bytes(), b"clnrm:")
        .filter(|&at| text[..at].trim_end_matches([' ', '\t']).ends_with('#'))
}

/// Reads the comment at `span`, which includes its delimiters.
fn comment(text: &str, span: Span, statements: &Statements) -> Option<Comment> {
    let written = span.slice(text)?;
    let body = written.trim_start_matches('{').strip_prefix('#')?.trim_start_matches([' ', '\t', '-']);
    let list = body.strip_prefix("clnrm:")?.trim_start().strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let start = span.end - list.len();
    let list = &list[..list.find(')')?];

    let mut codes = Vec::new();
    let mut offset = start;
    for item in list.split(',') {
        let code = item.trim();
        let at = offset + (item.len() - item.trim_start().len());
        if !code.is_empty() {
            let span = Span::new(at, at + code.len());
            codes.push(Code { text: code.to_owned(), span, used: false, refused: false });
        }
        offset += item.len() + 1;
    }
    let line = statements.line_of(span.start);
    let alone = text[..span.start].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
    let line = if alone { statements.next_written_line(text, line) } else { line };
    Some(Comment { span, line, codes })
}

/// The place of the code that stands at `offset` in the comment at `comment`, which includes its delimiters. `None` where that is
/// no allow comment, or no code stands there.
pub fn code_at(text: &str, comment: Span, offset: usize) -> Option<Span> {
    let found = self::comment(text, comment, &Statements::new(text))?;
    found.codes.iter().map(|code| code.span).find(|span| span.start <= offset && offset <= span.end)
}

/// Removes one code, or the whole comment where it holds no other.
fn removal(text: &str, comment: &Comment, index: usize) -> Fix {
    let Some(code) = comment.codes.get(index) else {
        return Fix::new("remove the comment", Vec::new());
    };
    if let [_] = comment.codes.as_slice() {
        return Fix::replace("remove the comment", document(whole_comment(text, comment.span)), "");
    }
    let span = match comment.codes.get(index + 1) {
        Some(next) => Span::new(code.span.start, next.span.start),
        None => Span::new(comment.codes[index - 1].span.end, code.span.end),
    };
    let edits = vec![TextEdit { place: document(span).into(), text: String::new() }];
    Fix::new(format!("remove `{}` from the comment", code.text), edits)
}

/// The comment with the white space before it; with its line, where it stands alone.
fn whole_comment(text: &str, span: Span) -> Span {
    let start = text[..span.start].trim_end_matches([' ', '\t']).len();
    let alone = start == 0 || text[..start].ends_with('\n');
    let rest = &text[span.end..];
    let newline = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    Span::new(start, if alone { span.end + newline } else { span.end })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a finding of `argument-alias` at the first `@` of the text is silenced.
    fn silenced(text: &str) -> bool {
        let alias = rule("argument-alias").unwrap();
        Allows::new(text).silences(alias, Severity::Hint, text.find('@').unwrap())
    }

    fn complaints(text: &str) -> Vec<(&'static str, String, String)> {
        let say = |finding: &Finding| {
            let super::super::Place::Source(place) = finding.place else { panic!("not in the author's file") };
            (finding.rule.code, place.span.slice(text).unwrap().to_owned(), finding.message.clone())
        };
        Allows::new(text).complaints(text, |_| true).iter().map(say).collect()
    }

    #[test]
    fn a_comment_silences_its_line_or_the_line_below() {
        assert!(silenced("a = \"@\" # clnrm: allow(argument-alias)\n"));
        assert!(silenced("a = \"@\" #clnrm:allow( other , argument-alias )\n"));
        assert!(silenced("# clnrm: allow(argument-alias)\na = \"@\"\n"));
        assert!(silenced("  # clnrm: allow(argument-alias)\r\n  # why: because\r\na = \"@\"\r\n"));
        assert!(silenced("a = \"{{ @ }}\" {# clnrm: allow(argument-alias) #}\n"));
        assert!(!silenced("# clnrm: allow(argument-alias)\n\na = \"@\"\n"), "an empty line parts them");
        assert!(!silenced("b = 1 # clnrm: allow(argument-alias)\na = \"@\"\n"));
        assert!(!silenced("a = \"@\"\n# clnrm: allow(argument-alias)\nb = 1\n"));
        assert!(!silenced("a = \"@\" # clnrm: allow(unknown-rule)\n"));
    }

    #[test]
    fn a_place_in_a_value_of_several_lines_belongs_to_the_line_of_its_key() {
        assert!(silenced("# clnrm: allow(argument-alias)\na = [\n  \"x\",\n  \"@\",\n]\n"));
        assert!(silenced("a = [ # clnrm: allow(argument-alias)\n  \"x\",\n  \"@\",\n]\n"));
        assert!(silenced("a = [\n  \"x\",\n  \"@\", # clnrm: allow(argument-alias)\n]\n"));
        assert!(silenced("a = \"\"\"\nfoo\n@\n\"\"\" # clnrm: allow(argument-alias)\n"));
        assert!(!silenced("a = [\n  \"x\", # clnrm: allow(argument-alias)\n  \"@\",\n]\n"));
        assert!(!silenced("a = [\n  \"x\",\n] # clnrm: allow(argument-alias)\nb = \"@\"\n"));
    }

    #[test]
    fn a_comment_sign_inside_a_string_is_no_comment() {
        assert!(!silenced("a = \"@ # clnrm: allow(argument-alias)\"\n"));
        assert!(!silenced("a = '''\n# clnrm: allow(argument-alias)\n@'''\n"));
        assert!(complaints("a = '# clnrm: allow(nonsense)'\n").is_empty());
    }

    #[test]
    fn errors_of_syntax_are_not_silenced() {
        let text = "a = \"{{ @\" # clnrm: allow(unclosed-tag)\n";
        let unclosed = rule("unclosed-tag").unwrap();
        let mut allows = Allows::new(text);
        assert!(!allows.silences(unclosed, Severity::Error, 5));
        assert_eq!(allows.complaints(text, |_| true)[0].message, "`unclosed-tag` can't be silenced");
        assert!(allows.silences(unclosed, Severity::Warning, 5), "a warning is nobody's ruin");
    }

    #[test]
    fn unknown_and_idle_codes_are_complained_about() {
        assert_eq!(
            complaints("a = 1 # clnrm: allow(argument-alais, argument-alias)\nb = 2 # clnrm: allow()\n"),
            [
                ("unknown-rule", "argument-alais".to_owned(), "there is no rule `argument-alais`".to_owned()),
                (
                    "unused-allow",
                    "argument-alias".to_owned(),
                    "nothing here breaks the rule `argument-alias`".to_owned()
                ),
                ("unused-allow", "# clnrm: allow()".to_owned(), "this comment names no rule".to_owned()),
            ]
        );
        let text = "a = 1 # clnrm: allow(argument-alias)\n";
        assert!(Allows::new(text).complaints(text, |_| false).is_empty(), "the rule did not run");
    }

    #[test]
    fn the_fix_removes_the_code_or_the_whole_comment() {
        let mended = |text: &str| {
            let finding = Allows::new(text).complaints(text, |_| true).remove(0);
            let mut mended = text.to_owned();
            for edit in finding.fixes[0].edits.iter().rev() {
                let super::super::Place::Source(place) = edit.place else { panic!("not in the author's file") };
                mended.replace_range(place.span.range(), &edit.text);
            }
            mended
        };
        assert_eq!(mended("a = 1 # clnrm: allow(argument-alias)\n"), "a = 1\n");
        assert_eq!(mended("# clnrm: allow(argument-alias)\na = 1\n"), "a = 1\n");
        assert_eq!(mended("a = 1 # clnrm: allow(argument-alias, x)\n"), "a = 1 # clnrm: allow(x)\n");
    }

    #[test]
    fn nothing_panics_on_odd_comments() {
        for text in [
            "#clnrm:",
            "# clnrm: allow(",
            "{# clnrm: allow(ä,",
            "# clnrm: allow(,)",
            "\"\"\"# clnrm: allow(a)",
            "\u{feff}# clnrm: allow(é)",
        ] {
            let mut allows = Allows::new(text);
            allows.silences(RULES[0], Severity::Hint, text.len());
            allows.silences(RULES[0], Severity::Hint, text.len() + 7);
            let _ = allows.complaints(text, |_| true);
        }
    }

    use super::super::RULES;
}
