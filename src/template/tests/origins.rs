use super::*;

const PACK: &str = r#"{% macro span(name, kind, attrs={}) %}
[[expect.span]]
name = "{{ name }}"
kind = "{{ kind }}"
attrs = { {% for k, v in attrs %}"{{ k }}" = "{{ v }}"{% endfor %} }
{% endmacro %}
{% macro lifecycle(service) %}
{{ self::span(service ~ ".start", "internal") }}
order = ["{{ service }}.exec"]
{% endmacro %}
{% macro edges(pairs) %}
{% for parent, child in pairs %}["{{ parent }}", "{{ child }}"]{% endfor %}
{% endmacro %}"#;

#[test]
fn literal_text_is_its_own_origin() {
    let rendered = render("a = 1\n{# note #}b = 2\n");
    assert_eq!(describe(&rendered, "b = 2"), "\"b = 2\" literal=true");
    assert_eq!(rendered.map.literal(Span::new(0, 1)), Some(Span::new(0, 1)));
    assert_eq!(rendered.map.literal(Span::new(4, 8)), None);
}

#[test]
fn values_of_macros_come_from_their_arguments() {
    let document = "{% import \"m\" as m %}\n{{ m::span(\"api\", \"server\", {\"verb\": \"GET\"}) }}\n{{ m::lifecycle(\"pg\") }}\n{{ m::edges([[\"a\", \"b1\"], [\"c\", \"d1\"]]) }}";
    let rendered = render_with(document, &[("m", PACK)]);
    assert_eq!(problems(&rendered), Vec::<String>::new());
    insta::assert_snapshot!(describe(&rendered, "\"api\""), @r#"
    "\"api\"" literal=false
      InMacro { name: "span" } m:"{{ name }}"
      Call { name: "m::span" } main:"{{ m::span(\"api\", \"server\", {\"verb\": \"GET\"}) }}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "GET"), @r#"
    "\"GET\"" literal=false
      InMacro { name: "span" } m:"{{ v }}"
      Iteration { index: 0 } m:"{% for k, v in attrs %}"
      Call { name: "m::span" } main:"{{ m::span(\"api\", \"server\", {\"verb\": \"GET\"}) }}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "d1"), @r#"
    "\"d1\"" literal=false
      InMacro { name: "edges" } m:"{{ child }}"
      Iteration { index: 1 } m:"{% for parent, child in pairs %}"
      Call { name: "m::edges" } main:"{{ m::edges([[\"a\", \"b1\"], [\"c\", \"d1\"]]) }}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "\"pg.exec\""), @r#"
    "\"pg\"" literal=false
      InMacro { name: "lifecycle" } m:"{{ service }}"
      Call { name: "m::lifecycle" } main:"{{ m::lifecycle(\"pg\") }}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "pg.start"), @r#"
    "\"pg\"" literal=false
      InMacro { name: "span" } m:"{{ name }}"
      Call { name: "self::span" } m:"{{ self::span(service ~ \".start\", \"internal\") }}"
      Call { name: "m::lifecycle" } main:"{{ m::lifecycle(\"pg\") }}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "[[expect.span]]"), @r#"
    "{{ m::span(\"api\", \"server\", {\"verb\": \"GET\"}) }}" literal=false
      InMacro { name: "span" } m:"[[expect.span]]"
      Call { name: "m::span" } main:"{{ m::span(\"api\", \"server\", {\"verb\": \"GET\"}) }}"
    "#);
}

#[test]
fn loop_values_come_from_their_items() {
    let rendered = render("{% for s in [\"a1\", \"b1\"] %}[{{ s }}]\nx = \"{{ s }}-y\"\n{% endfor %}");
    insta::assert_snapshot!(describe(&rendered, "b1"), @r#"
    "\"b1\"" literal=false
      Iteration { index: 1 } main:"{% for s in [\"a1\", \"b1\"] %}"
    "#);
    insta::assert_snapshot!(describe(&rendered, "b1-y"), @r#"
    "{{ s }}-y" literal=false
      Iteration { index: 1 } main:"{% for s in [\"a1\", \"b1\"] %}"
    "#);
}

#[test]
fn items_of_lists_of_maps_are_followed() {
    let rendered = render("{% for s in [{\"n\": \"a1\", \"m\": \"b1\"}, {\"n\": \"c1\"}] %}{{ s.n }} {% endfor %}");
    assert!(describe(&rendered, "c1").starts_with("\"\\\"c1\\\"\" literal=false"));
}

#[test]
fn included_text_comes_from_the_include() {
    let rendered = render_with("a = 1\n{% include \"i\" %}", &[("i", "b = 2\nc = 3\n")]);
    insta::assert_snapshot!(describe(&rendered, "c"), @r#"
    "{% include \"i\" %}" literal=false
      InFile i:"c"
      Include main:"{% include \"i\" %}"
    "#);
}

#[test]
fn inherited_text_comes_from_the_extends() {
    let rendered = render_with(
        "{% extends \"p\" %}{% block one %}mine = 1\n{% endblock %}",
        &[("p", "theirs = 2\n{% block one %}{% endblock %}")],
    );
    assert_eq!(describe(&rendered, "mine"), "\"mine\" literal=true");
    insta::assert_snapshot!(describe(&rendered, "theirs"), @r#"
    "{% extends \"p\" %}" literal=false
      InFile p:"theirs"
      Include main:"{% extends \"p\" %}"
    "#);
}

#[test]
fn defaults_of_parameters_are_named() {
    let rendered = render("{% macro m(a, b=\"dflt\") %}{{ b }}{% endmacro %}{{ self::m(1) }}");
    insta::assert_snapshot!(describe(&rendered, "dflt"), @r#"
    "\"dflt\"" literal=false
      InMacro { name: "m" } main:"{{ b }}"
      Call { name: "self::m" } main:"{{ self::m(1) }}"
    "#);
}

#[test]
fn places_know_all_that_they_produced() {
    let rendered = render("{% for s in [1, 2] %}x{{ s }}\n{% endfor %}");
    let of = |start, end| rendered.map.rendered(FileSpan::document(Span::new(start, end)));
    assert_eq!(rendered.text, "x1\nx2\n");
    assert_eq!(of(21, 22), [Span::new(0, 1), Span::new(3, 4)]);
    assert_eq!(of(22, 29), [Span::new(1, 2), Span::new(4, 5)]);
    assert_eq!(of(21, 30), [Span::new(0, 3), Span::new(3, 6)]);
    let values: Vec<_> = rendered.map.values().map(|value| value.rendered).collect();
    assert_eq!(values, [Span::new(1, 2), Span::new(4, 5)]);
}

#[test]
fn parts_of_a_map_that_is_written_as_a_whole_are_found() {
    let rendered = render(
        "{% macro m(attrs) %}a = {{ attrs | toml_encode }}{% endmacro %}{{ self::m({\"verb\": \"GET\", \"x\": \"twice\", \"y\": \"twice\"}) }}",
    );
    assert!(
        describe(&rendered, "\"GET\"").starts_with("\"\\\"GET\\\"\" literal=false"),
        "{}",
        describe(&rendered, "\"GET\"")
    );
    assert!(describe(&rendered, "verb").starts_with("\"\\\"verb\\\"\""));
    assert!(describe(&rendered, "twice").starts_with("\"{"));
}
