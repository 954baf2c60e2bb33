use std::sync::Arc;

use super::*;
use crate::template::SourceFile;
use crate::template::library::MemoryLoader;
use crate::template::variables::{DefinedValue, Definition, Environment, FileVariables, Sources};

fn variables() -> Variables {
    let define = |path: &str, value: tera::Value| Definition {
        path: path.split('.').map(str::to_owned).collect(),
        value: DefinedValue::Toml(value),
        span: Span::default(),
    };
    let file = FileVariables {
        vars: vec![define("image", "alpine".into()), define("database.host", "db".into())],
        matrix: vec![define("exporters", vec!["a", "b"].into())],
        ..FileVariables::default()
    };
    Variables::resolve(&Sources {
        file: Some(&file),
        environment: Environment::of([("REGION", "eu")]),
        ..Sources::default()
    })
}

fn worded(problems: Vec<Problem>, program: &Program) -> Vec<String> {
    let words = |problem: &Problem| {
        let text = problem.at.span.slice(program.text(problem.at.file)).unwrap();
        let file = if problem.at.file == FileId::DOCUMENT {
            String::new()
        } else {
            format!("{}: ", program.file(problem.at.file).source.name)
        };
        let hint =
            |suggestion: &Option<String>| suggestion.as_ref().map(|hint| format!(" ({hint}?)")).unwrap_or_default();
        let what = match &problem.kind {
            ProblemKind::UnknownFilter { suggestion, .. } => format!("unknown filter{}", hint(suggestion)),
            ProblemKind::UnknownFunction { suggestion, .. } => format!("unknown function{}", hint(suggestion)),
            ProblemKind::UnknownTest { suggestion, .. } => format!("unknown test{}", hint(suggestion)),
            ProblemKind::UnknownComponent { suggestion, .. } => format!("unknown component{}", hint(suggestion)),
            ProblemKind::UnknownArgument { callee, suggestion, .. } => {
                format!("unknown argument of {callee}{}", hint(suggestion))
            }
            ProblemKind::UndefinedVariable { name, suggestion } => format!("undefined {name}{}", hint(suggestion)),
            ProblemKind::ArgumentAlias { canonical, .. } => format!("alias of {canonical}"),
            ProblemKind::MissingArgument { name, .. } => format!("missing {name}"),
            ProblemKind::TooManyArguments { takes, .. } => format!("takes {takes}"),
            ProblemKind::NotTera1 { construct } => format!("not in 1.0: {construct}"),
            ProblemKind::UnsetEnvironmentVariable { name } => format!("unset {name}"),
            other => format!("{other:?}"),
        };
        format!("{file}`{text}`: {what}")
    };
    problems.iter().map(words).collect()
}

fn program(document: &str, others: &[(&str, &str)]) -> Program {
    let source = SourceFile { name: "main".into(), path: None, text: document.into() };
    let loader = MemoryLoader::of(others.iter().copied());
    Program::load(&source, &loader, |file| Arc::new(ParsedFile::new(&file.text))).0
}

/// All findings but what the old engine refuses.
fn found_with(document: &str, others: &[(&str, &str)]) -> Vec<String> {
    let program = program(document, others);
    let (problems, _) = check(&program, &variables());
    let problems = problems.into_iter().filter(|problem| !matches!(problem.kind, ProblemKind::NotTera1 { .. }));
    worded(problems.collect(), &program)
}

fn found(document: &str) -> Vec<String> {
    found_with(document, &[])
}

fn assert_silent(document: &str) {
    assert_eq!(found(document), Vec::<String>::new(), "{document}");
}

#[test]
fn unknown_names_are_found_everywhere_at_once() {
    let document = "{% if false %}{{ svc | uper }}{{ fake_nam() }}{% endif %}{% if svc is strin %}{% endif %}{{ <card /> }}\
        {% filter slugg %}x{% endfilter %}{{ [1] | tojson }}{{ m(1) }}{{ fake_address() }}{% macro m(a) %}{{ a | nope }}{% endmacro %}";
    assert_eq!(
        found(document),
        [
            "`uper`: unknown filter (upper?)",
            "`fake_nam`: unknown function (fake_name?)",
            "`strin`: unknown test (string?)",
            "`card`: unknown component",
            "`slugg`: unknown filter (slug?)",
            "`tojson`: unknown filter (json_encode?)",
            "`m`: unknown function (self::m?)",
            "`fake_address`: unknown function (fake_street?)",
            "`nope`: unknown filter",
        ]
    );
}

