//! Names that the test format defines and refers to: which keys and values are names, and of what.
//!
//! One walk serves two trees: that of the text as written, and that of what it renders to, whose places are mapped back. Where
//! text is rendered, the rendered tree decides (a macro above may have opened another table); the written one tells what
//! stands in branches that were not taken and in macros that nobody calls.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::collect::{Collector, Identity};
use super::{Home, Occurrence, Role, Spelling, SymbolKind};
use crate::config::FileKind;
use crate::features::DocumentView;
use crate::features::syntax::{KeyPart, Pair, SyntaxTree, Value, ValueKind};
use crate::template::expression::{self, Kind};
use crate::template::{FileSpan, Rendered, SourceMap};
use crate::text::Span;
use crate::validation::expectations::is_pattern;

/// What a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Service(Role),
    Scenario(Role),
    /// `depends_on` of a scenario: another scenario, else a service.
    ScenarioOrService,
    Step(Role),
    /// `depends_on` of a step: another step of the same list, else a service.
    StepOrService,
    Span(Role),
}

/// The values that are names, by the keys that lead to them; `*` stands for any key. Items of lists take no step.
const VALUES: &[(&str, Meaning)] = &[
    ("services.*.depends_on", Meaning::Service(Role::Reference)),
    ("services.*.wait_for_span", Meaning::Span(Role::Reference)),
    ("steps.name", Meaning::Step(Role::Definition)),
    ("steps.service", Meaning::Service(Role::Reference)),
    ("steps.depends_on", Meaning::StepOrService),
    ("scenario.name", Meaning::Scenario(Role::Definition)),
    ("scenario.service", Meaning::Service(Role::Reference)),
    ("scenario.run.service", Meaning::Service(Role::Reference)),
    ("scenario.depends_on", Meaning::ScenarioOrService),
    ("scenario.steps.name", Meaning::Step(Role::Definition)),
    ("scenario.steps.service", Meaning::Service(Role::Reference)),
    ("scenario.steps.depends_on", Meaning::StepOrService),
    ("assertions.service_should_start", Meaning::Service(Role::Reference)),
    ("expect.span.name", Meaning::Span(Role::Definition)),
    ("expect.span.parent", Meaning::Span(Role::Reference)),
    ("expect.span.*.name", Meaning::Span(Role::Definition)),
    ("expect.span.*.parent", Meaning::Span(Role::Reference)),
    ("expect.graph.parent", Meaning::Span(Role::Reference)),
    ("expect.graph.child", Meaning::Span(Role::Reference)),
    ("expect.graph.must_include", Meaning::Span(Role::Reference)),
    ("expect.graph.edges", Meaning::Span(Role::Reference)),
    ("expect.graph.parent_child", Meaning::Span(Role::Reference)),
    ("expect.graph.must_not_cross", Meaning::Span(Role::Reference)),
    ("expect.order.must_precede", Meaning::Span(Role::Reference)),
    ("expect.order.must_follow", Meaning::Span(Role::Reference)),
    ("expect.window.outer", Meaning::Span(Role::Reference)),
    ("expect.window.contains", Meaning::Span(Role::Reference)),
    ("expect.window.start_span", Meaning::Span(Role::Reference)),
    ("expect.window.end_span", Meaning::Span(Role::Reference)),
    ("expect.window.*.contains", Meaning::Span(Role::Reference)),
    ("expect.expected_spans.name", Meaning::Span(Role::Definition)),
    ("expect.expected_traces.span_names", Meaning::Span(Role::Definition)),
    ("expect.expected_traces.parent_child", Meaning::Span(Role::Reference)),
];

/// The lists of pairs that may hold `{ parent = …, child = … }`.
const PAIR_KEYS: [&str; 2] = ["parent", "child"];

/// Keys of `[expect.span]` and `[expect.window]` themselves; any other key with a table is a name.
const BLOCK_KEYS: &[&str] = &["attrs", "attributes", "events", "duration_ms", "count"];

