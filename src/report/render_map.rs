//! What a template became: each construct with its value and place, and the variables that it saw; for people and as JSON.

use serde_json::{Value as Json, json};

use crate::template::Rendered;
use crate::template::variables::{VariableOrigin, Variables, is_secret_name};
use crate::text::{LineIndex, Span};

/// A render with the variables that it saw.
#[derive(Clone, Copy, Debug)]
pub struct RenderMap<'a> {
    /// How the document is called.
    pub name: &'a str,
    /// The render.
    pub rendered: &'a Rendered,
    /// What it saw.
    pub variables: &'a Variables,
}

/// A construct and what it became in one place of the render.
struct Construct<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    source: &'a str,
    value: &'a str,
    rendered: Span,
}

impl RenderMap<'_> {
    /// Each construct on a line: its place, itself, its value.
    pub fn constructs(&self) -> String {
        let constructs = self.all();
        if constructs.is_empty() {
            return format!("`{}` has no construct that writes a value\n", self.name);
        }
        let places: Vec<String> = constructs
            .iter()
            .map(|construct| format!("{}:{}:{}", construct.file, construct.line, construct.column))
            .collect();
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
        let place_width = widest(&mut places.iter().map(|place| place.chars().count()));
        let source_width =
            widest(&mut constructs.iter().map(|construct| one_line(construct.source).chars().count())).min(48);
        let lines = constructs.iter().zip(&places).map(|(construct, place)| {
            let source = one_line(construct.source);
            format!("{place:place_width$}  {source:source_width$}  {}\n", shown(construct.value))
        });
        lines.collect()
    }

    /// Each variable on a line: its name, its value, where it comes from.
    pub fn variables(&self) -> String {
        let lines = self.named_variables().into_iter().map(|(name, value, origin)| match origin {
            Some(origin) => format!("{name} = {value}  ({origin})\n"),
            None => format!("{name} = {value}\n"),
        });
        lines.collect()
    }

    /// All of it: `text`, `constructs`, `variables`, `environment`.
    pub fn json(&self) -> String {
        let constructs: Vec<Json> = self
            .all()
            .into_iter()
            .map(|construct| {
                json!({
                    "file": construct.file,
                    "line": construct.line,
                    "column": construct.column,
                    "source": construct.source,
                    "value": construct.value,
                    "rendered": { "start": construct.rendered.start, "end": construct.rendered.end },
                })
            })
            .collect();
        let variables: Vec<Json> = self
            .named_variables()
            .into_iter()
            .map(|(name, value, origin)| json!({ "name": name, "value": value, "origin": origin }))
            .collect();
        let environment: Vec<&str> = self.rendered.environment.iter().map(|(name, _)| name.as_str()).collect();
        let report = json!({
            "version": 1,
            "file": self.name,
            "text": self.rendered.text,
            "exact": self.rendered.map.is_exact(),
            "constructs": constructs,
            "variables": variables,
            "environment": environment,
            "problems": self.rendered.problems.iter().filter(|problem| !problem.kind.is_remark()).count(),
        });
        format!("{report:#}\n")
    }

    fn all(&self) -> Vec<Construct<'_>> {
        let files = &self.rendered.files;
        let lines: Vec<LineIndex> = files.iter().map(|file| LineIndex::new(&file.text)).collect();
        let values = self.rendered.map.values();
        let constructs = values.filter_map(|value| {
            let index = value.tag.file.0 as usize;
            let (file, lines) = (files.get(index)?, lines.get(index)?);
            let place = lines.position(&file.text, value.tag.span.start);
            Some(Construct {
                file: if index == 0 { self.name } else { &file.name },
                line: place.line,
                column: place.column,
                source: value.tag.span.slice(&file.text)?,
                value: value.rendered.slice(&self.rendered.text)?,
                rendered: value.rendered,
            })
        });
        constructs.collect()
    }

    /// Names at top level and in `vars`, without what stands in both.
    fn named_variables(&self) -> Vec<(String, String, Option<&'static str>)> {
        let mut variables = Vec::new();
        for name in self.variables.names() {
            let Some(value) = self.variables.get(name) else { continue };
            match value.as_map() {
                Some(entries) if name == "vars" => {
                    let fresh = entries.iter().filter_map(|(key, value)| Some((key.as_str()?, value)));
                    let fresh = fresh.filter(|(key, _)| self.variables.get(key).is_none());
                    variables.extend(fresh.map(|(key, value)| self.variable(&format!("vars.{key}"), value)));
                }
                _ => variables.push(self.variable(name, value)),
            }
        }
        variables
    }

    fn variable(&self, name: &str, value: &tera::Value) -> (String, String, Option<&'static str>) {
        let origin = self.variables.origin(name).map(|origin| match origin {
            VariableOrigin::Override => "the command line",
            VariableOrigin::File(_) => "the file",
            VariableOrigin::Project => "cleanroom.toml",
            VariableOrigin::Environment(_) => "the environment",
            VariableOrigin::Default => "default",
        });
        let value = match is_secret_name(name) {
            true => "hidden".to_owned(),
            false => serde_json::to_string(value).unwrap_or_default(),
        };
        (name.to_owned(), value, origin)
    }
}

/// A construct on one line.
fn one_line(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value on one line: as it is where that is clear, else with its line breaks spelled.
fn shown(value: &str) -> String {
    match value.is_empty() || value.contains(['\n', '\r']) || value.trim() != value {
        true => format!("{value:?}"),
        false => value.to_owned(),
    }
}
