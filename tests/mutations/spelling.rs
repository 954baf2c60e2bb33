//! Ways to write the same test otherwise.

use std::fmt::Write as _;

/// One way to write a test otherwise.
pub struct Spelling {
    pub name: &'static str,
    /// The text spelled so; `None` where the way does not apply.
    pub respell: fn(&str) -> Option<String>,
    /// Whether warnings stay the same too.
    pub same_findings: bool,
}

const fn same(name: &'static str, respell: fn(&str) -> Option<String>) -> Spelling {
    Spelling { name, respell, same_findings: true }
}

const fn good(name: &'static str, respell: fn(&str) -> Option<String>) -> Spelling {
    Spelling { name, respell, same_findings: false }
}

pub const ALL: &[Spelling] = &[
    same("with CRLF", |text| Some(text.replace('\n', "\r\n"))),
    same("with a byte order mark", |text| Some(format!("\u{feff}{text}"))),
    same("without a last line end", |text| Some(text.trim_end().to_owned())),
    same("behind comments", |text| Some(format!("# ünïcödé 🦀 [x] \"\n#\n\n{text}"))),
    same("with a comment on every line", |text| {
        one_line_values(text).then(|| {
            each_line(text, |line| if line.is_empty() { "#".into() } else { format!("{line} # é🦀 \" ' = [") })
        })
    }),
    same("indented by tabs", |text| one_line_values(text).then(|| each_line(text, |line| format!("\t{line}\t")))),
    same("with literal strings", |text| one_line_values(text).then(|| each_line(text, |line| requote(line, "'")))),
    same("with multi-line strings", |text| {
        one_line_values(text).then(|| each_line(text, |line| requote(line, "\"\"\"")))
    }),
    same("with quoted keys", |text| {
        one_line_values(text).then(|| {
            each_line(text, |line| match line.split_once(" = ") {
                Some((key, value)) if is_bare(key) => format!("\"{key}\" = {value}"),
                _ => line.to_owned(),
            })
        })
    }),
    same("in a condition", |text| wrapped(text, "{% if true %}\n", "{% endif %}\n")),
    same("in a loop of one", |text| wrapped(text, "{% for once in [1] %}\n", "{% endfor %}\n")),
    same("behind a variable", |text| wrapped(text, "{% set unused = \"é\" %}\n", "")),
    same("in a raw block", |text| wrapped(text, "{% raw %}\n", "{% endraw %}\n")),
    same("behind a template comment", |text| wrapped(text, "{# é {{ not }} \" #}\n", "")),
    same("in a filter section", |text| wrapped(text, "{% filter trim %}\n", "{% endfilter %}\n")),
    good("as a macro", |text| wrapped(text, "{% macro all() %}\n", "{% endmacro all %}\n{{ self::all() }}\n")),
    good("with the macro library imported", |text| wrapped(text, "{% import \"_macros.toml.tera\" as pack %}\n", "")),
    good("as headers only", |text| {
        let table: toml::Table = plain(text)?;
        toml::to_string(&table).ok()
    }),
    good("as inline tables", |text| {
        let table = plain(text)?;
        let mut inline = String::new();
        for (key, value) in &table {
            let _ = writeln!(inline, "{} = {value}", quoted(key));
        }
        Some(inline)
    }),
    good("as dotted keys", |text| {
        let table = plain(text)?;
        let mut dotted = String::new();
        dots(&mut dotted, "", &table);
        Some(dotted)
    }),
    good("with its tables in reverse", |text| {
        let table = plain(text)?;
        let reversed: toml::Table = table.into_iter().rev().collect();
        toml::to_string(&reversed).ok()
    }),
];

/// Whether no value goes over several lines, and nothing is a tag.
fn one_line_values(text: &str) -> bool {
    let is_whole = |line: &str| line.parse::<toml::Table>().is_ok();
    is_plain(text) && text.lines().all(is_whole)
}

fn is_plain(text: &str) -> bool {
    !text.contains("{{") && !text.contains("{%") && !text.contains("{#") && !text.contains("clnrm:")
}

fn plain(text: &str) -> Option<toml::Table> {
    is_plain(text).then(|| text.parse().ok()).flatten()
}

fn wrapped(text: &str, before: &str, after: &str) -> Option<String> {
    is_plain(text).then(|| format!("{before}{text}{after}"))
}

fn each_line(text: &str, change: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| change(line) + "\n").collect()
}

/// `key = "text"` with other quotes.
fn requote(line: &str, quotes: &str) -> String {
    let Some((key, value)) = line.split_once(" = ") else { return line.to_owned() };
    let Some(text) = value.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else { return line.to_owned() };
    if text.contains(['"', '\'', '\\']) { line.to_owned() } else { format!("{key} = {quotes}{text}{quotes}") }
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn quoted(key: &str) -> String {
    if is_bare(key) { key.to_owned() } else { toml::Value::from(key).to_string() }
}

fn dots(text: &mut String, path: &str, table: &toml::Table) {
    for (key, value) in table {
        let path = if path.is_empty() { quoted(key) } else { format!("{path}.{}", quoted(key)) };
        match value {
            toml::Value::Table(inner) if !inner.is_empty() => dots(text, &path, inner),
            _ => {
                let _ = writeln!(text, "{path} = {value}");
            }
        }
    }
}
