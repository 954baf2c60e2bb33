//! `clnrm render`: the text, each construct with its value and place, the variables, and what could not be rendered.

use crate::workspace::Workspace;
use crate::{clnrm, example};

const TEMPLATE: &str = "\
{% import \"_macros.toml.tera\" as m %}
[meta]
name = \"{{ svc }}\"
version = \"1\"

[vars]
names = [\"a\", \"b\"]
api_token = \"sesame-street\"

{% for name in vars.names %}
[service.{{ name }}]
image = \"x\"
{% endfor %}
{{ m::edges([[\"a\", \"b\"]]) }}
";

fn workspace() -> Workspace {
    Workspace::new(&[("t.clnrm.toml.tera", TEMPLATE), ("bad.clnrm.toml.tera", "name = \"{{ nowhere }}\"\n")])
}

#[test]
fn a_render_is_what_the_check_reads() {
    let ran = clnrm(&workspace(), &["render", "t.clnrm.toml.tera", "--var", "svc=shop"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn the_map_shows_each_construct_with_its_value_and_place() {
    let ran = clnrm(&workspace(), &["render", "t.clnrm.toml.tera", "--map"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn variables_are_shown_with_their_origin_and_secrets_are_not() {
    let ran = clnrm(&workspace(), &["render", "t.clnrm.toml.tera", "--show-vars", "-m", "image=alpine:3"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!ran.stdout.contains("sesame"), "{}", ran.stdout);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn the_map_is_json_for_programs() {
    let workspace = Workspace::new(&[("checkout.clnrm.toml.tera", &example("checkout.clnrm.toml.tera"))]);
    let ran = clnrm(&workspace, &["template", "render", "checkout.clnrm.toml.tera", "--format", "json"]);
    let report = ran.json();
    let text = report["text"].as_str().expect("a text");
    let constructs = report["constructs"].as_array().expect("a list");
    assert!(constructs.len() > 10, "{report:#}");
    for construct in constructs {
        let byte = |end: &str| construct["rendered"][end].as_u64().expect("a number") as usize;
        assert_eq!(&text[byte("start")..byte("end")], construct["value"].as_str().expect("a text"));
    }
}

#[test]
fn what_has_no_value_is_told_at_its_place() {
    let ran = clnrm(&workspace(), &["render", "bad.clnrm.toml.tera"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("bad.clnrm.toml.tera:1:12"), "{}", ran.stderr);
    assert_eq!(clnrm(&workspace(), &["render", "none.clnrm.toml.tera"]).code, Some(2));
}
