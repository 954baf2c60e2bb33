//! The macro pack: each macro, by position and by name, and twice in one file.

use toml::Value;

use super::*;
use crate::template::library::{MACRO_LIBRARY, MemoryLoader};

/// The TOML that these calls give.
fn toml(calls: &str) -> toml::Table {
    let source = format!("{{% import \"{MACRO_LIBRARY}\" as m %}}\n{calls}\n");
    let document = file("main", &source);
    let variables = Variables::default();
    let engine = TemplateEngine::with_verification(Verification::Always);
    let rendered =
        engine.render(RenderInput { document: &document, variables: &variables, loader: &MemoryLoader::default() });
    assert_eq!(problems(&rendered), Vec::<String>::new(), "{calls}");
    assert!(rendered.map.is_exact());
    rendered.text.parse().unwrap_or_else(|error| panic!("{calls}: {error}\n{}", rendered.text))
}

/// The value at a dotted path; numbers are indices.
fn at<'a>(table: &'a toml::Table, path: &str) -> Option<&'a Value> {
    let mut keys = path.split('/');
    let first = table.get(keys.next()?)?;
    keys.try_fold(first, |value, key| match key.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(key),
    })
}

/// Each of these calls, twice, gives these values.
fn check(calls: &[&str], expected: &[(&str, &str)]) {
    for call in calls {
        let once = toml(&format!("{{{{ {call} }}}}"));
        for (path, value) in expected {
            let found = at(&once, path).map(ToString::to_string).unwrap_or_default();
            assert_eq!(found, *value, "{call}: {path} in\n{once}");
        }
    }
    // What can be repeated is: the tables of services, resources and reports have a name or are one.
    let repeatable =
        calls.iter().filter(|call| !["service(", "reports(", "resources("].iter().any(|once| call.contains(once)));
    let all: String = repeatable.flat_map(|call| [*call, *call]).map(|call| format!("{{{{ {call} }}}}\n")).collect();
    toml(&all);
}