#[test]
fn arguments_are_held_against_the_signature() {
    let document = "{{ pick(array=[1]) }}{{ pick() }}{{ sample(list=[1], n=2, x=3) }}{{ now(1, 2, 3) }}{{ 'a' | truncate(lenght=3) }}\
        {% for i in range(3) %}{% endfor %}{{ svc is starting_with }}{{ 'x' | replace(from='a') }}{{ range(1, 5) }}";
    assert_eq!(
        found(document),
        [
            "`array`: alias of list",
            "`pick`: missing list",
            "`n`: alias of k",
            "`x`: unknown argument of sample",
            "`3`: takes 2",
            "`lenght`: unknown argument of truncate (length?)",
            "`starting_with`: missing pat",
            "`replace`: missing to",
        ]
    );
}

#[test]
fn undefined_variables_are_found_in_dead_branches_too() {
    let document = "{% if false %}{{ nowhere }}{% endif %}{{ vars.imag }}{{ vars.database.port }}{{ svc.name }}{{ vars.image.tag }}\
        {% for x in absent %}{{ x }}{{ y }}{% endfor %}{{ x }}{{ svcc | upper }}";
    assert_eq!(
        found(document),
        [
            "`nowhere`: undefined nowhere",
            "`vars.imag`: undefined vars.imag (vars.image?)",
            "`vars.database.port`: undefined vars.database.port (vars.database.host?)",
            "`svc.name`: undefined svc.name",
            "`vars.image.tag`: undefined vars.image.tag",
            "`absent`: undefined absent",
            "`y`: undefined y",
            "`x`: undefined x",
            "`svcc`: undefined svcc (svc?)",
        ]
    );
}

#[test]
fn guards_are_understood() {
    for document in [
        "{{ a | default(value='x') }}",
        "{{ a.b | default(value='x') }}",
        "{{ a or 'x' }}",
        "{{ a?.b?.c }}",
        "{{ a is defined }}{{ a is not undefined }}",
        "{% if a %}{{ a }}{{ a.b }}{% endif %}",
        "{% if a.b is defined and a.b.c %}{{ a.b.c }}{% else %}{{ a.b }}{% endif %}",
        "{% if x == 'y' %}{% elif q %}{{ q }}{% endif %}",
        "{{ a if a else 'x' }}",
        "{% if not a %}{% endif %}",
        "{{ env(name='X') | default(value=a | default(value=1)) }}",
        "{{ region }}{{ REGION }}",
        "{{ api_token }}",
    ] {
        assert_silent(document);
    }
    assert_eq!(found("{% if a.b.c %}{% endif %}"), ["`a`: undefined a"]);
}

#[test]
fn bound_names_are_known() {
    for document in [
        "{% for k, v in vars.database %}{{ k }}{{ v.x }}{{ loop.index }}{% endfor %}",
        "{% set n = 1 %}{{ n }}{% set_global g %}x{% endset %}{{ g }}",
        "{% macro m(a, b={}) %}{{ a.x }}{{ b }}{% for c in a %}{{ c }}{{ loop.last }}{% endfor %}{% endmacro %}",
        "{% component card(title: string, size=3) %}{{ title }}{{ size }}{{ body }}{% endcomponent %}{{ <card title={svc} /> }}",
        "{{ [x ~ 'a' for x in matrix.exporters] }}",
        "{{ {'k': svc, \"l\": vars.image} }}{{ matrix.exporters[0] }}{{ matrix.exporters.0 }}",
        "{% block b %}{{ svc }}{% endblock %}{{ otel }}{{ none }}{{ true and not false }}",
        "{{ pick(list=matrix.exporters, seed=1) }}{{ 3 is divisibleby(3) }}{{ (1 < 2) and (svc != 'x') }}",
        "{{ __tera_context }}",
    ] {
        assert_silent(document);
    }
}

#[test]
fn macros_see_their_parameters_alone() {
    assert_eq!(
        found("{% macro m(name) %}{{ svc }}{{ nme }}{% endmacro %}"),
        ["`svc`: undefined svc", "`nme`: undefined nme (name?)"]
    );
}