/// Finds the names of the format in a document.
pub(super) fn collect(view: &DocumentView, collector: &mut Collector) {
    let kind = view.analysis().kind;
    let map = view.map();
    if !matches!(kind, FileKind::Test | FileKind::ProjectSettings) {
        return;
    }
    if kind == FileKind::ProjectSettings {
        return variables(view, collector);
    }
    let names = Names { view, text: view.text(), reading: Reading::Written { map } };
    variables(view, collector);
    let mut found = names.names(view.syntax());
    if let Some(rendered) = &view.analysis().rendered {
        found.extend(rendered_names(view, rendered));
    }
    resolve(found, collector);
}

/// The names that the text of a document spells, whatever it renders to, with their places: services that it defines, steps and spans.
pub fn spelled(view: &DocumentView) -> impl Iterator<Item = (SymbolKind, String, Span)> {
    let names = Names { view, text: view.text(), reading: Reading::Written { map: None } };
    names.names(view.syntax()).into_iter().filter_map(|found| {
        let kind = match found.meaning {
            Meaning::Service(Role::Definition) => SymbolKind::Service,
            Meaning::Step(_) => SymbolKind::Step,
            Meaning::Span(_) if !is_pattern(&found.name) => SymbolKind::SpanName,
            _ => return None,
        };
        Some((kind, found.name, found.occurrence.0))
    })
}

/// The names in what the document renders to.
fn rendered_names(view: &DocumentView, rendered: &Rendered) -> Vec<Found> {
    let tree = SyntaxTree::new(&rendered.text, &Default::default());
    let reading = Reading::Rendered { map: &rendered.map, opaque: &rendered.opaque };
    Names { view, text: &rendered.text, reading }.names(&tree)
}

/// A name with its place in the document.
struct Found {
    meaning: Meaning,
    name: String,
    /// Where it stands in the rendered text, if that was read.
    rendered: Option<Span>,
    occurrence: (Span, Spelling),
    /// The scenario around, by the place of its header.
    scenario: Option<Span>,
}

/// Decides what each name names.
fn resolve(mut found: Vec<Found>, collector: &mut Collector) {
    // What `depends_on` means depends on what is defined.
    found.sort_by_key(|found| matches!(found.meaning, Meaning::StepOrService | Meaning::ScenarioOrService));
    for Found { meaning, name, rendered, occurrence: (span, spelling), scenario } in found {
        let service = |name| Identity::in_document(SymbolKind::Service, name);
        let (identity, role) = match meaning {
            Meaning::Service(role) => (service(name), role),
            Meaning::Scenario(role) => (Identity::in_document(SymbolKind::Scenario, name), role),
            Meaning::Step(role) => (step(name, scenario), role),
            Meaning::Span(_) if is_pattern(&name) => {
                if spelling == Spelling::Literal {
                    collector.pattern(&name, span);
                }
                continue;
            }
            Meaning::Span(role) => (Identity::in_document(SymbolKind::SpanName, name), role),
            Meaning::ScenarioOrService => {
                let scenario = Identity::in_document(SymbolKind::Scenario, name);
                (if collector.knows(&scenario) { scenario } else { service(scenario.name) }, Role::Reference)
            }
            Meaning::StepOrService => {
                let step = step(name, scenario);
                (if collector.knows(&step) { step } else { service(step.name) }, Role::Reference)
            }
        };
        collector.add(identity, Occurrence { span, role, spelling }, rendered);
    }
}

fn step(name: String, scenario: Option<Span>) -> Identity {
    Identity { scope: scenario, ..Identity::in_document(SymbolKind::Step, name) }
}

/// Which text a tree belongs to.
#[derive(Clone, Copy)]
enum Reading<'v> {
    /// The document; `map` where it is rendered too.
    Written { map: Option<&'v SourceMap> },
    /// What the document renders to.
    Rendered { map: &'v SourceMap, opaque: &'v [Span] },
}

struct Names<'v> {
    view: &'v DocumentView,
    /// The text that the tree belongs to.
    text: &'v str,
    reading: Reading<'v>,
}

