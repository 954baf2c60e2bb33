use tera::{Context, Tera};

use super::*;
use crate::template::variables::Environment;

fn render(template: &str) -> String {
    render_example(template).unwrap_or_else(|| panic!("renders: {template}"))
}

fn engine_has(builtin: &Builtin, tera: &Tera) -> bool {
    let name = builtin.name();
    let probe = match builtin.kind {
        BuiltinKind::Function => format!("{{{{ {name}() }}}}"),
        BuiltinKind::Filter => format!("{{{{ 1 | {name} }}}}"),
        BuiltinKind::Test => format!("{{{{ 1 is {name} }}}}"),
    };
    tera.clone().add_raw_template("probe", &probe).is_ok()
}

/// The numbers of functions, filters and tests that an engine has, by its own account.
fn counts(tera: &Tera) -> [usize; 3] {
    let text = format!("{tera:?}");
    ["functions", "filters", "tests"].map(|kind| {
        let (_, rest) = text.split_once(&format!("{kind}: ")).expect("the engine counts them");
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a number")
    })
}

#[test]
fn registry_and_engine_agree() {
    assert_eq!(counts(engine()), [functions().len(), filters().len(), tests().len()]);
    for builtin in functions().iter().chain(filters()).chain(tests()) {
        assert!(engine_has(builtin, engine()), "{} is installed", builtin.name());
        let own = matches!(builtin.body, Body::Engine);
        assert!(!own || engine_has(builtin, &Tera::default()), "{} is the engine's own", builtin.name());
    }
}

#[test]
fn names_are_unique_and_parameters_have_one_meaning() {
    for all in [functions(), filters(), tests()] {
        assert!(all.windows(2).all(|pair| pair[0].name() < pair[1].name()));
        for builtin in all {
            let mut names: Vec<_> = builtin
                .signature
                .params
                .iter()
                .flat_map(|parameter| std::iter::once(parameter.name).chain(parameter.aliases.iter().copied()))
                .collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}", builtin.name());
            assert!(!builtin.doc.is_empty() && !builtin.doc.ends_with('.'), "{}", builtin.name());
        }
    }
}

/// Every value that anything gives, as it has always been: a changed line is a changed render of somebody's test.
#[test]
fn every_example_gives_the_value_it_has_always_given() {
    let mut page = String::new();
    for builtin in functions().iter().chain(filters()).chain(tests()) {
        page += &format!(
            "{}\n    {}\n    {}\n",
            builtin.usage(),
            builtin.example,
            render(builtin.example).replace('\n', "\\n")
        );
    }
    insta::assert_snapshot!(page);
}

#[test]
fn equal_calls_give_equal_values_and_seeds_tell_them_apart() {
    assert_eq!(render("{{ fake_name() == fake_name() }}"), "true");
    assert_eq!(render("{{ uuid_v4(seed=1) == uuid_v4(seed=1) }}"), "true");
    assert_eq!(render("{{ uuid_v4(seed=1) == uuid_v4(seed=2) }}"), "false");
    assert_eq!(render("{{ uuid_v4() == fake_uuid() }}"), "false");
    let of_seed = |seed| {
        let state = RenderState { seed, ..RenderState::default() };
        during(&state, || engine().clone().render_str("{{ trace_id() }}", &Context::new(), false).unwrap()).0
    };
    assert_eq!(of_seed(42), render("{{ trace_id() }}"));
    assert_ne!(of_seed(1), of_seed(2));
    assert_eq!(of_seed(7), render("{{ trace_id(seed=7) }}"));
}

