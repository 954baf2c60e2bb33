//! From all that defines variables to the variables of a render, by the documented precedence.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tera::Value;
use tera::value::Map;

use super::file::{DefinedValue, Definition, FileVariables};
use super::{
    DEFAULT_CLOCK, DEFAULT_SEED, Environment, STANDARD_VARIABLES, VariableOrigin, Variables, insert, is_secret_name,
    value_of,
};
use crate::template::expression::{self, Kind};
use crate::template::language;
use crate::template::lexer::{Comments, TokenKind, lex};

/// The names of the namespaces: no variable of a file hides them.
const NAMESPACES: [&str; 3] = ["vars", "matrix", "otel"];

/// What stands for a value whose own expression can't be rendered. The mistake is reported where the expression stands.
const BROKEN_VALUE: &str = "____";

/// All that defines variables.
#[derive(Clone, Debug)]
pub struct Sources<'a> {
    /// `--var name=value`. A name may be a path (`database.host`, `matrix.exporter`, `otel.endpoint`). The text is read as a
    /// number or as true or false where the file defines the variable as one.
    pub overrides: Option<&'a BTreeMap<String, String>>,
    /// The definitions of the file.
    pub file: Option<&'a FileVariables>,
    /// The definitions of the project, by name.
    pub project: Option<&'a serde_json::Map<String, serde_json::Value>>,
    /// The environment.
    pub environment: Environment,
    /// The seed, unless the file names one.
    pub seed: u64,
}

impl Default for Sources<'_> {
    fn default() -> Self {
        Self { overrides: None, file: None, project: None, environment: Environment::Hidden, seed: DEFAULT_SEED }
    }
}

impl Variables {
    /// The variables that `sources` define.
    pub fn resolve(sources: &Sources<'_>) -> Self {
        let empty = FileVariables::default();
        let file = sources.file.unwrap_or(&empty);
        let mut resolver = Resolver {
            vars: Map::new(),
            matrix: Map::new(),
            otel: Map::new(),
            variables: Self {
                root: Map::new(),
                origins: BTreeMap::new(),
                seed: file.seed.unwrap_or(sources.seed),
                clock: DEFAULT_CLOCK,
                environment: sources.environment.clone(),
                lookups: BTreeMap::new(),
                unreadable: file.unreadable.clone(),
            },
        };
        if let Some(overrides) = sources.overrides {
            for (name, text) in overrides {
                resolver.override_with(name, text, file);
            }
        }
        let project = sources.project.map(leaves).unwrap_or_default();
        let is_own = |path: &[String]| {
            let mut own = file.vars.iter().filter(|definition| !is_mirror(definition));
            own.any(|definition| definition.path.starts_with(path) || path.starts_with(&definition.path))
        };
        for (path, value) in project.iter().filter(|(path, _)| !is_own(path)) {
            let value = resolver.rendered(value);
            resolver.define("vars", path, value, VariableOrigin::Project);
        }
        resolver.standard_variables(file);
        // What is plain first, so that expressions may use it wherever it stands.
        for plain in [true, false] {
            resolver.namespace("vars", &file.vars, plain);
            resolver.namespace("matrix", &file.matrix, plain);
            resolver.namespace("otel", &file.otel, plain);
        }
        resolver.finish(file)
    }
}

struct Resolver {
    vars: Map,
    matrix: Map,
    otel: Map,
    variables: Variables,
}

impl Resolver {
    fn map(&mut self, namespace: &str) -> &mut Map {
        match namespace {
            "matrix" => &mut self.matrix,
            "otel" => &mut self.otel,
            _ => &mut self.vars,
        }
    }

    fn define(&mut self, namespace: &str, path: &[String], value: Value, origin: VariableOrigin) {
        if !insert(self.map(namespace), path, value, false) {
            return;
        }
        let mut name = path.join(".");
        if namespace != "vars" {
            name = format!("{namespace}.{name}");
        }
        self.variables.origins.entry(name).or_insert(origin);
    }

    fn override_with(&mut self, name: &str, text: &str, file: &FileVariables) {
        let mut path: Vec<String> = name.split('.').map(str::to_owned).collect();
        let namespace = match path.first().map(String::as_str) {
            Some(namespace @ ("vars" | "matrix" | "otel")) if path.len() > 1 => namespace.to_owned(),
            _ => "vars".to_owned(),
        };
        if namespace != "vars" || name.starts_with("vars.") {
            path.remove(0);
        }
        let definitions = match namespace.as_str() {
            "matrix" => &file.matrix,
            "otel" => &file.otel,
            _ => &file.vars,
        };
        let defined = definitions.iter().find(|definition| definition.path == path);
        let value = match defined.map(|definition| &definition.value) {
            // An axis keeps being a list, of one value now.
            Some(DefinedValue::Toml(list)) if namespace == "matrix" && list.is_array() => {
                let like = list.as_array().and_then(|items| items.first());
                Value::from(vec![typed_like(text, like)])
            }
            Some(DefinedValue::Toml(like)) => typed_like(text, Some(like)),
            _ => text.into(),
        };
        self.define(&namespace, &path, value, VariableOrigin::Override);
    }

