//! `${#NAME}`.

use crate::template::{ProblemKind, ReadingMode};
use crate::text::Span;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "shell-length-comment",
    stage: Stage::Syntax,
    severity: Severity::Warning,
    summary: "a shell length expression opens a template comment",
    explanation: "`${#NAME}` is the length of a shell variable, but `{#` opens a template comment: in clnrm 1.0 everything up to the \
                  next `#}` vanishes, or the file can't be rendered. Here it is read as what it means. \
                  `{% raw %}…{% endraw %}` around it works everywhere.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "${#HOME}"]
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "$HOME"]
"#,
    check,
};

const MESSAGE: &str = "`${#` opens a template comment in clnrm 1.0";
const HELP: &str = "put `{% raw %}` and `{% endraw %}` around it, or count with `expr length`";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.mode != ReadingMode::Rendered {
        // Nothing is rendered here, but clnrm 1.0 renders every file that holds `{#`.
        for start in memchr::memmem::find_iter(subject.text.as_bytes(), b"${#") {
            if let Some(place) = expansion(subject.text, start) {
                findings.push(Finding::new(&RULE, place, MESSAGE).help(HELP));
            }
        }
    }
    for problem in subject.template {
        let ProblemKind::ShellLengthOpensComment = &problem.kind else { continue };
        findings.push(Finding::in_template(&RULE, problem, MESSAGE).help(HELP));
    }
}

/// The whole of `${#NAME}` (also `${#}` and `${#NAME[@]}`) that begins at `start`.
fn expansion(text: &str, start: usize) -> Option<Span> {
    let name = text.get(start + "${#".len()..)?;
    let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '*' | '[' | ']')))?;
    name[length..].starts_with('}').then(|| Span::new(start, start + "${#".len() + length + 1))
}