impl Names<'_> {
    fn names(&self, tree: &SyntaxTree) -> Vec<Found> {
        let mut found = Vec::new();
        let mut scenario = None;
        for table in &tree.tables {
            let mut path = Path::default();
            path.extend(table.path());
            if path.keys == ["scenario"] {
                scenario = table.header.as_ref().and_then(|header| self.scope(header.span));
            }
            let mut walk = Walk { names: self, scenario, found: &mut found };
            walk.keys(&path, 0, table.header.as_ref().is_none_or(|it| !it.is_array), &table.pairs);
            walk.pairs(&mut path, &table.pairs);
        }
        found
    }

    fn scope(&self, header: Span) -> Option<Span> {
        match self.reading {
            Reading::Written { .. } => Some(header),
            Reading::Rendered { map, .. } => Some(map.place(header)),
        }
    }

    /// The place of a name in the document. `None`: another reading tells, or it is not known.
    fn place(&self, span: Span, name: &str) -> Option<(Span, Spelling)> {
        match self.reading {
            Reading::Written { map } => {
                if self.view.holds_tag(span) {
                    return None;
                }
                let is_rendered = map.is_some_and(|map| map.is_rendered(FileSpan::document(span)));
                (!is_rendered).then_some((span, Spelling::Literal))
            }
            Reading::Rendered { map, opaque } => {
                let next = opaque.partition_point(|hole| hole.end <= span.start);
                if opaque.get(next).is_some_and(|hole| hole.overlaps(span)) {
                    return None;
                }
                if let Some(place) = map.literal(span) {
                    return Some((place, Spelling::Literal));
                }
                let place = map.place(span);
                match spelled_at(self.view.text(), place, name) {
                    Some(spelled) => Some((spelled, Spelling::Literal)),
                    None => (!place.is_empty()).then_some((place, Spelling::Computed)),
                }
            }
        }
    }
}

/// The inside of the one string that `place` consists of, perhaps within `{{ … }}`, if it reads `name`.
fn spelled_at(text: &str, place: Span, name: &str) -> Option<Span> {
    let tokens = expression::tokens(text, place);
    let mut strings = tokens.iter().filter(|token| token.kind == Kind::String);
    let string = strings.next().filter(|_| strings.next().is_none())?;
    let is_alone = tokens.iter().all(|token| token.kind == Kind::String || matches!(token.text, "{" | "}"));
    (is_alone && string.string_value().as_deref() == Some(name))
        .then(|| Span::new(string.start + 1, string.end().saturating_sub(1)))
}

struct Walk<'w, 'v> {
    names: &'w Names<'v>,
    scenario: Option<Span>,
    found: &'w mut Vec<Found>,
}

/// The keys that lead to a place.
#[derive(Default)]
struct Path<'t> {
    parts: Vec<&'t KeyPart>,
    /// Each in the one spelling that the tables above know; those that begin a path are those that begin what it gives.
    keys: Vec<&'t str>,
}

impl<'t> Path<'t> {
    fn extend(&mut self, parts: &'t [KeyPart]) {
        for part in parts {
            self.keys.push(normal(&self.keys, &part.text));
            self.parts.push(part);
        }
    }

    fn truncate(&mut self, length: usize) {
        self.parts.truncate(length);
        self.keys.truncate(length);
    }
}

fn normal<'t>(above: &[&str], key: &'t str) -> &'t str {
    match (above, key) {
        ([], "service") => "services",
        ([], "otel_validation") => "expect",
        (["expect"], "count" | "expect_counts") => "counts",
        (["expect"], "windows" | "expect_windows") => "window",
        (["expect"], other) => other.strip_prefix("expect_").unwrap_or(other),
        _ => key,
    }
}