#[test]
fn spans() {
    check(
        &[
            r#"m::span("api.request", "server", {"http.method": "GET"})"#,
            r#"m::span(name="api.request", kind="server", attrs={"http.method": "GET"})"#,
        ],
        &[
            ("expect/span/0/name", r#""api.request""#),
            ("expect/span/0/kind", r#""server""#),
            ("expect/span/0/attrs/all/http.method", r#""GET""#),
        ],
    );
    check(
        &[r#"m::span("child", "root")"#, r#"m::span("child", parent="root")"#],
        &[("expect/span/0/parent", r#""root""#), ("expect/span/0/kind", "")],
    );
    check(
        &[
            r#"m::span("a", events=["e"], duration_ms=5, status="OK")"#,
            r#"m::span("a", none, {}, none, ["e"], {"max": 5}, "OK")"#,
        ],
        &[
            ("expect/span/0/events/any/0", r#""e""#),
            ("expect/span/0/duration_ms/max", "5"),
            ("expect/span/0/status", r#""OK""#),
        ],
    );
    check(
        &[
            r#"m::span_with_attrs("a", "client", [["k", "v"], ["l", "w"]])"#,
            r#"m::span_with_attrs(name="a", kind="client", attr_pairs=[["k", "v"], ["l", "w"]])"#,
        ],
        &[("expect/span/0/attrs/all/k", r#""v""#), ("expect/span/0/attrs/all/l", r#""w""#)],
    );
    check(&[r#"m::span_exists("a")"#, r#"m::span_exists(name="a")"#], &[("expect/span/0/exists", "true")]);
    check(
        &[r#"m::span_assertions("db", "client")"#, r#"m::span_assertions(prefix="db", kind="client")"#],
        &[("expect/span/0/name", r#""db.start""#), ("expect/span/1/kind", r#""client""#)],
    );
    check(
        &[
            r#"m::attribute_validation("a", "k.l", "200")"#,
            r#"m::attribute_validation(span="a", key="k.l", value="200")"#,
        ],
        &[("expect/span/0/attrs/all/k.l", r#""200""#)],
    );
    check(
        &[
            r#"m::batch_validation(["a", "b"], "exists = true")"#,
            r#"m::batch_validation(spans=["a", "b"], condition='exists = true')"#,
        ],
        &[("expect/span/1/name", r#""b""#), ("expect/span/1/exists", "true")],
    );
    check(
        &[r#"m::error_propagation("db", "api")"#, r#"m::error_propagation(source="db", target="api")"#],
        &[("expect/span/0/attrs/all/error", r#""true""#), ("expect/span/1/attrs/all/error.source", r#""db""#)],
    );
}

#[test]
fn lifecycles() {
    let start = [
        ("expect/span/0/name", r#""pg.start""#),
        ("expect/span/2/kind", r#""internal""#),
        ("expect/order/0/must_precede/1/1", r#""pg.stop""#),
    ];
    check(
        &[r#"m::lifecycle("pg")"#, r#"m::lifecycle(service="pg")"#, r#"m::multi_lifecycle(["pg", "redis"])"#],
        &start,
    );
    check(
        &["m::container_lifecycle_events()", r#"m::container_lifecycle_events("container")"#],
        &[("expect/span/1/name", r#""container.exec""#)],
    );
}

#[test]
fn graphs_orders_and_windows() {
    check(
        &[r#"m::edges([["p", "c1"], ["p", "c2"]])"#, r#"m::edges(pairs=[["p", "c1"], ["p", "c2"]])"#],
        &[("expect/graph/0/must_include/1/1", r#""c2""#)],
    );
    check(
        &[r#"m::graph_relationship("p", "c")"#, r#"m::graph_relationship("p", "c", relationship="depends_on")"#],
        &[("expect/graph/0/must_include/0", r#"["p", "c"]"#)],
    );
    check(
        &[
            r#"m::service_interaction("web", "api", "GET")"#,
            r#"m::service_interaction(client="web", server="api", method="GET")"#,
        ],
        &[("expect/graph/0/must_include/0", r#"["web", "api"]"#), ("expect/span/0/attrs/all/http.method", r#""GET""#)],
    );
    for name in [
        "temporal_ordering(\"a\", \"b\")",
        "temporal_ordering(before=\"a\", after=\"b\")",
        "temporal_order(\"a\", \"b\")",
    ] {
        check(&[&format!("m::{name}")], &[("expect/order/0/must_precede/0", r#"["a", "b"]"#)]);
    }
    check(
        &[r#"m::window("outer", "inner")"#, r#"m::window(start="outer", end="inner")"#],
        &[("expect/window/0/outer", r#""outer""#), ("expect/window/0/contains/0", r#""inner""#)],
    );
}

#[test]
fn counts_and_statuses() {
    check(
        &[r#"m::count("internal", 4, 6)"#, r#"m::count(kind="internal", min=4, max=6)"#],
        &[("expect/counts/0/by_kind/internal/gte", "4"), ("expect/counts/0/by_kind/internal/lte", "6")],
    );
    check(&[r#"m::count("server", 1)"#], &[("expect/counts/0/by_kind/server/lte", "")]);
    check(
        &[r#"m::counts({"gte": 1}, 0)"#, r#"m::counts(spans_total={"gte": 1}, errors_total=0)"#],
        &[("expect/counts/0/spans_total/gte", "1"), ("expect/counts/0/errors_total", "0")],
    );
    check(
        &[r#"m::status("OK", {"db.*": "ERROR"})"#, r#"m::status(all="OK", by_name={"db.*": "ERROR"})"#],
        &[("expect/status/0/all", r#""OK""#), ("expect/status/0/by_name/db.*", r#""ERROR""#)],
    );
    check(
        &[r#"m::status_validation("api.*")"#, r#"m::status_validation(pattern="api.*", status="OK")"#],
        &[("expect/status/0/by_name/api.*", r#""OK""#)],
    );
    check(
        &[r#"m::resource_check("network", "n")"#, r#"m::resource_check(type="network", name="n")"#],
        &[("expect/resource/0/type", r#""network""#)],
    );
}

#[test]
fn services_scenarios_and_reports() {
    check(
        &[
            r#"m::service("db", "postgres:15", ["-c", "x"], {"POSTGRES_PASSWORD": "test"}, "db.ready")"#,
            r#"m::service(id="db", image="postgres:15", args=["-c", "x"], env={"POSTGRES_PASSWORD": "test"}, wait_for_span="db.ready")"#,
        ],
        &[
            ("service/db/image", r#""postgres:15""#),
            ("service/db/args/1", r#""x""#),
            ("service/db/env/POSTGRES_PASSWORD", r#""test""#),
            ("service/db/wait_for_span", r#""db.ready""#),
        ],
    );
    check(
        &[
            r#"m::scenario("s", "db", "echo \"hi\" 'there'")"#,
            r#"m::scenario(name="s", service="db", cmd="echo \"hi\" 'there'")"#,
        ],
        &[("scenario/0/service", r#""db""#), ("scenario/0/expect_success", "true")],
    );
    check(&[r#"m::otel_standard_resources("api", "2.0")"#], &[("otel/resources/service.version", r#""2.0""#)]);
    check(
        &[r#"m::standard_reports("out")"#, r#"m::standard_reports(dir="out")"#],
        &[("report/junit", r#""out/junit.xml""#)],
    );
}

#[test]
fn any_text_is_safe_in_an_argument() {
    let table = toml(r#"{{ m::span("a\"b\\c\nd", "server", {"k\"": "v\\"}) }}{{ m::edges([["\"", "'"]]) }}"#);
    assert_eq!(at(&table, "expect/span/0/name").and_then(Value::as_str), Some("a\"b\\c\nd"));
    assert_eq!(at(&table, "expect/span/0/attrs/all/k\"").and_then(Value::as_str), Some("v\\"));
    assert_eq!(at(&table, "expect/graph/0/must_include/0/0").and_then(Value::as_str), Some("\""));
}

#[test]
fn every_macro_is_documented() {
    let library = library::built_in(MACRO_LIBRARY).unwrap();
    let macros: Vec<_> = library.text.match_indices("\n{% macro ").collect();
    assert!(macros.len() >= 26);
    for (start, _) in macros {
        assert!(library.text[..start].ends_with("#}"), "{}", &library.text[start..start + 40]);
    }
}

#[test]
fn all_calls_together_are_read_as_one_model() {
    let calls = "{{ m::lifecycle('a') }}{{ m::lifecycle('b') }}{{ m::edges([['p', 'c']]) }}{{ m::edges([['p', 'd']]) }}\
        {{ m::count('server', 1) }}{{ m::count('client', 2) }}{{ m::window('p', 'c') }}{{ m::window('p', 'd') }}";
    let table = toml(calls);
    let lengths = ["expect/order", "expect/graph", "expect/counts", "expect/window"]
        .map(|path| at(&table, path).and_then(Value::as_array).map(Vec::len));
    assert_eq!(lengths, [Some(2); 4]);
}
