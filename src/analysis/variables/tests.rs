use tera::Value;

use super::file_variables;
use super::scan::Scan;
use crate::template::variables::{DefinedValue, FileVariables, Sources, Variables};

/// The variables of a file, one a line: where from, path, value, the text of the definition.
fn found(text: &str) -> String {
    let variables = file_variables(text);
    let mut lines = String::new();
    for (namespace, definitions) in
        [("vars", &variables.vars), ("matrix", &variables.matrix), ("otel", &variables.otel)]
    {
        for definition in definitions {
            let value = match &definition.value {
                DefinedValue::Toml(value) => value.to_string(),
                DefinedValue::QuotedTemplate(text) => format!("quoted {text}"),
                DefinedValue::BareTemplate(text) => format!("bare {text}"),
            };
            let place = definition.span.slice(text).unwrap().lines().next().unwrap();
            lines += &format!("{namespace}.{} = {value}    <- {place}\n", definition.path.join("."));
        }
    }
    for name in &variables.unreadable {
        lines += &format!("{name}: unreadable\n");
    }
    lines
}

#[test]
fn reads_the_header_of_a_templated_file() {
    let text = r#"
# [vars] in a comment
[template.vars]
service = "clnrm" # why
timeout_ms = 5_000
ratio = 0.5
on = true
since = 2025-01-01
list = [
    ["a", "b"], # first
    ["c"],
]
db = { host = "x", port = 1 }
db2.host = "y"

[template.matrix]
exporters = [
    { name = "stdout", port = 80 },
    { name = "otlp" }
]

[template.otel]
dev = "http://localhost"

[meta]
name = "{{ vars.service }}"
{% for e in matrix.exporters %}
[vars.late]
x = 1
[service.{{ e.name }}]
vars = 2
{% endfor %}
"#;
    insta::assert_snapshot!(found(text), @r#"
    vars.service = clnrm    <- service = "clnrm"
    vars.timeout_ms = 5000    <- timeout_ms = 5_000
    vars.ratio = 0.5    <- ratio = 0.5
    vars.on = true    <- on = true
    vars.since = 2025-01-01    <- since = 2025-01-01
    vars.list = [["a", "b"], ["c"]]    <- list = [
    vars.db.host = x    <- host = "x"
    vars.db.port = 1    <- port = 1
    vars.db2.host = y    <- host = "y"
    vars.late.x = 1    <- x = 1
    matrix.exporters = [{"name": "stdout", "port": 80}, {"name": "otlp"}]    <- exporters = [
    otel.dev = http://localhost    <- dev = "http://localhost"
    "#);
}

#[test]
fn reads_values_that_are_no_toml_yet() {
    let text = r#"
[vars]
a = "{{ X | default(value="clnrm") }}" # comment
b = {{ seed | default(value=42) }}
c = "{{ env(name='E', default='d') }}"
d = "unclosed
e =
f
g = [1,
h = 1
[meta]
name = "x"
"#;
    insta::assert_snapshot!(found(text), @r#"
    vars.a = quoted {{ X | default(value="clnrm") }}    <- a = "{{ X | default(value="clnrm") }}" # comment
    vars.b = bare {{ seed | default(value=42) }}    <- b = {{ seed | default(value=42) }}
    vars.c = {{ env(name='E', default='d') }}    <- c = "{{ env(name='E', default='d') }}"
    vars.h = 1    <- h = 1
    d: unreadable
    e: unreadable
    f: unreadable
    g: unreadable
    "#);
}

#[test]
fn line_ends_of_two_bytes_are_no_part_of_a_value() {
    let variables = file_variables("[vars]\r\na = \"x\"\r\nb = [\r\n  1,\r\n]\r\nc = 2\r");
    assert_eq!(variables.vars.iter().map(|it| it.path.concat()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn skips_what_stands_in_strings_of_other_tables() {
    let text = "[[steps]]\nrun = \"\"\"\n[vars]\na = 1\n\"\"\"\nregex = '''\n[vars]\nb = 1\n'''\n[vars]\nc = 1\n";
    assert_eq!(found(text), "vars.c = 1    <- c = 1\n");
}

#[test]
fn reads_root_keys_and_arrays_of_tables() {
    let text = "vars.a = 1\nmatrix = { os = ['linux'] }\n[[template.matrix.services]]\nname = 'x'\nport = 1\n[[template.matrix.services]]\nname = 'y'\n";
    insta::assert_snapshot!(found(text), @r#"
    vars.a = 1    <- a = 1
    matrix.os = ["linux"]    <- os = ['linux']
    matrix.services = [{"name": "x", "port": 1}, {"name": "y"}]    <- [[template.matrix.services]]
    "#);
}

#[test]
fn reads_seed_and_clock_where_they_are_literal() {
    let literal = file_variables("[determinism]\nseed = 7\nfreeze_clock = \"2024-01-01T00:00:00Z\"\n");
    assert_eq!((literal.seed, literal.freeze_clock.as_deref()), (Some(7), Some("2024-01-01T00:00:00Z")));
    let templated = file_variables("[determinism]\nseed = {{ seed }}\nfreeze_clock = \"{{ freeze_clock }}\"\n");
    assert_eq!((templated.seed, templated.freeze_clock), (None, None));
}

#[test]
fn costs_little_for_hostile_text() {
    for piece in [
        "[vars]\na = [\n",
        "[vars]\na = \"\"\"\n",
        "vars.a = {\n",
        "[vars]\na = {{\n",
        "[vars]\na = '''",
        "[",
        "[vars]\na = [[[[",
    ] {
        let text = piece.repeat(20_000);
        let mut variables = FileVariables::default();
        let mut scan = Scan::new(&text, &mut variables);
        scan.run();
        assert!(scan.looked_at <= 8 * text.len(), "{piece:?}: {} times", scan.looked_at / text.len());
    }
}

#[test]
fn the_real_files_define_what_their_templates_use() {
    let text = "[template.vars]\nenv = \"{{ env(name='TEST_ENV', default='dev') }}\"\n";
    let file = file_variables(text);
    let variables = Variables::resolve(&Sources { file: Some(&file), ..Sources::default() });
    assert_eq!(variables.get("vars.env").and_then(Value::as_str), Some("dev"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    #[test]
    fn takes_any_text(text in r#"(\[vars\]|\[\[matrix.a\]\]|a|=|"|'''|\{\{|\}\}|\n|#|\[|\]|é|,|\{|\.| ){0,40}"#) {
        for definition in file_variables(&text).vars {
            proptest::prop_assert!(definition.span.slice(&text).is_some());
        }
    }
}
