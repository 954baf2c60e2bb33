use super::*;

#[test]
fn macros_take_positional_and_keyword_arguments() {
    let macros = r#"{% macro span(name, kind="internal", attrs={}, max=none) %}
name = "{{ name }}"
kind = "{{ kind }}"{% if attrs %}
attrs = { {% for k, v in attrs %}"{{ k }}" = "{{ v }}"{{ ", " if not loop.last }}{% endfor %} }{% endif %}{% if max %}
max = {{ max }}{% endif %}
{% endmacro %}"#;
    let document = r#"# a test
{% import "m" as m %}
{{ m::span("a") }}
{{ m::span("b", kind="server", attrs={"x": "1", "y": {"z": 2}}, max=3) }}"#;
    let rendered = render_with(document, &[("m", macros)]);
    assert_eq!(problems(&rendered), Vec::<String>::new());
    insta::assert_snapshot!(rendered.text, @r#"
    # a test


    name = "a"
    kind = "internal"


    name = "b"
    kind = "server"
    attrs = { "x" = "1", "y" = "{"z": 2}" }
    max = 3
    "#);
}

#[test]
fn macros_call_each_other_and_take_part_in_expressions() {
    let document = r#"{% macro start(s) %}{{ self::join(s, "start") }}{% endmacro %}
{%- macro join(a, b) %}{{ a }}.{{ b }}{% endmacro %}
{{- self::start("x") }} {{ self::start("y") | upper }} {% set z = self::join("p", b="q") ~ "!" %}{{ z }}"#;
    assert_eq!(text(document), "x.start Y.START p.q!");
}

#[test]
fn pairs_indices_and_inline_conditions() {
    let document = r#"{% for a, b in [["p", "c"], ["q", "d"]] %}{{ a }}-{{ b }}{{ "," if not loop.last }}{% endfor %}
{% set p = [["x", "y"]] %}{{ p.0.1 }} {{ "yes" if true else "no" }} {{ "no" if false }}
{% for k, v in {"k": 1} %}{{ k }}{{ v }}{% endfor %}{% for i in range(3) %}{{ i }}{% endfor %}"#;
    assert_eq!(text(document), "p-c,q-d\ny yes \nk1012");
}

#[test]
fn blocks_are_inherited() {
    let parent = "a\n{% block one %}1{% endblock %}\n{% block two %}2{% endblock %}\n";
    let child = "# child\n{% extends \"p\" %}\n{% block one %}<{{ super() }}>{% endblock one %}";
    let rendered = render_with(child, &[("p", parent)]);
    assert_eq!((rendered.text.as_str(), &rendered.problems[..]), ("a\n<1>\n2\n", &[][..]));
    let child = "{% extends \"p\" %}{% block one %}{{ super() | upper }}!{% endblock one %}";
    assert_eq!(render_with(child, &[("p", parent)]).text, "a\n1!\n2\n");
}

#[test]
fn includes_may_be_missing() {
    let rendered = render_with(
        "{% include \"x\" ignore missing %}{% include [\"x\", \"y\"] %}{% include \"y\" %}",
        &[("y", "why\n")],
    );
    assert_eq!((rendered.text.as_str(), &rendered.problems[..]), ("why\nwhy\n", &[][..]));
}

#[test]
fn components_of_the_engine_work() {
    let document = "{% component ui.box(t) %}[{{ t }}|{{ body }}]{% endcomponent %}\
        {% component ui.tag(t) %}<{{ t }}>{% endcomponent %}\
        {{ <ui.tag t=\"a\" /> }}{% <ui.box t={\"b\"}> %}in {{ 1 + 1 }}{% </ui.box> %}";
    assert_eq!(text(document), "<a>[b|in 2]");
}

#[test]
fn captured_output_holds_no_markers() {
    let document = "{% set x %}a {{ 1 }}{% endset %}{{ x }} {{ x | length }}\
        {% filter upper %} b{% for i in [1] %}{{ i }}{% endfor %}{% endfilter %}";
    assert_eq!(text(document), "a 1 3 B1");
}

#[test]
fn text_may_look_like_markers_or_tags() {
    assert_eq!(text("\u{E000}T0;{{ \"x\" }}\u{E001}"), "\u{E000}T0;x\u{E001}");
    assert_eq!(text("{ {{- \"{ x\" }} {{ \"%}\" }}{% raw %}{{ \"q\\\" }}{% endraw %}"), "{{ x %}{{ \"q\\\" }}");
    assert_eq!(text("a{{ \"\n}}\" }}b\r\n"), "a\n}}b\r\n");
}

#[test]
fn a_macro_may_have_a_parameter_body() {
    assert_eq!(text("{% macro m(body) %}{{ body }}{% endmacro %}{{ self::m(body=\"x\") }}{{ self::m(\"y\") }}"), "xy");
}

#[test]
fn environment_variables_have_defaults() {
    assert_eq!(text("{{ env(name=\"CLNRM_UNSET\") | default(value=\"y\") }}"), "y");
}
