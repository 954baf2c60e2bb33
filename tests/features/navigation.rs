//! Where things are defined and named, what belongs together, and how a document is laid out.

use clnrm_lsp::features::highlight::highlights;
use clnrm_lsp::features::linked_editing::linked_names;
use clnrm_lsp::features::macro_calls;
use clnrm_lsp::features::outline::{OutlineItem, outline};
use clnrm_lsp::features::references::Workspace;
use clnrm_lsp::features::references::{Definition, declaration, definition, matching_patterns, references, symbol_at};
use clnrm_lsp::features::symbol_search::search;

use crate::fixture::Fixture;
use crate::workspace::{Files, place};

const TEST: &str = "test.clnrm.toml.tera";

fn shown(definition: Option<Definition>) -> String {
    let Some(definition) = definition else { return "nothing".to_owned() };
    let places = definition.destinations.iter().map(|it| {
        let lines = it.whole.slice(&it.source.text).unwrap().matches('\n').count() + 1;
        format!("{} ({lines} lines)", place(&it.source, it.name))
    });
    places.collect::<Vec<_>>().join(", ")
}

/// Where the thing at `$0` of the first file is defined.
fn defined(files: &[(&str, &str)]) -> String {
    let (files, cursor) = Files::new(files);
    shown(definition(files.first(), cursor, &files))
}

fn defined_in(marked: &str) -> String {
    defined(&[(TEST, marked)])
}

/// Every place that names what stands at `$0`.
fn named(files: &[(&str, &str)]) -> String {
    let (files, cursor) = Files::new(files);
    let Some((symbol, _)) = symbol_at(files.first(), cursor) else { return "nothing".to_owned() };
    let mut places = Vec::new();
    for file in references(files.first(), symbol, &files) {
        let source = file.view.source();
        places.extend(file.symbol.occurrences.iter().map(|it| place(source, it.span)));
        places.extend(
            matching_patterns(&file.view, &file.symbol).iter().map(|it| format!("~{}", place(source, it.span))),
        );
    }
    places.join("\n")
}

#[test]
fn what_the_format_names_leads_to_its_table() {
    let test = "[services.\"kä\"]\nimage = \"a\"\n[[scenario]]\nname = \"one\"\nservice = \"kä$0\"\n";
    insta::assert_snapshot!(defined_in(test), @"test.clnrm.toml.tera 1:12 kä (2 lines)");
    let spans = "[[expect.span]]\nname = \"a\"\n[[expect.span]]\nname = \"b\"\nparent = \"$0a\"\n";
    insta::assert_snapshot!(defined_in(spans), @"test.clnrm.toml.tera 2:9 a (2 lines)");
    insta::assert_snapshot!(defined_in("[[steps]]\nname = \"x\"\n[[steps]]\nname = \"y\"\ndepends_on = [\"$0x\"]\n"), @"test.clnrm.toml.tera 2:9 x (2 lines)");
    insta::assert_snapshot!(defined_in("[[scenario]]\nrun = \"tr$0ue\"\n"), @"nothing");
    let broken = "[services.db\nimage = \"a\n[[steps]]\nservice = \"d$0b\nname = [\n";
    insta::assert_snapshot!(defined_in(broken), @"test.clnrm.toml.tera 1:11 db (2 lines)");
}

