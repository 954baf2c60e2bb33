//! `# {{ x }}`.

use crate::config::tokens::{TextToken, text_tokens};
use crate::template::{ProblemKind, ReadingMode};
use crate::text::Span;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "template-in-comment",
    stage: Stage::Syntax,
    severity: Severity::Information,
    summary: "a template tag stands inside a TOML comment",
    explanation: "clnrm 1.0 renders a template before it reads the TOML, so there a tag is evaluated even inside a `#` comment, and a \
                  mistake in it is an error. Here it stays what it looks like: a part of the comment. Remove the braces where \
                  clnrm 1.0 has to read the file too.",
    wrong: r#"# says {{ svc }}
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    right: r#"# says svc
[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check,
};

const MESSAGE: &str = "clnrm 1.0 evaluates this tag although it stands in a comment";
const HELP: &str = "remove its braces, if clnrm 1.0 has to read the file too";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.mode != ReadingMode::Rendered && next_tag(subject.text).is_some() {
        let comments = text_tokens(subject.text).filter(|(token, _)| *token == TextToken::Comment);
        for (_, comment) in comments {
            let mut rest = comment;
            while let Some(tag) = rest.slice(subject.text).and_then(next_tag) {
                let tag = Span::new(rest.start + tag.start, rest.start + tag.end);
                findings.push(Finding::new(&RULE, tag, MESSAGE).help(HELP));
                rest.start = tag.end;
            }
        }
    }
    for problem in subject.template {
        if problem.kind == ProblemKind::TagInComment {
            findings.push(Finding::in_template(&RULE, problem, MESSAGE).help(HELP));
        }
    }
}

/// The first `{{ … }}` or `{% … %}`; up to the end of the text where it is not closed.
fn next_tag(text: &str) -> Option<Span> {
    let start = memchr::memchr_iter(b'{', text.as_bytes())
        .find(|&at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%')))?;
    let rest = text.get(start..)?;
    let closer = if rest.starts_with("{{") { "}}" } else { "%}" };
    let end = rest.find(closer).map_or(text.trim_end().len(), |at| start + at + closer.len());
    Some(Span::new(start, end))
}