    /// Those that neither an override nor the file defines come from the environment or have their default.
    fn standard_variables(&mut self, file: &FileVariables) {
        for standard in &STANDARD_VARIABLES {
            let path = [standard.name.to_owned()];
            let own = file.vars.iter().any(|definition| definition.path == path && !is_mirror(definition));
            if own || value_of(&self.vars, standard.name).is_some() {
                continue;
            }
            let (value, origin) = self.standard(standard);
            self.define("vars", &path, value, origin);
        }
    }

    fn standard(&mut self, standard: &super::StandardVariable) -> (Value, VariableOrigin) {
        // A secret is not read; here its default says more than a stand-in: most files ask whether it is empty.
        if !is_secret_name(standard.environment) {
            let seen = self.variables.environment.look_up(standard.environment);
            self.variables.lookups.insert(standard.environment.to_owned(), seen.clone());
            if let Some(value) = seen {
                return (value.into(), VariableOrigin::Environment(standard.environment.to_owned()));
            }
        }
        (standard.default.into(), VariableOrigin::Default)
    }

    fn namespace(&mut self, namespace: &str, definitions: &[Definition], plain: bool) {
        for definition in definitions {
            if is_plain(&definition.value) != plain || (namespace == "vars" && is_mirror(definition)) {
                continue;
            }
            if let Some(value) = self.value(definition) {
                self.define(namespace, &definition.path, value, VariableOrigin::File(definition.span));
            }
        }
    }

    /// The value of a definition, rendered where it holds expressions; `None` where that gives nothing at all, because it
    /// only asks for what it defines.
    fn value(&mut self, definition: &Definition) -> Option<Value> {
        match &definition.value {
            DefinedValue::Toml(value) => Some(self.rendered(value)),
            DefinedValue::QuotedTemplate(text) => {
                Some(self.text(text).unwrap_or_else(|| BROKEN_VALUE.to_owned()).into())
            }
            DefinedValue::BareTemplate(text) => {
                let text = self.text(text).unwrap_or_else(|| BROKEN_VALUE.to_owned());
                Some(scalar(&text).unwrap_or_else(|| text.into()))
            }
        }
    }

    /// `value` with all texts in it rendered.
    fn rendered(&mut self, value: &Value) -> Value {
        if is_plain_value(value) {
            return value.clone();
        }
        if let Some(text) = value.as_str() {
            return self.text(text).unwrap_or_else(|| BROKEN_VALUE.to_owned()).into();
        }
        if let Some(items) = value.as_array() {
            return items.iter().map(|item| self.rendered(item)).collect::<Vec<_>>().into();
        }
        let Some(map) = value.as_map() else { return value.clone() };
        map.iter().map(|(key, item)| (key.clone(), self.rendered(item))).collect::<Map>().into()
    }

    /// `template` rendered alone, with all that is defined so far.
    fn text(&mut self, template: &str) -> Option<String> {
        self.publish();
        let names = free_names(template);
        let (mut context, lookups) = self.variables.context(names.iter().map(String::as_str));
        for standard in STANDARD_VARIABLES.iter().filter(|standard| names.iter().any(|name| name == standard.name)) {
            // Its definition is not made yet, or is this very one: `svc = "{{ svc | default(value="x") }}"`.
            if value_of(&self.vars, standard.name).is_none() {
                let (value, _) = self.standard(standard);
                context.insert_value(standard.name, value);
            }
        }
        let state = self.variables.state();
        let (text, more) =
            language::during(&state, || language::engine().clone().render_str(template, &context, false));
        self.variables.lookups.extend(lookups);
        self.variables.lookups.extend(more);
        text.ok()
    }

    /// Makes what is defined so far visible at the top level.
    fn publish(&mut self) {
        let mut root = Map::new();
        for (key, value) in &self.vars {
            if key.as_str().is_none_or(|name| !NAMESPACES.contains(&name)) {
                root.insert(key.clone(), value.clone());
            }
        }
        for namespace in NAMESPACES {
            let map = self.map(namespace).clone();
            root.insert(namespace.into(), map.into());
        }
        self.variables.root = root;
    }