#[test]
fn what_a_template_names_leads_to_what_binds_it_there() {
    let variable = "[vars]\ndatabase = { host = \"é\" }\n[meta]\nname = \"{{ vars.database.ho$0st }}\"\n";
    insta::assert_snapshot!(defined_in(variable), @"test.clnrm.toml.tera 2:14 host (1 lines)");
    insta::assert_snapshot!(defined_in("[vars]\nx = 1\n{% for x in [1] %}{{ $0x }}{% endfor %}\n"), @"test.clnrm.toml.tera 3:8 x (1 lines)");
    insta::assert_snapshot!(defined_in("[vars]\nx = 1\n{% macro m(x) %}{{ $0x }}{% endmacro %}\n"), @"test.clnrm.toml.tera 3:12 x (1 lines)");
    insta::assert_snapshot!(defined_in("[vars]\nx = 1\n{% macro m(y) %}{{ $0x }}{% endmacro %}\n"), @"nothing");
    insta::assert_snapshot!(defined_in("{% for x in [1] %}{% endfor %}{{ $0x }}\n"), @"nothing");
    insta::assert_snapshot!(defined_in("{% set x = 1 %}{{ $0x }}\n"), @"test.clnrm.toml.tera 1:8 x (1 lines)");
    insta::assert_snapshot!(defined_in("{% macro m(a) %}\n{% endmacro %}\n{{ self::$0m(1) }}\n"), @"test.clnrm.toml.tera 1:10 m (2 lines)");
    insta::assert_snapshot!(defined_in("{% macro m(a) %}\n{% endmacro %}\n{{ self::m(a$0=1) }}\n"), @"test.clnrm.toml.tera 1:12 a (1 lines)");
    insta::assert_snapshot!(defined_in("{% import \"_macros.toml.tera\" as lib %}\n{{ li$0b::span(\"a\") }}\n"), @r#"test.clnrm.toml.tera 1:34 lib (1 lines)"#);
}

#[test]
fn a_block_leads_from_its_end_to_its_start_and_back() {
    let block = "{% if a %}\n{% else %}\n{% endif %}\n";
    insta::assert_snapshot!(defined_in(&block.replace("endif", "end$0if")), @"test.clnrm.toml.tera 1:4 if (1 lines)");
    insta::assert_snapshot!(defined_in(&block.replace("else", "el$0se")), @"test.clnrm.toml.tera 1:4 if (1 lines)");
    insta::assert_snapshot!(defined_in(&block.replace("if a", "i$0f a")), @"test.clnrm.toml.tera 3:4 endif (1 lines)");
}

#[test]
fn definitions_in_other_files_are_found() {
    let library = ("_own.tera", "{% macro m(a) %}\n{{ a }}\n{% endmacro %}\n");
    let test = "{% import \"_own.tera\" as o %}\n{{ o::$0m(a=1) }}\n";
    insta::assert_snapshot!(defined(&[(TEST, test), library]), @"_own.tera 1:10 m (3 lines)");
    let test = "{% import \"_o$0wn.tera\" as o %}\n";
    insta::assert_snapshot!(defined(&[(TEST, test), library]), @"_own.tera 1:1  (1 lines)");
    let test = "{% import \"_own.tera\" as o %}\n{{ o::m($0a=1) }}\n";
    insta::assert_snapshot!(defined(&[(TEST, test), library]), @"_own.tera 1:12 a (1 lines)");
    let settings = ("cleanroom.toml", "[template.vars]\nimage = \"a\"\n");
    let test = "[vars]\nimage = \"{{ image }}\"\n[meta]\nname = \"{{ $0image }}\"\n";
    insta::assert_snapshot!(defined(&[(TEST, test), settings]), @"cleanroom.toml 2:1 image (1 lines)");
    insta::assert_snapshot!(defined_in(test), @"nothing");
    let (files, cursor) = Files::new(&[(TEST, test), settings]);
    insta::assert_snapshot!(shown(declaration(files.first(), cursor, &files)), @"test.clnrm.toml.tera 2:1 image (1 lines)");
}

#[test]
fn references_keep_patterns_apart() {
    let test = "[[expect.span]]\nname = \"api.$0get\"\n[expect.status]\nby_name = { \"api.*\" = \"ok\", \"db.*\" = \"ok\" }\n[expect.counts.by_name.\"api.get\"]\neq = 1\n";
    insta::assert_snapshot!(named(&[(TEST, test)]));
    let library = ("_own.tera", "{% macro m(a) %}\n{{ a }}{{ self::m(a=1) }}\n{% endmacro %}\n");
    let other = ("other.clnrm.toml.tera", "{% import \"_own.tera\" as p %}{{ p::m(a=2) }}\n");
    let same_name = ("third.clnrm.toml.tera", "{% macro m(a) %}{% endmacro %}{{ self::m(a=2) }}\n");
    let test = "{% import \"_own.tera\" as o %}\n{{ o::m($0a=\"ü\") }}\n";
    insta::assert_snapshot!(named(&[(TEST, test), library, other, same_name]));
}

#[test]
fn what_belongs_together_is_highlighted() {
    let shown = |marked: &str| {
        let fixture = Fixture::new(marked);
        let found = highlights(&fixture.view, fixture.cursor());
        found.iter().map(|it| format!("{} {:?}", fixture.place(it.span), it.kind)).collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(shown("{% if a %}{% elif b %}{% el$0se %}{% endif %}"), @"1:4 if Text, 1:14 elif Text, 1:26 else Text, 1:36 endif Text");
    insta::assert_snapshot!(shown("{% for é in [1] %}{% endfor %}{% set a = 1 %}x{{ $0a }}"), @"1:38 a Write, 1:50 a Read");
    insta::assert_snapshot!(shown("[[expect.span]]\nname = \"a$0b\"\n[expect.status]\nby_name = { \"a?\" = \"ok\" }\n"), @"2:9 ab Write, 4:14 a? Text");
    insta::assert_snapshot!(shown("x = $01\n"), @"");
}

#[test]
fn the_names_of_a_block_are_edited_together() {
    let shown = |marked: &str| {
        let fixture = Fixture::new(marked);
        linked_names(fixture.view.written(), fixture.cursor())
            .map(|names| names.map(|name| fixture.place(name)).join(", "))
    };
    assert_eq!(shown("{% macro a$0b() %}{% endmacro ab %}").as_deref(), Some("1:10 ab, 1:29 ab"));
    assert_eq!(shown("{% block é %}{% endblock %}{% block a %}{% endblock $0a %}").as_deref(), Some("1:37 a, 1:53 a"));
    assert_eq!(shown("{% <ui.card x=\"1\"> %}{% </ui.c$0ard> %}").as_deref(), Some("1:5 ui.card, 1:27 ui.card"));
    assert_eq!(shown("{% macro a$0b() %}{% endmacro %}"), None);
    assert_eq!(shown("{% macro a$0b() %}{% endmacro b %}"), None, "they do not read alike any more");
    assert_eq!(shown("{% macro a$0b() %}"), None);
}

fn tree(fixture: &Fixture, items: &[OutlineItem], depth: usize, lines: &mut Vec<String>) {
    for item in items {
        let name = fixture.place(item.selection);
        let height = fixture.text(item.span).matches('\n').count() + 1;
        lines.push(format!(
            "{}{:?} {} [{}] {name} ({height} lines)",
            "  ".repeat(depth),
            item.kind,
            item.name,
            item.detail
        ));
        assert!(item.span.covers(item.selection), "{item:?}");
        assert!(item.children.iter().all(|child| item.span.covers(child.span)), "{item:?}");
        tree(fixture, &item.children, depth + 1, lines);
    }
}

#[test]
fn the_outline_follows_the_text() {
    let fixture = Fixture::new(
        r#"{% import "_macros.toml.tera" as m %}
root = 1
[meta]
name = "dämo"

[services.db]
image = "postgres:16"
env = { A = "b", C = [{ d = 1 }] }
[services.db.health_check]
command = ["pg_isready"]

[[scenario]]
name = "one"
[[scenario.steps]]
name = "first"
[[scenario.steps]]

{% macro wait(name) %}
[[expect.span]]
name = "{{ name }}"
{% endmacro wait %}
{% block more %}
[expect.order]
must_precede = []
{% endblock more %}
{{ m::span("api", kind="server") }}
[[expect.window]]
outer = "all"
"#,
    );
    let mut lines = Vec::new();
    tree(&fixture, &outline(fixture.view.written()), 0, &mut lines);
    insta::assert_snapshot!(lines.join("\n"));
    let broken = Fixture::new("[services.a\nimage = \"x\n[[scenario]]\nname =\n{% macro x(\n[[steps]\n");
    let mut lines = Vec::new();
    tree(&broken, &outline(broken.view.written()), 0, &mut lines);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn calls_are_followed_both_ways() {
    let library =
        "{% macro m(a) %}{{ a }}{% endmacro m %}\n{% macro twice(a) %}{{ self::m(a) }}{{ self::m(a) }}{% endmacro %}\n";
    let test = "{% import \"_own.tera\" as o %}\n{{ o::twice($01) }}{{ o::m(2) }}\n";
    let (files, _) = Files::new(&[(TEST, test), ("_own.tera", library)]);
    let view = files.files().iter().find(|view| view.source().name == "_own.tera").unwrap();
    let shown = |calls: Vec<macro_calls::Calls>| {
        let shown = calls.iter().map(|it| {
            format!(
                "{}{} ×{}",
                it.item.source.name,
                it.item.name.as_deref().map(|name| format!("::{name}")).unwrap_or_default(),
                it.places.len()
            )
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let m = view.text().find("m(a)").unwrap();
    let twice = view.text().find("twice").unwrap();
    insta::assert_snapshot!(shown(macro_calls::incoming(view, m, &files)), @"_own.tera::twice ×2, test.clnrm.toml.tera ×1");
    insta::assert_snapshot!(shown(macro_calls::outgoing(view, twice, &files)), @"_own.tera::m ×2");
    insta::assert_snapshot!(shown(macro_calls::outgoing(view, m, &files)), @"");
    insta::assert_snapshot!(shown(macro_calls::outgoing(files.first(), 0, &files)), @"_own.tera::twice ×1, _own.tera::m ×1");
    let prepared = macro_calls::prepare(files.first(), files.first().text().find("twice").unwrap(), &files).unwrap();
    assert_eq!(place(&prepared.source, prepared.selection), "_own.tera 2:10 twice");
}

#[test]
fn names_of_the_workspace_are_found_by_their_letters() {
    let (files, _) = Files::new(&[
        (
            TEST,
            "[services.api_gateway]\nimage = \"x\"\n[services.db]\nimage = \"x\"\n[[steps]]\nname = \"apply\"\nservice = \"db\"\n",
        ),
        ("_own.tera", "{% macro api(param) %}{% endmacro %}{% for apis in [1] %}{% endfor %}"),
    ]);
    let found = |query: &str| {
        let found = search(files.files(), query);
        found.iter().map(|it| format!("{} {}", it.symbol.kind.noun(), it.symbol.name)).collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(found("AP"), @"macro api, step apply, service api_gateway");
    insta::assert_snapshot!(found("agw"), @"service api_gateway");
    insta::assert_snapshot!(found("ba"), @"");
    assert_eq!(search(files.files(), "").len(), 4);
}
