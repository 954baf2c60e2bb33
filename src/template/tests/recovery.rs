use super::*;

/// What is wrong, each with the text at its place.

#[test]
fn every_typing_state_renders_and_keeps_what_follows() {
    let states = [
        "a = \"{{\"",
        "a = \"{{ svc\"",
        "a = \"{{ svc.\"",
        "a = \"{{ x. }}\"",
        "a = \"{{ x | }}\"",
        "a = {{ x | nope }}",
        "a = {{ nope() }}",
        "{{ m::span(\"a\", ",
        "{{ m::span(",
        "{{ m:: }}",
        "{% if %}",
        "{% if flag",
        "{% if x %}",
        "{% for %}",
        "{% for x in %}y = 1{% endfor %}",
        "{# open",
        "{% endif %}",
        "{% nope %}",
        "{% %}",
        "{{ }}",
        "a = \"{{ x | default(value=\"y) }}\"",
        "{% set x = %}",
        "{% macro x( %}{% endmacro %}",
        "{% include %}",
        "{% include \"none\" %}",
        "{% extends \"none\" %}",
        "{{ a b }}",
        "{{ [1, }}",
        "{{ {\"a\": }}",
        "{% else %}",
        "{% import \"none\" as n %}{{ n::x() }}",
        "{{ self::x() }}",
        "{% elif x %}",
        "{% if x %}{% elif %}{% endif %}",
        "{{ 1 / 0 }}",
        "{{ x }}",
        "{{ x.y.z }}",
        "{% for a b in c %}{% endfor %}",
        "{{ <nope /> }}",
        "{% raw %}",
        "a = \"{{ x }\"",
    ];
    for state in states {
        let rendered = render(&format!("[before]\nk = 1\n{state}\n[after]\nl = 2\n"));
        assert!(!rendered.problems.is_empty(), "{state}");
        assert!(rendered.text.contains("[before]\nk = 1"), "{state}: {}", rendered.text);
        assert!(rendered.text.contains("[after]\nl = 2"), "{state}: {}\n{:?}", rendered.text, rendered.problems);
        let reported: std::collections::BTreeSet<_> = rendered.problems.iter().map(|problem| problem.at).collect();
        assert_eq!(reported.len(), rendered.problems.len(), "{state}: {:?}", rendered.problems);
        toml::de::DeTable::parse(&rendered.text).unwrap_or_else(|error| panic!("{state}: {error}\n{}", rendered.text));
    }
}

#[test]
fn all_undefined_variables_are_reported_at_once() {
    let rendered =
        render("a = {{ x }}\nb = \"{{ y.z }}\"\n{% if u.v %}{% endif %}{% for i in w %}{% endfor %}c = {{ x }}");
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "UndefinedVariable { name: \"x\", suggestion: None } at \"x\"",
        "UndefinedVariable { name: \"y\", suggestion: None } at \"y\"",
        "UndefinedVariable { name: \"u\", suggestion: None } at \"u\"",
        "UndefinedVariable { name: \"w\", suggestion: None } at \"w\"",
        "UndefinedVariable { name: \"x\", suggestion: None } at \"x\"",
    ]
    "#);
    insta::assert_snapshot!(rendered.text, @r#"
    a = "____"
    b = "____"
    c = "____"
    "#);
}

#[test]
fn an_undefined_argument_is_reported_at_the_call() {
    let rendered = render_with(
        "{% import \"m\" as m %}{{ m::outer(missing) }}",
        &[(
            "m",
            "{% macro outer(a) %}{{ self::inner(a) }}{% endmacro %}{% macro inner(b) %}x = \"{{ b }}\"{% endmacro %}",
        )],
    );
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "UndefinedVariable { name: \"missing\", suggestion: None } at \"missing\"",
    ]
    "#);
    assert_eq!(rendered.text, "x = \"____\"");
    assert_eq!(rendered.opaque, [Span::new(5, 9)]);
}

#[test]
fn unset_environment_variables_are_named() {
    let rendered = render("a = \"{{ env(name=\"CLNRM_UNSET\") }}\"\n");
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "UnsetEnvironmentVariable { name: \"CLNRM_UNSET\" } at \"env(name=\\\"CLNRM_UNSET\\\")\"",
    ]
    "#);
    assert_eq!(rendered.text, "a = \"____\"\n");
    assert!(rendered.environment.contains(&("CLNRM_UNSET".to_owned(), None)));
}

