//! `# clnrm: allow(nope)`, and `nope = "off"` in `[lint]`. Found by `validation::allow`, which sees the comments, and by
//! `validation::project`.

use crate::validation::{Rule, Severity, Stage};

/// The rule.
pub static RULE: Rule = Rule {
    code: "unknown-rule",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "an allow comment or `[lint]` names a rule that does not exist",
    explanation: "`# clnrm: allow(code)` silences the findings of one rule on its line, or on the line below if it stands \
                  alone. `[lint]` in `cleanroom.toml` sets the severity of a rule for a whole project. A \
                  misspelled code does nothing. `clnrm-lsp --explain CODE` tells about each.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[[steps]]
name = "hello"
command = ["echo", "hello"] # clnrm: allow(unknwon-key)
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
