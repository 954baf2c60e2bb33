//! The names of a document: each symbol with its occurrences, marked as `line:column text`, with `=` before a definition, `~`
//! before a declaration and `?` before what is computed.

use crate::fixture::Fixture;
use clnrm_lsp::features::symbols::{Home, Role, Spelling, Symbol};

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