#[test]
fn unknown_names_come_with_suggestions() {
    let rendered = render_with(
        "{% import \"m\" as m %}{{ m::spam(1) }}{{ n::span(1) }}{{ span(1) }}{{ 1 | uper }}{{ m::span(2, nam=3) }}{{ m::span(1, 2, 3) }}",
        &[("m", "{% macro span(name) %}{% endmacro %}")],
    );
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "UnknownMacro { namespace: \"m\", name: \"spam\", namespace_known: true, suggestion: Some(\"m::span\") } at \"m::spam\"",
        "UnknownMacro { namespace: \"n\", name: \"span\", namespace_known: false, suggestion: Some(\"m::span\") } at \"n::span\"",
        "UnknownFunction { name: \"span\", suggestion: Some(\"m::span\") } at \"span\"",
        "UnknownFilter { name: \"uper\", suggestion: Some(\"upper\") } at \"uper\"",
        "UnknownArgument { callee: \"m::span\", name: \"nam\", suggestion: Some(\"name\") } at \"nam\"",
        "TooManyArguments { callee: \"m::span\", takes: 1 } at \"2\"",
    ]
    "#);
}

#[test]
fn circles_are_cut() {
    let rendered = render_with("a{% include \"x\" %}", &[("x", "b{% include \"y\" %}"), ("y", "c{% include \"x\" %}")]);
    assert_eq!(rendered.text, "abc");
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "CircularTemplate { path: [\"x\", \"y\", \"x\"] } at \"\\\"x\\\"\"",
    ]
    "#);
}

#[test]
fn tags_in_toml_comments_stay_as_they_are() {
    let rendered = render("# see {{ }} and {{ x }}\na = \"${#NAME}\"\n");
    assert_eq!(rendered.text, "# see {{ }} and {{ x }}\na = \"${#NAME}\"\n");
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "TagInComment at \"{{ }}\"",
        "TagInComment at \"{{ x }}\"",
        "ShellLengthOpensComment at \"${#NAME}\"",
    ]
    "#);
}

#[test]
fn mistakes_in_imported_files_are_found_there() {
    let rendered =
        render_with("{% import \"m\" as m %}{{ m::a() }}", &[("m", "{% macro a() %}x{{ y y }}{{ z }}{% endmacro %}")]);
    insta::assert_debug_snapshot!(problems(&rendered), @r#"
    [
        "Syntax { message: \"found identifier but expected `}}`\" } at \"y\"",
        "UndefinedVariable { name: \"z\", suggestion: None } at \"z\"",
    ]
    "#);
}

#[test]
fn deep_and_long_input_ends() {
    for source in [
        "{% if a %}".repeat(3000),
        "{{ (".repeat(3000),
        format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(5000)),
        format!("{{{{ {}1 }}}}", "1 + ".repeat(3000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(30), "]".repeat(30)),
        "{% for i in range(99999) %}{% for j in range(99999) %}xxxxxxxxxxxxxxx{% endfor %}{% endfor %}".to_owned(),
        "{% set x %}{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}{% endset %}".to_owned(),
        "{% for i in range(9999) %}{{ range(9999) | length }}{% endfor %}".to_owned(),
        "{% macro a() %}{% set x %}{{ self::a() }}{{ self::a() }}{{ self::a() }}{% endset %}{% endmacro %}{{ self::a() }}".to_owned(),
        "{% macro a() %}{{ self::a() }}{% endmacro %}{{ self::a() }}".to_owned(),
    ] {
        let rendered = render(&source);
        assert!(!rendered.problems.is_empty());
    }
}

#[test]
fn a_mistake_in_another_file_is_reached_by_the_tags_that_lead_there() {
    let others = [("a", "{% include \"b\" %}"), ("b", "\n{% nope %}")];
    let rendered = render_with("x = 1\n{% include \"a\" %}\n", &others);
    let [problem] = rendered.problems.as_slice() else { panic!("{:?}", rendered.problems) };
    let stack: Vec<_> = problem.stack.iter().map(|at| (at.file.0, at.span.range())).collect();
    assert_eq!((problem.at.file.0, stack), (2, vec![(1, 0..17), (0, 6..23)]));
}

#[test]
fn a_default_takes_the_place_of_what_is_missing_anywhere_on_the_way() {
    let rendered = render("a = \"{{ a.b | default(value='x') }}\"\n{% if c.d.e is defined %}{% endif %}");
    assert_eq!(problems(&rendered), Vec::<String>::new());
    assert_eq!(rendered.text.lines().next(), Some("a = \"x\""));
}
