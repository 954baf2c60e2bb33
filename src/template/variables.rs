//! The variables that a template sees, each with where it was defined.
//!
//! A name is looked up in this order; the first that has it wins:
//!
//! 1. overrides (`--var name=value`);
//! 2. the file's own `[vars]` and `[template.vars]`. A line such as `svc = "{{ svc }}"` repeats a variable and defines none; a
//!    value with other expressions in it is rendered alone, before the file is;
//! 3. the project's `[template.vars]` in `cleanroom.toml`;
//! 4. the environment: for the seven standard variables the one that belongs to it (`svc` ← `SERVICE_NAME`), for others the
//!    same name in upper case;
//! 5. the defaults of the seven standard variables.
//!
//! All but the fourth are in the map `vars` too. `matrix` and `otel` hold `[matrix]`, `[template.matrix]` and `[template.otel]`.
//!
//! # Matrices
//!
//! `matrix.NAME` is the whole list: files write `{% for e in matrix.exporters %}` and `matrix.exporters | length`. Where a file
//! uses an axis as one plain value (`{{ matrix.exporter }}`, `matrix.exporter == "otlp"`) and never as a list, the file stands for
//! several: one for each combination of the values of such axes. See [`scalar_axes`] and [`Variables::combination`].

mod combination;
mod environment;
mod file;
mod resolve;

use std::collections::BTreeMap;

use jiff::Timestamp;
use tera::value::Map;
use tera::{Context, Value};

use super::language::{DEFAULT_CLOCK, DEFAULT_SEED, RenderState};
use crate::text::Span;

pub use combination::scalar_axes;
pub use environment::{Environment, ReadVariable, SECRET_STAND_IN, is_secret_name};
pub use file::{DefinedValue, Definition, FileVariables};
pub use resolve::Sources;

/// A variable that every template may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandardVariable {
    /// Its name in templates.
    pub name: &'static str,
    /// The environment variable that it is read from.
    pub environment: &'static str,
    /// Its value when nothing else gives one.
    pub default: &'static str,
    /// One line on what it is for.
    pub doc: &'static str,
}

/// The seven variables that every template may use.
pub const STANDARD_VARIABLES: [StandardVariable; 7] = [
    standard("svc", "SERVICE_NAME", "clnrm", "The name of the service under test"),
    standard("env", "ENV", "ci", "The environment that the test runs for"),
    standard("endpoint", "OTEL_ENDPOINT", "http://localhost:4318", "Where spans are sent"),
    standard("exporter", "OTEL_TRACES_EXPORTER", "otlp", "How spans are exported"),
    standard("image", "CLNRM_IMAGE", "registry/clnrm:1.0.0", "The container image under test"),
    standard("freeze_clock", "FREEZE_CLOCK", "2025-01-01T00:00:00Z", "The time at which the clock stands still"),
    standard("token", "OTEL_TOKEN", "", "The token for the endpoint; never read from the environment"),
];

const fn standard(
    name: &'static str,
    environment: &'static str,
    default: &'static str,
    doc: &'static str,
) -> StandardVariable {
    StandardVariable { name, environment, default, doc }
}

/// Where a variable was defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableOrigin {
    /// By the caller (`--var`).
    Override,
    /// In the document: its `key = value`.
    File(Span),
    /// In the project's `cleanroom.toml`.
    Project,
    /// In the environment, under this name.
    Environment(String),
    /// By default.
    Default,
}

/// An environment variable that was asked for, with what was seen (`None`: unset or hidden).
pub type Lookup = (String, Option<String>);

/// Variables, seed, clock and visible environment of a render.
#[derive(Clone, Debug)]
pub struct Variables {
    /// Top-level names, `vars`, `matrix` and `otel` among them.
    root: Map,
    /// By dotted path; the entries of `vars` stand there by their name alone.
    origins: BTreeMap<String, VariableOrigin>,
    seed: u64,
    clock: Timestamp,
    environment: Environment,
    lookups: BTreeMap<String, Option<String>>,
    /// As in [`FileVariables::unreadable`].
    unreadable: Vec<String>,
}

