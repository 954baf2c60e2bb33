//! `--explain CODE` and `--rules`: the catalogue of rules on the terminal.

use std::io;

use anstyle::{AnsiColor, Style};

use super::{CLEAN, TROUBLE, output};
use crate::validation::catalogue::{nearest_rule, rule};
use crate::validation::page::page;
use crate::validation::{RULES, Severity};

/// Prose is not wider than this, however wide the terminal.
const PAGE_WIDTH: usize = 100;

/// Prints the page of the rule `code`.
pub fn run(code: &str, color: clap::ColorChoice) -> u8 {
    let Some(rule) = rule(code) else {
        let hint = match nearest_rule(code) {
            Some(near) => format!("did you mean `{}`?", near.code),
            None => "`clnrm-lsp --rules` lists all rules".to_owned(),
        };
        output::complain(&format!("there is no rule `{code}`; {hint}"));
        return TROUBLE;
    };
    let colored = output::color(color, &io::stdout());
    print(&on_terminal(&page(rule), output::width().min(PAGE_WIDTH), colored))
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

/// A page of Markdown for a terminal: prose is wrapped, and with colours headings and code stand out.
fn on_terminal(markdown: &str, width: usize, colored: bool) -> String {
    let plain = Style::new();
    let (heading, code) = if colored { (plain.bold(), plain.dimmed()) } else { (plain, plain) };
    let mut text = String::with_capacity(markdown.len() + 64);
    let mut in_code = false;
    for line in markdown.trim_end().lines() {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        if is_fence || in_code {
            text += &format!("{code}{line}{code:#}\n");
        } else if line.starts_with('#') {
            text += &format!("{heading}{line}{heading:#}\n");
        } else {
            wrap(line, width, &mut text);
        }
    }
    text
}

/// Adds one line of prose, broken at blanks; what follows an item of a list is indented like it.
fn wrap(line: &str, width: usize, text: &mut String) {
    let indent = if line.starts_with("- ") || line.starts_with("* ") { "  " } else { "" };
    let mut column = 0;
    for word in line.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            text.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text.push('\n');
}

fn print(text: &str) -> u8 {
    match output::write_stdout(text.as_bytes()) {
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let page =
            "# head of the page\n\none two three four\n- five six seven\n\n```toml\na = \"one two three four\"\n```\n";
        insta::assert_snapshot!(on_terminal(page, 10, false), @r##"
        # head of the page

        one two
        three four
        - five six
          seven

        ```toml
        a = "one two three four"
        ```
        "##);
    }
}
