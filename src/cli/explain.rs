//! `--explain CODE` and `--rules`: the catalogue of rules on the terminal.

use std::io;

use anstyle::{AnsiColor, Style};

use super::{CLEAN, TROUBLE, output};
use crate::validation::catalogue::{nearest_rule, rule};
use crate::validation::{RULES, Severity};

/// Prints the page of the rule `code`.
pub fn run(code: &str, color: clap::ColorChoice) -> u8 {
    let Some(rule) = rule(code) else {
        let hint = match nearest_rule(code) {
            Some(near) => format!("did you mean `{}`?", near.code),
            None => "`clnrm-lsp --rules` lists all rules".to_owned(),
        };
        output::write_stderr(format!("clnrm-lsp: there is no rule `{code}`; {hint}\n").as_bytes());
        return TROUBLE;
    };
    let bold = if output::color(color, &io::stdout()) { Style::new().bold() } else { Style::new() };
    let head = format!("{bold}{}{bold:#}: {}", rule.code, rule.summary);
    let level = format!("level {}, severity {} unless configured otherwise", rule.level().name(), rule.severity.name());
    let explanation = rule.explanation.trim();
    let [wrong, right] = [rule.wrong, rule.right].map(indented);
    print(&format!(
        "{head}\n{level}\n\n{explanation}\n\n{bold}Wrong:{bold:#}\n\n{wrong}\n{bold}Right:{bold:#}\n\n{right}"
    ))
}

/// Prints all rules, one a line.
pub fn list(color: clap::ColorChoice) -> u8 {
    let colored = output::color(color, &io::stdout());
    let width = RULES.iter().map(|rule| rule.code.len()).max().unwrap_or(0);
    let mut text = String::new();
    for rule in RULES {
        let style = if colored { style(rule.severity) } else { Style::new() };
        let (code, severity, level) = (rule.code, rule.severity.name(), rule.level().name());
        text += &format!("{code:<width$}  {style}{severity:<11}{style:#}  {level:<9}  {}\n", rule.summary);
    }
    print(&text)
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Information => AnsiColor::Blue.on_default(),
        Severity::Hint => AnsiColor::Cyan.on_default(),
    }
}

fn indented(text: &str) -> String {
    let lines =
        text.trim_end().lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") });
    lines.collect()
}

fn print(text: &str) -> u8 {
    match output::write_stdout(text.as_bytes()) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::write_stderr(format!("clnrm-lsp: can't write: {error}\n").as_bytes());
            TROUBLE
        }
    }
}
