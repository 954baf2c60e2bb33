//! Tables in tables in tables.

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::text::Span;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "deep-nesting",
    stage: Stage::Blocks,
    severity: Severity::Hint,
    summary: "tables are nested deeper than anything in the format",
    explanation: "No path of the format has more than four parts, and none needs more than three inline tables inside each other. \
                  What is deeper are free values, mostly under `[vars]`: flat names (`vars.database_host`) are easier to find, to \
                  override with `--var`, and to read in a template.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[vars.production.database.primary.address]
host = "db"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[vars]
primary_database = "db"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

/// The longest path in the format.
const MOST_PARTS: usize = 4;
/// The deepest that inline tables of the format are written inside each other.
const MOST_BRACES: usize = 3;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if !subject.is_whole() || !may_be_deep(subject.text) {
        return;
    }
    let mut at_line_start = true;
    let mut header: Option<(usize, usize)> = None;
    let mut braces: Vec<usize> = Vec::new();
    let mut brackets = 0_usize;
    for token in Source::new(subject.text).lex() {
        let (start, end) = (token.span().start(), token.span().end());
        match token.kind() {
            TokenKind::Newline => {
                if let Some((parts, header_start)) = header.take()
                    && parts > MOST_PARTS
                {
                    report_header(subject.text, header_start, start, parts, findings);
                }
                at_line_start = true;
                continue;
            }
            TokenKind::Whitespace => continue,
            TokenKind::LeftSquareBracket if at_line_start && brackets == 0 && braces.is_empty() => {
                header = Some((1, start))
            }
            TokenKind::Dot => {
                if let Some((parts, _)) = &mut header {
                    *parts += 1;
                }
            }
            TokenKind::LeftSquareBracket if header.is_none() => brackets += 1,
            TokenKind::RightSquareBracket if header.is_none() => brackets = brackets.saturating_sub(1),
            TokenKind::LeftCurlyBracket => {
                braces.push(start);
                if braces.len() == MOST_BRACES + 1 {
                    let message = format!("inline tables are nested {} deep here", braces.len());
                    findings.push(
                        Finding::new(&RULE, Span::new(start, end), message)
                            .help("write tables with headers of their own"),
                    );
                }
            }
            TokenKind::RightCurlyBracket => drop(braces.pop()),
            _ => {}
        }
        at_line_start = false;
    }
    if let Some((parts, start)) = header.filter(|(parts, _)| *parts > MOST_PARTS) {
        report_header(subject.text, start, subject.text.len(), parts, findings);
    }
}

/// Whether a deep table is possible at all: a line with the header of a deep table, or many open braces. Costs two searches.
fn may_be_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut open = 0_usize;
    for at in memchr::memchr2_iter(b'{', b'}', bytes) {
        open = if bytes[at] == b'{' { open + 1 } else { open.saturating_sub(1) };
        if open > MOST_BRACES {
            return true;
        }
    }
    memchr::memchr_iter(b'[', bytes).any(|at| {
        let starts_line = at == 0 || matches!(bytes[at - 1], b'\n' | b' ' | b'\t' | b'[');
        starts_line && header_dots(&bytes[at + 1..]) >= MOST_PARTS
    })
}

/// Dots up to the end of a header, quoted ones included.
fn header_dots(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, b']' | b'\n' | b'[' | b'=')).filter(|byte| **byte == b'.').count()
}

fn report_header(text: &str, start: usize, line_end: usize, parts: usize, findings: &mut Findings) {
    let line = text.get(start..line_end).unwrap_or_default();
    let end = line.rfind(']').map_or(line_end, |bracket| start + bracket + 1);
    findings.push(
        Finding::new(&RULE, Span::new(start, end), format!("this table is nested {parts} deep"))
            .help("use flat names, as in `vars.database_host`"),
    );
}
