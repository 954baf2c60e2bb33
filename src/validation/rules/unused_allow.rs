//! `# clnrm: allow(code)` where nothing is to be silenced. Found by `validation::allow`, which sees the comments.

use crate::validation::{Rule, Severity, Stage};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unused-allow",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "an allow comment silences nothing",
    explanation: "A comment that outlives its reason would hide the next mistake on this line. Remove it. Errors of the level \
                  syntax can't be silenced at all, because nothing of the file can be trusted with them.\n\n\
                  A comment is judged only where its rule ran: not below its `--level`, and not where the project turns the \
                  rule off.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"] # clnrm: allow(argument-alias)
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"]
"#,
    check: |_, _| {},
};