impl Walk<'_, '_> {
    fn pairs<'t>(&mut self, path: &mut Path<'t>, pairs: &'t [Pair]) {
        for pair in pairs {
            let above = path.keys.len();
            path.extend(&pair.key);
            let below = match &pair.value {
                Some(Value { kind: ValueKind::InlineTable { pairs, .. }, .. }) => Some(pairs.as_slice()),
                _ => None,
            };
            self.keys(path, above, below.is_some(), below.unwrap_or_default());
            if let Some(value) = &pair.value {
                self.value(path, value);
            }
            path.truncate(above);
        }
    }

    fn value<'t>(&mut self, path: &mut Path<'t>, value: &'t Value) {
        match &value.kind {
            ValueKind::String { content } => {
                let Some(meaning) = meaning_of_value(&path.keys) else { return };
                let Some(name) = value.decoded(self.names.text) else { return };
                self.add(meaning, &name, *content);
            }
            ValueKind::Array { items, .. } => items.iter().for_each(|item| self.value(path, item)),
            ValueKind::InlineTable { pairs, .. } => self.pairs(path, pairs),
            ValueKind::Bare => {}
        }
    }

    /// Takes note of those of the keys from `spelled` on that are names. `table`: what the whole path leads to is one table;
    /// `below` are its keys.
    fn keys(&mut self, path: &Path<'_>, spelled: usize, table: bool, below: &[Pair]) {
        // Most keys are those of values, below all that is named.
        if !matches!(path.keys.first(), Some(&("services" | "expect"))) {
            return;
        }
        for (index, part) in path.parts.iter().enumerate().skip(spelled) {
            if part.is_templated {
                continue;
            }
            let is_last = index + 1 == path.keys.len();
            let meaning = match &path.keys[..=index] {
                // `[services.db.env]` names a service that is defined elsewhere, unless nothing else does.
                ["services", _] if !is_last && spelled == 0 => Meaning::Service(Role::Declaration),
                ["services", _] if !is_last || table => Meaning::Service(Role::Definition),
                ["expect", "counts" | "status", "by_name", _] => Meaning::Span(Role::Reference),
                ["expect", "span", key] if is_last && table && is_label(key, below, &["name", "name_pattern"]) => {
                    Meaning::Span(Role::Definition)
                }
                ["expect", "window", key] if is_last && table && is_label(key, below, &["outer"]) => {
                    Meaning::Span(Role::Reference)
                }
                _ => continue,
            };
            self.add(meaning, &part.text, part.content(self.names.text));
        }
    }

    fn add(&mut self, meaning: Meaning, name: &str, span: Span) {
        if name.trim().is_empty() {
            return;
        }
        if let Some(occurrence) = self.names.place(span, name) {
            let (name, scenario) = (name.to_owned(), self.scenario_of(meaning));
            let rendered = matches!(self.names.reading, Reading::Rendered { .. }).then_some(span);
            self.found.push(Found { meaning, name, rendered, occurrence, scenario });
        }
    }

    fn scenario_of(&self, meaning: Meaning) -> Option<Span> {
        matches!(meaning, Meaning::Step(_) | Meaning::StepOrService).then_some(self.scenario).flatten()
    }
}

/// Whether the key of a table stands for a name that the table itself does not state.
fn is_label(key: &str, below: &[Pair], stating: &[&str]) -> bool {
    let states = |pair: &Pair| pair.key.first().is_some_and(|first| stating.contains(&first.text.as_str()));
    !BLOCK_KEYS.contains(&key) && !below.iter().any(states)
}

/// What a string at `path` names.
fn meaning_of_value(path: &[&str]) -> Option<Meaning> {
    let named = |path: &[&str], is_pair: bool| {
        let candidates = VALUES_BY_KEY.get(path.last()?)?.iter().filter(|value| !is_pair || value.takes_pairs);
        let mut matching = candidates.filter(|value| {
            let mut keys = value.path.iter().zip(path);
            value.path.len() == path.len() && keys.all(|(part, key)| *part == "*" || part == key)
        });
        matching.next().map(|value| value.meaning)
    };
    named(path, false).or_else(|| match path {
        // Pairs may name their ends.
        [above @ .., end] if PAIR_KEYS.contains(end) => named(above, true),
        _ => None,
    })
}

/// A row of [`VALUES`].
struct NamingValue {
    path: Vec<&'static str>,
    takes_pairs: bool,
    meaning: Meaning,
}

/// The rows of [`VALUES`] by their last keys: documents hold many strings that name nothing.
static VALUES_BY_KEY: LazyLock<HashMap<&str, Vec<NamingValue>>> = LazyLock::new(|| {
    let mut rows: HashMap<&str, Vec<NamingValue>> = HashMap::new();
    for &(pattern, meaning) in VALUES {
        let path: Vec<&str> = pattern.split('.').collect();
        let last = path.last().copied().unwrap_or_default();
        rows.entry(last).or_default().push(NamingValue { path, takes_pairs: takes_pairs(pattern), meaning });
    }
    rows
});

