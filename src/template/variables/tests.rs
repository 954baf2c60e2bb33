use super::*;

fn definition(path: &str, value: impl Into<Value>) -> Definition {
    let path = path.split('.').map(str::to_owned).collect();
    Definition { path, value: DefinedValue::Toml(value.into()), span: Span::new(1, 2) }
}

fn text(variables: &Variables, path: &str) -> String {
    variables.get(path).map_or_else(|| "-".to_owned(), Value::to_string)
}

fn resolve(overrides: &[(&str, &str)], vars: Vec<Definition>, environment: &[(&str, &str)]) -> Variables {
    let overrides = overrides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = FileVariables { vars, ..FileVariables::default() };
    Variables::resolve(&Sources {
        overrides: Some(&overrides),
        file: Some(&file),
        environment: Environment::of(environment.iter().copied()),
        ..Sources::default()
    })
}

#[test]
fn the_first_of_override_file_environment_and_default_wins() {
    let environment = [("SERVICE_NAME", "from-env"), ("ENV", "from-env"), ("CLNRM_IMAGE", "from-env")];
    let file = vec![definition("svc", "from-file"), definition("env", "from-file")];
    let variables = resolve(&[("svc", "from-cli")], file, &environment);
    let found = ["svc", "env", "image", "exporter"]
        .map(|name| (text(&variables, name), variables.origin(name).cloned().unwrap()));
    assert_eq!(
        found,
        [
            ("from-cli".to_owned(), VariableOrigin::Override),
            ("from-file".to_owned(), VariableOrigin::File(Span::new(1, 2))),
            ("from-env".to_owned(), VariableOrigin::Environment("CLNRM_IMAGE".to_owned())),
            ("otlp".to_owned(), VariableOrigin::Default),
        ]
    );
    assert_eq!(text(&variables, "vars.env"), "from-file");
}

#[test]
fn a_line_that_repeats_a_variable_defines_none() {
    let file =
        vec![definition("svc", "{{ svc }}"), definition("region", "{{ vars.region }}"), definition("nope", "{{nope}}")];
    let variables = resolve(&[], file, &[("REGION", "eu")]);
    assert_eq!(text(&variables, "svc"), "clnrm");
    assert_eq!(variables.origin("svc"), Some(&VariableOrigin::Default));
    assert_eq!(text(&variables, "vars.region"), "eu");
    assert_eq!(variables.get("nope"), None);
}

#[test]
fn values_with_expressions_are_rendered_alone() {
    let mut file = vec![
        definition("url", "{{ scheme }}://{{ env(name='HOST', default='localhost') }}"),
        definition("scheme", "https"),
        definition("svc", "{{ svc | default(value='fallback') }}"),
        definition("list", vec![Value::from("{{ scheme }}"), Value::from("plain")]),
        definition("broken", "{{ nowhere }}"),
        definition("home", "{{ HOME }}"),
    ];
    file.push(Definition {
        path: vec!["port".into()],
        value: DefinedValue::BareTemplate("{{ 8000 + 80 }}".into()),
        span: Span::at(0),
    });
    let variables = resolve(&[], file, &[("HOST", "example.org"), ("HOME", "/root")]);
    let found = ["url", "svc", "list", "broken", "home", "port"].map(|name| text(&variables, name));
    assert_eq!(found, ["https://example.org", "clnrm", r#"["https", "plain"]"#, "____", "/root", "8080"]);
    assert!(variables.get("port").unwrap().is_number());
    let names: Vec<_> = variables.context([]).1.into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"HOST".to_owned()) && names.contains(&"HOME".to_owned()), "{names:?}");
}

#[test]
fn paths_make_maps_and_overrides_reach_into_them() {
    let file = vec![definition("database.host", "db"), definition("database.port", 5432), definition("debug", true)];
    let variables = resolve(&[("vars.database.port", "6000"), ("debug", "false"), ("database.host", "7")], file, &[]);
    assert_eq!(text(&variables, "vars.database.port"), "6000");
    assert!(variables.get("database.port").unwrap().is_number());
    assert!(variables.get("debug").unwrap().is_bool());
    assert!(variables.get("database.host").unwrap().is_string());
    assert_eq!(variables.origin("vars.database.port"), Some(&VariableOrigin::Override));
}

#[test]
fn other_names_are_found_in_the_environment_in_upper_case() {
    let variables = resolve(&[], Vec::new(), &[("REGION", "eu")]);
    let (context, lookups) = variables.context(["region", "nowhere", "svc", "api_token"]);
    assert_eq!(context.get("region").and_then(Value::as_str), Some("eu"));
    assert!(!context.contains_key("nowhere"));
    assert_eq!(context.get("api_token").and_then(Value::as_str), Some(SECRET_STAND_IN));
    assert!(lookups.contains(&("NOWHERE".to_owned(), None)));
    assert!(!lookups.iter().any(|(name, _)| name == "SVC"));
}