#[test]
fn the_aliases_of_real_files_mean_the_documented_arguments() {
    assert_eq!(render("{{ pick(array=[1, 2, 3]) == pick(list=[1, 2, 3]) }}"), "true");
    assert_eq!(render("{{ sample(array=[1, 2, 3], n=2) == sample(list=[1, 2, 3], k=2) }}"), "true");
    assert_eq!(render(r#"{{ sha256(input="x") == sha256(s="x") }}"#), "true");
    assert_eq!(render(r#"{{ toml_encode(s="a\nb") }}"#), r#""a\nb""#);
}

#[test]
fn identifiers_are_well_formed() {
    for (call, version) in
        [("uuid_v4()", 4), ("uuid_v5(ns='x', name='y')", 5), ("uuid_v7()", 7), ("fake_uuid_seeded(seed=1)", 4)]
    {
        let id = uuid::Uuid::parse_str(&render(&format!("{{{{ {call} }}}}"))).unwrap();
        assert_eq!(id.get_version_num(), version, "{call}");
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122, "{call}");
    }
    let ulid = render("{{ ulid() }}");
    assert_eq!(ulid.len(), 26);
    // The first ten digits are the time: 2025-01-01T00:00:00Z.
    assert!(ulid.starts_with("01JGFJJZ00"), "{ulid}");
    assert!(render("{{ fake_ipv6() }}").parse::<std::net::Ipv6Addr>().is_ok());
    assert!(render("{{ fake_ipv4() }}").parse::<std::net::Ipv4Addr>().is_ok());
}

#[test]
fn an_unset_variable_can_be_rescued_and_is_written_down() {
    let state = RenderState {
        environment: Environment::of([("HOME", "/root"), ("API_TOKEN", "s3cret")]),
        ..RenderState::default()
    };
    let template =
        r#"{{ env(name="HOME") }} {{ env(name="NOPE") | default(value="d") }} {{ get_env(name="NOPE", default="e") }}"#;
    let (text, seen) = during(&state, || engine().clone().render_str(template, &Context::new(), false).unwrap());
    assert_eq!(text, "/root d e");
    assert_eq!(seen, [("HOME".to_owned(), Some("/root".to_owned())), ("NOPE".to_owned(), None)]);
    let (text, _) =
        during(&state, || engine().clone().render_str("{{ env(name='API_TOKEN') }}", &Context::new(), false).unwrap());
    assert!(!text.contains("s3cret"), "{text}");
    assert_eq!(render_example("{{ env(name='HOME') }}"), None, "writing an unset variable is an error");
}

#[test]
fn counters_start_anew_with_each_render() {
    assert_eq!(render("{{ seq(name='a') }}{{ seq(name='a') }}{{ seq(name='b', start=5) }}"), "015");
    assert_eq!(render("{{ seq(name='a') }}"), "0");
}

#[test]
fn a_broken_body_leaves_the_state_as_it_was() {
    let outer = RenderState { seed: 1, ..RenderState::default() };
    during(&outer, || {
        let inner = RenderState { seed: 2, ..RenderState::default() };
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| during(&inner, || panic!("on purpose"))));
        assert!(broken.is_err());
        assert_eq!(state::seed(), 1);
    });
    assert_eq!(state::seed(), DEFAULT_SEED);
}

#[test]
fn messages_name_the_call_and_the_argument() {
    let message = |template: &str| {
        let error = engine().clone().render_str(template, &Context::new(), false).unwrap_err();
        let tera::ErrorKind::RenderingError(report) = error.kind() else { panic!("{error}") };
        report.message().to_owned()
    };
    let calls =
        ["sha256()", "pick(list=[])", "3 | kebab", "fake(kind='name.ful')", "rand_hex(n='x')", "rand_hex(n=-1)"];
    let messages = calls.map(|call| message(&format!("{{{{ {call} }}}}")));
    insta::assert_snapshot!(messages.join("\n"), @r"
    `sha256()` needs the argument `s`
    `pick()` has nothing to pick from: the list is empty
    the filter `kebab` is for text, not for a number
    `fake()` knows no kind `name.ful`; did you mean `name.full`?
    `n` of `rand_hex()` must be a whole number, not text
    `n` of `rand_hex()` must lie between 0 and 65536, not be -1
    ");
}