impl Default for Variables {
    /// The standard variables with their defaults; nothing of the environment is visible.
    fn default() -> Self {
        Self::resolve(&Sources::default())
    }
}

impl Variables {
    /// The value at a dotted path (`svc`, `vars.database.host`).
    pub fn get<'a>(&'a self, path: &'a str) -> Option<&'a Value> {
        let mut parts = path.split('.');
        let first = value_of(&self.root, parts.next()?)?;
        parts.try_fold(first, |value, part| value_of(value.as_map()?, part))
    }

    /// Where the variable at a dotted path was defined. `svc` and `vars.svc` are one variable.
    pub fn origin(&self, path: &str) -> Option<&VariableOrigin> {
        self.origins.get(path.strip_prefix("vars.").unwrap_or(path))
    }

    /// Whether the file defines the variable at a dotted path, or what it lies in, with a value that can't be read.
    pub fn is_unreadable(&self, path: &str) -> bool {
        let path = path.strip_prefix("vars.").unwrap_or(path);
        self.unreadable.iter().any(|name| {
            path.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// All top-level names, in the order of their definition.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.root.keys().filter_map(|key| key.as_str())
    }

    /// What the environment has for a top-level name that is defined nowhere else: the variable of that name in upper case.
    pub fn from_environment(&self, name: &str) -> Lookup {
        let name = name.to_ascii_uppercase();
        let seen = self.environment.look_up(&name);
        (name, seen)
    }

    /// The context of a render, and the environment variables that were read for it (those read for the definitions of the
    /// file included), sorted by name.
    ///
    /// `free` are the top-level names that the template uses; what is not defined is looked up in the environment.
    pub fn context<'a>(&self, free: impl IntoIterator<Item = &'a str>) -> (Context, Vec<Lookup>) {
        let mut context = Context::new();
        for (key, value) in &self.root {
            if let Some(name) = key.as_str() {
                context.insert_value(name.to_owned(), value.clone());
            }
        }
        let mut lookups = self.lookups.clone();
        for name in free {
            if context.contains_key(name) {
                continue;
            }
            let (variable, seen) = self.from_environment(name);
            if let Some(value) = &seen {
                context.insert_value(name.to_owned(), Value::from(value.as_str()));
            }
            lookups.insert(variable, seen);
        }
        (context, lookups.into_iter().collect())
    }

    /// What the functions of the render see.
    pub fn state(&self) -> RenderState {
        RenderState { seed: self.seed, clock: self.clock, environment: self.environment.clone() }
    }

    /// The environment of the render.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Whether a render with these variables is one with `other`, where the environment is the same: the places of the definitions alone may
    /// differ.
    pub fn render_like(&self, other: &Self) -> bool {
        self.canonical_json() == other.canonical_json()
            && (&self.lookups, &self.unreadable) == (&other.lookups, &other.unreadable)
    }

    /// All variables, the seed and the clock as JSON: equal texts for equal renders. Keys of the top level are sorted.
    pub fn canonical_json(&self) -> String {
        let root: BTreeMap<&str, &Value> =
            self.root.iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect();
        let clock = self.clock.to_string();
        serde_json::to_string(&(root, self.seed, clock)).unwrap_or_else(|_| format!("{:?} {}", self.root, self.seed))
    }
}

fn value_of<'a>(map: &'a Map, key: &'a str) -> Option<&'a Value> {
    map.get(&tera::value::Key::Str(key))
}

/// Puts `value` at `path` below `map`, making maps on the way. What is there already stays, unless `replace`.
fn insert(map: &mut Map, path: &[String], value: Value, replace: bool) -> bool {
    let Some((key, rest)) = path.split_first() else { return false };
    if rest.is_empty() {
        if !replace && value_of(map, key).is_some() {
            return false;
        }
        map.insert(key.clone().into(), value);
        return true;
    }
    let below = value_of(map, key);
    if below.is_some_and(|below| !below.is_map()) && !replace {
        return false;
    }
    let mut below = below.and_then(Value::as_map).cloned().unwrap_or_default();
    let inserted = insert(&mut below, rest, value, replace);
    map.insert(key.clone().into(), below.into());
    inserted
}

#[cfg(test)]
mod tests;
