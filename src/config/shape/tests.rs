//! What the walk says of texts.

use insta::assert_snapshot;

use crate::config::parse;
use crate::text::Span;

/// Each problem on a line of its own: path, what, where.
fn problems(text: &str) -> String {
    let parsed = parse(text, &[], true);
    parsed
        .shape
        .iter()
        .map(|problem| {
            format!("{}: {:?} at {:?}\n", problem.path, problem.kind, problem.span.slice(text).unwrap_or("outside"))
        })
        .collect()
}

#[test]
fn unknown_keys_have_a_suggestion_where_one_is_near() {
    assert_snapshot!(problems("[meta]\nname='a'\nversion='1'\nauthr='x'\n[expect.cunts]\n[services.db]\nimgae='x'\nzzz=1\n[[steps]]\nname='a'\ncmd=['x']\nrun='x'\nexpected_exit=0\n[expct]\n"), @r#"
meta: UnknownKey { key: "authr", is_table: false, suggestion: Some("author") } at "authr"
expect: UnknownKey { key: "cunts", is_table: true, suggestion: Some("counts") } at "cunts"
services.db: UnknownKey { key: "imgae", is_table: false, suggestion: Some("image") } at "imgae"
services.db: UnknownKey { key: "zzz", is_table: false, suggestion: None } at "zzz"
steps: UnknownKey { key: "cmd", is_table: false, suggestion: Some("command") } at "cmd"
steps: UnknownKey { key: "expected_exit", is_table: false, suggestion: Some("expected_exit_code") } at "expected_exit"
: UnknownKey { key: "expct", is_table: true, suggestion: Some("expect") } at "expct"
"#);
}

#[test]
fn all_spellings_of_a_path_are_alike() {
    let dotted = problems("expect.counts.spans_total.gt = 1\n");
    assert_snapshot!(dotted, @r#"
expect.counts.spans_total: UnknownKey { key: "gt", is_table: false, suggestion: Some("gte") } at "gt"
"#);
    assert_eq!(problems("expect = { counts = { spans_total = { gt = 1 } } }\n"), dotted);
    assert_eq!(problems("[expect.counts.spans_total]\ngt = 1\n"), dotted);
    assert_eq!(problems("[[expect.counts]]\nspans_total.gt = 1\n").lines().last(), dotted.lines().last());
}

#[test]
fn types_are_told_in_plain_words() {
    assert_snapshot!(problems("[meta]\nname=1\nversion=1.0\n[services.db]\nimage='x'\nports=[true, '99999:1']\nargs='x'\n[steps]\nname='a'\ncommand=1\nexpected_exit_code='0'\ncontinue_on_failure='true'\n"), @r#"
meta.name: WrongType { expected: "a text", found: "an integer", help: None, mend: Some("\"1\"") } at "1"
meta.version: WrongType { expected: "a text", found: "a number", help: None, mend: Some("\"1.0\"") } at "1.0"
services.db.ports: WrongType { expected: "an integer, a text or a table", found: "a boolean", help: None, mend: None } at "true"
services.db.ports: Refused { what: "ports as texts" } at "'99999:1'"
services.db.ports: WrongType { expected: "a port such as `8080` or `8080:80`", found: "another text", help: Some("ports go from 1 to 65535; the one on the host comes first"), mend: None } at "'99999:1'"
services.db.args: WrongType { expected: "a list of texts", found: "a text", help: None, mend: Some("['x']") } at "'x'"
steps: WrongType { expected: "an array of tables", found: "one table", help: Some("write `[[steps]]`"), mend: Some("[[steps]]") } at "[steps]"
steps.command: WrongType { expected: "a list of texts or a text", found: "an integer", help: None, mend: None } at "1"
steps.expected_exit_code: WrongType { expected: "an integer", found: "a text", help: None, mend: Some("0") } at "'0'"
steps.continue_on_failure: WrongType { expected: "`true` or `false`", found: "a text", help: None, mend: Some("true") } at "'true'"
"#);
    assert_snapshot!(problems("steps = 1\nscenario = [1]\nmeta = []\n[expect]\nspan = 'x'\n[[expect.graph]]\nmust_include=[['a',1]]\n"), @r#"
steps: WrongType { expected: "an array of tables", found: "an integer", help: None, mend: None } at "1"
scenario: WrongType { expected: "a table", found: "an integer", help: None, mend: None } at "1"
meta: WrongType { expected: "a table", found: "a list", help: None, mend: None } at "[]"
expect.span: WrongType { expected: "an array of tables", found: "a text", help: None, mend: None } at "'x'"
expect.graph: Refused { what: "expectations that are repeated as `[[…]]`" } at "[[expect.graph]]"
expect.graph.must_include: WrongType { expected: "a text", found: "an integer", help: None, mend: Some("\"1\"") } at "1"
"#);
}

#[test]
fn missing_keys_stand_at_the_header() {
    assert_snapshot!(problems("[meta]\n[otel]\n[[steps]]\n[[scenario]]\nsteps=[{ name='a' }]\nartifacts={}\n[[expect.span]]\nkind='internal'\n[test]\n"), @r#"
meta: MissingKey { key: "name", is_optional: false } at "[meta]"
meta: MissingKey { key: "version", is_optional: true } at "[meta]"
otel: MissingKey { key: "exporter", is_optional: false } at "[otel]"
steps: MissingKey { key: "command", is_optional: false } at "[[steps]]"
steps: MissingKey { key: "name", is_optional: false } at "[[steps]]"
scenario: MissingKey { key: "name", is_optional: false } at "[[scenario]]"
scenario.steps: MissingKey { key: "command", is_optional: false } at "{"
scenario.artifacts: MissingKey { key: "collect", is_optional: false } at "artifacts"
expect.span: MissingKey { key: "name", is_optional: false } at "[[expect.span]]"
test: MissingKey { key: "name", is_optional: false } at "[test]"
"#);
}

#[test]
fn values_have_bounds_and_words_to_choose_from() {
    assert_snapshot!(problems("[otel]\nexporter='stdot'\nprotocol='json'\nsample_ratio=2\n[[steps]]\nname=' '\nrun='x'\ntimeout='soon'\nexpected_exit_code=256\n[[expect.span]]\nname='a'\nkind='SERVER'\nstatus='failed'\nduration_ms.min=-1\n[determinism]\nseed=99999999999999999999\n[services.db]\nimage='x'\nports=[0,80]\n"), @r#"
otel.exporter: UnknownValue { what: "exporter", value: "stdot", allowed: ["stdout", "otlp", "otlp-http", "otlp-grpc", "jaeger", "zipkin", "datadog", "newrelic", "none"], suggestion: Some("stdout"), is_strict: true } at "'stdot'"
otel.protocol: UnknownValue { what: "protocol", value: "json", allowed: ["http/protobuf", "grpc", "http/json"], suggestion: Some("http/json"), is_strict: false } at "'json'"
otel.sample_ratio: OutOfRange { value: "2", bounds: "from 0 to 1" } at "2"
steps.name: BlankValue at "' '"
steps.timeout: InvalidDuration { value: "soon", error: NoNumber } at "'soon'"
steps.expected_exit_code: OutOfRange { value: "256", bounds: "from 0 to 255" } at "256"
expect.span.status: UnknownValue { what: "span status", value: "failed", allowed: ["OK", "ERROR", "UNSET"], suggestion: Some("ERROR"), is_strict: true } at "'failed'"
expect.span.duration_ms.min: OutOfRange { value: "-1", bounds: "0 or more" } at "-1"
determinism.seed: OutOfRange { value: "99999999999999999999", bounds: "0 or more" } at "99999999999999999999"
services.db.ports: OutOfRange { value: "0", bounds: "from 1 to 65535" } at "0"
"#);
}

#[test]
fn other_spellings_and_forms() {
    assert_snapshot!(problems("[test]\nname='a'\n[services.db]\nimage='x'\nenvironment=['A=b']\nports=['1:2','3:4']\n[expect.count]\nspans_total={min=1,\nmax=2}\n[expect.span.web]\nkind='server'\n[expect.window]\n\"a\"={contains=['b']}\n[expect.chaos]\nx=1\n"), @r#"
services.db.environment: Alias { key: "environment", canonical: "env", has_canonical: false } at "environment"
services.db.environment: Refused { what: "environment variables as a list of `NAME=value`" } at "['A=b']"
services.db.ports: Refused { what: "ports as texts" } at "'1:2'"
expect.count: Alias { key: "count", canonical: "counts", has_canonical: false } at "count"
expect.count.spans_total: Refused { what: "inline tables that go over several lines" } at "{"
expect.count.spans_total.min: Alias { key: "min", canonical: "gte", has_canonical: false } at "min"
expect.count.spans_total.max: Alias { key: "max", canonical: "lte", has_canonical: false } at "max"
expect.span.web: Refused { what: "expectations that are named by their key" } at "[expect.span.web]"
expect.chaos: InertTable at "[expect.chaos]"
"#);
}

#[test]
fn tables_that_belong_elsewhere_and_free_tables() {
    assert_snapshot!(problems("[attrs.all]\na='b'\n[by_name]\nx={gte=1}\n[vars]\nanything={a=[1]}\n[assertions]\nx=1\n[template.vars]\ny=2\n[generated]\nz=1\n[otel_expectations]\n"), @r#"
: MisplacedTable { name: "attrs", belongs: "expect.span.attrs" } at "attrs"
: MisplacedTable { name: "by_name", belongs: "expect.counts.by_name" } at "by_name"
"#);
}

#[test]
fn the_pattern_dialect_is_known() {
    assert_snapshot!(problems("[expect.order.a]\nbefore_pattern='x'\nafter_pattern='y'\n[expect.counts.step_spans]\nname_pattern='x'\nmin=1\n[expect.counts.spans_totl]\nmin=1\n"), @r#"
expect.counts: UnknownKey { key: "spans_totl", is_table: true, suggestion: Some("spans_total") } at "spans_totl"
"#);
}

#[test]
fn what_is_unknown_is_not_judged() {
    assert_eq!(problems("[meta]\nname='{{ x }}'\nversion='1'\n[otel]\nexporter='{{ e }}'\n"), "");
    assert_eq!(problems("[meta]\nname=\n").lines().count(), 0, "a damaged table may have its keys all the same");
    let text = "[meta]\n____\n[otel]\nexporter=\"____\"\n";
    assert_eq!(parse(text, &[Span::new(7, 11), Span::new(28, 34)], false).shape, []);
}
