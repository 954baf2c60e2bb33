//! The documentation of an item, made when somebody looks at the item.

use super::item::Topic;
use super::semantic_conventions;
use crate::config::schema::{Key, PROJECT, ROOT, Reader};
use crate::features::cursor::PathStep;
use crate::features::format_path;
use crate::template::language::{self, Builtin};
use crate::validation::catalogue;

/// The documentation about `topic`, in Markdown; `None` where nothing is known about it.
pub fn documentation(topic: &Topic) -> Option<String> {
    match topic {
        Topic::Key { path, project } => {
            let steps = path.iter().map(|step| step.clone().map_or(PathStep::Item, PathStep::Key));
            let root = if *project { &PROJECT } else { &ROOT };
            format_path::resolve_from(root, &steps.collect::<Vec<_>>()).key.map(of_key)
        }
        Topic::Function(name) => language::function(name).map(of_builtin),
        Topic::Filter(name) => language::filter(name).map(of_builtin),
        Topic::Test(name) => language::test(name).map(of_builtin),
        Topic::Attribute(name) => semantic_conventions::attribute(name).map(|attribute| {
            let example = if attribute.example.is_empty() {
                String::new()
            } else {
                format!("\n\nFor example `{}`.", attribute.example)
            };
            format!("{}{example}", attribute.brief)
        }),
        Topic::Rule(code) => catalogue::rule(code).map(|rule| format!("{}.\n\n{}", rule.summary, rule.explanation)),
        Topic::Text(text) => Some(text.clone()),
    }
}

fn of_key(key: &Key) -> String {
    let mut text = key.documentation.to_owned();
    if let Some(default) = key.default {
        text.push_str(&format!("\n\nDefault: `{default}`."));
    }
    let readers = key.readers.iter().map(|reader| match reader {
        Reader::Run => "`clnrm run` 1.0",
        Reader::Analyze => "`clnrm analyze` 1.0",
        Reader::DryRun => "`clnrm dry-run` 1.0",
        Reader::Tool => "this tool",
    });
    let readers: Vec<&str> = readers.collect();
    if !readers.is_empty() {
        text.push_str(&format!("\n\nRead by {}.", readers.join(", ")));
    }
    text
}

fn of_builtin(builtin: &'static Builtin) -> String {
    let mut text = format!("```\n{}\n```\n{}", builtin.usage(), builtin.doc);
    if !builtin.example.is_empty() {
        text.push_str(&format!("\n\n```\n{}\n```", builtin.example));
        if let Some(result) = language::render_example(builtin.example).filter(|result| !result.trim().is_empty()) {
            text.push_str(&format!("\ngives `{}`", result.trim()));
        }
    }
    text
}