#[test]
fn other_files_are_checked_where_they_are_evaluated() {
    let library = "{{ nowhere }}{% macro m(a) %}{{ a | uper }}{% endmacro %}";
    assert_eq!(
        found_with("{% import 'l' as l %}{{ l::m(1) }}", &[("l", library)]),
        ["l: `uper`: unknown filter (upper?)"]
    );
    let part = "{{ item }}{{ nowhere }}{% set late = 1 %}";
    let document = "{% for item in [1] %}{% include 'p' %}{% endfor %}{{ late }}";
    assert_eq!(found_with(document, &[("p", part)]), ["p: `nowhere`: undefined nowhere"]);
}

#[test]
fn the_macro_pack_has_no_mistakes() {
    assert_silent("{% import '_macros.toml.tera' as m %}{{ m::span('a', 'server', {}) }}");
}

#[test]
fn unset_environment_variables_are_found_unless_something_takes_their_place() {
    assert_eq!(
        found("{{ env(name='NOPE') }}{{ get_env('NOPE') | upper }}"),
        ["`env(name='NOPE')`: unset NOPE", "`get_env('NOPE')`: unset NOPE"]
    );
    for document in [
        "{{ env(name='REGION') }}{{ env('API_KEY') }}",
        "{{ env(name='NOPE', default='x') }}{{ env('NOPE', 'x') }}{{ env(name='NOPE') | default(value='x') }}",
        "{% if env(name='NOPE') %}{{ env('NOPE') }}{% endif %}",
        "{% if env(name='NOPE') == 'x' %}{% endif %}{{ env(name='NOPE') or 'x' }}{{ env(name=svc) }}",
    ] {
        assert_silent(document);
    }
}

#[test]
fn what_the_old_engine_refuses_is_said_once_per_construct() {
    let document = "# c\n{% import '_macros.toml.tera' as m %}{{ m::span('a', 'server', {'k': 'v'}) }}{{ m::span('b', attrs={}) }}\
        {{ [['a', 'b']] }}{{ 'a' if svc else 'b' }}{{ (svc ~ 'x') | upper }}{% set x %}y{% endset %}{{ \"\\\"\" }}{% for i in range(3) %}{% endfor %}\
        {{ env(name='X') | default(value='y') }}{{ a | default('x') }}{{ svc is none }}{{ none }}";
    let program = program(document, &[]);
    let mut problems = Vec::new();
    compatibility::check(&program, &code(program.file(FileId::DOCUMENT)), &mut problems);
    insta::assert_snapshot!(worded(problems, &program).join("\n"), @r#"
    `import`: not in 1.0: an `import` behind other text
    `'a'`: not in 1.0: positional arguments of macros
    `{`: not in 1.0: map literals
    `[`: not in 1.0: lists in lists
    `if`: not in 1.0: an inline `if`
    `|`: not in 1.0: filters behind parentheses
    `set`: not in 1.0: a `set` block
    `"\""`: not in 1.0: escapes in strings
    `3`: not in 1.0: positional arguments of functions
    `|`: not in 1.0: `default` behind `env()`
    `'x'`: not in 1.0: positional arguments of filters
    `none`: not in 1.0: the value `none`
    "#);
}

#[test]
fn plain_tera_1_is_not_complained_about() {
    let document = "{% import '_macros.toml.tera' as m %}\n{{ m::span(name='a') }}{% for k, v in vars %}{{ k ~ v | upper }}{% endfor %}\
        {{ svc | default(value=['a', 'b']) }}{% if svc is starting_with('x') and (svc or env) %}{% endif %}{{ vars.list[0] }}";
    let program = program(document, &[]);
    let mut problems = Vec::new();
    compatibility::check(&program, &code(program.file(FileId::DOCUMENT)), &mut problems);
    assert_eq!(worded(problems, &program), Vec::<String>::new());
}

#[test]
fn the_corpus_and_any_text_are_taken() {
    for text in [
        "{{ . }}",
        "{{ a. }}",
        "{{ | }}",
        "{{ f( }}",
        "{{ is }}",
        "{% for %}{% endfor %}",
        "{% set %}",
        "{{ < }}",
        "{{ a[ }}",
        "{{ ) | x }}",
        "{% if %}{% endif %}",
    ] {
        found(text);
    }
}