#[test]
fn tokens_are_never_read() {
    let variables = resolve(&[], Vec::new(), &[("OTEL_TOKEN", "s3cret")]);
    assert_eq!(text(&variables, "token"), "");
    assert_eq!(text(&resolve(&[("token", "x")], Vec::new(), &[]), "token"), "x");
}

#[test]
fn seed_and_clock_come_from_the_file_then_from_the_variables() {
    let file =
        FileVariables { seed: Some(7), freeze_clock: Some("2024-02-29T12:00:00Z".into()), ..FileVariables::default() };
    let state = Variables::resolve(&Sources { file: Some(&file), ..Sources::default() }).state();
    assert_eq!((state.seed, state.clock.to_string()), (7, "2024-02-29T12:00:00Z".to_owned()));
    let state = resolve(&[("seed", "9"), ("freeze_clock", "2020-01-01T00:00:00Z")], Vec::new(), &[]).state();
    assert_eq!((state.seed, state.clock.to_string()), (9, "2020-01-01T00:00:00Z".to_owned()));
    let state = resolve(&[("freeze_clock", "tomorrow")], Vec::new(), &[]).state();
    assert_eq!((state.seed, state.clock), (DEFAULT_SEED, DEFAULT_CLOCK));
}

#[test]
fn an_axis_is_one_value_only_where_no_use_makes_it_a_list() {
    let axes = |source: &str| scalar_axes(source).join(" ");
    assert_eq!(axes(r#"x = "{{ matrix.exporter }}-{{ matrix.region.name }}""#), "exporter region");
    assert_eq!(axes("{% for e in matrix.exporters %}{{ e }}{% endfor %}{{ matrix.exporters | length }}"), "");
    assert_eq!(axes(r#"{% if matrix.a == "x" %}{% endif %}{{ matrix.b | upper }}"#), "a b");
    assert_eq!(
        axes("{{ matrix.a[0] }}{{ matrix.b.0 }}{{ pick(list=matrix.c) }}{% if 'x' in matrix.d %}{% endif %}"),
        ""
    );
    assert_eq!(axes("{{ matrix.a }}{{ matrix.a | join(sep=',') }}"), "");
    assert_eq!(axes("{{ (matrix.a ~ 'x') | upper }}"), "a");
}

#[test]
fn combinations_are_the_cross_product_in_order() {
    let file = FileVariables {
        matrix: vec![
            definition("os", vec!["linux", "mac"]),
            definition("db", vec![1, 2, 3]),
            definition("all", vec!["x"]),
        ],
        ..FileVariables::default()
    };
    let variables = Variables::resolve(&Sources { file: Some(&file), ..Sources::default() });
    let axes = ["os".to_owned(), "db".to_owned()];
    assert_eq!(variables.combination_count(&axes), 6);
    let (first, choice) = variables.combination(&axes, 0);
    assert_eq!(
        (text(&first, "matrix.os"), text(&first, "matrix.db"), text(&first, "matrix.all")),
        ("linux".into(), "1".into(), r#"["x"]"#.into())
    );
    assert_eq!(choice, [("os".to_owned(), Value::from("linux")), ("db".to_owned(), Value::from(1))]);
    let all: Vec<_> = (0..6).map(|index| variables.combination(&axes, index).0.canonical_json()).collect();
    assert!(all.iter().enumerate().all(|(index, json)| all[..index].iter().all(|other| other != json)));
    assert_eq!(text(&variables.combination(&axes, 5).0, "matrix.db"), "3");
    assert_eq!(variables.combination_count(&[]), 1);
    assert_eq!(variables.combination_count(&["nope".to_owned()]), 1);
}

#[test]
fn an_override_fixes_an_axis() {
    let file = FileVariables { matrix: vec![definition("db", vec![1, 2, 3])], ..FileVariables::default() };
    let overrides = BTreeMap::from([("matrix.db".to_owned(), "2".to_owned())]);
    let variables =
        Variables::resolve(&Sources { file: Some(&file), overrides: Some(&overrides), ..Sources::default() });
    assert_eq!(variables.get("matrix.db"), Some(&Value::from(vec![2])));
}

#[test]
fn equal_variables_have_equal_json() {
    let one = resolve(&[], vec![definition("a", 1), definition("b", 2)], &[]);
    let two = resolve(&[], vec![definition("a", 1), definition("b", 2)], &[]);
    assert_eq!(one.canonical_json(), two.canonical_json());
    assert_ne!(one.canonical_json(), resolve(&[], vec![definition("a", 2)], &[]).canonical_json());
    assert_ne!(
        one.canonical_json(),
        resolve(&[("seed", "1")], vec![definition("a", 1), definition("b", 2)], &[]).canonical_json()
    );
}