fn takes_pairs(pattern: &str) -> bool {
    pattern.starts_with("expect.graph.must")
        || pattern.starts_with("expect.order.")
        || pattern.ends_with(".edges")
        || pattern.ends_with(".parent_child")
}

/// The variables and axes that the document defines. They are read before it is rendered.
fn variables(view: &DocumentView, collector: &mut Collector) {
    let is_project = view.analysis().kind == FileKind::ProjectSettings;
    for table in &view.syntax().tables {
        let mut path: Vec<&KeyPart> = table.path().iter().collect();
        let mut definitions = Definitions { text: view.text(), is_project, collector };
        definitions.keys(&path, 0, None);
        definitions.pairs(&mut path, &table.pairs);
    }
}

struct Definitions<'c, 'v> {
    text: &'v str,
    is_project: bool,
    collector: &'c mut Collector,
}

impl Definitions<'_, '_> {
    fn pairs<'t>(&mut self, path: &mut Vec<&'t KeyPart>, pairs: &'t [Pair]) {
        for pair in pairs {
            let above = path.len();
            path.extend(&pair.key);
            self.keys(path, above, pair.value.as_ref());
            if let Some(Value { kind: ValueKind::InlineTable { pairs, .. }, .. }) = &pair.value {
                self.pairs(path, pairs);
            }
            path.truncate(above);
        }
    }

    fn keys(&mut self, path: &[&KeyPart], spelled: usize, value: Option<&Value>) {
        if !path.first().is_some_and(|first| matches!(first.text.as_str(), "template" | "vars" | "matrix")) {
            return;
        }
        let names: Vec<&str> = path.iter().map(|part| part.text.as_str()).collect();
        let (kind, root) = match names.as_slice() {
            ["template", "vars", _, ..] => (SymbolKind::Variable, 2),
            ["template", "matrix", _, ..] if !self.is_project => (SymbolKind::MatrixAxis, 2),
            ["vars", _, ..] if !self.is_project => (SymbolKind::Variable, 1),
            ["matrix", _, ..] if !self.is_project => (SymbolKind::MatrixAxis, 1),
            _ => return,
        };
        for (index, part) in path.iter().enumerate().skip(spelled.max(root)) {
            if part.is_templated || (kind == SymbolKind::MatrixAxis && index > root) {
                break;
            }
            let name = names[root..=index].join(".");
            let is_last = index + 1 == path.len();
            let is_mirror = is_last && value.is_some_and(|value| mirrors(value, self.text, &name));
            let (home, role) = match is_mirror {
                true => (Home::Surroundings, Role::Declaration),
                false => (Home::Document, Role::Definition),
            };
            let identity = Identity { home, ..Identity::in_document(kind, name) };
            self.collector.literal(identity, part.content(self.text), role);
        }
    }
}

/// Whether the value only repeats the variable: `"{{ svc }}"`, also with `vars.` before the name.
fn mirrors(value: &Value, text: &str, name: &str) -> bool {
    let written = value.span.slice(text).unwrap_or_default().trim_matches(['"', '\'']);
    let Some(inner) = written.trim().strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}")) else {
        return false;
    };
    let inner = inner.trim_matches(['-', ' ', '\t']);
    inner == name || inner.strip_prefix("vars.") == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_table_is_one_of_the_format() {
        use crate::features::cursor::PathStep;
        use crate::features::format_path::resolve;
        for (pattern, _) in VALUES {
            let older = pattern.starts_with("expect.expected_");
            let path = if older { pattern.replacen("expect", "otel_validation", 1) } else { (*pattern).to_owned() };
            let steps: Vec<PathStep> = path.split('.').map(|key| PathStep::Key(key.replace('*', "any"))).collect();
            // Between a key and the next one may stand the items of a list.
            let mut items = steps.clone();
            items.insert(steps.len() - 1, PathStep::Item);
            let is_known = [steps, items].iter().any(|steps| !resolve(steps).shapes.is_empty());
            assert!(is_known || pattern.starts_with("assertions"), "{pattern}");
        }
    }
}
