//! The names of a document: each symbol with its occurrences, marked as `line:column text`, with `=` before a definition, `~`
//! before a declaration and `?` before what is computed.

use clnrm_lsp::config::model::{Run, Step, Text};
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::symbols::{Home, Role, Spelling, Symbol, SymbolKind};
use clnrm_lsp::text::Span;
use clnrm_lsp::validation::Level;
use clnrm_lsp::validation::expectations::{is_pattern, sets};

use crate::fixture::Fixture;
use crate::rename::subjects;
use crate::workspace::Files;

/// All symbols of a text, one a line.
fn symbols(text: &str) -> String {
    let fixture = Fixture::new(text);
    let mut lines: Vec<String> = fixture.view.symbols().all().iter().map(|symbol| line(&fixture, symbol)).collect();
    for pattern in fixture.view.symbols().patterns() {
        lines.push(format!("pattern {} {}", pattern.pattern, fixture.place(pattern.span)));
    }
    lines.join("\n")
}

fn line(fixture: &Fixture, symbol: &Symbol) -> String {
    let home = match &symbol.home {
        Home::Document => String::new(),
        Home::Import(file) => format!(" of {file}"),
        Home::Surroundings => " of the surroundings".to_owned(),
    };
    let owner = symbol.owner.as_deref().map(|owner| format!(" of {owner}")).unwrap_or_default();
    let places = symbol.occurrences.iter().map(|occurrence| {
        let role = match occurrence.role {
            Role::Definition => "=",
            Role::Declaration => "~",
            Role::Reference => "",
        };
        let computed = if occurrence.spelling == Spelling::Computed { "?" } else { "" };
        format!("{role}{computed}{}", fixture.place(occurrence.span))
    });
    let places: Vec<String> = places.collect();
    format!("{} {}{owner}{home}: {}", symbol.kind.noun(), symbol.name, places.join(", "))
}

#[test]
fn a_plain_test() {
    insta::assert_snapshot!(symbols(
        r#"[meta]
name = "demo"
version = "1.0"

[services.db]
image = "postgres:16"

[services.db.env]
A = "b"

[service."käse"]
image = "alpine"
depends_on = ["db"]

[[scenario]]
name = "first"
service = "db"
depends_on = ["käse"]
run = "true"

[[scenario.steps]]
name = "one"
service = 'käse'

[[scenario.steps]]
name = "two"
depends_on = ["one", "db"]

[[expect.span]]
name = "api.request"

[[expect.span]]
name = "api.query"
parent = "api.request"

[expect.order]
must_precede = [["api.request", "api.query"]]

[expect.status]
by_name = { "api.*" = "ok", "api.query" = "ok" }

[expect.graph]
must_include = [{ parent = "api.request", child = "gone" }]
"#
    ));
}

#[test]
fn template_names_know_their_scopes() {
    insta::assert_snapshot!(symbols(
        r#"{% import "_macros.toml.tera" as m %}
{% macro own(name, kind="x") %}
{{ name }} {{ kind }} {{ svc }} {{ self::own(name=name) }}
{% endmacro own %}
[vars]
image = "alpine"
svc = "{{ svc }}"
database = { host = "h" }
[matrix]
os = ["a", "b"]
[meta]
name = "{{ vars.image }} {{ vars.database.host }} {{ other }} {{ svc }}"
version = "{{ matrix.os }}"
{% set count = 1 %}
{% for item in [1, 2] %}
{% set count = item %}
# {{ item }}
[services.s{{ item }}]
image = "{{ image }}{{ count }}{{ loop.index }}"
{% endfor %}
x = "{{ count }} {{ item }} {{ [y for y in [1] if y > count] }}"
{{ m::span(name="é", kind="internal") }}
{{ m::span("é.child", parent="é") }}
"#
    ));
}

#[test]
fn what_macros_and_loops_write_is_found_where_it_is_spelled() {
    insta::assert_snapshot!(symbols(
        r#"{% import "_macros.toml.tera" as m %}
[meta]
name = "demo"
version = "1.0"
{% for name in ["db", "web"] %}
[services.{{ name }}]
image = "alpine"
{% endfor %}
{{ m::span("api") }}
{{ m::span("query", parent="api") }}
{{ m::lifecycle("db") }}
{% if false %}
[[expect.span]]
name = "dead"
parent = "api"
{% endif %}
[[scenario]]
name = "{{ "db" | upper }}"
service = "db"
run = "true"
"#
    ));
}

#[test]
fn a_broken_test_has_names_too() {
    insta::assert_snapshot!(symbols(
        r#"[services.db]
image = "alpine
[[scenario]
name = "first"
service = "db"
run = [
[[expect.span]]
name = "a"
[[expect.span]]
parent = "a"
name =
{% for x in
{{ x
"#
    ));
}

/// The model reads a file as the rules do. Whatever it knows as a name, the index knows too, at the same place.
#[test]
fn every_name_of_the_model_is_in_the_index() {
    let (mut names, mut missing) = (0, Vec::new());
    for file in subjects() {
        let (files, _) = Files::new(&[(&file.name, &file.text)]);
        let view = files.first();
        // What the repairs of broken TOML make of it, the tree of the text as written need not see.
        let is_broken = view.analysis().diagnostics.iter().any(|it| it.rule.level() == Level::Syntax);
        if view.analysis().rendered.is_some() || is_broken {
            continue;
        }
        for (kind, span, name) in names_of_the_model(view) {
            let known = view.symbols().of_kind(kind).any(|symbol| {
                symbol.name == name && symbol.occurrences.iter().any(|occurrence| occurrence.span == span)
            });
            if !known {
                missing.push(format!("{}: {} `{name}` at {span:?}", file.name, kind.noun()));
            }
            names += 1;
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(names > 500, "only {names} names were met");
}

fn names_of_the_model(view: &DocumentView) -> Vec<(SymbolKind, Span, String)> {
    let config = &view.analysis().config;
    let mut names: Vec<(SymbolKind, Span, String)> = Vec::new();
    let mut add = |kind, text: Option<&Text>| {
        if let Some((text, name)) =
            text.and_then(|text| Some((text, text.known()?))).filter(|(_, it)| !it.trim().is_empty())
            && text.content.len() == name.len()
        {
            names.push((kind, text.content, name.to_owned()));
        }
    };
    let step = |step: &Step, add: &mut dyn FnMut(SymbolKind, Option<&Text>)| {
        add(SymbolKind::Step, step.name.as_ref());
        add(SymbolKind::Service, step.service.as_ref());
    };
    config.steps.iter().for_each(|it| step(it, &mut add));
    for scenario in &config.scenarios {
        add(SymbolKind::Scenario, scenario.name.as_ref());
        add(SymbolKind::Service, scenario.service.as_ref());
        scenario.steps.iter().for_each(|it| step(it, &mut add));
        if let Some(Run::List(items)) = &scenario.run {
            items.value.iter().for_each(|item| add(SymbolKind::Service, item.service.as_ref()));
        }
    }
    for service in &config.services {
        service.depends_on.iter().for_each(|it| add(SymbolKind::Service, Some(it)));
        add(SymbolKind::SpanName, service.wait_for_span.as_ref().filter(|it| !is_pattern(it.raw())));
    }
    for (_, name) in sets(config).flat_map(|set| set.names()) {
        let Some(known) = name.known().filter(|known| !is_pattern(known) && !known.trim().is_empty()) else { continue };
        let span = name.part(0, known.len());
        if span.len() == known.len() {
            names.push((SymbolKind::SpanName, span, known.to_owned()));
        }
    }
    names
}
