//! `cleanroom.toml`, as far as this tool reads it: severities of rules, variables of templates, size of the cache.
//!
//! Every key is optional. The ten tables that clnrm 1.0 reads are known, and their content is left to it.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::model::{Keyed, Scalar, Spanned, Text};
use super::parse::{Table, with_table};
use super::read::Source;
use super::schema::PROJECT;
use super::shape::{self, ShapeProblem};
use super::syntax::SyntaxError;

/// The name of the file.
pub const FILE_NAME: &str = "cleanroom.toml";

/// The settings of a project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectSettings {
    /// `[lint]`: the code of a rule and the severity that it shall have, both as written; `validation::Severities` judges
    /// them.
    pub lint: Vec<Keyed<Text>>,
    /// `[template.vars]`: variables for all templates, in file order.
    pub variables: Vec<Keyed<Scalar>>,
    /// `[cache] entries`: how many renders are kept; not negative.
    pub cache_entries: Option<Spanned<usize>>,
}

/// What a `cleanroom.toml` says, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedProject {
    /// The settings, as far as the mistakes allow.
    pub settings: ProjectSettings,
    /// Mistakes in the TOML.
    pub syntax: Vec<SyntaxError>,
    /// Unknown keys, wrong types and values out of bounds.
    pub shape: Vec<ShapeProblem>,
}

/// Whether `path` names a file of project settings.
pub fn is_project_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == FILE_NAME)
}

/// Reads the text of a `cleanroom.toml`. Works on any text, and never fails.
pub fn parse(text: &str) -> ParsedProject {
    with_table(text, &[], false, |Table { root, source, syntax }| ParsedProject {
        settings: read(root, source),
        syntax,
        shape: shape::check(root, &PROJECT, source),
    })
}

fn read(root: &DeTable<'_>, source: &Source<'_>) -> ProjectSettings {
    let mut settings = ProjectSettings::default();
    for (key, value) in root.iter() {
        let DeValue::Table(table) = value.get_ref() else { continue };
        match key.get_ref().as_ref() {
            "lint" => {
                settings.lint = table
                    .iter()
                    .filter_map(|(key, value)| Some(Keyed { key: source.name(key), value: source.text(value)? }))
                    .collect();
            }
            "template" => {
                settings.variables = table.get("vars").map(|vars| source.entries(vars)).unwrap_or_default();
            }
            "cache" => {
                settings.cache_entries = table.get("entries").and_then(|entries| {
                    let entries = source.integer(entries)?;
                    Some(Spanned::new(usize::try_from(entries.value).ok()?, entries.span))
                });
            }
            _ => {}
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_other_tables_are_known() {
        let text = "[project]\nname = \"demo\"\n[lint]\nunknown-key = \"error\"\n[cache]\nentries = 20\n[template.vars]\nimage = \"alpine\"\n";
        let parsed = parse(text);
        assert_eq!((parsed.syntax.as_slice(), parsed.shape.as_slice()), (&[][..], &[][..]));
        assert_eq!(parsed.settings.lint[0].key.text, "unknown-key");
        assert_eq!(parsed.settings.lint[0].value.known(), Some("error"));
        assert_eq!(parsed.settings.cache_entries.map(|entries| entries.value), Some(20));
        assert_eq!(parsed.settings.variables[0].key.text, "image");
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let text = "[lnt]\na = 1\n[lint]\nunknown-key = 1\n[cache]\nentries = -1\nfoo\n";
        let parsed = parse(text);
        assert_eq!(parsed.syntax.len(), 1);
        let places: Vec<_> = parsed.shape.iter().filter_map(|problem| problem.span.slice(text)).collect();
        assert_eq!(places, ["lnt", "1", "-1"]);
        assert_eq!(parsed.settings.cache_entries, None);
    }
}