    fn finish(mut self, file: &FileVariables) -> Variables {
        for definition in file.vars.iter().filter(|definition| is_mirror(definition)) {
            // A line that repeats a variable which the environment has makes it one of `vars`.
            if let [name] = definition.path.as_slice()
                && value_of(&self.vars, name).is_none()
            {
                let (variable, seen) = self.variables.from_environment(name);
                self.variables.lookups.insert(variable.clone(), seen.clone());
                if let Some(value) = seen {
                    self.define("vars", &definition.path, value.into(), VariableOrigin::Environment(variable));
                }
            }
        }
        // Definitions that gave nothing leave a standard variable undefined: it has its default then.
        self.standard_variables(&FileVariables::default());
        self.publish();
        let frozen =
            file.freeze_clock.clone().or_else(|| Some(value_of(&self.vars, "freeze_clock")?.as_str()?.to_owned()));
        if let Some(clock) = frozen.and_then(|text| text.parse::<Timestamp>().ok()) {
            self.variables.clock = clock;
        }
        let seed =
            value_of(&self.vars, "seed").and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        if let (None, Some(seed)) = (file.seed, seed) {
            self.variables.seed = seed;
        }
        self.variables
    }
}

/// The values of the project that are no tables themselves (and empty tables), by their paths.
fn leaves(variables: &serde_json::Map<String, serde_json::Value>) -> Vec<(Vec<String>, Value)> {
    let mut open: Vec<(Vec<String>, &serde_json::Value)> =
        variables.iter().rev().map(|(name, value)| (vec![name.clone()], value)).collect();
    let mut leaves = Vec::new();
    while let Some((path, value)) = open.pop() {
        match value.as_object().filter(|below| !below.is_empty()) {
            Some(below) => {
                let below = below
                    .iter()
                    .rev()
                    .map(|(key, value)| ([path.as_slice(), std::slice::from_ref(key)].concat(), value));
                open.extend(below);
            }
            None => leaves.extend(Value::try_from_serializable(value).ok().map(|value| (path, value))),
        }
    }
    leaves
}

/// `svc = "{{ svc }}"`, also with `vars.` before the name.
fn is_mirror(definition: &Definition) -> bool {
    let text = match &definition.value {
        DefinedValue::QuotedTemplate(text) | DefinedValue::BareTemplate(text) => text.as_str(),
        DefinedValue::Toml(value) => value.as_str().unwrap_or_default(),
    };
    let Some(name) = text.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}")) else { return false };
    let name = name.trim_matches(['-', ' ', '\t']);
    let path = definition.path.join(".");
    name == path || name.strip_prefix("vars.") == Some(path.as_str())
}

fn is_plain(value: &DefinedValue) -> bool {
    matches!(value, DefinedValue::Toml(value) if is_plain_value(value))
}

fn is_plain_value(value: &Value) -> bool {
    if let Some(text) = value.as_str() {
        return !text.contains("{{") && !text.contains("{%") && !text.contains("{#");
    }
    if let Some(items) = value.as_array() {
        return items.iter().all(is_plain_value);
    }
    value.as_map().is_none_or(|map| map.values().all(is_plain_value))
}

/// The names that the expressions of `template` may take from the environment.
fn free_names(template: &str) -> Vec<String> {
    let mut names = Vec::new();
    for token in lex(template, Comments::None).tokens {
        if !matches!(token.kind, TokenKind::Expression | TokenKind::Tag) {
            continue;
        }
        let tokens = expression::tokens(template, token.inner);
        for (index, part) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| tokens.get(before)).map(|before| before.text);
            let behind = tokens.get(index + 1).map(|behind| behind.text);
            let taken =
                matches!(before, Some("." | "?." | "|" | "is" | "not")) || matches!(behind, Some("(" | "=" | "::"));
            if part.kind == Kind::Identifier && !taken && !names.iter().any(|name| name == part.text) {
                names.push(part.text.to_owned());
            }
        }
    }
    names
}

/// `text` as a value of the kind of `like`, where it can be read as one.
fn typed_like(text: &str, like: Option<&Value>) -> Value {
    let Some(like) = like else { return text.into() };
    let read = if like.is_bool() {
        text.parse::<bool>().ok().map(Value::from)
    } else if like.is_f64() {
        text.parse::<f64>().ok().map(Value::from)
    } else if like.is_number() {
        text.parse::<i64>().ok().map(Value::from)
    } else {
        None
    };
    read.unwrap_or_else(|| text.into())
}

/// What a bare word of TOML means, where it is a number or true or false.
fn scalar(text: &str) -> Option<Value> {
    let text = text.trim();
    let number = || text.parse::<i64>().ok().map(Value::from);
    let float = || text.parse::<f64>().ok().map(Value::from);
    text.parse::<bool>().ok().map(Value::from).or_else(number).or_else(float)
}
